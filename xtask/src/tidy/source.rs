//! Does a Rust file open with its question, stay short, and leave the outside world to its owners?

use super::Violation;

const SOFT_LINES: usize = 400;
const HARD_LINES: usize = 800;

/// Files that may be longer, with the reason.
const LONG_FILES: [(&str, &str); 0] = [];

/// The rooms that own files, sockets, the clock or the environment.
const OWNERS: [&str; 7] = ["gather", "probe", "azure", "lab", "cli", "xtask", "suite"];

const DISALLOWED: [&str; 3] = ["clippy::disallowed_methods", "clippy::disallowed_types", "clippy::disallowed_macros"];

/// The rules of one file.
pub(super) fn violations(file: &str, text: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    if !text.starts_with("//! ") {
        let words = "does not open with `//!`; say in the first line which question the file answers";
        found.push(Violation::new(file, 1, words));
    }
    let lines = text.lines().count();
    if lines > HARD_LINES && !LONG_FILES.iter().any(|(long, _)| *long == file) {
        found.push(Violation::new(file, lines, format!("has {lines} lines, more than {HARD_LINES}; split it")));
    }
    if !OWNERS.contains(&room(file)) && !is_test(file) {
        found.extend(outside_world(file, text));
    }
    found
}

/// A remark about a file that is getting long.
pub(super) fn long_file(file: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > SOFT_LINES && lines <= HARD_LINES).then(|| format!("{file} has {lines} lines; {SOFT_LINES} are enough"))
}

/// Tests may read what they are tested with; they are no part of the room.
fn is_test(file: &str) -> bool {
    file.ends_with("/tests.rs") || file.contains("/src/tests/")
}

/// Only the rooms that own the outside world may lift the bans of `clippy.toml`.
fn outside_world(file: &str, text: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if !code.starts_with("//") && DISALLOWED.iter().any(|lint| code.contains(lint)) {
            let words = format!(
                "lifts a ban of clippy.toml, but `{}` does not own files, sockets, clock or environment; \
                 hand the value in from a room that does ({})",
                room(file),
                OWNERS.join(" ")
            );
            found.push(Violation::new(file, index + 1, words));
        }
    }
    found
}

/// The room that a file belongs to.
fn room(file: &str) -> &str {
    match file.split('/').collect::<Vec<_>>()[..] {
        ["crates", room, ..] => room,
        ["tests", ..] => "suite",
        [first, ..] => first,
        [] => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(file: &str, text: &str) -> Vec<String> {
        violations(file, text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_opens_with_its_question() {
        assert!(words("crates/model/src/id.rs", "//! What is an id?\n").is_empty());
        let found = words("crates/model/src/id.rs", "// no\nuse x;\n");
        assert!(found[0].starts_with("crates/model/src/id.rs:1: does not open with"));
        assert_eq!(words("xtask/src/empty.rs", "").len(), 1);
    }

    #[test]
    fn long_files_are_mentioned_and_longer_ones_refused() {
        let text = |lines: usize| "//! x\n".to_owned() + &"x\n".repeat(lines - 1);
        assert_eq!(long_file("a.rs", &text(SOFT_LINES)), None);
        assert!(long_file("a.rs", &text(SOFT_LINES + 1)).is_some());
        assert!(words("a.rs", &text(HARD_LINES)).is_empty());
        assert_eq!(words("a.rs", &text(HARD_LINES + 1)), ["a.rs:801: has 801 lines, more than 800; split it"]);
    }

    #[test]
    fn only_owners_lift_bans() {
        let text = "//! x\n#![allow(\n    clippy::disallowed_methods,\n)]\n// clippy::disallowed_types\n";
        assert!(words("crates/gather/src/files.rs", text).is_empty());
        assert!(words("tests/src/lib.rs", text).is_empty());
        assert!(words("crates/path/src/tests.rs", text).is_empty());
        assert!(words("crates/path/src/tests/samples.rs", text).is_empty());
        assert!(words("crates/dialect/src/arm/tests.rs", text).is_empty());
        let found = words("crates/path/src/lib.rs", text);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/path/src/lib.rs:3: lifts a ban of clippy.toml, but `path`"));
    }
}
