//! Is what the pages show what the commands print? As an ordinary user, each page in one world, in order.
//!
//! Ports are different each time, and times are not compared. `BLESS=1` writes what is printed into the
//! page.

use crate::world::World;
use std::path::Path;

/// Programs of other people that the pages run; without one its lines are left alone.
const PROGRAMS: [&str; 2] = ["nslookup", "curl"];

/// The words of a command line, as a shell splits them: quotes keep words together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// The text with every port of this machine the same.
fn masked(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |before, part| before + "127.0.0.1:PORT" + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The output of a command as a page shows it; nothing when a program is missing.
#[expect(clippy::print_stderr, reason = "a command that did not run says so")]
fn shown(world: &World, command: &str) -> Option<String> {
    let words = words(command);
    if let Some(missing) = PROGRAMS.iter().find(|program| words.iter().any(|word| word == *program))
        && !is_installed(missing)
    {
        eprintln!("not compared, {missing} is not installed: {command}");
        return None;
    }
    let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    let ran = world.run(&words);
    Some(ran.out + &ran.err)
}

/// The page as it should be.
fn played(world: &World, page: &str) -> String {
    let (mut text, mut lines) = (String::new(), page.lines().peekable());
    let mut in_block = false;
    while let Some(line) = lines.next() {
        text.extend([line, "\n"]);
        in_block = if in_block { line != "```" } else { line == "```console" };
        let Some(command) = line.strip_prefix("$ ").filter(|_| in_block) else { continue };
        let mut before = String::new();
        while let Some(line) = lines.next_if(|line| *line != "```" && !line.starts_with("$ ")) {
            before.extend([line, "\n"]);
        }
        let now = shown(world, command).filter(|now| masked(now) != masked(&before));
        text += &now.unwrap_or(before);
    }
    text
}

/// Plays a page of `docs/` and compares, or with `BLESS=1` writes it.
fn compared(page: &str) {
    let world = World::of_an_ordinary_user();
    if !world.has_namespaces(page) {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let played = played(&world, &text);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, played).unwrap();
        return;
    }
    for (number, (line, expected)) in text.lines().zip(played.lines()).enumerate() {
        assert_eq!(line, expected, "docs/{page}, line {}; BLESS=1 writes it", number + 1);
    }
    assert_eq!(text.len(), played.len());
}

#[test]
fn the_guide_to_the_lab_shows_what_is_printed() {
    compared("guides/lab.md");
}

#[test]
fn the_guide_for_a_desk_shows_what_is_printed() {
    compared("guides/from-a-desk.md");
}

#[test]
fn the_guide_to_reports_shows_what_is_printed() {
    compared("guides/reading-a-report.md");
}

/// A block of commands with output belongs to a page that is played.
#[test]
fn every_page_with_output_is_played() {
    let source = include_str!("guide.rs");
    for folder in ["guides", "concepts"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(folder);
        for entry in std::fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            let page = format!("{folder}/{}", entry.file_name().to_string_lossy());
            let shows = std::fs::read_to_string(entry.path()).unwrap().contains("```console");
            assert!(!shows || source.contains(&format!("compared(\"{page}\")")), "{page} is not played by any test");
        }
    }
}
