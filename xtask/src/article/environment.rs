//! Where are the real clients? In a Python environment under `target/`, made once.

use crate::repository::{Repository, succeed};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// The clients, in the versions that the page was written with; what they need follows from them.
const PACKAGES: [&str; 6] = [
    "azure-cli==2.91.0",
    "openai==3.54.0",
    "azure-identity==1.27.0",
    "azure-mgmt-network==33.1.0",
    "azure-mgmt-privatedns",
    "azure-mgmt-cognitiveservices",
];

/// Programs of the system that the article uses.
const SYSTEM: [(&str, &str); 2] = [("nslookup", "bind9-dnsutils"), ("curl", "curl")];

/// The folder of the environment's programs.
pub(super) fn programs(repository: &Repository) -> PathBuf {
    repository.path("target/article/bin")
}

/// What is not there, in words.
pub(super) fn missing(repository: &Repository) -> Option<String> {
    if !programs(repository).join("az").is_file() || !complete(repository).is_file() {
        return Some("az is not installed under target/article".to_owned());
    }
    missing_program()
}

fn missing_program() -> Option<String> {
    let gone = |name: &str| Command::new(name).arg("-V").output().is_err();
    let (name, package) = SYSTEM.iter().find(|(name, _)| gone(name))?;
    Some(format!("`{name}` is not installed (package {package})"))
}

/// The file that says that the environment is whole.
fn complete(repository: &Repository) -> PathBuf {
    repository.path("target/article/complete")
}

/// Makes the environment if it is not there yet: some minutes, and 800 MB.
pub(super) fn made(repository: &Repository) -> Result<()> {
    anyhow::ensure!(missing_program().is_none(), "{}", missing_program().unwrap_or_default());
    if missing(repository).is_none() {
        return Ok(());
    }
    println!("article: installing az and the Python clients under target/article; this takes some minutes");
    succeed(repository.command("python3").args(["-m", "venv", "target/article"]))?;
    let pip = programs(repository).join("pip");
    succeed(Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES))?;
    repository.write("target/article/complete", &PACKAGES.join("\n"))
}
