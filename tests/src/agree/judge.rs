//! Does one measurement agree with its prediction, in verdict and in place?

use super::members::Member;
use dialect::scenario::Scenario;
use lab::{CounterKind, RuleCounter};
use model::resource::Protocol;
use model::{Because, End, Observation, Stage, Status, Verdict, Way};
use path::dns::Answer;
use path::nsg::{self, Packet, Passage, Side};
use path::standing::Servers;
use path::{Outcome, Trace};
use std::net::IpAddr;

/// What came of one estate.
#[derive(Debug, Clone)]
pub enum Judgement {
    /// Measured as predicted; the outcome, in words.
    Agrees(String),
    /// No verdict was predicted, only the stage that lets nothing through privately, and nothing came so; why not
    /// more.
    Narrowed(String),
    /// Nothing was predicted, and why.
    Undetermined(String),
    /// The difference, in words.
    Disagrees(String),
}

/// Compares one question.
pub fn judge(scenario: &Scenario, predicted: &Trace, seen: &[Observation], counters: &[RuleCounter]) -> Judgement {
    let compared = compare(scenario, predicted, seen);
    if let Judgement::Undetermined(_) | Judgement::Disagrees(_) = compared {
        return compared;
    }
    match misplaced(&[Predicted::of(scenario, predicted)], counters) {
        Some(words) => Judgement::Disagrees(words),
        None => compared,
    }
}

/// Compares the questions of all hosts of a subnet, each with what it measured. The counters are those of all.
pub fn judge_all(all: &[Member], seen: &[Vec<Observation>], counters: &[RuleCounter]) -> Judgement {
    if let ([one], [seen]) = (all, seen) {
        return judge(&one.scenario, &one.trace, seen, counters);
    }
    let (mut undetermined, mut narrowed) = (None, None);
    let mut agreed: Vec<String> = Vec::new();
    for (member, seen) in all.iter().zip(seen) {
        match compare(&member.scenario, &member.trace, seen) {
            Judgement::Agrees(words) => agreed.push(words),
            Judgement::Narrowed(why) => narrowed = Some(why),
            Judgement::Undetermined(why) => undetermined = Some(why),
            Judgement::Disagrees(words) => {
                return Judgement::Disagrees(format!("{}: {words}", member.scenario.question.from));
            }
        }
    }
    if let Some(why) = undetermined {
        return Judgement::Undetermined(why);
    }
    let places: Vec<Predicted<'_>> = all.iter().map(|member| Predicted::of(&member.scenario, &member.trace)).collect();
    if let Some(words) = misplaced(&places, counters) {
        return Judgement::Disagrees(words);
    }
    if let Some(why) = narrowed {
        return Judgement::Narrowed(why);
    }
    agreed.sort_unstable();
    agreed.dedup();
    Judgement::Agrees(match agreed.as_slice() {
        [one] => format!("{one}, all hosts of a subnet"),
        several => format!("a subnet split: {}", several.join("; ")),
    })
}

/// Compares verdict, way and end.
fn compare(scenario: &Scenario, predicted: &Trace, seen: &[Observation]) -> Judgement {
    let expected = &predicted.outcome;
    // Whatever DNS answers, the named stage lets nothing through: that can be wrong, too.
    let open = expected.verdict == Verdict::Undetermined && expected.way == Way::Unknown;
    let narrowed = open && expected.stage.is_some();
    if expected.verdict == Verdict::Undetermined && !narrowed {
        return Judgement::Undetermined(reason(predicted));
    }
    let snapshot = scenario.snapshot();
    let network = path::standing::of(&snapshot, &scenario.question.from);
    let network = network.outcome.value().and_then(|standing| standing.network.clone());
    let measured = path::measured(Some(&snapshot), network.as_ref(), &scenario.question, seen);
    let Some(measured) = measured else { return Judgement::Disagrees("nothing was measured".to_owned()) };
    let found = &measured.outcome;
    let why = reason(predicted);
    if narrowed && found.way != Way::Private {
        return Judgement::Narrowed(why);
    }
    if !narrowed && same(expected, found) {
        return Judgement::Agrees(words(expected));
    }
    Judgement::Disagrees(format!("predicted {} ({why}), measured {}", words(expected), words(found)))
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

/// Where the kernel says that packets stopped, when that is not where it was predicted for anybody.
fn misplaced(all: &[Predicted<'_>], counters: &[RuleCounter]) -> Option<String> {
    let sent = || counters.iter().filter(|counter| counter.packets > 0);
    let dropped: Vec<&RuleCounter> = sent().filter(|counter| counter.denies).collect();
    let routed = sent().any(|counter| counter.kind == CounterKind::Route);
    let explained = |counter: &&&RuleCounter| all.iter().any(|place| place.explains(counter));
    if let Some(counter) = dropped.iter().find(|counter| !explained(counter)) {
        let stopping: Vec<String> = all.iter().map(|place| reason(place.trace)).collect();
        let stopping = stopping.join("; ");
        return Some(format!("{} {} dropped packets, predicted: {stopping}", counter.group, counter.rule));
    }
    // What a route or an app sends to the internet is dropped where nobody counts.
    let lost = |place: &&Predicted<'_>| routed || place.words.contains("by App Service's own way");
    let silent = all.iter().find(|place| place.drops && dropped.is_empty() && !lost(place))?;
    Some(format!("nothing dropped a packet, predicted: {}", reason(silent.trace)))
}

/// What the prediction says about dropped packets.
struct Predicted<'t> {
    scenario: &'t Scenario,
    trace: &'t Trace,
    /// Every reason of the trace, in words.
    words: String,
    /// True when packets are predicted to be dropped somewhere.
    drops: bool,
}

impl<'t> Predicted<'t> {
    fn of(scenario: &'t Scenario, trace: &'t Trace) -> Self {
        let mut words = String::new();
        for step in trace.steps() {
            tell(&step.because, &mut words);
        }
        let answer = trace.resolution().map(|resolution| &resolution.answer);
        let silent = matches!(answer, Some(Answer::Silent));
        let negative = matches!(answer, Some(Answer::NxDomain { .. } | Answer::Circle));
        let stops = trace.outcome.end == End::Stopped && trace.outcome.stage != Some(Stage::Tls);
        Self { scenario, trace, words, drops: silent || (stops && !negative) }
    }

    /// True when the prediction names what dropped.
    fn explains(&self, counter: &RuleCounter) -> bool {
        let failed = |stage| self.trace.at(stage).any(|step| step.status == Status::Fail);
        let name = counter.rule.rsplit(' ').next().unwrap_or_default();
        match counter.kind {
            CounterKind::SecurityRule => self.words.contains(name) || self.denied_anyway(name),
            CounterKind::Route => {
                self.words.contains(name) || self.words.contains("does not hear") || failed(Stage::Dns)
            }
            CounterKind::Endpoint => failed(Stage::Endpoint),
            CounterKind::Router | CounterKind::Peering | CounterKind::Host => {
                failed(Stage::Route) || failed(Stage::Dns) || self.words.contains("does not hear")
            }
        }
    }

    /// A group stands before the routes: what no route takes may be denied there already.
    fn denied_anyway(&self, rule: &str) -> bool {
        let snapshot = self.scenario.snapshot();
        let standing = path::standing::of(&snapshot, &self.scenario.question.from).outcome;
        let Some(standing) = standing.value() else { return false };
        let servers = match &standing.servers {
            Servers::Custom(servers) => servers.clone(),
            Servers::Azure | Servers::Public => Vec::new(),
        };
        let dialled: Vec<IpAddr> = match self.trace.resolution().map(|resolution| &resolution.answer) {
            Some(Answer::Private { addresses, .. }) => addresses.clone(),
            _ => Vec::new(),
        };
        let questions = servers.into_iter().map(|server| (server, Protocol::Udp, 53));
        let calls = dialled.into_iter().map(|address| (address, Protocol::Tcp, self.trace.question.to.port));
        let private = questions.chain(calls).map(|(to, protocol, port)| (nsg::one(to), protocol, port));
        let public = (Side::PublicFrontEnd, Protocol::Tcp, self.trace.question.to.port);
        private.chain([public]).any(|(destination, protocol, port)| {
            let packet = Packet { source: Side::Prefixes(standing.sources.clone()), destination, protocol, port };
            let passage = nsg::outbound(&snapshot, standing, &packet).outcome;
            passage.value().is_none_or(|passage| match passage {
                Passage::Denied(decider) => decider.name == rule,
                Passage::Forbidden(decider) => decider.rule.name() == rule,
                Passage::NoGroup | Passage::Allowed(_) | Passage::AlwaysAllowed(_) => false,
            })
        })
    }
}

/// All texts of a reason.
fn tell(because: &Because, words: &mut String) {
    words.push_str(&because.text);
    words.push('\n');
    for part in &because.parts {
        tell(part, words);
    }
}
