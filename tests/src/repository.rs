//! Where are the files of the repository that tests and pages are made of?

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// The absolute path of a file of the repository.
pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(relative)
}

/// The text of a file.
pub fn read(relative: &str) -> Result<String> {
    std::fs::read_to_string(path(relative)).with_context(|| format!("reading {relative}"))
}

/// Writes a file.
pub fn write(relative: &str, text: &str) -> Result<()> {
    let path = path(relative);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("creating the folder of {relative}"))?;
    }
    std::fs::write(&path, text).with_context(|| format!("writing {relative}"))
}

/// The files directly inside a folder with this ending, by name.
pub fn list(folder: &str, ending: &str) -> Result<Vec<String>> {
    let entries = std::fs::read_dir(path(folder)).with_context(|| format!("listing {folder}"))?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.with_context(|| format!("listing {folder}"))?.file_name().to_string_lossy().into_owned();
        if name.ends_with(ending) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The folders inside a folder, by name.
pub fn folders(folder: &str) -> Result<Vec<String>> {
    Ok(list(folder, "")?.into_iter().filter(|name| path(&format!("{folder}/{name}")).is_dir()).collect())
}
