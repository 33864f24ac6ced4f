//! Which traces came out as expected, and which findings explain those that did not?

use finding::{Diagnosis, Finding, Severity};
use model::{End, Expect, Verdict};
use path::Trace;

/// True when a trace came out as its question expects.
pub(crate) fn as_expected(trace: &Trace) -> bool {
    let outcome = &trace.outcome;
    match trace.question.expect {
        Expect::Private => outcome.verdict == Verdict::Private,
        Expect::Public => outcome.verdict == Verdict::Public && outcome.end == End::Answered,
        Expect::Refused => matches!(outcome.end, End::Refused | End::Stopped),
    }
}

/// The trace that a finding explains: one that did not come out as expected.
pub(crate) fn explained(diagnosis: &Diagnosis, finding: &Finding) -> Option<usize> {
    let index = finding.about?;
    let trace = diagnosis.traces.get(index)?;
    (!as_expected(trace) && finding.severity > Severity::Advice).then_some(index)
}

/// The findings that explain a trace, in the order to repair them.
pub(crate) fn explaining(diagnosis: &Diagnosis, index: usize) -> Vec<&Finding> {
    let mut found: Vec<&Finding> =
        diagnosis.findings.iter().filter(|finding| explained(diagnosis, finding) == Some(index)).collect();
    found.sort_by_key(|finding| finding.order);
    found
}

/// The findings that explain no trace, worst first.
pub(crate) fn beside(diagnosis: &Diagnosis) -> Vec<&Finding> {
    let mut found: Vec<&Finding> =
        diagnosis.findings.iter().filter(|finding| explained(diagnosis, finding).is_none()).collect();
    found.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.order));
    found
}

/// The trace that the first line is about: the worst that did not come out as expected, else the
/// worst.
pub(crate) fn worst(diagnosis: &Diagnosis) -> Option<usize> {
    let indices = 0..diagnosis.traces.len();
    indices.min_by_key(|index| {
        let trace = &diagnosis.traces[*index];
        (as_expected(trace), trace.outcome.verdict)
    })
}
