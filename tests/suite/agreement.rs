//! Does the lab show what is predicted, on real sockets?
//!
//! The lab reads the same facts by other code. Where they agree, two implementations agree. Faults of
//! routes and security groups are not played on the loopback interface and are left out.

use anyhow::{Context, Result};
use diagnose::Estate;
use lab::Lab;
use model::observation::Seen;
use model::{Observation, Snapshot, Stage, Status, Vantage, Verdict};
use path::dns::Answer;
use path::standing::Servers;
use path::{Outcome, Trace};
use std::net::IpAddr;
use std::sync::Mutex;
use suite::case::Case;
use suite::{fixture, play};

/// Measures a case in a lab of its own.
pub(crate) fn measured(case: &Case) -> Result<Vec<Observation>> {
    let played = case.lab.as_ref().unwrap_or(&case.scenario);
    let lab = Lab::start(played).context("starting the lab")?;
    let predicted = path::predict(&played.snapshot(), &played.question);
    play::measure(
        &lab,
        &dialect::scenario::Scenario { question: case.scenario.question.clone(), ..played.clone() },
        &predicted,
        case.caller(),
    )
}

/// Labs that run side by side: enough to wait for several silences at once, few enough not to make
/// each other slow.
const SIDE_BY_SIDE: usize = 8;

#[test]
fn what_is_measured_is_what_is_predicted() {
    let mut cases: Vec<(String, Case)> = Vec::new();
    for (name, _) in lab::scenarios() {
        let scenario = lab::scenario(name).unwrap();
        cases.push((format!("scenario {name}"), Case::of(scenario)));
    }
    for fixture in fixture::all().unwrap() {
        let own = fixture.cases().filter(|(_, case)| case.lab.is_none());
        cases.extend(own.map(|(name, case)| (name, case.clone())));
    }
    // Nothing predicts who stands on the way.
    cases.retain(|(_, case)| !case.is_stranger && !case.scenario.inspected);
    // Nothing can be measured from a service that calls by itself.
    cases.retain(|(_, case)| !matches!(case.scenario.question.from, Vantage::Service(_)));
    let todo = Mutex::new(cases.iter());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some((name, case)) = { todo.lock().unwrap().next() } {
                    if let Err(words) = agree(case) {
                        failures.lock().unwrap().push(format!("{name}: {words:#}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

/// True when routes or rules keep a question from a DNS server: loopback plays neither.
fn is_unheard(snapshot: &Snapshot, predicted: &Trace) -> bool {
    let standing = path::standing::of(snapshot, &predicted.question.from).outcome;
    let Some((standing, Servers::Custom(servers))) = standing.value().map(|standing| (standing, &standing.servers))
    else {
        return false;
    };
    let silent = predicted.resolution().is_some_and(|resolution| resolution.answer == Answer::Silent);
    let unheard = |server: &IpAddr| {
        let network = path::dns::network_of_server(snapshot, *server)?;
        path::unheard(snapshot, standing, *server, &network)
    };
    silent && servers.iter().any(|server| unheard(server).is_some())
}

/// What was measured through the proxy that the client's variables name, whatever the estate says of it.
fn by_proxy(case: &Case, observations: &[Observation]) -> Option<Outcome> {
    let of = |seen: fn(&Seen) -> bool| observations.iter().map(|own| &own.seen).find(|own| seen(own));
    let Seen::Client(client) = of(|seen| matches!(seen, Seen::Client(_)))? else { return None };
    let Seen::Proxied(proxied) = of(|seen| matches!(seen, Seen::Proxied(_)))? else { return None };
    let trace = path::nothing(&case.scenario.question);
    path::handed(None, trace, client, Some(proxied)).proxied.map(|by| by.outcome)
}

fn agree(case: &Case) -> Result<()> {
    let snapshot = case.scenario.snapshot();
    let predicted = path::predict(&snapshot, &case.scenario.question);
    let beyond_loopback = [Stage::Route, Stage::Nsg];
    if predicted.steps().any(|step| beyond_loopback.contains(&step.stage) && step.status == Status::Fail) {
        return Ok(());
    }
    if is_unheard(&snapshot, &predicted) {
        return Ok(());
    }
    let predicted = predicted.outcome;
    let observations = measured(case)?;
    let by_proxy = by_proxy(case, &observations);
    let found = play::conclude(&snapshot, &case.scenario.question, observations, Estate::Whole);
    let trace = &found.traces[0];
    let decides = trace.proxied.as_ref().is_some_and(|by| by.decides);
    let seen = by_proxy.as_ref().filter(|_| decides).or(trace.measured.as_ref()).context("nothing was measured")?;
    let differs = (seen.verdict, seen.way) != (predicted.verdict, predicted.way);
    // Where servers ask each other none answers, which from outside looks like a server that is down.
    let silent = seen.verdict == Verdict::Undetermined && predicted.stage == Some(Stage::Dns);
    let silent = silent && seen.candidates == [Stage::Dns];
    if differs && !silent && predicted.verdict != Verdict::Undetermined {
        anyhow::bail!("measured {seen:?}, predicted {predicted:?}");
    }
    if let Some(gap) = found.findings.iter().find(|finding| finding.meta.code.starts_with("OBS")) {
        anyhow::bail!("{}: {:?}", gap.title, gap.evidence);
    }
    Ok(())
}
