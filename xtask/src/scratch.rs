//! Where do files go that only one run needs? In a folder that is gone afterwards.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// A folder that is deleted when this value is dropped.
#[derive(Debug)]
pub(crate) struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// A new folder; the purpose is part of its name.
    pub(crate) fn new(purpose: &str) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("privpath-{purpose}-{}", std::process::id()));
        std::fs::create_dir(&folder).with_context(|| format!("creating the folder {}", folder.display()))?;
        Ok(Self { folder })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that is left behind harms nobody, and a destructor has nobody to tell.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}
