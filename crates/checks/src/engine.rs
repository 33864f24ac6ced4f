//! Who is asked, and what is done when a judge cannot see?

use crate::CHECKS;
use finding::{Check, Cx, Evidence, Finding, Meta, Sink, Skipped};
use model::{End, Expect, Extent, Kind, ResourceId, Snapshot, Way};
use path::{Gap, Trace};

/// What all checks said.
#[derive(Debug, Default)]
pub struct Verdicts {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Who could not judge, and why.
    pub skipped: Vec<Skipped>,
}

/// Asks every check about the estate, about each trace that did not come out as expected, and
/// about each gap. A check that lacks a kind it needs is skipped, and said to be.
pub fn judge(
    snapshot: &Snapshot,
    traces: &[Trace],
    gaps: &[(usize, Gap)],
    unexpected: &dyn Fn(&Trace) -> bool,
) -> Verdicts {
    let mut verdicts = Verdicts::default();
    let cx = Cx::new(snapshot);
    let mut able = Vec::new();
    for check in CHECKS {
        match missing(snapshot, check.meta()) {
            Some(skipped) => verdicts.skipped.push(skipped),
            None => able.push(*check),
        }
    }
    for check in &able {
        of_questions(*check, &cx, traces, gaps, unexpected, &mut verdicts.findings);
    }
    for check in &able {
        of_estate(*check, &cx, &mut verdicts.findings);
    }
    verdicts.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    verdicts
}

fn of_questions(
    check: &dyn Check,
    cx: &Cx<'_>,
    traces: &[Trace],
    gaps: &[(usize, Gap)],
    unexpected: &dyn Fn(&Trace) -> bool,
    findings: &mut Vec<Finding>,
) {
    let mut found = Vec::new();
    for (index, trace) in traces.iter().enumerate() {
        let about = of_trace(check, cx, trace, unexpected(trace));
        found.extend(about.into_iter().map(|finding| Finding { about: vec![index], ..finding }));
    }
    for (index, gap) in gaps {
        let mut sink = Sink::default();
        check.gap(cx, gap, &mut sink);
        found.extend(sink.findings.into_iter().map(|finding| Finding { about: vec![*index], ..finding }));
    }
    for finding in found {
        match findings.iter_mut().find(|known| is_twin(known, &finding)) {
            Some(known) => known.about.extend(finding.about),
            None => findings.push(finding),
        }
    }
}

/// Asks every check about one trace and nothing else; the findings are about no question yet. A check that lacks a
/// kind it needs says nothing.
pub fn explain(snapshot: &Snapshot, trace: &Trace, unexpected: bool) -> Vec<Finding> {
    let cx = Cx::new(snapshot);
    let able = CHECKS.iter().filter(|check| missing(snapshot, check.meta()).is_none());
    able.flat_map(|check| of_trace(*check, &cx, trace, unexpected)).collect()
}

fn of_trace(check: &dyn Check, cx: &Cx<'_>, trace: &Trace, unexpected: bool) -> Vec<Finding> {
    let mut sink = Sink::default();
    if unexpected {
        check.trace(cx, trace, &mut sink);
    }
    let publicly = trace.question.expect == Expect::Public && trace.outcome.way == Way::Public;
    match trace.outcome.end {
        End::Answered => check.arrived(cx, trace, &mut sink),
        End::Refused if publicly => check.refused(cx, trace, &mut sink),
        End::Refused | End::Stopped | End::Unknown => {}
    }
    sink.findings.into_iter().map(|finding| seen_at(finding, trace)).collect()
}

/// What is wrong whatever is asked, unless a question has shown it already.
fn of_estate(check: &dyn Check, cx: &Cx<'_>, findings: &mut Vec<Finding>) {
    let mut sink = Sink::default();
    check.estate(cx, &mut sink);
    for finding in sink.findings {
        if !findings.iter().any(|known| is_twin(known, &finding) || explains(known, &finding)) {
            findings.push(finding);
        }
    }
}

/// The same fault seen by several questions, or by a question and the estate, is one fault.
fn is_twin(known: &Finding, finding: &Finding) -> bool {
    (known.meta, &known.title, &known.resources) == (finding.meta, &finding.title, &finding.resources)
}

/// A finding about a question explains one of the estate that the same repair would clear: both are
/// about one stage, and their first remedies write the same resource.
fn explains(known: &Finding, finding: &Finding) -> bool {
    let touched = |finding: &Finding| -> Vec<ResourceId> {
        let changes = finding.remedies.first().into_iter().flat_map(|remedy| &remedy.changes);
        changes.filter_map(|change| change.resource().cloned()).collect()
    };
    let other = touched(finding);
    !known.about.is_empty()
        && known.meta.stage == finding.meta.stage
        && touched(known).iter().any(|resource| other.contains(resource))
}

/// A finding with what was measured at its stage.
fn seen_at(finding: Finding, trace: &Trace) -> Finding {
    let steps = finding.meta.stage.map(|stage| trace.at(stage)).into_iter().flatten();
    let lines: Vec<Evidence> = steps.flat_map(|step| &step.seen).map(Evidence::measured).collect();
    finding.shown_by(lines)
}

fn missing(snapshot: &Snapshot, meta: &'static Meta) -> Option<Skipped> {
    let extent = |kind: &Kind| match snapshot.coverage().of(*kind) {
        Extent::Missing(why) => Some((*kind, why)),
        Extent::Complete | Extent::Assumed => None,
    };
    let missing: Vec<_> = meta.needs.iter().filter_map(extent).collect();
    let (_, why) = missing.first()?;
    Some(Skipped { meta, missing: missing.iter().map(|(kind, _)| *kind).collect(), why: why.words().to_owned() })
}
