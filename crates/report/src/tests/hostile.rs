//! Can a name, a body or a path steer the terminal, or add a line of its own?

use super::*;
use crate::{Style, Verbosity, audit_terminal, error_json, json, short, terminal};
use finding::{Evidence, Finding, Note, Remedy, Safety, Skipped};
use model::observation::{ClientSeen, Seen};
use model::{Change, End, Way};

/// Colours, a cleared screen, a bell, a carriage return, a line of its own, a reordered line, a C1
/// sequence, an invisible space, a tag.
const EVIL: &str = "a\u{1b}[31mb\u{1b}[2Jc\u{7}\r\nPRIVATE d\u{202e}e\u{9b}31m\u{200b}\u{feff}\u{0}</script>";

fn hostile() -> Diagnosis {
    let evil = || EVIL.to_owned();
    let resource = id("rg-app", "Microsoft.Network/virtualNetworks", &[EVIL]);
    let question = question(Vantage::OnPremises(evil()));
    let outcome = Outcome::new(Way::Public, End::Answered, Some(Stage::Dns));
    let steps = Stage::ALL.map(|stage| step(stage, Status::Fail, Because::new(EVIL), &[EVIL]));
    let hops = vec![
        hop(EVIL, Some(resource.clone()), steps.into()),
        hop(EVIL, None, vec![configured(Stage::Auth, Status::Info, EVIL)]),
    ];
    let mut trace = measured(predicted(trace(question, outcome, hops)));
    trace.settle = vec![evil()];
    let evidence = Evidence {
        resource: Some(resource.clone()),
        property: Some(evil()),
        value: Some(evil()),
        source: Some(evil()),
        ..Evidence::measured(EVIL)
    };
    let mut remedy =
        Remedy::new(EVIL, Safety::Safe, vec![Change::Delete(resource.clone())]).needing(EVIL, EVIL).saying(EVIL);
    remedy.effect.leaves = vec![evil()];
    remedy.effect.breaks = vec![evil()];
    remedy.effect.changes = vec![evil()];
    remedy.spelling.variables = vec![(evil(), evil())];
    remedy.spelling.az = vec![format!("az x '{EVIL}'")];
    remedy.spelling.undo = vec![format!("az y '{EVIL}'")];
    let finding = Finding { about: vec![0], ..Finding::new(&NOT_LINKED, EVIL) };
    let finding = finding.on(&resource).shown_by([evidence]).repaired_by(remedy.clone()).repaired_by(remedy);
    let client = ClientSeen {
        endpoint_variables: vec![(evil(), evil())],
        proxy_variables: vec![("HTTPS_PROXY".to_owned(), evil())],
        resolver_problem: Some(evil()),
        ..ClientSeen::default()
    };
    Diagnosis {
        findings: vec![finding.clone(), Finding { about: Vec::new(), ..finding }],
        skipped: vec![Skipped { meta: &DENIED, missing: Vec::new(), why: evil() }],
        notes: vec![Note { about: evil(), text: evil() }],
        observations: vec![measurements::observation(1, Seen::Client(client))],
        snapshot_taken: Some(evil()),
        coverage: Some(model::Coverage::default()),
        ..diagnosis(vec![trace])
    }
}

#[track_caller]
fn harmless(text: &str) {
    for line in text.lines() {
        assert_eq!(line, model::visible(line), "in {text}");
    }
    assert!(!text.contains('\r') && !text.contains('\0'), "{text}");
    assert!(text.lines().all(|line| !line.trim_start().starts_with("PRIVATE d")), "a line was forged: {text}");
}

#[test]
fn nothing_gets_through_to_the_terminal() {
    for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
        let style = Style { color: false, width: 400, verbosity };
        harmless(&terminal(&hostile(), &style));
        harmless(&audit_terminal(&hostile(), &style));
    }
}

#[test]
fn colours_are_only_ours() {
    let style = Style { color: true, width: 80, verbosity: Verbosity::Verbose };
    let text = terminal(&hostile(), &style);
    for code in text.split('\u{1b}').skip(1).map(|part| part.split_once('m').unwrap().0) {
        assert!(["[0", "[1", "[2", "[31", "[32", "[33"].contains(&code), "{code:?}");
    }
    assert!(!text.contains("\u{1b}[2J") && !text.contains('\u{202e}'));
}

#[test]
fn short_lines_stay_lines() {
    let text = short(&hostile());
    harmless(&text);
    assert_eq!(text.lines().count(), 3, "{text}");
    for line in text.lines() {
        assert!(line.split(' ').nth(4).unwrap().ends_with(':'), "{line}");
    }
}

#[test]
fn json_is_harmless_to_print_and_exact_to_read() {
    let text = json(&hostile(), &TOOL);
    harmless(&text);
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read["findings"][0]["title"], EVIL);
    let text = error_json(EVIL, &[EVIL.to_owned(), "\u{1f600}".to_owned()], Some(EVIL), &TOOL);
    harmless(&text);
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read["error"]["message"], EVIL);
    assert_eq!(read["error"]["causes"][1], "\u{1f600}");
}

#[test]
fn an_index_without_a_trace_is_no_panic() {
    let mut diagnosis = hostile();
    diagnosis.findings[0].about = vec![7];
    diagnosis.findings[0].resources.clear();
    let text = terminal(&diagnosis, &Style { width: 0, ..Style::default() });
    assert!(text.contains("No culprit is named"), "{text}");
}
