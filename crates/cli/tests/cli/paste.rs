//! Can the commands of a fix be pasted into a shell, whatever the resources are called?
#![cfg(unix)]

use crate::estate::{Documents, Folder};
use crate::world::run;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// The lines of the fix, or of its undo, as a person would select them.
fn shown(report: &str, from: &str, to: &str) -> String {
    let fix = &report[report.find("\nFix: ").expect("a fix is shown")..];
    let begin = fix.find(from).expect("the fix begins");
    let end = fix[begin..].find(to).expect("the fix ends");
    fix[begin..begin + end].to_owned()
}

/// Runs a script in a shell where `az` prints each of its words on a line, in an empty folder.
/// Gives the words of each call, and how many files there are afterwards.
fn pasted(script: &str) -> (Vec<String>, usize) {
    let (tools, work) = (Folder::empty(), tempfile::tempdir().unwrap());
    let az = tools.put("az", b"#!/bin/sh\nfor word in \"$@\"; do printf '%s\\n' \"$word\"; done\n");
    std::fs::set_permissions(&az, std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-eu", "-c", script]).env_clear().env("PATH", tools.word()).current_dir(work.path());
    let done = shell.output().unwrap();
    assert!(done.status.success() && done.stderr.is_empty(), "{script}\n{}", String::from_utf8_lossy(&done.stderr));
    let words = String::from_utf8(done.stdout).unwrap().lines().map(str::to_owned).collect();
    (words, std::fs::read_dir(work.path()).unwrap().count())
}

/// The word after an option.
fn value<'w>(words: &'w [String], option: &str) -> &'w str {
    let at = words.iter().position(|word| word == option).unwrap_or_else(|| panic!("no {option} in {words:?}"));
    &words[at + 1]
}

fn linked(report: &str, network: &str) {
    let begin = &report[report.find("\nFix: ").unwrap()..];
    let first = begin.lines().find(|line| line.contains("='") || line.contains("=$'") || line.starts_with("  az "));
    let (words, files) = pasted(&shown(report, first.unwrap(), "\n  Undo:"));
    assert_eq!(words[..5], ["network", "private-dns", "link", "vnet", "create"]);
    assert_eq!(value(&words, "--zone-name"), "privatelink.openai.azure.com");
    assert!(value(&words, "--virtual-network").ends_with(&format!("/virtualNetworks/{network}")), "{words:?}");
    assert_eq!(value(&words, "--resource-group"), "rg-networking");
    assert_eq!(files, 0, "a name was run as a command: {report}");
    let undo = shown(report, "\n  Undo:\n", "\n  Needs:");
    let (undo, files) = pasted(undo.trim_start_matches("\n  Undo:\n"));
    assert_eq!(undo[..5], ["network", "private-dns", "link", "vnet", "delete"]);
    assert_eq!(value(&undo, "--name"), value(&words, "--name"));
    assert_eq!(files, 0, "a name was run as a command: {report}");
}

#[test]
fn the_fix_of_an_unlinked_zone() {
    linked(&run(&["check", "--lab", "zone-not-linked"]).ended(1).out, "spoke-vnet");
    linked(&run(&["trace", "--lab", "zone-not-linked"]).ended(1).out, "spoke-vnet");
}

#[test]
fn a_name_that_a_shell_would_read() {
    for name in
        ["spoke'; : > pwned; '", "$(: > pwned)", "`: > pwned`", "a b", "a\"b", "-x", "a\\", "a\\'b", "!x", "*", "$HOME"]
    {
        let folder = Documents::of("zone-not-linked").renamed("spoke-vnet", name).folder();
        let words =
            ["trace", "--snapshot", folder.word(), "--from", "vm/app", "--to", "https://yourresource.openai.azure.com"];
        linked(&run(&words).ended(1).out, name);
    }
}
