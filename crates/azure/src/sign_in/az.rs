//! What token has whoever is logged in to the Azure CLI?
//!
//! `az` is a script that starts an interpreter: the whole group of processes ends with the deadline.

use super::{Refusal, Surroundings, reply, set};
use model::Secret;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use tokio::time::Instant;

/// The most that is read of what it prints.
const LARGEST: u64 = 256 * 1024;

/// Whether `az` may be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Az {
    /// It is looked for on the search path.
    Run,
    /// It is not, and why.
    NotRun(&'static str),
}

/// The token of `az account get-access-token`.
pub(super) fn token(around: &Surroundings<'_>, audience: &str, end: Instant) -> Result<Secret, Refusal> {
    if let Az::NotRun(why) = around.az {
        return Err(Refusal::Absent(why.to_owned()));
    }
    let path = set(around, "PATH").unwrap_or_default();
    let Some(program) = found(&path) else { return Err(Refusal::Absent("it is not installed here".to_owned())) };
    let mut command = Command::new(program);
    command
        .args(["account", "get-access-token", "-o", "json", "--scope", &format!("{audience}/.default")])
        // Else it leaves a process behind that sends what was done.
        .env("AZURE_CORE_COLLECT_TELEMETRY", "no")
        .env("AZURE_CORE_NO_COLOR", "yes")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    alone(&mut command);
    let started = command.spawn().map_err(|why| Refusal::Absent(format!("it cannot be started: {why}")))?;
    let (code, printed, said) = ended(started, end).map_err(Refusal::Failed)?;
    if code != Some(0) {
        let first = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it says nothing");
        let first: String = first.chars().take(160).collect();
        return Err(Refusal::Absent(format!("it has no token ({first})")));
    }
    let read: Option<Printed> = serde_json::from_str(&printed).ok();
    match read.map(|read| read.access_token).filter(|token| reply::usable(token)) {
        Some(token) => Ok(Secret::new(&token)),
        None => Err(Refusal::Failed("what it printed has no token that can be sent".to_owned())),
    }
}

#[derive(serde::Deserialize)]
struct Printed {
    #[serde(rename = "accessToken")]
    access_token: String,
}

/// The program on a search path. Folders that depend on where we stand are left out.
fn found(path: &str) -> Option<PathBuf> {
    let name = if cfg!(windows) { "az.cmd" } else { "az" };
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    file.is_file()
}

/// Waits for the end: exit code, what was printed, what was said beside. At the deadline everything it
/// started is ended.
fn ended(mut child: Child, end: Instant) -> Result<(Option<i32>, String, String), String> {
    let (sender, receiver) = mpsc::channel();
    for (at, stream) in
        [child.stdout.take().map(Stream::Out), child.stderr.take().map(Stream::Err)].into_iter().enumerate()
    {
        let sender = sender.clone();
        std::thread::spawn(move || {
            let _ = sender.send((at, stream.map(Stream::text).unwrap_or_default()));
        });
    }
    drop(sender);
    let mut texts = [String::new(), String::new()];
    for _ in 0..2 {
        match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok((at, text)) => texts[at] = text,
            Err(_) => {
                end_group(&mut child);
                let _ = child.wait();
                return Err("it gave no token in time, and was ended".to_owned());
            }
        }
    }
    // Both streams are closed, so that it ends; should it not, it is made to.
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < end => std::thread::sleep(std::time::Duration::from_millis(5)),
            Ok(None) | Err(_) => {
                end_group(&mut child);
                let _ = child.wait();
                return Err("it does not end, and was ended".to_owned());
            }
        }
    };
    let [printed, said] = texts;
    Ok((status.code(), printed, said))
}

enum Stream {
    Out(std::process::ChildStdout),
    Err(std::process::ChildStderr),
}

impl Stream {
    fn text(self) -> String {
        let mut bytes = Vec::new();
        let _ = match self {
            Self::Out(stream) => stream.take(LARGEST).read_to_end(&mut bytes),
            Self::Err(stream) => stream.take(LARGEST).read_to_end(&mut bytes),
        };
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Makes it the first of a group of processes.
#[cfg(unix)]
fn alone(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn alone(_command: &mut Command) {}

/// Ends it and all that it started.
fn end_group(child: &mut Child) {
    #[cfg(unix)]
    if let Ok(group) = i32::try_from(child.id()) {
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), nix::sys::signal::Signal::SIGKILL);
    }
    let _ = child.kill();
}
