//! Does a finding concern the question, or only the estate around it?

use finding::Finding;
use model::{Because, ResourceId};
use path::Trace;

/// True for a finding that explains a trace, or is about a resource that a trace touches.
pub(crate) fn concerns(finding: &Finding, traces: &[Trace]) -> bool {
    !finding.about.is_empty() || traces.iter().any(|trace| finding.resources.iter().any(|id| touches(trace, id)))
}

fn touches(trace: &Trace, id: &ResourceId) -> bool {
    trace
        .hops
        .iter()
        .any(|hop| hop.resource.as_ref() == Some(id) || hop.steps.iter().any(|step| mentions(&step.because, id)))
}

fn mentions(because: &Because, id: &ResourceId) -> bool {
    because.facts.iter().any(|fact| fact.resource == *id) || because.parts.iter().any(|part| mentions(part, id))
}
