//! How is it repaired, as commands that can be pasted, and what was shown about that?

use super::wrap::{Page, Tone};
use crate::Verbosity;
use finding::{Diagnosis, Effect, Finding, Outcome, Remedy, Safety};
use model::{Change, visible};
use std::fmt::Write as _;

/// Writes the remedies of a finding: the first one whole, the others a line each unless verbose.
pub(super) fn all(page: &mut Page, diagnosis: &Diagnosis, finding: &Finding, style: &crate::Style) {
    for (index, remedy) in finding.remedies.iter().enumerate() {
        if index == 0 || style.verbosity == Verbosity::Verbose {
            whole(page, diagnosis, finding, remedy, if index == 0 { "Fix" } else { "Or" });
        } else {
            if index == 1 {
                page.blank();
            }
            line(page, diagnosis, finding, remedy, "Or: ");
        }
    }
}

/// Writes a remedy in one paragraph, without its commands.
pub(super) fn line(page: &mut Page, diagnosis: &Diagnosis, finding: &Finding, remedy: &Remedy, label: &str) {
    let mut words = titled(remedy);
    for text in effect(diagnosis, finding, remedy) {
        words.push_str("; ");
        words.push_str(&text);
    }
    page.entry(&[(label, Tone::Plain)], &words);
}

fn titled(remedy: &Remedy) -> String {
    format!("{} ({})", remedy.title, remedy.safety.word())
}

fn whole(page: &mut Page, diagnosis: &Diagnosis, finding: &Finding, remedy: &Remedy, label: &str) {
    page.heading(&format!("{label}: {}", titled(remedy)));
    for text in effect(diagnosis, finding, remedy) {
        page.text(2, &text);
    }
    for words in &remedy.words {
        page.text(2, words);
    }
    commands(page, remedy);
    let owners = owners(finding, remedy);
    if !remedy.needs.is_empty() || !owners.is_empty() {
        page.blank();
    }
    for need in &remedy.needs {
        page.entry(&[("  Needs: ", Tone::Plain)], need);
    }
    match owners.as_slice() {
        [] => {}
        [group] => page.entry(&[("  Owner: ", Tone::Plain)], &format!("resource group {group}")),
        several => page.entry(&[("  Owners: ", Tone::Plain)], &format!("resource groups {}", several.join(", "))),
    }
}

fn commands(page: &mut Page, remedy: &Remedy) {
    let spelling = &remedy.spelling;
    if spelling.az.is_empty() {
        if !remedy.changes.is_empty() {
            page.text(2, "No command is known for it; make the change by hand.");
        }
        return;
    }
    page.blank();
    for (name, value) in &spelling.variables {
        page.command(&format!("{name}={}", quoted(value)));
    }
    for command in &spelling.az {
        page.command(command);
    }
    if !spelling.undo.is_empty() {
        page.blank();
        page.text(2, "Undo:");
        for command in &spelling.undo {
            page.command(command);
        }
    }
}

/// A value in the quotes of a shell; what could steer a terminal is spelled out (`$'…'`).
fn quoted(value: &str) -> String {
    if *value == *visible(value) {
        return format!("'{}'", value.replace('\'', r"'\''"));
    }
    let mut text = String::from("$'");
    for character in value.chars() {
        match character {
            '\'' | '\\' => text.extend(['\\', character]),
            ' '..='~' => text.push(character),
            other => {
                for byte in other.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a text cannot fail.
                    let _ = write!(text, "\\x{byte:02x}");
                }
            }
        }
    }
    text.push('\'');
    text
}

/// What walking again showed, in words.
fn effect(diagnosis: &Diagnosis, finding: &Finding, remedy: &Remedy) -> Vec<String> {
    let Effect { outcome, leaves, breaks, changes } = &remedy.effect;
    let expected =
        finding.about.first().and_then(|index| diagnosis.traces.get(*index)).map(|trace| trace.question.expect);
    let mut lines = Vec::new();
    match (outcome, expected) {
        (Outcome::NotTried, _) if remedy.safety == Safety::Manual => {}
        (Outcome::NotTried, _) => lines.push("not tried on the model".to_owned()),
        (Outcome::Clears, Some(expect)) => lines.push(format!("walked again: {}", expect.word())),
        (Outcome::Clears, None) => lines.push("walked again: no longer found".to_owned()),
        (Outcome::Leaves, Some(_)) if is_known_next(diagnosis, finding, leaves) => {
            lines.push(format!("walked again: gets further; then {} stops it, see there", leaves.join(", ")));
        }
        (Outcome::Leaves, Some(_)) => lines.push("walked again: still not as expected".to_owned()),
        (Outcome::Leaves, None) => lines.push("walked again: still found".to_owned()),
    }
    let none = Vec::new();
    let leaves = if is_known_next(diagnosis, finding, leaves) { &none } else { leaves };
    for (label, list) in [("leaves", leaves), ("changes the answer of:", changes), ("breaks:", breaks)] {
        match list.as_slice() {
            [] => {}
            list => lines.push(format!("{label} {}", list.join(", "))),
        }
    }
    lines
}

/// True when what is left is told as what comes next.
fn is_known_next(diagnosis: &Diagnosis, finding: &Finding, leaves: &[String]) -> bool {
    let plans = diagnosis.plans.iter().filter(|plan| plan.steps.contains(&finding.order));
    let next = |code: &String| {
        let later = |known: &&Finding| known.order > finding.order && known.meta.code == code;
        let told = diagnosis.findings.iter().find(later);
        told.is_some_and(|known| plans.clone().any(|plan| plan.steps.contains(&known.order)))
    };
    !leaves.is_empty() && leaves.iter().all(next)
}

/// The resource groups that are written to, each once and in order.
fn owners<'d>(finding: &'d Finding, remedy: &'d Remedy) -> Vec<&'d str> {
    let mut groups: Vec<&str> = Vec::new();
    let touched = remedy.changes.iter().filter_map(Change::resource);
    // Words only: the resource in question, if there is one. A change outside of Azure has no group.
    let asked = finding.resources.first().filter(|_| remedy.changes.is_empty());
    for group in touched.chain(asked).filter_map(model::ResourceId::resource_group) {
        if !groups.iter().any(|known| known.eq_ignore_ascii_case(group)) {
            groups.push(group);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_exactly_the_value() {
        assert_eq!(quoted("/subscriptions/s"), "'/subscriptions/s'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("$(reboot)"), "'$(reboot)'");
        assert_eq!(quoted("a\u{1b}'\\"), r"$'a\x1b\'\\'");
    }
}
