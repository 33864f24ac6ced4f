//! How does an ordinary user get network namespaces? In a user namespace, where this process is root.
//!
//! There it may do to its own network what root may do to the machine's, and nothing else: the machine
//! still sees the user. The kernel lets a process make or enter a user namespace only while it has one
//! thread, so commands do this before anything else.
#![allow(clippy::disallowed_types, reason = "a namespace is entered by its file")]

use super::available::{installed, kernel, words};
use crate::LabError;
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::prctl::set_dumpable;
use nix::unistd::{getegid, geteuid};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the program of a trial prints when namespaces can be had.
const GOOD: &str = "privpath namespaces: yes";
/// What it prints before the reason when they cannot.
const BAD: &str = "privpath namespaces: no: ";

/// The bits of `CAP_NET_ADMIN` and `CAP_SYS_ADMIN`: both are needed to make networks.
const NEEDED: u64 = 1 << 12 | 1 << 21;

/// Kernel settings that forbid user namespaces: file, value, and what to do.
const SETTINGS: [(&str, &str, &str); 3] = [
    ("/proc/sys/user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=10000"),
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
];

/// The one that forbids network namespaces to everybody.
const NETWORK_SETTING: (&str, &str, &str) =
    ("/proc/sys/user/max_net_namespaces", "0", "sysctl -w user.max_net_namespaces=10000");

/// True when this process may make networks as it is: as root, or in a user namespace.
pub(crate) fn is_privileged() -> bool {
    read("/proc/self/status").is_some_and(|status| has_rights(&status))
}

fn has_rights(status: &str) -> bool {
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let bits = effective.and_then(|text| u64::from_str_radix(text.trim(), 16).ok());
    bits.is_some_and(|bits| bits & NEEDED == NEEDED)
}

/// Why network namespaces can be had, in words.
pub(crate) fn standing() -> &'static str {
    match in_user_namespace() {
        true => "an ordinary user may make them, in a user namespace",
        false => "root may make them",
    }
}

/// The file of this process's user namespace, if it is not the machine's own.
pub(crate) fn user_namespace() -> Option<PathBuf> {
    in_user_namespace().then(|| PathBuf::from(format!("/proc/{}/ns/user", std::process::id())))
}

fn in_user_namespace() -> bool {
    // The machine's own maps every number to itself.
    read("/proc/self/uid_map").is_some_and(|map| map.split_whitespace().ne(["0", "0", "4294967295"]))
}

/// Makes this process root of a user namespace of its own. It must have one thread.
pub(crate) fn become_root() -> Result<(), LabError> {
    let (user, group) = (geteuid(), getegid());
    unshare(CloneFlags::CLONE_NEWUSER).map_err(|why| LabError::machine("a user namespace cannot be made", why))?;
    visible()?;
    // The kernel wants this said first: a user who could drop a group might get at files that shut it out.
    write("/proc/self/setgroups", "deny")?;
    write("/proc/self/gid_map", &format!("0 {group} 1"))?;
    write("/proc/self/uid_map", &format!("0 {user} 1"))
}

/// Enters the user namespace of a lab of the same user, as root of it. This process must have one thread.
pub(crate) fn join(path: &Path) -> Result<(), LabError> {
    let failed = |why: &dyn std::fmt::Display| {
        LabError::Machine(format!(
            "the user namespace of the lab ({}) cannot be entered ({why}): it belongs to the user who started the lab",
            path.display()
        ))
    };
    let file = File::open(path).map_err(|why| failed(&why))?;
    // Whoever is in it already cannot enter it again.
    if same(&file, Path::new("/proc/self/ns/user")) {
        return Ok(());
    }
    setns(file, CloneFlags::CLONE_NEWUSER).map_err(|why| failed(&why))?;
    visible()
}

fn same(file: &File, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let other = std::fs::metadata(other).map(|found| (found.dev(), found.ino()));
    let one = file.metadata().map(|found| (found.dev(), found.ino()));
    matches!((one, other), (Ok(one), Ok(other)) if one == other)
}

/// The files of this process in `/proc` stay its own: later commands of the same user enter by them.
fn visible() -> Result<(), LabError> {
    set_dumpable(true).map_err(|why| LabError::machine("this process cannot be made visible to its own user", why))
}

/// The program of a trial: becomes root of a user namespace and tries all that the lab does. The line
/// is for `tried`.
pub fn trial() -> String {
    let forbidden = |why| forbidding(&SETTINGS, &read).or_else(network_setting).unwrap_or(why);
    let tried = || {
        installed()?;
        become_root().map_err(|why| words(&why)).and_then(|()| kernel()).map_err(forbidden)
    };
    match tried() {
        Ok(()) => GOOD.to_owned(),
        Err(why) => format!("{BAD}{why}"),
    }
}

/// What a trial said that was made by a program of its own: a namespace that turns out to be useless
/// cannot be left again.
pub(crate) fn tried(program: &mut Command) -> Result<(), String> {
    let done = program.stdin(Stdio::null()).stderr(Stdio::null()).output();
    let done = done.map_err(|why| format!("the program that tries it cannot be started: {why}"))?;
    let text = String::from_utf8_lossy(&done.stdout);
    let said = text.lines().next().unwrap_or_default();
    match (said == GOOD, said.strip_prefix(BAD)) {
        (true, _) => Ok(()),
        (_, Some(why)) => Err(why.to_owned()),
        _ => Err("the program that tries it said nothing".to_owned()),
    }
}

/// The kernel setting that forbids network namespaces, with what to do about it, if one does.
pub(super) fn network_setting() -> Option<String> {
    forbidding(&[NETWORK_SETTING], &read)
}

fn forbidding(settings: &[(&str, &str, &str)], read: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    settings.iter().find_map(|(file, value, remedy)| {
        let name = file.trim_start_matches("/proc/sys/").replace('/', ".");
        let set = read(file)?;
        (set.trim() == *value).then(|| format!("the kernel setting {name}={value} forbids it; root: `{remedy}`"))
    })
}

#[expect(clippy::disallowed_methods, reason = "settings of the kernel are files")]
fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

#[expect(clippy::disallowed_methods, reason = "the maps of a user namespace are files")]
fn write(path: &str, text: &str) -> Result<(), LabError> {
    std::fs::write(path, text).map_err(|why| LabError::machine(&format!("{path} cannot be written"), why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_read_from_the_status_of_a_process() {
        assert!(has_rights("Name:\tprivpath\nCapEff:\t000001ffffffffff\n"));
        assert!(!has_rights("Name:\tprivpath\nCapEff:\t0000000000000000\n"));
        // CAP_NET_ADMIN alone, as some containers have it.
        assert!(!has_rights("CapEff:\t0000000000001000\n"));
        assert!(!has_rights("CapEff:\tnonsense\n"));
        assert!(!has_rights(""));
    }

    #[test]
    fn the_setting_that_forbids_is_named() {
        let machine = |set: &'static [(&'static str, &'static str)]| {
            let value = |path: &str| set.iter().find(|(known, _)| *known == path).map(|(_, value)| (*value).to_owned());
            forbidding(&SETTINGS, &value)
        };
        assert_eq!(machine(&[]), None);
        assert_eq!(machine(&[("/proc/sys/user/max_user_namespaces", "96364\n")]), None);
        let said = machine(&[("/proc/sys/user/max_user_namespaces", "0\n")]).unwrap();
        assert!(said.contains("user.max_user_namespaces=0") && said.contains("sysctl -w"), "{said}");
        let said = machine(&[("/proc/sys/kernel/unprivileged_userns_clone", "0\n")]).unwrap();
        assert!(said.contains("kernel.unprivileged_userns_clone=0"), "{said}");
        let said = machine(&[("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n")]).unwrap();
        assert!(said.contains("kernel.apparmor_restrict_unprivileged_userns=1"), "{said}");
    }

    #[test]
    fn a_trial_that_says_nothing_is_no_permission() {
        assert!(tried(&mut Command::new("true")).is_err());
        assert!(tried(&mut Command::new("no-such-program-here")).is_err());
        assert_eq!(tried(Command::new("echo").arg(GOOD)), Ok(()));
        assert_eq!(tried(Command::new("echo").arg(format!("{BAD}it rains"))), Err("it rains".to_owned()));
    }
}
