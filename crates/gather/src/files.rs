//! Which resources do the files of a snapshot hold? A file, or a folder of files.
//!
//! Order is by path, so that the same folder always gives the same snapshot. Links to folders are
//! not followed, and of links to files only those that lead to regular files: nothing can loop or
//! hang.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this file is the one that reads snapshot files"
)]

use crate::{GatherError, Gathered};
use dialect::Note;
use dialect::arm::Reader;
use model::Kind;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Larger files are refused with a note.
const MAX_BYTES: u64 = 2 << 30;
/// Folders deeper than this are not entered.
const MAX_DEPTH: usize = 8;
/// What is read in a folder.
const EXTENSIONS: [&str; 3] = ["json", "ndjson", "jsonl"];

/// Reads a file, or every `.json`, `.ndjson` and `.jsonl` file of a folder and the folders in it.
pub fn files(path: &Path) -> Result<Gathered, GatherError> {
    let meta =
        fs::metadata(path).map_err(|error| GatherError::Path { path: path.to_owned(), words: error.to_string() })?;
    let mut found = Found::default();
    if meta.is_dir() {
        found.folder(path, path, 0)?;
        found.files.sort();
    } else {
        found.files.push((label(path, path.parent().unwrap_or(path)), path.to_owned()));
    }
    let mut reader = Reader::new();
    for (label, file) in &found.files {
        match read(file) {
            Ok(text) if text.trim().is_empty() => {
                found.notes.push(Note::new(label, "is empty: the command that wrote it may have failed; run it again"));
            }
            Ok(text) => reader.document(&text, label),
            Err(words) => found.notes.push(Note::new(label, words)),
        }
    }
    let mut reading = reader.finish();
    found.notes.append(&mut reading.notes);
    if found.strays > 0 {
        let said = format!("{} other files skipped: only .json, .ndjson and .jsonl are read", found.strays);
        found.notes.push(Note::new(path.display().to_string(), said));
    }
    let says_something = Kind::ALL.iter().any(|kind| reading.coverage.of(*kind).is_whole());
    if reading.resources.is_empty() && !says_something {
        let first = found.notes.first().map(ToString::to_string);
        return Err(GatherError::Nothing { path: path.to_owned(), first });
    }
    reading.notes = found.notes;
    Ok(Gathered::of(reading))
}

#[derive(Default)]
struct Found {
    /// Label and path.
    files: Vec<(String, PathBuf)>,
    notes: Vec<Note>,
    strays: usize,
}

impl Found {
    fn folder(&mut self, root: &Path, folder: &Path, depth: usize) -> Result<(), GatherError> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if folder == root => {
                return Err(GatherError::Path { path: root.to_owned(), words: error.to_string() });
            }
            Err(error) => {
                self.notes
                    .push(Note::new(label(folder, root), format!("cannot be listed: {error}; nothing in it was read")));
                return Ok(());
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.notes.push(Note::new(label(folder, root), format!("cannot be listed in full: {error}")));
                    continue;
                }
            };
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            // The type of the entry itself: a link to a folder is no folder here.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            match (is_folder, hidden) {
                (true, false) if depth < MAX_DEPTH => self.folder(root, &path, depth + 1)?,
                (true, _) => {}
                (false, _) if is_wanted(&path) => self.files.push((label(&path, root), path)),
                (false, _) => self.strays += 1,
            }
        }
        Ok(())
    }
}

fn is_wanted(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    EXTENSIONS.iter().any(|wanted| wanted.eq_ignore_ascii_case(extension))
        && fs::metadata(path).map_or(true, |meta| meta.is_file())
}

/// How a file is called in notes and origins: its path in the folder that was given.
fn label(path: &Path, root: &Path) -> String {
    let inside = path.strip_prefix(root).ok().filter(|inside| !inside.as_os_str().is_empty());
    inside.unwrap_or(path).display().to_string()
}

fn read(path: &Path) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}; what it holds is missing");
    let file = File::open(path).map_err(cannot)?;
    let size = file.metadata().map_err(cannot)?.len();
    let too_large = || "is larger than 2 GiB and was not read; split it into several files".to_owned();
    if size > MAX_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    decode(bytes)
}

/// UTF-8, or UTF-16 with a byte order mark, which older PowerShell writes with `>`.
fn decode(bytes: Vec<u8>) -> Result<String, String> {
    let unit = |order: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| order([pair[0], pair[1]])).collect();
        String::from_utf16(&units).map_err(|_| "is no valid UTF-16; save it as UTF-8".to_owned())
    };
    match bytes.get(..2) {
        Some([0xff, 0xfe]) => unit(u16::from_le_bytes),
        Some([0xfe, 0xff]) => unit(u16::from_be_bytes),
        _ => String::from_utf8(bytes).map_err(|_| "is no UTF-8 text; save it as UTF-8".to_owned()),
    }
}
