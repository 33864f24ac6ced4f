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

use crate::{Access, LabError};
use call::{Outcome, call};
use folder::Folder;
use std::path::Path;

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

fn find_in(folder: &Folder, name: &str) -> Result<Option<Access>, LabError> {
    let Some(access) = folder.read(name)? else { return Ok(None) };
    match call(&access, "GET", "/lab/status") {
        Outcome::Answered(200) | Outcome::Slow => Ok(Some(access)),
        Outcome::Answered(_) | Outcome::Gone => {
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
    match call(&access, "POST", "/lab/down") {
        Outcome::Answered(200) | Outcome::Gone => {
            folder.remove(name, &access.token);
            Ok(())
        }
        Outcome::Answered(_) | Outcome::Slow => {
            Err(LabError::Machine(format!("the lab `{name}` does not answer; end its process by hand")))
        }
    }
}
