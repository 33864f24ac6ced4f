//! What does a person at 2 a.m. read: the verdict, the chain, the reason, the fix and its limits?

mod audit;
mod chain;
mod explanation;
mod findings;
mod headline;
mod plan;
mod proxied;
mod remedy;
mod rest;
mod wrap;

pub use audit::audit_terminal;
pub use explanation::explanation_terminal;
pub(crate) use headline::cause;

use crate::Verbosity;
use crate::expectation::{beside, explaining, worst};
use finding::Diagnosis;
use wrap::Page;

/// The report of one question (or few): line 1 is verdict and root cause, then the stages, the
/// reason, the repair, and what was not judged.
pub fn terminal(diagnosis: &Diagnosis, style: &crate::Style) -> String {
    let mut page = Page::new(style);
    let Some(worst) = worst(diagnosis) else { return audit_terminal(diagnosis, style) };
    let culprits = explaining(diagnosis);
    let several = diagnosis.traces.len() > 1;
    let (trace, found) = (&diagnosis.traces[worst], &culprits[worst]);
    if several || style.verbosity == Verbosity::Quiet {
        headline::first_line(&mut page, trace, found);
    } else {
        headline::headline(&mut page, trace, found);
    }
    if style.verbosity == Verbosity::Quiet {
        return page.finish();
    }
    for (index, (trace, found)) in diagnosis.traces.iter().zip(&culprits).enumerate() {
        if several {
            page.blank();
            headline::headline(&mut page, trace, found);
        }
        chain::chain(&mut page, diagnosis, trace, style);
        proxied::side_by_side(&mut page, trace);
        if found.is_empty() {
            rest::no_culprit(&mut page, diagnosis, trace);
        }
        plan::several(&mut page, diagnosis, index, found);
        findings::culprits(&mut page, diagnosis, trace, found, style);
    }
    rest::settle(&mut page, &diagnosis.traces);
    findings::beside(&mut page, diagnosis, &beside(diagnosis), style);
    rest::rest(&mut page, diagnosis, style);
    rest::limit(&mut page, diagnosis);
    page.finish()
}
