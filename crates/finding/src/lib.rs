//! The words of a diagnosis: findings, evidence, remedies, and how a check is declared.
//!
//! Knows no particular check and no output. Three kinds of bad news never mix: a [`Finding`]
//! (the network is wrong), a [`Skipped`] (we could not know) and an error (we failed; not here).

mod check;
mod diagnosis;
mod evidence;
mod explanation;
mod plan;
mod remedy;

pub use check::{Check, Cx, Meta, Sink};
pub use diagnosis::{Diagnosis, Note, Suppressed, meets};
pub use evidence::{Confidence, Evidence, EvidenceKind, Finding, Repaired, Severity, Skipped};
pub use explanation::{Exclusion, Explanation, Meaning, Mode, Telling};
pub use plan::{Ends, Plan};
pub use remedy::{Effect, Outcome, Remedy, Safety, Spelling};
