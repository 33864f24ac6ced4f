//! Do the table of modes, the checks, their documentation and the scenarios fit together?

use diagnose::{Case, Estate};
use finding::Outcome;
use std::collections::BTreeSet;
use suite::case::healthy_question;
use suite::{fixture, play, repository};

/// A row of the table that is built: code, name, stage and summary.
fn built() -> Vec<(String, String, String, String)> {
    let text = repository::read("docs/modes.tsv").unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    let cells = rows.map(|row| row.split('\t').map(str::to_owned).collect::<Vec<_>>());
    cells
        .filter(|cells| cells[6] == "yes")
        .map(|cells| (cells[2].clone(), cells[1].clone(), cells[3].clone(), cells[7].clone()))
        .collect()
}

#[test]
fn every_built_mode_has_its_check_and_every_check_its_mode() {
    let mut listed = built();
    let mut declared: Vec<_> = checks::CHECKS
        .iter()
        .map(|check| {
            let meta = check.meta();
            let stage = meta.stage.map_or("gap", model::Stage::word).to_owned();
            (meta.code.to_owned(), meta.name.to_owned(), stage, meta.summary.to_owned())
        })
        .collect();
    listed.sort();
    declared.sort();
    assert_eq!(listed, declared);
    let codes: BTreeSet<_> = declared.iter().map(|(code, ..)| code).collect();
    assert_eq!(codes.len(), declared.len(), "a code is used twice");
}

#[test]
fn every_fixture_is_that_of_its_check() {
    let mut shown = BTreeSet::new();
    for fixture in fixture::all().unwrap() {
        let row = built().into_iter().find(|(code, ..)| *code == fixture.code);
        let (_, name, stage, _) = row.unwrap_or_else(|| panic!("{}: {} is not built", fixture.file, fixture.code));
        assert_eq!((&fixture.name, &fixture.stage), (&name, &stage), "{}", fixture.file);
        assert!(shown.insert(fixture.code.clone()), "{} has two fixtures", fixture.code);
    }
    let declared: BTreeSet<_> = checks::CHECKS.iter().map(|check| check.meta().code.to_owned()).collect();
    assert_eq!(shown, declared);
}

#[test]
fn every_check_is_documented() {
    for check in checks::CHECKS {
        let meta = check.meta();
        let headings: Vec<&str> = meta.docs.lines().filter_map(|line| line.trim().strip_prefix("## ")).collect();
        let why = if headings.get(1) == Some(&"Why it matters") { "Why it matters" } else { "Why it breaks" };
        let wanted = ["What it finds", why, "How to tell it from its look-alikes", "How to repair", "Sources"];
        assert_eq!(headings, wanted, "{}", meta.code);
        let sections = meta.docs.split("## ").skip(1);
        for section in sections {
            let (heading, text) = section.split_once('\n').unwrap();
            assert!(!text.trim().is_empty(), "{}: nothing is written under {heading}", meta.code);
        }
    }
}

#[test]
fn every_healthy_estate_is_private_and_accused_of_nothing() {
    for (name, _) in lab::scenarios() {
        let scenario = lab::scenario(name).unwrap();
        let healthy = play::ask(&scenario.healthy, &healthy_question(&scenario));
        let codes: Vec<_> = healthy.findings.iter().map(|finding| finding.meta.code).collect();
        assert!(codes.is_empty(), "{name}: {codes:?}");
        assert!(healthy.as_expected(), "{name}: {:?}", healthy.traces[0].outcome);
    }
}

#[test]
fn an_audit_of_a_healthy_estate_accuses_nothing() {
    for (name, _) in lab::scenarios() {
        let scenario = lab::scenario(name).unwrap();
        let case = Case::on_paper(Some(&scenario.healthy), diagnose::stated(&scenario.healthy), Estate::Whole);
        let audit = diagnose::conclude(case, Vec::new());
        let found: Vec<_> = audit.findings.iter().map(|finding| (finding.meta.code, &finding.title)).collect();
        assert!(found.is_empty(), "{name}: {found:?}");
        assert!(audit.as_expected(), "{name}: {:?}", audit.unmet().map(|trace| &trace.outcome).collect::<Vec<_>>());
        assert!(audit.skipped.is_empty(), "{name}: something was skipped in a complete estate");
    }
}

#[test]
fn every_remedy_of_every_scenario_was_walked_again() {
    for (name, _) in lab::scenarios() {
        let scenario = lab::scenario(name).unwrap();
        let snapshot = scenario.snapshot();
        let mut diagnosis = play::ask(&snapshot, &scenario.question);
        fix::prove(&mut diagnosis, &snapshot);
        for remedy in diagnosis.findings.iter().flat_map(|finding| &finding.remedies) {
            let tried = remedy.effect.outcome != Outcome::NotTried;
            assert_eq!(tried, !remedy.changes.is_empty(), "{name}: {}", remedy.title);
        }
    }
}

#[test]
fn generated_pages_are_current() {
    if std::env::var_os("BLESS").is_some() {
        // The fixtures are being written at this moment; `cargo xtask gen` comes next.
        return;
    }
    let stale: Vec<String> = suite::pages::stale().unwrap().into_iter().map(|file| file.path).collect();
    assert!(stale.is_empty(), "run `cargo xtask gen`; these are not current: {}", stale.join(", "));
}
