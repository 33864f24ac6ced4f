//! What came of an audit: a summary line, findings worst first, and what was not judged?

use super::wrap::{Page, Tone};
use super::{chain, findings, headline, rest};
use crate::Verbosity;
use crate::expectation::{as_expected, explaining};
use finding::{Diagnosis, Finding, Severity};

/// The report of an audit: many questions, or none.
pub fn audit_terminal(diagnosis: &Diagnosis, style: &crate::Style) -> String {
    let mut page = Page::new(style);
    summary(&mut page, diagnosis);
    if style.verbosity == Verbosity::Quiet {
        return page.finish();
    }
    unasked(&mut page, diagnosis);
    accepted(&mut page, diagnosis, style);
    questions(&mut page, diagnosis, style);
    let mut worst_first: Vec<&Finding> = diagnosis.findings.iter().collect();
    worst_first.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.order));
    for finding in worst_first {
        findings::of_audit(&mut page, diagnosis, finding, style);
    }
    rest::settle(&mut page, &diagnosis.traces);
    rest::rest(&mut page, diagnosis, style);
    rest::limit(&mut page, diagnosis);
    page.finish()
}

/// Line 1: how many findings of each severity, how many questions came out how, and how many
/// checks could not run.
fn summary(page: &mut Page, diagnosis: &Diagnosis) {
    let mut found: Vec<String> = Vec::new();
    for severity in Severity::ALL {
        let count = diagnosis.findings.iter().filter(|finding| finding.severity == severity).count();
        if count > 0 {
            found.push(format!("{count} {}", severity.word()));
        }
    }
    let good = diagnosis.traces.iter().filter(|trace| as_expected(trace)).count();
    let all = diagnosis.traces.len();
    let (word, tone) = match diagnosis.findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Broken | Severity::Exposed) => ("FOUND", Tone::Bad),
        Some(_) => ("FOUND", Tone::Doubt),
        None if good < all => ("NOT AS EXPECTED", Tone::Bad),
        None if diagnosis.skipped.is_empty() && diagnosis.unasked().is_empty() => ("NOTHING FOUND", Tone::Good),
        None => ("NOTHING FOUND", Tone::Doubt),
    };
    let mut parts = if found.is_empty() { Vec::new() } else { vec![found.join(", ")] };
    parts.push(match all {
        0 => "no question was asked".to_owned(),
        _ => format!("{good} of {} as expected", counted(all, "question")),
    });
    if !diagnosis.skipped.is_empty() {
        parts.push(format!("{} not run", counted(diagnosis.skipped.len(), "check")));
    }
    page.entry(&[(word, tone), (" ", Tone::Plain)], &parts.join("; "));
}

/// Why nothing was asked, where that is for lack of data.
fn unasked(page: &mut Page, diagnosis: &Diagnosis) {
    let missing = diagnosis.unasked();
    if !missing.is_empty() {
        let text = format!(
            "Which services the apps call is not known: {} were not read. Add them to the snapshot, or state claims in \
             privpath.toml.",
            rest::kinds(missing)
        );
        page.text(0, &text);
    }
}

/// What the owner accepts, in one line; verbose: each with its reason.
fn accepted(page: &mut Page, diagnosis: &Diagnosis, style: &crate::Style) {
    let all = &diagnosis.suppressed;
    if all.is_empty() {
        return;
    }
    let mut codes: Vec<&str> = all.iter().map(|set| set.finding.meta.code).collect();
    codes.dedup();
    page.text(0, &format!("Suppressed, and not counted: {} ({})", counted(all.len(), "finding"), codes.join(", ")));
    for set in all.iter().filter(|_| style.verbosity == Verbosity::Verbose) {
        let until = set.expires.as_ref().map_or_else(String::new, |day| format!(" until {day}"));
        let words = format!("{}: {}{until} ({})", set.finding.title, set.reason, set.stated);
        page.entry(&[(&format!("  [{}] ", set.finding.meta.code), Tone::Plain)], &words);
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The questions that no finding explains; verbose: every question with its stages.
fn questions(page: &mut Page, diagnosis: &Diagnosis, style: &crate::Style) {
    let verbose = style.verbosity == Verbosity::Verbose;
    page.blank();
    for (index, (trace, found)) in diagnosis.traces.iter().zip(explaining(diagnosis)).enumerate() {
        // What a finding explains is told with the finding.
        let unexplained = !as_expected(trace) && found.is_empty() && !diagnosis.is_accepted(index);
        if !verbose && !unexplained {
            continue;
        }
        headline::headline(page, trace, &found);
        if verbose {
            chain::chain(page, diagnosis, trace, style);
        }
        if unexplained {
            rest::no_culprit(page, diagnosis, trace);
            page.blank();
        }
    }
}
