//! How does a lab run in the background, and how do later commands find it?
//!
//! A background lab is a process of its own that holds a state file while it runs: the
//! [`Access`] as JSON, readable by its owner only, because it holds a token. Whether
//! a lab is alive is asked of the lab itself (`GET /lab/status`), never of a process id; the file
//! of one that was killed is removed by whoever looks next.

mod call;
mod child;
mod folder;

#[cfg(test)]
mod tests;

pub use child::run;
pub use folder::Folders;

use crate::{Access, LabError, Made, RuleCounter, Status};
use call::{Outcome, call};
use folder::Folder;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// How long the end of a lab may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts a background lab by starting `executable` with `arguments`, which must make it call
/// [`run`] with this name. Returns when the lab is ready.
pub fn up(name: &str, executable: &Path, arguments: &[&str]) -> Result<Access, LabError> {
    up_in(&Folder::of_user()?, name, executable, arguments)
}

/// The running lab of a name.
pub fn find(name: &str) -> Result<Option<Access>, LabError> {
    find_in(&Folder::of_user()?, name)
}

/// Every running lab, by name.
pub fn list() -> Result<Vec<(String, Access)>, LabError> {
    list_in(&Folder::of_user()?)
}

/// What a running lab is like at this moment.
pub fn status(access: &Access) -> Result<Status, LabError> {
    read(&asked(access, "GET", "/lab/status", "")?)
}

/// What the rules and routes of a running lab did to packets so far; empty on the loopback interface.
pub fn counters(access: &Access) -> Result<Vec<RuleCounter>, LabError> {
    read(&asked(access, "GET", "/lab/counters", "")?)
}

/// Changes a running lab by one line of the language of scenarios
/// ([`dialect::scenario::change`]). The next question, `exec` or `check` sees it.
pub fn change(access: &Access, line: &str) -> Result<Vec<Made>, LabError> {
    #[derive(serde::Deserialize)]
    struct Answer {
        made: Vec<Made>,
    }
    let body = serde_json::json!({ "change": line }).to_string();
    read::<Answer>(&asked(access, "POST", "/lab/change", &body)?).map(|answer| answer.made)
}

/// The folders that programs in a lab need.
pub fn folders_for_programs(name: &str) -> Result<Folders, LabError> {
    Folder::of_user()?.for_programs(name)
}

/// Ends a background lab.
pub fn down(name: &str) -> Result<(), LabError> {
    down_in(&Folder::of_user()?, name)
}

fn up_in(folder: &Folder, name: &str, executable: &Path, arguments: &[&str]) -> Result<Access, LabError> {
    if find_in(folder, name)?.is_some() {
        return Err(LabError::Exists(name.to_owned()));
    }
    child::spawn(executable, arguments)?;
    let early = || LabError::Machine(format!("the lab `{name}` said that it is ready and then ended"));
    find_in(folder, name)?.ok_or_else(early)
}

/// The file tells what stays; the lab itself tells what may have changed since.
fn find_in(folder: &Folder, name: &str) -> Result<Option<Access>, LabError> {
    let Some(access) = folder.read(name)? else { return Ok(None) };
    match call(&access, "GET", "/lab/status", "") {
        Outcome::Answered(200, body) => Ok(Some(match serde_json::from_str::<Status>(&body) {
            Ok(now) => Access { vantages: now.vantages, ..access },
            Err(_) => access,
        })),
        Outcome::Slow => Ok(Some(access)),
        Outcome::Answered(..) | Outcome::Gone => {
            folder.remove(name, &access.token);
            Ok(None)
        }
    }
}

fn list_in(folder: &Folder) -> Result<Vec<(String, Access)>, LabError> {
    let mut running = Vec::new();
    for name in folder.names()? {
        if let Some(access) = find_in(folder, &name)? {
            running.push((name, access));
        }
    }
    Ok(running)
}

fn down_in(folder: &Folder, name: &str) -> Result<(), LabError> {
    let access = find_in(folder, name)?.ok_or_else(|| LabError::NotRunning(name.to_owned()))?;
    let file = folder.open(name);
    match call(&access, "POST", "/lab/down", "") {
        Outcome::Answered(200, _) | Outcome::Gone => {
            file.map_or(Ok(()), |file| ended(name, file))?;
            folder.remove(name, &access.token);
            Ok(())
        }
        Outcome::Answered(..) | Outcome::Slow => {
            Err(LabError::Machine(format!("the lab `{name}` does not answer; end its process by hand")))
        }
    }
}

/// Waits for the end of the process that holds a state file, and with it of all that was in the lab.
fn ended(name: &str, file: folder::Waiting) -> Result<(), LabError> {
    let (tell, told) = mpsc::channel();
    let wait = move || {
        file.released();
        let _ = tell.send(());
    };
    std::thread::Builder::new()
        .name("lab-down".to_owned())
        .spawn(wait)
        .map_err(|why| LabError::machine("no thread can be started", why))?;
    let late = |_| LabError::Refused(format!("the lab `{name}` was told to end, but its process has not ended yet"));
    told.recv_timeout(PATIENCE).map_err(late)
}

/// A successful answer, or the words of a refusal.
fn asked(access: &Access, method: &str, path: &str, body: &str) -> Result<String, LabError> {
    match call(access, method, path, body) {
        Outcome::Answered(200, body) => Ok(body),
        Outcome::Answered(status, body) => Err(refused(status, &body)),
        Outcome::Gone => Err(LabError::Refused("the lab has ended".to_owned())),
        Outcome::Slow => Err(LabError::Refused("the lab did not answer in time".to_owned())),
    }
}

fn refused(status: u16, body: &str) -> LabError {
    let document: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let words = document.pointer("/error/message").and_then(serde_json::Value::as_str);
    LabError::Refused(words.map_or_else(|| format!("the lab answered {status}"), str::to_owned))
}

fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, LabError> {
    serde_json::from_str(body).map_err(|why| LabError::Refused(format!("the lab's answer cannot be read: {why}")))
}
