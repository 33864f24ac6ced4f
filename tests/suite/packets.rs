//! Does the kernel do with packets what is predicted? Every built-in scenario and every
//! fixture, in network namespaces.
//!
//! Skipped with one printed line where namespaces are not to be had; in CI that is a failure.

use anyhow::{Context, Result, bail};
use dialect::scenario::Scenario;
use lab::{Lab, Medium};
use model::Vantage;
use std::sync::Mutex;
use suite::agree::judge::{Judgement, judge, judge_all};
use suite::agree::members::{self, Member};
use suite::{fixture, play, repository};

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
                    let whole = name.starts_with(AGREEMENTS);
                    if let Err(words) = if whole { agree_whole(&scenario) } else { agree(&scenario) } {
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

/// Every built-in scenario, every case of a fixture that is played as it is judged, and the estates of
/// `tests/agreements`, where prediction and packets did not agree once.
fn cases() -> Vec<(String, Scenario)> {
    let built_in = lab::scenarios().iter().map(|(name, _)| ((*name).to_owned(), lab::scenario(name).unwrap()));
    let fixtures = fixture::all().unwrap();
    let judged = fixtures.iter().flat_map(fixture::Fixture::cases).filter(|(_, case)| case.lab.is_none());
    let judged = judged.map(|(name, case)| (name.clone(), case.scenario.clone()));
    let all = built_in.chain(judged).chain(once_wrong().unwrap());
    // Nothing predicts who stands on the way, and nothing can be measured from a service that calls by itself.
    let by_itself = |scenario: &Scenario| matches!(scenario.question.from, Vantage::Service(_));
    all.filter(|(_, scenario)| !scenario.inspected && !by_itself(scenario)).collect()
}

fn once_wrong() -> Result<Vec<(String, Scenario)>> {
    let base = |wanted: &str| {
        let known = lab::scenarios().iter().find(|(known, _)| *known == wanted);
        known.map(|(_, text)| (*text).to_owned())
    };
    let read = |name: String| {
        let file = format!("{AGREEMENTS}/{name}");
        let scenario = Scenario::parse(&file, &repository::read(&file)?, &base)?;
        Ok((file, scenario))
    };
    repository::list(AGREEMENTS, ".toml")?.into_iter().map(read).collect()
}

/// The folder of estates where prediction and packets did not agree once.
const AGREEMENTS: &str = "tests/agreements";

/// The same for all hosts of the caller's subnet.
fn agree_whole(scenario: &Scenario) -> Result<()> {
    let members = members::of(scenario).map_err(anyhow::Error::msg)?;
    let lab = Lab::start_on(scenario, Medium::Namespaces)?;
    let measure = |one: &Member| play::measure(&lab, &one.scenario, &one.trace, suite::case::Caller::default());
    let seen = members.iter().map(measure).collect::<Result<Vec<_>>>()?;
    match judge_all(&members, &seen, &lab.counters()?) {
        Judgement::Agrees(_) | Judgement::Narrowed(_) | Judgement::Undetermined(_) => Ok(()),
        Judgement::Disagrees(words) => bail!(words),
    }
}

fn agree(scenario: &Scenario) -> Result<()> {
    let snapshot = scenario.snapshot();
    // The way through a proxy is compared in `agreement`.
    let trace = path::directly(&snapshot, &scenario.question);
    let lab = Lab::start_on(scenario, Medium::Namespaces)?;
    let vantage = lab.access().of(&scenario.ask.from).context("the lab has no such vantage")?;
    if vantage.limits.is_some() {
        // What a medium cannot play is said by the lab, and `agreement` plays it on loopback.
        return Ok(());
    }
    let observations = play::measure(&lab, scenario, &trace, suite::case::Caller::default())?;
    match judge(scenario, &trace, &observations, &lab.counters()?) {
        Judgement::Agrees(_) | Judgement::Narrowed(_) | Judgement::Undetermined(_) => Ok(()),
        Judgement::Disagrees(words) => bail!(words),
    }
}
