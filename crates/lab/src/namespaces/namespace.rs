//! What is one network namespace, and how is something done inside it?
//!
//! A namespace is held by an open file and by nothing else: it has no name, so nothing is left when
//! the process ends, however it ends. Whoever may look into this process enters it by the path of
//! that file. Namespaces belong to threads: all work in one is done on a fresh thread.
#![allow(clippy::disallowed_types, reason = "a namespace is held by an open file")]

use crate::LabError;
use nix::sched::{CloneFlags, setns, unshare};
use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A network namespace. It ends when nobody holds it, and with it every link that has an end there.
#[derive(Debug)]
pub(crate) struct Namespace {
    file: File,
}

/// What a packet may do in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It comes from here or goes here.
    Host,
    /// It may pass through.
    Router,
}

impl Namespace {
    /// A new one, with nothing but a loopback interface that is down.
    pub(crate) fn new(role: Role) -> Result<Self, LabError> {
        let file = on_a_thread(|| {
            unshare(CloneFlags::CLONE_NEWNET).map_err(|why| failed("a network namespace cannot be made", why))?;
            for (name, value) in settings(role) {
                let path = format!("/proc/sys/net/{name}");
                // A kernel without IPv6 lacks its settings.
                if Path::new(&path).exists() {
                    write(&path, value)?;
                }
            }
            open(Path::new("/proc/thread-self/ns/net"))
        })?;
        Ok(Self { file })
    }

    /// Where other processes find it, for as long as this one runs.
    pub(crate) fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/fd/{}", std::process::id(), self.file.as_raw_fd()))
    }

    /// Does something inside.
    pub(crate) fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, LabError> {
        on_a_thread(|| {
            go(&self.file)?;
            Ok(work())
        })
    }

    /// Runs lines of `ip`, all or an error.
    pub(crate) fn ip(&self, lines: &str) -> Result<(), LabError> {
        self.enter(|| fed(program("ip").args(["-batch", "-"]), lines))?.map(drop)
    }

    /// Loads rules, all or none.
    pub(crate) fn nft(&self, rules: &str) -> Result<(), LabError> {
        self.enter(|| fed(program("nft").args(["-f", "-"]), rules))?.map(drop)
    }

    /// The rules with their counters, as JSON.
    pub(crate) fn rules(&self) -> Result<String, LabError> {
        self.enter(|| fed(program("nft").args(["-j", "list", "ruleset"]), ""))?
    }
}

/// Does something in the namespace at a path, which may be another process's.
pub(crate) fn enter_at<T: Send>(path: &Path, work: impl FnOnce() -> T + Send) -> Result<T, LabError> {
    on_a_thread(|| {
        go(&open(path)?)?;
        Ok(work())
    })
}

/// The thread ends with the work, and its namespace is nobody else's concern.
fn on_a_thread<T: Send>(work: impl FnOnce() -> Result<T, LabError> + Send) -> Result<T, LabError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("lab-namespace".to_owned())
            .spawn_scoped(scope, work)
            .map_err(|why| LabError::machine("no thread can be started", why))?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn go(file: &File) -> Result<(), LabError> {
    setns(file, CloneFlags::CLONE_NEWNET).map_err(|why| failed("a network namespace cannot be entered", why))
}

/// Forwarding for routers; nothing of IPv6, which the lab does not play; no filter by return path.
fn settings(role: Role) -> [(&'static str, &'static str); 6] {
    let forward = if role == Role::Router { "1" } else { "0" };
    [
        ("ipv6/conf/default/disable_ipv6", "1"),
        ("ipv6/conf/all/disable_ipv6", "1"),
        ("ipv4/conf/default/rp_filter", "0"),
        ("ipv4/conf/all/rp_filter", "0"),
        ("ipv4/conf/all/send_redirects", "0"),
        ("ipv4/ip_forward", forward),
    ]
}

fn failed(what: &str, why: impl std::fmt::Display) -> LabError {
    LabError::machine(what, why)
}

#[expect(clippy::disallowed_methods, reason = "settings of a namespace are files")]
fn write(path: &str, value: &str) -> Result<(), LabError> {
    std::fs::write(path, value).map_err(|why| failed(&format!("{path} cannot be set"), why))
}

fn open(path: &Path) -> Result<File, LabError> {
    File::open(path).map_err(|why| failed(&format!("{} cannot be opened", path.display()), why))
}

fn program(name: &str) -> Command {
    Command::new(super::available::program(name).unwrap_or_else(|| name.into()))
}

/// Runs a program with this input and gives what it wrote.
fn fed(command: &mut Command, input: &str) -> Result<String, LabError> {
    let named = Path::new(command.get_program()).file_name().unwrap_or_default();
    let program = named.to_string_lossy().into_owned();
    let broken = |why: std::io::Error| LabError::machine(&format!("`{program}` cannot be run"), why);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(broken)?;
    if let Some(mut pipe) = child.stdin.take() {
        // A program that ends early says why below.
        let _ = pipe.write_all(input.as_bytes());
    }
    let done = child.wait_with_output().map_err(broken)?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&done.stderr);
    Err(LabError::machine(&format!("`{program}` refused"), format!("{}\n{input}", words.trim())))
}
