//! Has a suppression of the owner's file ended, or does it match nothing any more?

use finding::{Check, Meta, check};

check! {
    /// ## What it finds
    ///
    /// A suppression in `privpath.toml` whose last day is over, or that matches no finding of the estate.
    ///
    /// ## Why it breaks
    ///
    /// Nothing breaks. But a suppression that has ended accepts nothing any more: what it accepted is found again and
    /// counts. And one that matches nothing may hide the next fault of the same kind, or never matched: a wrong code or
    /// pattern.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A suppression whose finding could not be judged matches nothing either: look at what was skipped first. The last
    /// day still counts.
    ///
    /// ## How to repair
    ///
    /// Take the suppression out of the file, correct its code or pattern, or give it a later day.
    ///
    /// ## Sources
    ///
    /// The file `privpath.toml` itself; docs/guides/intent.md says what can stand in it.
    pub struct SuppressionOutOfDate = {
        code: "OBS002",
        name: "suppression-out-of-date",
        stage: None,
        severity: Advice,
        summary: "A suppression of the owner's file has ended, or matches no finding.",
        needs: [],
        since: "0.1.0",
    }
}

/// It judges what all other checks say together, so the diagnosis gives it.
impl Check for SuppressionOutOfDate {
    fn meta(&self) -> &'static Meta {
        Self::META
    }
}
