//! Is what the guide to the lab shows what the commands print? As an ordinary user, in one world, in order.
//!
//! Ports are different each time, and times are not compared. `BLESS=1` writes what is printed into the
//! guide.

use crate::world::World;
use std::path::Path;

/// Programs of other people that the guide runs; without one its lines are left alone.
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

/// The output of a command as the guide shows it; nothing when a program is missing.
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

/// The guide as it should be.
fn played(world: &World, guide: &str) -> String {
    let (mut text, mut lines) = (String::new(), guide.lines().peekable());
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

#[test]
fn the_guide_to_the_lab_shows_what_is_printed() {
    let world = World::of_an_ordinary_user();
    if !world.has_namespaces("the guide to the lab") {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides/lab.md");
    let guide = std::fs::read_to_string(&path).unwrap();
    let played = played(&world, &guide);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, played).unwrap();
        return;
    }
    for (number, (line, expected)) in guide.lines().zip(played.lines()).enumerate() {
        assert_eq!(line, expected, "docs/guides/lab.md, line {}; BLESS=1 writes it", number + 1);
    }
    assert_eq!(guide.len(), played.len());
}
