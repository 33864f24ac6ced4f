//! Does a file name a place that exists on one machine only?

use super::Violation;

/// Folders of one machine. Written in two halves, so that this file does not name them either.
const LOCAL: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

/// The home of a web app, which is Azure's, not ours.
const ALLOWED: &str = concat!("/ho", "me/site/");

/// The lines of a file that name such a place.
pub(super) fn violations(file: &str, text: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(local) = LOCAL.iter().find(|local| names(line, local)) {
            let words = format!("names {local}, a folder of one machine; use a path relative to the repository");
            found.push(Violation::new(file, index + 1, words));
        }
    }
    found
}

/// True when the line has the folder at the start of a path, not in the middle of one.
fn names(line: &str, local: &str) -> bool {
    line.match_indices(local).any(|(at, _)| {
        let inside = |before: char| before.is_alphanumeric() || "._-}~*".contains(before);
        !line[..at].ends_with(inside) && !line[at..].starts_with(ALLOWED)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_machine_is_found_and_a_relative_one_is_not() {
        let lines = |text: &str| violations("a.md", text).iter().map(|found| found.line).collect::<Vec<_>>();
        let [work, root, home] = LOCAL;
        assert_eq!(lines(&format!("fine\nsee {work}main\n`{root}x` and \"{home}me\"\n")), [2, 3]);
        assert!(lines(&format!("docs{work}x https://host{home}page\n")).is_empty());
        assert!(lines(&format!("{ALLOWED}wwwroot\n")).is_empty());
    }
}
