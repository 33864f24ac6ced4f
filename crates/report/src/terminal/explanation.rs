//! What does a person read about an error text that was pasted?

use super::wrap::{Page, Tone};
use crate::Verbosity;
use finding::{Explanation, Meaning, Mode};
use model::Mark;

/// The columns of a code.
const CODE: usize = 8;

/// What was recognised, what it can mean, what it does not mean, and the one command that tells.
pub fn explanation_terminal(explanation: &Explanation, style: &crate::Style) -> String {
    let mut page = Page::new(style);
    page.entry(&[("Recognised: ", Tone::Strong)], &explanation.title);
    if style.verbosity == Verbosity::Quiet {
        return page.finish();
    }
    if let Some(words) = &explanation.words {
        page.entry(&[("  by the words: ", Tone::Plain)], words);
    }
    page.entry(&[("  known: ", Tone::Plain)], &known(explanation.mark, &explanation.source, style.verbosity));
    for also in &explanation.also {
        page.entry(&[("  also in the text: ", Tone::Plain)], also);
    }
    page.heading("It can mean, the most likely first");
    for (meaning, number) in explanation.can.iter().zip(1..) {
        cause(&mut page, number, meaning, style.verbosity);
    }
    if !explanation.cannot.is_empty() {
        page.heading("It does not mean");
    }
    for cannot in &explanation.cannot {
        let code = cannot.mode.map(|mode| format!("{}, ", mode.code)).unwrap_or_default();
        let what = cannot.what.trim_end_matches('.');
        page.entry(&[("  - ", Tone::Plain)], &format!("{code}{what}: {}", cannot.why));
    }
    page.heading("The command that tells");
    page.command(&explanation.tells.command);
    page.entry(&[("  Run it: ", Tone::Plain)], &explanation.tells.place);
    page.entry(&[("  Shows:  ", Tone::Plain)], &explanation.tells.shows);
    remarks(&mut page, explanation);
    page.finish()
}

fn cause(page: &mut Page, number: usize, meaning: &Meaning, verbosity: Verbosity) {
    let number = format!("  {number}. ");
    let code = format!("{:CODE$}", meaning.mode.map_or("-", |mode| mode.code));
    let name = match (meaning.mode, verbosity) {
        (Some(Mode { name, .. }), Verbosity::Verbose) => format!(" ({name})"),
        _ => String::new(),
    };
    page.entry(
        &[(&number, Tone::Plain), (&code, Tone::Strong)],
        &format!("{}{name}", meaning.what.trim_end_matches('.')),
    );
    let indent = " ".repeat(number.chars().count() + CODE);
    page.entry(&[(&indent, Tone::Plain), ("if: ", Tone::Plain)], &meaning.tell);
}

fn remarks(page: &mut Page, explanation: &Explanation) {
    let mut lines = explanation.remarks.clone();
    let pages: Vec<&str> =
        explanation.can.iter().filter_map(|can| can.mode).filter(|mode| mode.is_built).map(|mode| mode.code).collect();
    if let Some(first) = pages.first() {
        let others = pages[1..].join(", ");
        let others = if others.is_empty() { others } else { format!("; likewise {others}") };
        lines.push(format!("privpath explain {first} tells how to repair it{others}"));
    }
    lines.push("the order is an impression from public threads, not a statistic".to_owned());
    page.heading("Notes");
    for line in lines {
        page.entry(&[("  - ", Tone::Plain)], &line);
    }
}

/// How well something is known, in words.
fn known(mark: Mark, source: &str, verbosity: Verbosity) -> String {
    let how = match mark {
        Mark::Protocol => "a property of the protocol, not of Azure",
        Mark::Documented => "documented by Microsoft",
        Mark::Recorded => "recorded in public threads",
        Mark::Inferred => "inferred",
        Mark::Believed => "believed, not verified",
    };
    if verbosity == Verbosity::Verbose { format!("{how} ({source})") } else { how.to_owned() }
}
