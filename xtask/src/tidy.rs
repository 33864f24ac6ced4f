//! Does the repository keep the rules that the compiler does not know?
//!
//! One line for each violation: `file:line: what; cure`. A long file is only mentioned until it
//! passes the hard limit.

mod check_files;
mod dependencies;
mod links;
mod local_paths;
mod source;

use crate::generate;
use crate::modes;
use crate::repository::Repository;
use crate::rooms;
use anyhow::{Result, bail};
use std::fmt;
use std::path::Path;

/// A rule that is broken at a place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    file: String,
    line: usize,
    words: String,
}

impl Violation {
    /// The words say what is wrong, and after a semicolon what cures it.
    pub(crate) fn new(file: &str, line: usize, words: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, words: words.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.words)
    }
}

/// Checks every rule and fails when one is broken.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    let files = repository.files()?;
    let mut found = imports(repository)?;
    for file in &files {
        let Some(text) = repository.text(file) else { continue };
        found.extend(local_paths::violations(file, &text));
        if Path::new(file).extension().is_some_and(|ending| ending == "rs") {
            found.extend(source::violations(file, &text));
            if let Some(note) = source::long_file(file, &text) {
                println!("note: {note}");
            }
        }
    }
    found.extend(links::violations(&files, &|file| repository.text(file)));
    found.extend(dependencies::violations("Cargo.toml", &repository.read("Cargo.toml")?));
    found.extend(check_files::violations(&files, &modes::read(repository)?));
    for file in generate::stale(repository)? {
        found.push(Violation::new(&file.path, 1, format!("is not current; {}", generate::CURE)));
    }
    found.sort();
    for violation in &found {
        println!("{violation}");
    }
    let rest = generate::run_suite_binary(repository, "generate", &["--check"]);
    match found.len() {
        0 => rest,
        1 => bail!("1 rule is broken"),
        count => bail!("{count} rules are broken"),
    }
}

/// Imports that the table of rooms does not allow.
fn imports(repository: &Repository) -> Result<Vec<Violation>> {
    let violations = rooms::violations(&rooms::packages(repository)?).into_iter();
    Ok(violations.map(|(room, words)| Violation::new(&manifest(&room), 1, words)).collect())
}

fn manifest(room: &str) -> String {
    match room {
        "suite" => "tests/Cargo.toml".to_owned(),
        "xtask" => "xtask/Cargo.toml".to_owned(),
        _ => format!("crates/{room}/Cargo.toml"),
    }
}
