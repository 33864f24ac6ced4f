//! Where is the repository, which files belong to it, and how are its commands run?

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The working tree.
#[derive(Debug)]
pub(crate) struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The repository that the current folder is in.
    pub(crate) fn find() -> Result<Self> {
        let here = std::env::current_dir().context("finding the current folder")?;
        let root = here
            .ancestors()
            .find(|folder| folder.join("xtask/Cargo.toml").is_file())
            .with_context(|| format!("{} is not inside the repository; change into it", here.display()))?;
        Ok(Self { root: root.to_owned() })
    }

    /// The absolute path of a file of the repository.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The text of a file.
    pub(crate) fn read(&self, relative: &str) -> Result<String> {
        std::fs::read_to_string(self.path(relative)).with_context(|| format!("reading {relative}"))
    }

    /// The text of a file, or nothing when it does not exist or is no text.
    pub(crate) fn text(&self, relative: &str) -> Option<String> {
        std::fs::read_to_string(self.path(relative)).ok()
    }

    /// Writes a file, and the folders it needs.
    pub(crate) fn write(&self, relative: &str, text: &str) -> Result<()> {
        let path = self.path(relative);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("creating the folder of {relative}"))?;
        }
        std::fs::write(&path, text).with_context(|| format!("writing {relative}"))
    }

    /// All files that are tracked or would be: sorted, relative, with `/`.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let mut files = match self.git_files() {
            Some(files) => files,
            None => self.walked_files()?,
        };
        files.retain(|file| self.path(file).is_file());
        files.sort();
        files.dedup();
        Ok(files)
    }

    fn git_files(&self) -> Option<Vec<String>> {
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.split('\0').filter(|file| !file.is_empty()).map(str::to_owned).collect())
    }

    /// Without git (an unpacked archive): everything but the build folder.
    fn walked_files(&self) -> Result<Vec<String>> {
        let mut files = Vec::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            let entries = std::fs::read_dir(&folder).with_context(|| format!("listing {}", folder.display()))?;
            for entry in entries {
                let path = entry.with_context(|| format!("listing {}", folder.display()))?.path();
                let relative = self.relative(&path);
                if path.is_dir() && !path.is_symlink() {
                    if relative != "target" && relative != ".git" {
                        folders.push(path);
                    }
                } else {
                    files.push(relative);
                }
            }
        }
        Ok(files)
    }

    fn relative(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    /// A command that runs in the root of the repository.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// `cargo`, the same one that runs us.
    pub(crate) fn cargo(&self) -> Command {
        self.command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
    }
}

/// Runs a command that shows its own output, and fails when it fails.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let words = words(command);
    let status = command.status().with_context(|| format!("starting `{words}`"))?;
    if !status.success() {
        bail!("`{words}` failed ({status})");
    }
    Ok(())
}

/// Runs a command and gives what it printed, and fails when it fails.
pub(crate) fn printed(command: &mut Command) -> Result<String> {
    let words = words(command);
    let output = command.output().with_context(|| format!("starting `{words}`"))?;
    if !output.status.success() {
        bail!("`{words}` failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("reading what `{words}` printed"))
}

/// The command as it would be typed.
pub(crate) fn words(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let name = Path::new(program.as_ref()).file_name().map_or(program.clone(), |name| name.to_string_lossy());
    std::iter::once(name.into_owned())
        .chain(command.get_args().map(|argument| argument.to_string_lossy().into_owned()))
        .collect::<Vec<_>>()
        .join(" ")
}
