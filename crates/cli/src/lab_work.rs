//! `privpath lab exec` and `privpath lab change`: what is done inside a running lab?

use crate::args::Medium;
use crate::estate::LabInUse;
use crate::exit::Exit;
use crate::output::{Output, print};
use anyhow::{Context, Result, bail};
use lab::daemon;
use std::ffi::OsString;
use std::process::Command;

/// The lab of a name, or the only one that runs.
fn running(name: Option<&str>) -> Result<LabInUse> {
    let names: Vec<String> = daemon::list()?.into_iter().map(|(name, _)| name).collect();
    let chosen = match (name, names.as_slice()) {
        (Some(name), _) if names.iter().any(|known| known == name) => name,
        (Some(name), _) => bail!("no lab `{}` runs; privpath lab up starts one", model::visible(name)),
        (None, [only]) => only,
        (None, []) => bail!("no lab runs; privpath lab up NAME starts one"),
        (None, _) => bail!("several labs run ({}): say which with --lab", names.join(", ")),
    };
    LabInUse::of(chosen, Medium::Auto)
}

/// Runs a program at a vantage; its exit code is ours.
pub(crate) fn exec(name: Option<&str>, vantage: &str, words: &[OsString]) -> Result<Exit> {
    let lab = running(name)?;
    let node = lab.vantage(vantage)?;
    let (program, arguments) = words.split_first().context("name a program after --")?;
    let mut command = Command::new(program);
    command.args(arguments).env("PATH", path()?);
    let status = ::lab::run_at(lab.access(), node, command)?;
    Ok(Exit::Program(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}

/// Our own folder first: `privpath` is on the path of every host.
#[expect(clippy::disallowed_methods, reason = "the path of programs is handed on")]
fn path() -> Result<OsString> {
    let own = std::env::current_exe().context("the path of this program cannot be found")?;
    let before = std::env::var_os("PATH").unwrap_or_default();
    let folders = own.parent().map(Into::into).into_iter().chain(std::env::split_paths(&before));
    std::env::join_paths(folders).context("the path of programs cannot be written")
}

/// Changes the estate through the lab's ARM API.
pub(crate) fn change(name: Option<&str>, text: &str, output: &Output) -> Result<Exit> {
    let lab = running(name)?;
    let mut snapshot = lab.estate(None)?.snapshot;
    let client = lab.client()?;
    let mut said = Vec::new();
    for change in dialect::scenario::change::parse(text, &snapshot)? {
        let Some(request) = dialect::arm::request(&change, &snapshot) else {
            bail!(
                "a running lab takes changes of the estate only; for a client's, use `lab exec … -- env NAME=VALUE CMD`"
            );
        };
        let what = format!("{} {}", request.method.word(), request.resource);
        let response = client.send(&request).with_context(|| what.clone())?;
        said.push(format!("{} {} → {}", request.method.word(), request.resource.name(), response.status));
        snapshot = snapshot.with(&[change]);
    }
    if output.is_json() {
        print(&serde_json::to_string_pretty(&serde_json::json!({ "changed": said }))?);
    } else {
        print(&said.join("\n"));
    }
    Ok(Exit::Good)
}
