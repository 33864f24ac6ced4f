//! Which traces came out as expected, and which findings explain those that did not?

use finding::{Diagnosis, Finding, Severity};
use path::Trace;

/// True when a trace came out as its question expects.
pub(crate) fn as_expected(trace: &Trace) -> bool {
    finding::meets(trace.question.expect, &trace.outcome)
}

/// The traces that a finding explains: those that did not come out as expected.
fn explained<'f>(diagnosis: &'f Diagnosis, finding: &'f Finding) -> impl Iterator<Item = usize> + 'f {
    let unmet = |index: &usize| diagnosis.traces.get(*index).is_some_and(|trace| !as_expected(trace));
    finding.about.iter().copied().filter(unmet).filter(|_| finding.severity > Severity::Advice)
}

/// For each trace the findings that explain it, in the order to repair them.
pub(crate) fn explaining(diagnosis: &Diagnosis) -> Vec<Vec<&Finding>> {
    let mut found: Vec<Vec<&Finding>> = vec![Vec::new(); diagnosis.traces.len()];
    for finding in &diagnosis.findings {
        for index in explained(diagnosis, finding) {
            found[index].push(finding);
        }
    }
    for findings in &mut found {
        findings.sort_by_key(|finding| finding.order);
    }
    found
}

/// The findings that explain no trace, worst first.
pub(crate) fn beside(diagnosis: &Diagnosis) -> Vec<&Finding> {
    let mut found: Vec<&Finding> =
        diagnosis.findings.iter().filter(|finding| explained(diagnosis, finding).next().is_none()).collect();
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
