//! Does one measurement agree with its prediction, in verdict and in place?

use super::Drawn;
use lab::RuleCounter;
use model::{End, Observation, Stage, Status, Verdict};
use path::{Outcome, Trace};

/// What came of one estate.
#[derive(Debug, Clone)]
pub(super) enum Judgement {
    /// Measured as predicted; the outcome, in words.
    Agrees(String),
    /// Nothing was predicted, and why.
    Undetermined(String),
    /// The difference, in words.
    Disagrees(String),
}

/// Compares.
pub(super) fn judge(drawn: &Drawn, predicted: &Trace, seen: &[Observation], counters: &[RuleCounter]) -> Judgement {
    let expected = &predicted.outcome;
    if expected.verdict == Verdict::Undetermined {
        return Judgement::Undetermined(reason(predicted));
    }
    let snapshot = drawn.scenario.snapshot();
    let network = path::standing::of(&snapshot, &drawn.scenario.question.from);
    let network = network.outcome.value().and_then(|standing| standing.network.clone());
    let measured = path::measured(Some(&snapshot), network.as_ref(), &drawn.scenario.question, seen);
    let Some(measured) = measured else { return Judgement::Disagrees("nothing was measured".to_owned()) };
    let found = &measured.outcome;
    if !same(expected, found) {
        let why = reason(predicted);
        return Judgement::Disagrees(format!("predicted {} ({why}), measured {}", words(expected), words(found)));
    }
    match misplaced(drawn, predicted, counters) {
        Some(words) => Judgement::Disagrees(words),
        None => Judgement::Agrees(words(expected)),
    }
}

/// What was predicted, as far as a measurement can show it: a public way may end in any manner when its
/// end was not predicted, and a silent DNS server leaves the measurement without a verdict.
fn same(expected: &Outcome, found: &Outcome) -> bool {
    let silent = expected.stage == Some(Stage::Dns) && found.candidates == [Stage::Dns];
    if silent && found.verdict == Verdict::Undetermined {
        return expected.end == End::Stopped;
    }
    let end = expected.end == End::Unknown || expected.end == found.end;
    end && (found.verdict, found.way) == (expected.verdict, expected.way)
}

/// Verdict, way, end and stage.
fn words(outcome: &Outcome) -> String {
    let stage = outcome.stage.map_or("", Stage::word);
    format!("{} (way {}, {}) {stage}", outcome.verdict, outcome.way.word(), outcome.end.word()).trim_end().to_owned()
}

/// The reason of the step that failed or is unknown, the last of them.
fn reason(trace: &Trace) -> String {
    let step = trace.steps().filter(|step| matches!(step.status, Status::Fail | Status::Unknown)).last();
    step.map(|step| format!("{}: {}", step.stage, step.because.text)).unwrap_or_default()
}

/// Where the kernel says that the packet stopped, when that is not where it was predicted.
fn misplaced(drawn: &Drawn, predicted: &Trace, counters: &[RuleCounter]) -> Option<String> {
    let end = format!("-{}", slot_of(drawn));
    let dropped: Vec<&RuleCounter> = counters
        .iter()
        .filter(|counter| counter.network.ends_with(&end) && counter.denies && counter.packets > 0)
        .collect();
    let stopping = predicted.steps().find(|step| step.stage == Stage::Nsg && step.status == Status::Fail);
    match (stopping, dropped.as_slice()) {
        (None, []) => None,
        (None, [first, ..]) => Some(format!("{} {} dropped packets, which was not predicted", first.group, first.rule)),
        (Some(step), []) => Some(format!("no rule dropped a packet, predicted: {}", step.because.text)),
        (Some(step), dropped) => {
            let named = |counter: &&RuleCounter| {
                let rule = counter.rule.rsplit(' ').next().unwrap_or_default();
                step.because.text.contains(rule)
            };
            let other = dropped.iter().find(|counter| !named(counter))?;
            Some(format!("{} {} dropped packets, predicted: {}", other.group, other.rule, step.because.text))
        }
    }
}

fn slot_of(drawn: &Drawn) -> usize {
    drawn.number % usize::from(super::PACKED)
}
