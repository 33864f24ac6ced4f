//! What would happen to a question that is asked from many hosts at once? One trace for each answer.

use crate::by_proxy::handed_on_paper;
use crate::predict::{predict, walk};
use crate::{Outcome, Part, Trace};
use fabric::sources::{self, Source};
use ipnet::IpNet;
use model::{Question, Snapshot, Stage, Status};

/// Walks one question from every source of its set, and splits the answer where they disagree: one trace
/// for each part, whose question is that of the NIC which stands for it. Hosts that nothing tells apart are
/// walked once. A vantage that is no set is one part.
pub fn predict_parts(snapshot: &Snapshot, question: &Question) -> Vec<Trace> {
    if !sources::is_set(&question.from) {
        return vec![predict(snapshot, question)];
    }
    parts(snapshot, question).into_iter().map(|part| handed_on_paper(snapshot, part)).collect()
}

/// The parts of a set, for clients that call directly.
pub(crate) fn parts(snapshot: &Snapshot, question: &Question) -> Vec<Trace> {
    let mut parts: Vec<Trace> = Vec::new();
    for source in sources::of(snapshot, &question.from) {
        let trace = from_source(snapshot, question, source);
        match parts.iter_mut().find(|part| agree(part, &trace)) {
            Some(part) => join(part, trace),
            None => parts.push(trace),
        }
    }
    parts
}

fn from_source(snapshot: &Snapshot, question: &Question, source: Source) -> Trace {
    let asked = Question { from: source.vantage, ..question.clone() };
    let part = Part { of: question.from.clone(), count: source.count };
    Trace { part: Some(part), ..walk(snapshot, &asked, source.standing) }
}

/// Whether two parts have one answer, for the same reasons. What a security group drops depends on who
/// calls, and so does the repair: those parts stay apart; and so do subnets without hosts.
fn agree(one: &Trace, other: &Trace) -> bool {
    let has_hosts = |trace: &Trace| trace.part.as_ref().is_some_and(|part| part.count > 0);
    let reasons = |trace: &Trace| -> Option<(Outcome, Vec<(Stage, String)>)> {
        let failed = trace.steps().filter(|step| matches!(step.status, Status::Fail | Status::Unknown));
        let reasons: Vec<(Stage, String)> = failed.map(|step| (step.stage, step.because.text.clone())).collect();
        let by_group = reasons.iter().any(|(stage, _)| *stage == Stage::Nsg);
        (has_hosts(trace) && !by_group).then(|| (trace.outcome.clone(), reasons))
    };
    reasons(one).is_some_and(|own| Some(own) == reasons(other))
}

fn join(part: &mut Trace, other: Trace) {
    part.sources.extend(other.sources);
    part.sources = IpNet::aggregate(&part.sources);
    if let (Some(own), Some(more)) = (&mut part.part, other.part) {
        own.count += more.count;
    }
}
