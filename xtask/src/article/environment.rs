//! Where are the real clients? In a Python environment under `target/`, made once for each list of packages.

use crate::repository::{Repository, succeed};
use crate::scratch::Scratch;
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::Command;

/// The clients and all that they need, in the versions that the page was written with.
const LIST: &str = "xtask/src/article/requirements.txt";

/// The environment.
const FOLDER: &str = "target/article";

/// A small package that every registry has.
const PROBE: &str = "idna==";

/// Programs of the system that the article uses.
const SYSTEM: [(&str, &str); 3] = [("nslookup", "bind9-dnsutils"), ("curl", "curl"), ("unbound", "unbound")];

/// The folder of the environment's programs.
pub(super) fn programs(repository: &Repository) -> PathBuf {
    repository.path(FOLDER).join("bin")
}

/// What is not there, in words.
pub(super) fn missing(repository: &Repository) -> Option<String> {
    if !installed(repository) {
        return Some(format!("the packages of {LIST} are not installed under {FOLDER}"));
    }
    missing_program()
}

/// True when the environment holds what the list names now.
fn installed(repository: &Repository) -> bool {
    let whole = repository.read(&format!("{FOLDER}/complete"));
    programs(repository).join("az").is_file() && whole.ok() == repository.read(LIST).ok()
}

fn missing_program() -> Option<String> {
    let gone = |name: &str| Command::new(name).arg("-V").output().is_err();
    let (name, package) = SYSTEM.iter().find(|(name, _)| gone(name))?;
    Some(format!("`{name}` is not installed; install the package {package}"))
}

/// Whether the environment could be made.
pub(super) enum Made {
    /// It is there.
    Whole,
    /// The registry that pip is set up for cannot be had, as pip has told. That is nobody's fault here.
    NoRegistry,
}

/// Makes the environment if it is not there yet: some minutes, and 800 MB. The list is whole, so that nothing is
/// chosen while it is installed.
pub(super) fn made(repository: &Repository) -> Result<Made> {
    if let Some(words) = missing_program() {
        anyhow::bail!("{words}");
    }
    if installed(repository) {
        return Ok(Made::Whole);
    }
    println!("article: installing az and the Python clients under {FOLDER}; this takes some minutes");
    let folder = repository.path(FOLDER);
    succeed(repository.command("python3").args(["-m", "venv"]).arg(&folder))
        .context("making a Python environment; Debian has what it needs in python3-venv and python3-pip")?;
    let mut pip = Command::new(programs(repository).join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"]);
    if let Err(problem) = succeed(pip.arg(repository.path(LIST))) {
        return match answers(repository)? {
            false => Ok(Made::NoRegistry),
            true => Err(problem.context("installing the clients of the article, from a registry that answers")),
        };
    }
    ensure!(programs(repository).join("az").is_file(), "pip installed {LIST}, but there is no `az` under {FOLDER}");
    repository.write(&format!("{FOLDER}/complete"), &repository.read(LIST)?)?;
    Ok(Made::Whole)
}

/// True when the registry hands out one small package of the list.
fn answers(repository: &Repository) -> Result<bool> {
    let list = repository.read(LIST)?;
    let probe = list.lines().find(|line| line.starts_with(PROBE)).with_context(|| format!("{LIST} has no {PROBE}"))?;
    let scratch = Scratch::new("registry")?;
    let mut pip = Command::new(programs(repository).join("pip"));
    pip.args(["download", "--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-deps", "--retries", "1"]);
    pip.arg("--dest").arg(scratch.path()).arg(probe);
    Ok(pip.output().context("running pip")?.status.success())
}
