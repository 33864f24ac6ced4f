//! Does the kernel do with packets what is predicted? Every built-in scenario and every
//! fixture, in network namespaces.
//!
//! Skipped with one printed line where namespaces are not to be had; in CI that is a failure.

use anyhow::{Context, Result, bail};
use diagnose::Estate;
use dialect::scenario::Scenario;
use lab::{CounterKind, Lab, Medium, VantageAccess};
use model::{End, Stage, Status, Verdict};
use std::sync::Mutex;
use suite::{fixture, play};

#[test]
#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
fn the_kernel_agrees_with_the_prediction() {
    if let Err(missing) = Medium::Namespaces.take() {
        #[expect(clippy::disallowed_methods, reason = "in CI a skip of this test is a failure")]
        let must_run = cfg!(target_os = "linux") && std::env::var_os("CI").is_some();
        assert!(!must_run, "{missing}");
        eprintln!("skipped: {missing}");
        return;
    }
    let todo = Mutex::new(cases().into_iter());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some((name, scenario)) = { todo.lock().unwrap().next() } {
                    if let Err(words) = agree(&scenario) {
                        failures.lock().unwrap().push(format!("{name}: {words:#}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

/// Labs that run side by side: enough to wait for several silences at once.
const SIDE_BY_SIDE: usize = 6;

/// Every built-in scenario, and every case of a fixture that is played as it is judged.
fn cases() -> Vec<(String, Scenario)> {
    let built_in = lab::scenarios().iter().map(|(name, _)| ((*name).to_owned(), lab::scenario(name).unwrap()));
    let fixtures = fixture::all().unwrap();
    let judged = fixtures.iter().flat_map(fixture::Fixture::cases).filter(|(_, case)| case.lab.is_none());
    built_in.chain(judged.map(|(name, case)| (name.clone(), case.scenario.clone()))).collect()
}

fn agree(scenario: &Scenario) -> Result<()> {
    let snapshot = scenario.snapshot();
    let trace = path::predict(&snapshot, &scenario.question);
    let predicted = &trace.outcome;
    let lab = Lab::start_on(scenario, Medium::Namespaces)?;
    let vantage = lab.access().of(&scenario.ask.from).context("the lab has no such vantage")?;
    if vantage.limits.is_some() {
        // What a medium cannot play is said by the lab, and `agreement` plays it on loopback.
        return Ok(());
    }
    let observations = play::measure(&lab, scenario, &trace)?;
    let found = play::conclude(&snapshot, &scenario.question, observations, Estate::Whole);
    let seen = found.traces[0].measured.as_ref().context("nothing was measured")?;
    let differs = (seen.verdict, seen.way) != (predicted.verdict, predicted.way);
    // Where servers ask each other none answers, which from outside looks like a server that is down.
    let silent = seen.verdict == Verdict::Undetermined && seen.candidates == [Stage::Dns];
    let silent = silent && predicted.stage == Some(Stage::Dns);
    if differs && !silent && predicted.verdict != Verdict::Undetermined {
        bail!("measured {seen:?}, predicted {predicted:?}");
    }
    // Where the packet stopped is read from the counters of the kernel.
    let dropped: Vec<_> = lab.counters()?.into_iter().filter(|counter| counter.denies && counter.packets > 0).collect();
    let (rules, others): (Vec<_>, Vec<_>) =
        dropped.into_iter().partition(|counter| counter.kind == CounterKind::SecurityRule);
    let stops = |stage| trace.steps().any(|step| step.stage == stage && step.status == Status::Fail);
    if stops(Stage::Nsg) == rules.is_empty() {
        bail!("the rules that dropped packets are {rules:?}, predicted {predicted:?}");
    }
    let routers = [CounterKind::Route, CounterKind::Router, CounterKind::Host, CounterKind::Peering];
    if stops(Stage::Route)
        && !others.iter().any(|counter| routers.contains(&counter.kind))
        && !leaves_by_itself(vantage)
    {
        bail!("no route dropped a packet, predicted {predicted:?}");
    }
    if rules.is_empty() && !others.is_empty() && predicted.end == End::Answered {
        bail!("{others:?} dropped packets, predicted {predicted:?}");
    }
    for counter in rules {
        let rule = counter.rule.rsplit(' ').next().unwrap_or_default();
        let named = trace.steps().any(|step| {
            let because = format!("{:?}", step.because);
            step.stage == Stage::Nsg && step.status == Status::Fail && because.contains(rule)
        });
        if !named {
            bail!("{counter:?} dropped packets, and the prediction does not name it");
        }
    }
    Ok(())
}

/// An app sends what it does not route into its network by its own way out, which no router counts.
fn leaves_by_itself(vantage: &VantageAccess) -> bool {
    vantage.text.starts_with("app/")
}
