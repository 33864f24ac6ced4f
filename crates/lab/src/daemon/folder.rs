//! Where are the state files of background labs, and who may read them? Their owner alone.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the lab owns its state files")]

use crate::{Access, LabError};
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The largest state file that is read.
const LARGEST: u64 = 256 * 1024;

/// Folders of a lab, which go with it.
#[derive(Debug)]
pub struct Folders {
    /// An empty one, over which the files for a program are laid where the program alone sees them.
    pub programs: PathBuf,
    /// What clients of the ARM API remember between two programs.
    pub operator: PathBuf,
}

/// The folder of the state files: one `NAME.json` for each lab.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// That of the user who runs this process: `$XDG_RUNTIME_DIR/privpath`, else a folder with the
    /// user's number in the folder for temporary files.
    pub(super) fn of_user() -> Result<Self, LabError> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
        match runtime {
            Some(path) if path.is_dir() => Self::at(path.join("privpath")),
            _ => {
                let temporary = std::env::temp_dir();
                let own = owner::of_this_process(&temporary).map_err(|why| unusable(&temporary, &why.to_string()))?;
                Self::at(temporary.join(format!("privpath-{own}")))
            }
        }
    }

    /// This one: made if need be, and refused when others could look into it.
    pub(super) fn at(path: PathBuf) -> Result<Self, LabError> {
        let made = owner::private_folder(&path);
        if let Err(why) = made
            && why.kind() != ErrorKind::AlreadyExists
        {
            return Err(unusable(&path, &why.to_string()));
        }
        let found = fs::symlink_metadata(&path).map_err(|why| unusable(&path, &why.to_string()))?;
        if !found.is_dir() {
            return Err(unusable(&path, "it is no folder; remove what is there"));
        }
        let own = owner::of_this_process(&path).map_err(|why| unusable(&path, &why.to_string()))?;
        if !owner::is_private(&found, own) {
            return Err(unusable(&path, "others may look into it; remove it, or make it yours alone (mode 700)"));
        }
        Ok(Self(path))
    }

    fn file(&self, name: &str) -> Result<PathBuf, LabError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.len() > 40 || !name.bytes().all(plain) {
            return Err(LabError::Name(model::visible(name).into_owned()));
        }
        Ok(self.0.join(format!("{name}.json")))
    }

    /// The access of a lab, alive or not. A file that cannot be one is removed.
    pub(super) fn read(&self, name: &str) -> Result<Option<Access>, LabError> {
        let path = self.file(name)?;
        let mut text = String::new();
        let file = match fs::File::open(&path) {
            Ok(file) => file,
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(unusable(&path, &why.to_string())),
        };
        let read = file.take(LARGEST).read_to_string(&mut text);
        let access = read.ok().and_then(|_| serde_json::from_str(&text).ok());
        if access.is_none() {
            fs::remove_file(&path).map_err(|why| unusable(&path, &why.to_string()))?;
        }
        Ok(access)
    }

    /// Writes the file of a lab, whole or not at all; an error when there is one already. Whoever waits for
    /// its end waits for what is given back, which the process holds as long as it lives.
    pub(super) fn write(&self, name: &str, access: &Access) -> Result<Held, LabError> {
        let path = self.file(name)?;
        let draft = self.0.join(format!(".{name}.{}", std::process::id()));
        let failed = |why: std::io::Error| unusable(&path, &why.to_string());
        let text = serde_json::to_string(access).map_err(|why| unusable(&path, &why.to_string()))?;
        let write = |mut file: fs::File| file.write_all(text.as_bytes()).map(|()| file);
        let written = owner::private_file(&draft).and_then(write).and_then(hold::held);
        // A link is refused when the name is taken: of two labs that start at once one gives way.
        let linked = written.and_then(|held| fs::hard_link(&draft, &path).map(|()| held));
        let _ = fs::remove_file(&draft);
        match linked {
            Err(why) if why.kind() == ErrorKind::AlreadyExists => Err(LabError::Exists(name.to_owned())),
            other => other.map_err(failed),
        }
    }

    /// The file of a lab, to wait with for the end of its process.
    pub(super) fn open(&self, name: &str) -> Option<Waiting> {
        fs::File::open(self.file(name).ok()?).ok().map(Waiting)
    }

    /// Removes the file of a lab, unless it is meanwhile that of another with the same name.
    pub(super) fn remove(&self, name: &str, token: &str) {
        let ours = matches!(self.read(name), Ok(Some(access)) if access.token == token);
        if let (true, Ok(path)) = (ours, self.file(name)) {
            // Somebody else may have removed it already.
            let _ = fs::remove_file(path);
            if let Ok(folder) = self.programs(name) {
                let _ = fs::remove_dir(folder);
            }
            if let Ok(folder) = self.operator(name) {
                let _ = fs::remove_dir_all(folder);
            }
        }
    }

    /// The folders for the programs of a lab, made if need be.
    pub(super) fn for_programs(&self, name: &str) -> Result<Folders, LabError> {
        let made = |path: PathBuf| match owner::private_folder(&path) {
            Err(why) if why.kind() != ErrorKind::AlreadyExists => Err(unusable(&path, &why.to_string())),
            _ => Ok(path),
        };
        Ok(Folders { programs: made(self.programs(name)?)?, operator: made(self.operator(name)?)? })
    }

    fn operator(&self, name: &str) -> Result<PathBuf, LabError> {
        Ok(self.file(name)?.with_extension("operator"))
    }

    fn programs(&self, name: &str) -> Result<PathBuf, LabError> {
        Ok(self.file(name)?.with_extension("programs"))
    }

    /// The names that have a file, sorted.
    pub(super) fn names(&self) -> Result<Vec<String>, LabError> {
        let entries = fs::read_dir(&self.0).map_err(|why| unusable(&self.0, &why.to_string()))?;
        let files = entries.filter_map(Result::ok).filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = files
            .filter_map(|file| Some(file.strip_suffix(".json")?.to_owned()))
            .filter(|name| self.file(name).is_ok())
            .collect();
        names.sort();
        Ok(names)
    }
}

fn unusable(path: &Path, words: &str) -> LabError {
    LabError::StateFolder { path: path.display().to_string(), words: words.to_owned() }
}

/// A state file as the process of its lab holds it.
pub(super) use hold::Held;

/// A state file as somebody has it who waits for the end of the process that holds it.
#[derive(Debug)]
pub(super) struct Waiting(fs::File);

impl Waiting {
    /// Returns when nobody holds the file any more.
    pub(super) fn released(self) {
        hold::released(self.0);
    }
}

/// A lock on the state file lives as long as its process: the kernel takes it back, however that ends.
#[cfg(target_os = "linux")]
mod hold {
    use nix::fcntl::{Flock, FlockArg};
    use std::fs::File;

    pub(in crate::daemon) type Held = Flock<File>;

    pub(super) fn held(file: File) -> std::io::Result<Held> {
        Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, why)| why.into())
    }

    pub(super) fn released(file: File) {
        // What cannot be waited for is not waited for.
        let _ = Flock::lock(file, FlockArg::LockShared);
    }
}

/// Elsewhere nobody waits for the end of a process.
#[cfg(not(target_os = "linux"))]
mod hold {
    use std::fs::File;

    pub(in crate::daemon) type Held = File;

    #[expect(clippy::unnecessary_wraps, reason = "the shape of the real one")]
    pub(super) fn held(file: File) -> std::io::Result<Held> {
        Ok(file)
    }

    pub(super) fn released(_: File) {}
}

/// Ownership as Unix knows it.
#[cfg(unix)]
mod owner {
    use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
    use std::path::Path;

    /// The user's number: that of a file which this process makes.
    pub(super) fn of_this_process(folder: &Path) -> std::io::Result<u32> {
        if let Ok(process) = fs::metadata("/proc/self") {
            return Ok(process.uid());
        }
        let id: [u8; 8] = crate::random::bytes().map_err(std::io::Error::other)?;
        let path = folder.join(format!(".privpath-owner-{:016x}", u64::from_be_bytes(id)));
        let own = private_file(&path)?.metadata()?.uid();
        fs::remove_file(&path)?;
        Ok(own)
    }

    pub(super) fn private_folder(path: &Path) -> std::io::Result<()> {
        DirBuilder::new().mode(0o700).create(path)
    }

    pub(super) fn private_file(path: &Path) -> std::io::Result<File> {
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
    }

    pub(super) fn is_private(found: &Metadata, own: u32) -> bool {
        const OTHERS: u32 = 0o077;
        found.uid() == own && found.mode() & OTHERS == 0
    }
}

/// Elsewhere the folder for temporary files is the user's own.
#[cfg(not(unix))]
mod owner {
    use std::fs::{File, Metadata, OpenOptions};
    use std::path::Path;

    pub(super) fn of_this_process(_: &Path) -> std::io::Result<&'static str> {
        Ok("labs")
    }

    pub(super) fn private_folder(path: &Path) -> std::io::Result<()> {
        std::fs::create_dir(path)
    }

    pub(super) fn private_file(path: &Path) -> std::io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(path)
    }

    pub(super) fn is_private(_: &Metadata, _: &str) -> bool {
        true
    }
}
