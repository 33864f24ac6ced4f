//! `privpath lab exec` and `privpath lab change`: what is done inside a running lab?

use crate::exit::Exit;
use crate::output::{Output, print};
use anyhow::{Context, Result, bail};
use lab::{Access, daemon};
use std::ffi::OsString;
use std::process::Command;

/// Name and access of the lab of a name, or of the only one that runs.
fn running(name: Option<&str>) -> Result<(String, Access)> {
    if let Some(name) = name {
        let access = daemon::find(name)?;
        let access = access.with_context(|| format!("no lab `{name}` runs; privpath lab up {name} starts it"))?;
        return Ok((name.to_owned(), access));
    }
    let mut labs = daemon::list()?;
    match (labs.pop(), labs.as_slice()) {
        (Some(only), []) => Ok(only),
        (None, _) => bail!("no lab runs; privpath lab up NAME starts one"),
        (Some(last), _) => {
            let names: Vec<&str> = labs.iter().chain([&last]).map(|(name, _)| name.as_str()).collect();
            bail!("several labs run ({}): say which with --lab", names.join(", "))
        }
    }
}

/// Becomes a program at a vantage; returns only when that cannot be done.
pub(crate) fn exec(name: Option<&str>, vantage: &str, words: &[OsString]) -> Result<Exit> {
    let (name, access) = running(name)?;
    let host = access.host(vantage).with_context(|| {
        let names = access.host_names().join(", ");
        format!("the lab has no host `{}`; it has {names}", model::visible(vantage))
    })?;
    let (program, arguments) = words.split_first().context("name a program after --")?;
    let mut command = Command::new(program);
    command.args(arguments);
    match ::lab::become_host(&access, &host, &daemon::folders_for_programs(&name)?, command)? {}
}

/// Changes a running lab by a line of the language of scenarios.
pub(crate) fn change(name: Option<&str>, line: &str, output: &Output) -> Result<Exit> {
    let (_, access) = running(name)?;
    let made = daemon::change(&access, line)?;
    if output.is_json() {
        print(&serde_json::to_string_pretty(&serde_json::json!({ "changed": made }))?);
        return Ok(Exit::Good);
    }
    let said = made.iter().map(|made| match made.status {
        Some(status) => format!("{} → {status}", made.what),
        None => made.what.clone(),
    });
    print(&said.collect::<Vec<_>>().join("\n"));
    Ok(Exit::Good)
}
