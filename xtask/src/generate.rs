//! Which files are made by a machine, and are they current?
//!
//! What can be made from file names, tables and `cargo metadata` is made here. What needs the rooms'
//! own code (the pages of the checks, the JSON schema, the blocks in README) is made by the binary
//! `generate` of the test suite, which is started when it exists.

mod checks_index;
pub(crate) mod registry;
mod rooms_list;
mod scenarios;

use crate::modes;
use crate::repository::{Repository, succeed};
use crate::rooms;
use anyhow::{Result, bail};

/// The command that cures a stale file.
pub(crate) const CURE: &str = "run `cargo xtask gen`";

const SUITE: &str = "suite";

/// A file that is made by a machine.
#[derive(Debug)]
pub(crate) struct Generated {
    /// Its path in the repository.
    pub(crate) path: String,
    /// What it must say.
    pub(crate) text: String,
}

/// Writes every generated file that is not current.
pub(crate) fn write(repository: &Repository) -> Result<()> {
    for file in stale(repository)? {
        repository.write(&file.path, &file.text)?;
        println!("wrote {}", file.path);
    }
    run_suite_binary(repository, "generate", &[])
}

/// Fails when a generated file is not current, and lists all that are not.
pub(crate) fn check(repository: &Repository) -> Result<()> {
    let stale = stale(repository)?;
    for file in &stale {
        println!("{}:1: is not current; {CURE}", file.path);
    }
    let rest = run_suite_binary(repository, "generate", &["--check"]);
    if !stale.is_empty() {
        bail!("{} generated files are not current; {CURE}", stale.len());
    }
    rest
}

/// The generated files that differ from what is on disk.
pub(crate) fn stale(repository: &Repository) -> Result<Vec<Generated>> {
    let mut files = all(repository)?;
    files.retain(|file| repository.text(&file.path).as_deref() != Some(&file.text));
    Ok(files)
}

fn all(repository: &Repository) -> Result<Vec<Generated>> {
    let listed = repository.files()?;
    let modes = modes::read(repository)?;
    let mut files = registry::files(&listed);
    files.push(scenarios::file(&listed));
    files.push(checks_index::file(&modes));
    files.push(rooms_list::file(&rooms::packages(repository)?));
    Ok(files)
}

/// Runs a binary of the test suite, which prints and judges for itself.
pub(crate) fn run_suite_binary(repository: &Repository, binary: &str, arguments: &[&str]) -> Result<()> {
    let packages = rooms::packages(repository)?;
    if !packages.iter().any(|package| package.name == SUITE && package.has_binary(binary)) {
        return Ok(());
    }
    let mut command = repository.cargo();
    command.args(["run", "--quiet", "--package", SUITE, "--bin", binary, "--"]).args(arguments);
    succeed(&mut command)
}
