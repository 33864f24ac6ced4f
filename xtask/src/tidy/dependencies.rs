//! Does every dependency say why it is there?

use super::Violation;

/// The entries of `[workspace.dependencies]` that lack a `#` and a reason. Rooms need none.
pub(super) fn violations(file: &str, text: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            inside = line == "[workspace.dependencies]";
        }
        let Some((name, value)) = line.split_once('=') else { continue };
        if !inside || line.starts_with('#') || value.contains("path =") {
            continue;
        }
        if comment(value).is_none_or(str::is_empty) {
            let words = format!("{} has no reason; add `# what it is for` at the end of the line", name.trim());
            found.push(Violation::new(file, index + 1, words));
        }
    }
    found
}

/// What stands behind the first `#` outside of quotes.
fn comment(value: &str) -> Option<&str> {
    let mut quoted = false;
    for (at, letter) in value.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '#' if !quoted => return Some(value[at + 1..].trim()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        let text = "[workspace.dependencies]\n# Group.\nmodel = { path = \"x\" }\na = \"1\" # why\nb = \"1\"\nc = \"#1\"\n\
                    d = { version = \"1\" } #\n[profile.dev]\ndebug = 1\n";
        let lines: Vec<usize> = violations("Cargo.toml", text).iter().map(|found| found.line).collect();
        assert_eq!(lines, [5, 6, 7]);
    }
}
