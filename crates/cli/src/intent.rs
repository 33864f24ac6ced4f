//! What does the owner of the estate state, and in which file?

use crate::args::Audit;
use anyhow::{Context, Result};
use finding::Note;
use model::intent::Intent;
use std::path::{Path, PathBuf};

/// The name of the file.
const NAME: &str = "privpath.toml";

/// No such file is longer.
const LONGEST: u64 = 1 << 20;

/// What is stated, and where.
pub(crate) struct Stated {
    /// What it says.
    pub(crate) intent: Intent,
    /// The file as it is called in reports.
    pub(crate) file: String,
}

/// The file of the command line, else the one beside the snapshot if there is one.
pub(crate) fn read(arguments: &Audit) -> Result<Option<Stated>> {
    let path = match (&arguments.config, &arguments.source.snapshot) {
        (Some(path), _) => path.clone(),
        (None, Some(snapshot)) => match beside(snapshot) {
            Some(path) => path,
            None => return Ok(None),
        },
        (None, None) => return Ok(None),
    };
    let file = path.display().to_string();
    let text = text(&path).with_context(|| format!("reading what {file} states"))?;
    let intent = dialect::intent::parse(&text).with_context(|| format!("{file} cannot be used"))?;
    Ok(Some(Stated { intent, file }))
}

/// In the folder of a snapshot, or in the folder that its file is in.
fn beside(snapshot: &Path) -> Option<PathBuf> {
    let folder = if snapshot.is_dir() { Some(snapshot) } else { snapshot.parent() };
    folder.map(|folder| folder.join(NAME)).filter(|path| path.is_file())
}

#[expect(clippy::disallowed_methods, reason = "the owner's file is part of the command line")]
fn text(path: &Path) -> Result<String> {
    let length = path.metadata()?.len();
    anyhow::ensure!(length <= LONGEST, "it has {length} bytes; {LONGEST} are the most");
    Ok(std::fs::read_to_string(path)?)
}

impl Stated {
    /// What was read, for the notes of the report.
    pub(crate) fn note(&self) -> Note {
        let (claims, suppressions) = (self.intent.claims.len(), self.intent.suppressions.len());
        let text = format!("{} states {claims} claims and {suppressions} suppressions", self.file);
        Note { about: "intent".to_owned(), text }
    }
}
