//! Does the measurement agree with the prediction, and what follows from both?

use crate::measured::{Measured, StageSeen};
use crate::{Detail, Heard, Hop, Outcome, Step, Trace};
use fabric::access::Admission;
use fabric::dns::Answer;
use fabric::is_public;
use model::{Because, End, Question, Stage, Status, Vantage, Verdict, Way};
use std::net::IpAddr;

/// A stage where measurement and prediction disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The stage.
    pub stage: Stage,
    /// What configuration says, in words.
    pub predicted: String,
    /// What was measured, in words.
    pub measured: String,
    /// For how many seconds what was measured may still be an answer that a cache kept from before a
    /// change.
    pub kept: Option<u32>,
    /// Where the call started.
    pub from: Vantage,
    /// The DNS servers that the host which measured asks, as far as it told.
    pub servers: Vec<IpAddr>,
}

impl Gap {
    fn new(predicted: &Trace, measured: &Measured, stage: Stage, says: String, seen: String) -> Self {
        let (from, servers) = (predicted.question.from.clone(), measured.servers.clone());
        Self { stage, predicted: says, measured: seen, kept: None, from, servers }
    }
}

/// Joins a prediction with measurements of the same question: measured wins for what it measured,
/// prediction fills the rest. Only the first gap in path order is named: later ones follow from it.
pub fn compare(predicted: Trace, measured: &Measured) -> (Trace, Option<Gap>) {
    let gap = first_gap(&predicted, measured);
    let outcome = join(&predicted.outcome, &measured.outcome);
    let mut trace = predicted;
    for step in trace.hops.iter_mut().flat_map(|hop| &mut hop.steps) {
        if let Some(seen) = measured.stages.get(&step.stage) {
            overlay(step, seen);
        }
    }
    once(&mut trace);
    if measured.heard.credential.is_some() {
        tested(&mut trace);
    }
    trace.measured = Some(measured.outcome.clone());
    trace.heard = measured.heard.clone();
    trace.settle = settle(&outcome, &trace.settle, &measured.settle);
    trace.outcome = outcome;
    (trace, gap)
}

/// The trace of measurements alone, when nothing could be predicted.
pub fn observed(question: &Question, measured: &Measured) -> Trace {
    let last = measured.stages.keys().max().copied();
    let steps = Stage::ALL.into_iter().map(|stage| {
        let StageSeen { status, lines, told } = measured.stages.get(&stage).cloned().unwrap_or_default();
        let open = last.is_some_and(|last| stage < last) || measured.outcome.candidates.contains(&stage);
        let unseen = if open { Status::Unknown } else { Status::NotReached };
        let unseen = if stage == Stage::Client { Status::Info } else { unseen };
        let status = status.unwrap_or(if lines.is_empty() && told.is_empty() { unseen } else { Status::Info });
        Step { stage, status, because: Because::default(), detail: Detail::None, seen: lines, told }
    });
    let (near, far): (Vec<Step>, Vec<Step>) = steps.partition(|step| step.stage < Stage::Tls);
    let hops = vec![
        Hop { place: question.from.to_string(), resource: question.from.resource().cloned(), steps: near },
        Hop { place: question.to.to_string(), resource: None, steps: far },
    ];
    Trace {
        question: question.clone(),
        sources: Vec::new(),
        part: None,
        hops,
        outcome: measured.outcome.clone(),
        predicted: None,
        measured: Some(measured.outcome.clone()),
        proxied: None,
        heard: measured.heard.clone(),
        settle: settle(&measured.outcome, &[], &measured.settle),
    }
}

fn settle(outcome: &Outcome, predicted: &[String], measured: &[String]) -> Vec<String> {
    let known = outcome.verdict != Verdict::Undetermined && outcome.candidates.is_empty();
    let mut all: Vec<String> = if known { Vec::new() } else { measured.to_vec() };
    if !known {
        all.extend(predicted.iter().filter(|line| !measured.contains(line)).cloned());
    }
    all
}

/// A measured status replaces what was not known or not reached; where the two disagree, measured
/// wins. Lines are added.
fn overlay(step: &mut Step, seen: &StageSeen) {
    if let Some(status) = seen.status {
        if status != Status::Info || step.status != Status::Pass {
            step.status = status;
        }
    } else if step.status == Status::NotReached {
        step.status = Status::Info;
    }
    step.seen.extend(seen.lines.iter().cloned());
    step.told.extend(seen.told.iter().cloned());
}

/// Nothing predicts what a credential is answered: once one was sent, "not tested" is no longer said.
fn tested(trace: &mut Trace) {
    let auth = trace.hops.iter_mut().flat_map(|hop| &mut hop.steps).filter(|step| step.stage == Stage::Auth);
    auth.filter(|step| step.because == fabric::auth::untested()).for_each(|step| step.because = Because::default());
}

/// A stage may have steps at several places: its measured lines are shown at the first.
fn once(trace: &mut Trace) {
    let mut shown: Vec<Stage> = Vec::new();
    for step in trace.hops.iter_mut().flat_map(|hop| &mut hop.steps) {
        if shown.contains(&step.stage) {
            step.seen.clear();
            step.told.clear();
        } else if !step.seen.is_empty() || !step.told.is_empty() {
            shown.push(step.stage);
        }
    }
}

fn join(predicted: &Outcome, measured: &Outcome) -> Outcome {
    let way = if measured.way == Way::Unknown { predicted.way } else { measured.way };
    let end = if measured.end == End::Unknown { predicted.end } else { measured.end };
    let mut joined = Outcome::new(way, end, None);
    if joined.verdict == Verdict::Private {
        return joined;
    }
    joined.stage = measured.stage.or_else(|| {
        let same = predicted.verdict == joined.verdict || predicted.verdict == Verdict::Undetermined;
        predicted.stage.filter(|stage| same && (measured.candidates.is_empty() || measured.candidates.contains(stage)))
    });
    if joined.stage.is_none() {
        let chosen = if measured.candidates.is_empty() { &predicted.candidates } else { &measured.candidates };
        // Whoever was answered was let in.
        let open = |stage: &&Stage| measured.end != End::Answered || **stage != Stage::Access;
        joined.candidates = chosen.iter().filter(open).copied().collect();
    }
    joined
}

fn first_gap(predicted: &Trace, measured: &Measured) -> Option<Gap> {
    dns_gap(predicted, measured).or_else(|| way_gap(predicted, measured)).or_else(|| access_gap(predicted, measured))
}

fn dns_gap(predicted: &Trace, measured: &Measured) -> Option<Gap> {
    let answer = &predicted.resolution()?.answer;
    let seen = measured.resolved.as_ref()?;
    let list =
        |addresses: &[std::net::IpAddr]| addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let (agrees, says) = match answer {
        Answer::Private { addresses, .. } => {
            let same = !seen.addresses.is_empty() && seen.addresses.iter().all(|address| addresses.contains(address));
            (same, list(addresses))
        }
        Answer::Seen { addresses } => {
            let alike = Answer::Seen { addresses: seen.addresses.clone() }.is_like(answer);
            (alike, if addresses.is_empty() { "no address".to_owned() } else { list(addresses) })
        }
        Answer::Public { .. } => {
            let public = !seen.addresses.is_empty() && seen.addresses.iter().all(|address| is_public(*address));
            (public, "a public answer".to_owned())
        }
        Answer::Circle | Answer::Silent => (seen.addresses.is_empty(), "no answer".to_owned()),
        Answer::NxDomain { .. } => (seen.addresses.is_empty(), "NXDOMAIN".to_owned()),
        // A hosts pin is not asked of DNS.
        Answer::Pinned(_) => (true, String::new()),
    };
    let addresses = if seen.addresses.is_empty() { "no address".to_owned() } else { list(&seen.addresses) };
    let by = seen.server.map_or_else(|| "the system's resolver".to_owned(), |server| server.to_string());
    (!agrees).then(|| Gap {
        kept: seen.kept,
        ..Gap::new(predicted, measured, Stage::Dns, says, format!("{by} answers {addresses}"))
    })
}

/// Packets: configuration says that they pass and they do not, or the reverse.
fn way_gap(predicted: &Trace, measured: &Measured) -> Option<Gap> {
    let on_the_way = [Stage::Route, Stage::Nsg, Stage::Endpoint];
    // A step may fail and yet stop nothing: an app outside of the network calls over the public way, and an
    // endpoint takes connections for names that it does not serve.
    let stops = predicted.outcome.end == End::Stopped;
    let stopped_on_paper =
        predicted.steps().find(|step| stops && on_the_way.contains(&step.stage) && step.status == Status::Fail);
    let unknown_on_paper =
        predicted.steps().any(|step| on_the_way.contains(&step.stage) && step.status == Status::Unknown);
    let reached_tls_on_paper = predicted.at(Stage::Tls).any(|step| step.status != Status::NotReached);
    let connected = measured.stages.contains_key(&Stage::Tls);
    let dropped = measured.outcome.end == End::Stopped && !connected && measured.dialled.is_some();
    match stopped_on_paper {
        Some(step) if connected => {
            let seen = "TCP connected".to_owned();
            Some(Gap::new(predicted, measured, step.stage, step.because.text.clone(), seen))
        }
        None if dropped && reached_tls_on_paper && !unknown_on_paper => {
            let lines = measured.stages.get(&Stage::Route).and_then(|seen| seen.lines.first().cloned());
            let says = "nothing on the way stops it".to_owned();
            Some(Gap::new(predicted, measured, Stage::Route, says, lines.unwrap_or_default()))
        }
        _ => None,
    }
}

fn access_gap(predicted: &Trace, measured: &Measured) -> Option<Gap> {
    let admission = predicted.at(Stage::Access).find_map(|step| match &step.detail {
        Detail::Access(admission) => Some((admission, &step.because.text)),
        _ => None,
    });
    let (admission, text) = admission?;
    let seen = match measured.outcome.end {
        End::Answered => "the service answered",
        End::Refused => "the service's network rules refused it",
        End::Stopped | End::Unknown => return None,
    };
    let agrees = match admission {
        Admission::Open => measured.outcome.end == End::Answered,
        Admission::Refused { .. } => measured.outcome.end == End::Refused,
    };
    (!agrees).then(|| Gap::new(predicted, measured, Stage::Access, text.clone(), seen.to_owned()))
}

/// The trace of a question that nothing is known about: no configuration, no measurement.
pub fn nothing(question: &Question) -> Trace {
    let steps = Stage::ALL.into_iter().map(|stage| Step {
        stage,
        status: Status::Unknown,
        because: Because::default(),
        detail: Detail::None,
        seen: Vec::new(),
        told: Vec::new(),
    });
    let place = question.from.to_string();
    let hops = vec![Hop { place, resource: question.from.resource().cloned(), steps: steps.collect() }];
    Trace {
        question: question.clone(),
        sources: Vec::new(),
        part: None,
        hops,
        outcome: Outcome::among(Way::Unknown, End::Unknown, Stage::ALL.to_vec()),
        predicted: None,
        measured: None,
        proxied: None,
        heard: Heard::default(),
        settle: vec!["say where the call starts (--from), or measure there (privpath check)".to_owned()],
    }
}
