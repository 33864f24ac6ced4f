//! What is the whole answer? Traces, findings, what was skipped and what is missing.

use crate::{Finding, Plan, Severity, Skipped};
use model::{Coverage, End, Expect, Extent, Kind, Observation, Verdict};
use path::{Outcome, Trace};

/// The whole answer to one or more questions.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// When it was made, RFC 3339.
    pub taken: String,
    /// When the snapshot was taken, RFC 3339, if that is known.
    pub snapshot_taken: Option<String>,
    /// One or more traces for each question.
    pub traces: Vec<Trace>,
    /// What was measured.
    pub observations: Vec<Observation>,
    /// What is wrong, in the order to repair it.
    pub findings: Vec<Finding>,
    /// What was found and is accepted by the estate's owner: it counts for nothing.
    pub suppressed: Vec<Suppressed>,
    /// What it takes to repair each question that did not come out as expected, as far as that is known.
    pub plans: Vec<Plan>,
    /// What could not be judged.
    pub skipped: Vec<Skipped>,
    /// Remarks that judge nothing.
    pub notes: Vec<Note>,
    /// What the snapshot holds; `None` without a snapshot.
    pub coverage: Option<Coverage>,
    /// Every place against every endpoint, where somebody asked for it; it judges nothing.
    pub matrix: Option<path::matrix::Matrix>,
}

/// A finding that the owner of the estate accepts.
#[derive(Debug, Clone)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is accepted, as `2026-12-31`; `None` for no end.
    pub expires: Option<String>,
    /// The file and line that say so.
    pub stated: String,
}

/// A remark that judges nothing: what was assumed, left out or not understood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// What it is about: a file and pointer, a stage, or empty.
    pub about: String,
    /// One sentence.
    pub text: String,
}

impl Diagnosis {
    /// The worst verdict among the traces; `None` when nothing was asked.
    pub fn verdict(&self) -> Option<Verdict> {
        self.traces.iter().map(|trace| trace.outcome.verdict).min()
    }

    /// The traces that did not come out as expected, but for those that are accepted to.
    pub fn unmet(&self) -> impl Iterator<Item = &Trace> {
        let unmet = |(index, trace): &(usize, &Trace)| {
            !meets(trace.question.expect, &trace.outcome) && !self.is_accepted(*index)
        };
        self.traces.iter().enumerate().filter(unmet).map(|(_, trace)| trace)
    }

    /// True for a trace that accepted findings explain, and no other does.
    pub fn is_accepted(&self, index: usize) -> bool {
        let explains = |finding: &Finding| finding.severity > Severity::Advice && finding.about.contains(&index);
        self.suppressed.iter().any(|set| explains(&set.finding)) && !self.findings.iter().any(explains)
    }

    /// True when every question came out as it was expected to.
    pub fn as_expected(&self) -> bool {
        self.unmet().next().is_none()
    }

    /// The kinds of resources that state what is called and were not read, where nothing was asked: then that
    /// nothing is wrong says little.
    pub fn unasked(&self) -> Vec<Kind> {
        let Some(coverage) = self.coverage.as_ref().filter(|_| self.traces.is_empty()) else { return Vec::new() };
        let missing = |kind: &Kind| matches!(coverage.of(*kind), Extent::Missing(_));
        [Kind::WebApp, Kind::ContainerApp].into_iter().filter(missing).collect()
    }

    /// True when a finding is at or above the threshold.
    pub fn reaches(&self, threshold: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= threshold)
    }
}

/// Does an outcome meet an expectation? A refusal meets `refused` whichever way it came.
pub fn meets(expect: Expect, outcome: &Outcome) -> bool {
    match expect {
        Expect::Private => outcome.verdict == Verdict::Private,
        Expect::Public => outcome.verdict == Verdict::Public && outcome.end == End::Answered,
        Expect::Refused => matches!(outcome.end, End::Refused | End::Stopped),
    }
}
