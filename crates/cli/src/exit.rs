//! With what exit code does a diagnosis end?

use finding::{Diagnosis, Severity};
use model::Verdict;
use std::process::ExitCode;

/// The exit codes; a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// As expected.
    Good,
    /// A verdict other than expected, or a finding at or above the threshold.
    Bad,
    /// Wrong usage, or the tool failed.
    Failed,
    /// Undetermined, or checks that matter could not run.
    Undetermined,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Good => 0,
            Exit::Bad => 1,
            Exit::Failed => 2,
            Exit::Undetermined => 3,
        })
    }
}

/// The code of a question: its verdict, then the findings about it.
pub(crate) fn of_question(diagnosis: &Diagnosis, threshold: Severity) -> Exit {
    let decided = diagnosis.unmet().any(|trace| trace.outcome.verdict != Verdict::Undetermined);
    if decided || diagnosis.reaches(threshold) {
        Exit::Bad
    } else if diagnosis.as_expected() {
        Exit::Good
    } else {
        Exit::Undetermined
    }
}

/// The code of an audit: a check at or above the threshold that could not run leaves it open, and so does an
/// estate that was asked nothing because what states the questions was not read.
pub(crate) fn of_audit(diagnosis: &Diagnosis, threshold: Severity) -> Exit {
    let skipped = || diagnosis.skipped.iter().any(|skipped| skipped.meta.severity >= threshold);
    match of_question(diagnosis, threshold) {
        Exit::Good if skipped() || !diagnosis.unasked().is_empty() => Exit::Undetermined,
        exit => exit,
    }
}
