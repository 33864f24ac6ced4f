//! What is wrong, what shows it and how is it repaired?

use super::remedy;
use super::wrap::{Page, Tone};
use super::{headline, plan};
use crate::Verbosity;
use finding::{Diagnosis, Evidence, EvidenceKind, Finding, Severity};
use path::Trace;

/// Writes the findings that explain a trace.
pub(super) fn culprits(
    page: &mut Page,
    diagnosis: &Diagnosis,
    trace: &Trace,
    findings: &[&Finding],
    style: &crate::Style,
) {
    for (index, finding) in findings.iter().enumerate() {
        match findings.len() {
            1 => {
                page.heading(&format!("Why: {}", named(finding)));
                if headline::is_cut(page, trace, finding) {
                    page.text(2, &finding.title);
                }
            }
            _ => {
                let word = if finding.behind.changes.is_empty() { "Why" } else { "Then" };
                page.heading(&format!("{}. {word}: [{}] {}", index + 1, finding.meta.code, finding.title));
                page.text(2, &named(finding));
            }
        }
        plan::predicted(page, finding, findings);
        whole(page, diagnosis, finding, Some(trace), style);
    }
}

/// So many questions of one finding are listed in any audit.
const FEW: usize = 8;

/// Writes one finding of an audit.
pub(super) fn of_audit(page: &mut Page, diagnosis: &Diagnosis, finding: &Finding, style: &crate::Style) {
    page.heading(&format!("{} [{}] {}", finding.severity.word(), finding.meta.code, finding.title));
    let told = if style.verbosity == Verbosity::Verbose { usize::MAX } else { FEW };
    let about = finding.about.iter().filter_map(|index| diagnosis.traces.get(*index));
    for trace in about.take(told) {
        page.text(2, &format!("{} → {}: {}", trace.question.from, trace.question.to, trace.outcome.verdict));
    }
    if let Some(more @ 1..) = finding.about.len().checked_sub(told) {
        page.text(2, &format!("and {more} more questions (-v lists them)"));
    }
    page.text(2, &named(finding));
    plan::predicted_in_audit(page, diagnosis, finding);
    whole(page, diagnosis, finding, None, style);
}

/// Writes findings that do not concern the verdict: a line each and how to repair it.
pub(super) fn beside(page: &mut Page, diagnosis: &Diagnosis, findings: &[&Finding], style: &crate::Style) {
    if findings.is_empty() {
        return;
    }
    page.heading("Also (not the cause of this verdict)");
    for finding in findings {
        let label = format!("  [{}] ", finding.meta.code);
        let words = format!("{} ({}, {})", finding.title, finding.severity.word(), finding.confidence.word());
        page.entry(&[(&label, tone(finding.severity))], &words);
        if style.verbosity == Verbosity::Verbose {
            whole(page, diagnosis, finding, None, style);
            page.blank();
        } else if let Some(first) = finding.remedies.first() {
            remedy::line(page, diagnosis, finding, first, "    fix: ");
        }
    }
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Broken | Severity::Exposed => Tone::Bad,
        Severity::Fragile => Tone::Doubt,
        Severity::Advice => Tone::Plain,
    }
}

/// The name of the check, how bad it is and how sure.
fn named(finding: &Finding) -> String {
    format!("{} ({}, {})", finding.meta.name, finding.severity.word(), finding.confidence.word())
}

/// All of a finding; what the chain of `chain` says already is not said again.
fn whole(page: &mut Page, diagnosis: &Diagnosis, finding: &Finding, chain: Option<&Trace>, style: &crate::Style) {
    let said = |evidence: &&Evidence| {
        let steps = chain.into_iter().flat_map(Trace::steps);
        style.verbosity < Verbosity::Verbose
            && steps.into_iter().any(|step| step.because.text == evidence.text || step.seen.contains(&evidence.text))
    };
    // A name alone says nothing that the title does not.
    let bare = |evidence: &&Evidence| {
        style.verbosity < Verbosity::Verbose
            && evidence.property.is_none()
            && evidence.resource.as_ref().is_some_and(|resource| resource.name() == evidence.text)
    };
    for evidence in finding.evidence.iter().filter(|evidence| !said(evidence) && !bare(evidence)) {
        shown_by(page, evidence, style.verbosity);
    }
    page.text(2, &format!("More: privpath explain {}", finding.meta.code));
    remedy::all(page, diagnosis, finding, style);
}

/// One piece of evidence: its text, then property and value where the text does not say them, and
/// where they were read. General facts are told in a verbose report only.
fn shown_by(page: &mut Page, evidence: &Evidence, verbosity: Verbosity) {
    let verbose = verbosity == Verbosity::Verbose;
    if evidence.kind == EvidenceKind::Fact && !verbose {
        return;
    }
    let label = match evidence.kind {
        EvidenceKind::Measured => "  - seen: ",
        EvidenceKind::Fact => "  - fact: ",
        EvidenceKind::Configuration | EvidenceKind::Reason => "  - ",
    };
    page.entry(&[(label, Tone::Plain)], &evidence.text);
    let mut property = stated(evidence).filter(|stated| !evidence.text.contains(stated.as_str())).unwrap_or_default();
    if let Some(source) = &evidence.source {
        let space = if property.is_empty() { "" } else { " " };
        property = format!("{property}{space}({source})");
    }
    if !property.is_empty() {
        page.text(6, &property);
    }
    if let (true, Some(resource)) = (verbose, &evidence.resource) {
        page.text(6, resource.as_str());
    }
}

/// `resource: property = value`, in the words that [`Evidence::of`] uses.
fn stated(evidence: &Evidence) -> Option<String> {
    let (resource, property) = (evidence.resource.as_ref()?.name(), evidence.property.as_ref()?);
    Some(match &evidence.value {
        Some(value) => format!("{resource}: {property} = {value}"),
        None => format!("{resource}: {property} is absent"),
    })
}
