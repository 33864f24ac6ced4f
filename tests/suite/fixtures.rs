//! Does every check do what its fixture shows, and nothing else?
//!
//! What is proven for each fixture without a further line from its author: the healthy estate is
//! silent; the fault gives exactly this code; the look-alikes do not, and one of them is written by
//! hand; each need that is hidden gives a skip; each remedy was walked again, the safe ones clear the
//! finding, and undo brings back estate and finding; all of it is spelled for `az` and ARM; and what
//! is printed is what the fixture holds (`BLESS=1` writes it anew).

use crate::agreement::measured;
use diagnose::Estate;
use finding::{Check, Cx, Diagnosis, Finding, Outcome, Remedy, Safety, Sink};
use model::resource::Kind;
use model::{Change, Expect, Question, Snapshot, Verdict, Why};
use path::platform;
use std::collections::BTreeSet;
use suite::case::Case;
use suite::fixture::{self, Fixture};
use suite::{play, repository};

/// Runs a proof over all fixtures and fails with everything that does not hold.
fn every_fixture(proof: impl Fn(&Fixture) -> Vec<String>) {
    let fixtures = fixture::all().unwrap();
    let failures: Vec<String> = fixtures
        .iter()
        .flat_map(|fixture| proof(fixture).into_iter().map(|words| format!("{}: {words}", fixture.file)))
        .collect();
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

fn check(code: &str) -> &'static dyn Check {
    let found = checks::CHECKS.iter().find(|check| check.meta().code == code);
    *found.unwrap_or_else(|| panic!("no check has the code {code}"))
}

/// The diagnosis of a case: from configuration; with measurements where they are the point.
fn diagnosis(fixture: &Fixture, case: &Case) -> Diagnosis {
    let snapshot = case.scenario.snapshot();
    let mut diagnosis = if fixture.stage == "gap" || case.is_measured() {
        let played = case.lab.as_ref().unwrap_or(&case.scenario);
        let told = play::with_real_servers(measured(case).unwrap(), played, &case.scenario);
        let observations = play::masked(told);
        play::conclude(&snapshot, &case.scenario.question, observations, Estate::Whole)
    } else {
        play::ask(&snapshot, &case.scenario.question)
    };
    fix::prove(&mut diagnosis, &snapshot);
    if let Some(intent) = &case.intent {
        diagnose::suppress(&mut diagnosis, intent, "privpath.toml", &play::TAKEN[..10]);
    }
    diagnosis
}

fn codes(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.findings.iter().map(|finding| finding.meta.code).collect()
}

fn outcome(diagnosis: &Diagnosis) -> String {
    let trace = &diagnosis.traces[0].outcome;
    format!("{} ({}, {:?})", trace.verdict, trace.end.word(), codes(diagnosis))
}

#[test]
fn the_healthy_estate_is_silent() {
    every_fixture(|fixture| {
        let mut failures = Vec::new();
        for (number, (name, case)) in fixture.cases().enumerate() {
            let healthy = play::ask(&case.scenario.healthy, &case.healthy_question());
            // A look-alike may begin with an estate about which less is known; the fault may not.
            // Whether a public call is answered needs the service in the snapshot; a regional host is in none.
            let asks_publicly = case.scenario.question.expect == Expect::Public && case.is_measured();
            let publicly = asks_publicly && healthy.verdict() == Some(Verdict::Public);
            let fine = healthy.as_expected() || (number > 0 && is_unknown(&healthy)) || publicly;
            if !healthy.findings.is_empty() || !fine {
                failures.push(format!("{name}: the healthy estate is {}", outcome(&healthy)));
            }
        }
        failures
    });
}

fn is_unknown(diagnosis: &Diagnosis) -> bool {
    diagnosis.verdict() == Some(Verdict::Undetermined)
}

#[test]
fn the_fault_gives_exactly_its_code() {
    every_fixture(|fixture| {
        let found = diagnosis(fixture, &fixture.fires);
        let right = codes(&found) == [fixture.code.as_str()];
        if right { Vec::new() } else { vec![format!("the fault gives {}", outcome(&found))] }
    });
}

#[test]
fn look_alikes_stay_silent() {
    every_fixture(|fixture| {
        let mut failures = Vec::new();
        for look in &fixture.silent {
            let found = diagnosis(fixture, &look.case);
            let fails = |words: &str| format!("{:?} {words}: it is {}", look.title, outcome(&found));
            if codes(&found).contains(&fixture.code.as_str()) {
                failures.push(fails("must not give the code"));
            }
            let trace = &found.traces[0].outcome;
            let honest = is_unknown(&found) || !trace.candidates.is_empty() || trace.stage.is_some();
            if !found.as_expected() && found.findings.is_empty() && !honest {
                failures.push(fails("goes wrong and nothing is said"));
            }
        }
        if !fixture.silent.iter().any(|look| is_by_hand(&look.case, &fixture.fires)) {
            failures.push("no look-alike is written by hand: state an estate, or use another base".to_owned());
        }
        failures
    });
}

/// True for an estate of its own, not a change to the one of the fault.
fn is_by_hand(case: &Case, fires: &Case) -> bool {
    let networks = |case: &Case| {
        let all = case.scenario.healthy.of_kind(Kind::VirtualNetwork);
        all.map(|network| network.id.clone()).collect::<BTreeSet<_>>()
    };
    case.states_estate || networks(case) != networks(fires)
}

#[test]
fn a_hidden_need_is_a_skip() {
    every_fixture(|fixture| {
        let meta = check(&fixture.code).meta();
        let snapshot = fixture.fires.scenario.snapshot();
        let mut failures = Vec::new();
        for kind in meta.needs {
            let blind = snapshot.without(*kind, Why::NotPermitted);
            let found = play::ask(&blind, &fixture.fires.scenario.question);
            let skipped = found.skipped.iter().any(|skipped| skipped.meta == meta && skipped.missing.contains(kind));
            if !skipped || codes(&found).contains(&meta.code) {
                failures.push(format!("without {kind:?} it is not skipped: {}", outcome(&found)));
            }
        }
        failures
    });
}

#[test]
fn what_a_check_reads_is_what_it_declares() {
    every_fixture(|fixture| {
        let check = check(&fixture.code);
        let snapshot = fixture.fires.scenario.snapshot();
        let cx = Cx::new(&snapshot);
        let mut sink = Sink::default();
        check.estate(&cx, &mut sink);
        let diagnosis = play::ask(&snapshot, &fixture.fires.scenario.question);
        check.trace(&cx, &diagnosis.traces[0], &mut sink);
        let touched = cx.touched();
        let undeclared: Vec<_> = touched.iter().filter(|kind| !check.meta().needs.contains(kind)).collect();
        if undeclared.is_empty() { Vec::new() } else { vec![format!("reads {undeclared:?} and declares no such need")] }
    });
}

#[test]
fn remedies_are_proven() {
    every_fixture(|fixture| {
        let before = fixture.fires.scenario.snapshot();
        let found = diagnosis(fixture, &fixture.fires);
        let remedies = found.findings.iter().flat_map(|finding| {
            finding.remedies.iter().filter(|remedy| !remedy.changes.is_empty()).map(move |remedy| (finding, remedy))
        });
        remedies
            .flat_map(|(finding, remedy)| {
                let mut failures = spelled(remedy);
                failures.extend(walked(&before, &fixture.fires.scenario.question, finding, remedy));
                failures.extend(taken_back(&before, &fixture.fires.scenario.question, finding, remedy));
                failures.into_iter().map(|words| format!("remedy {:?}: {words}", remedy.title)).collect::<Vec<_>>()
            })
            .collect()
    });
}

fn spelled(remedy: &Remedy) -> Vec<String> {
    let mut failures = Vec::new();
    if remedy.spelling.az.is_empty() || remedy.spelling.undo.is_empty() {
        failures.push("is not spelled for az, or its undo is not".to_owned());
    }
    let outside = remedy.changes.iter().all(|change| matches!(change, Change::Outside(_)));
    if remedy.spelling.arm.is_empty() && !outside {
        failures.push("is not spelled for ARM".to_owned());
    }
    failures
}

/// The estate and the answer after a remedy, found again without `fix`.
fn walked(before: &Snapshot, question: &Question, finding: &Finding, remedy: &Remedy) -> Vec<String> {
    let mut failures = Vec::new();
    if remedy.effect.outcome == Outcome::NotTried {
        failures.push("was never walked again".to_owned());
    }
    if remedy.safety != Safety::Safe {
        return failures;
    }
    let (after, traces) = path::prove(before, &remedy.changes, std::slice::from_ref(question));
    let found = play::ask(&after, &traces[0].question);
    if remedy.effect.outcome != Outcome::Clears || !found.findings.is_empty() {
        failures.push(format!("is called safe and leaves {}", outcome(&found)));
    }
    if !finding.about.is_empty() && found.verdict() != Some(Verdict::Private) {
        failures.push(format!("does not bring the call to the private way: {}", outcome(&found)));
    }
    failures
}

/// Undo brings back the estate as it was, and with it the finding.
fn taken_back(before: &Snapshot, question: &Question, finding: &Finding, remedy: &Remedy) -> Vec<String> {
    let after = platform::after(before, &remedy.changes);
    let undone = platform::after(&after, &platform::undo(before, &remedy.changes));
    if let Some(difference) = difference(before, &undone) {
        return vec![format!("undo does not bring back the estate: {difference}")];
    }
    let found = play::ask(&undone, question);
    let back = codes(&found).contains(&finding.meta.code);
    if back { Vec::new() } else { vec![format!("undo does not bring back the finding: {}", outcome(&found))] }
}

/// The first thing in which two estates differ.
fn difference(one: &Snapshot, other: &Snapshot) -> Option<String> {
    if one.client() != other.client() {
        return Some("what surrounds the client".to_owned());
    }
    let missing = one.iter().find(|resource| other.get(&resource.id) != Some(resource));
    let extra = other.iter().find(|resource| one.get(&resource.id).is_none());
    missing.or(extra).map(|resource| resource.id.to_string())
}

#[test]
fn what_is_printed_is_what_the_fixture_holds() {
    let bless = std::env::var_os("BLESS").is_some();
    every_fixture(|fixture| {
        let found = diagnosis(fixture, &fixture.fires);
        let finding = report::terminal(&found, &report::Style::default());
        let remedy = found.findings.first().and_then(|finding| finding.remedies.first()).map(play::commands);
        let wanted = fixture.with(&finding, &remedy.unwrap_or_default());
        if bless && wanted != fixture.text() {
            repository::write(&fixture.file, &wanted).unwrap();
        }
        if bless || wanted == fixture.text() {
            return Vec::new();
        }
        let (held, shown) = (fixture.text().lines(), wanted.lines());
        let line = held.zip(shown).position(|(held, shown)| held != shown).map_or(0, |line| line + 1);
        let shown = wanted.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        vec![format!("line {line}: a generated block should say {shown:?}; run `BLESS=1 cargo test -p suite`")]
    });
}
