//! What did the service itself say of who calls, in the words that the checks of it share?

use finding::{Confidence, Evidence, EvidenceKind, Finding, Meta};
use model::Fact;
use path::Trace;
use path::access::{Denial, Reading};

/// The fact that a denial of this kind rests on, where a credential was sent and denied so.
pub(crate) fn denied(trace: &Trace, wanted: Denial) -> Option<&'static Fact> {
    trace.heard.credential?;
    match trace.heard.reply? {
        Reading::Denied(denial, fact) if denial == wanted => Some(fact),
        _ => None,
    }
}

/// A finding that the service's own words show.
pub(crate) fn told(meta: &'static Meta, title: impl Into<String>, fact: &'static Fact) -> Finding {
    let rule =
        Evidence { kind: EvidenceKind::Fact, source: Some(fact.source.to_owned()), ..Evidence::reason(fact.text) };
    let finding = Finding { confidence: Confidence::Measured, ..Finding::new(meta, title) };
    finding.shown_by([rule])
}
