//! Does each outcome end with the exit code that scripts rely on?

use crate::estate::Documents;
use crate::world::{World, run};

#[test]
fn as_expected_is_zero_and_otherwise_one() {
    for (scenario, expect, code) in [
        ("healthy", "private", 0),
        ("healthy", "public", 1),
        ("healthy", "refused", 1),
        ("zone-not-linked", "private", 1),
        ("zone-not-linked", "refused", 0),
        ("zone-not-linked-open", "public", 0),
        ("zone-not-linked-open", "refused", 1),
    ] {
        for command in ["check", "trace"] {
            run(&[command, "--lab", scenario, "--expect", expect]).ended(code);
        }
    }
}

#[test]
fn the_threshold_decides_what_a_finding_is_worth() {
    // Private as expected, and open to the internet as well: an exposure.
    for (command, threshold, code) in [
        ("check", "broken", 0),
        ("check", "exposed", 1),
        ("trace", "broken", 0),
        ("trace", "fragile", 1),
        ("audit", "broken", 0),
        ("audit", "exposed", 1),
        ("audit", "advice", 1),
    ] {
        run(&[command, "--lab", "public-left-open", "--fail-on", threshold]).ended(code);
    }
    run(&["check", "--lab", "public-left-open"]).ended(0).said("ACC005");
    run(&["audit", "--lab", "public-left-open"]).ended(1).said("ACC005");
}

#[test]
fn an_estate_that_was_asked_nothing_is_no_pass_where_the_apps_were_not_read() {
    let folder = Documents::of("healthy").without("Microsoft.Web/sites").folder();
    let ran = run(&["audit", "--snapshot", folder.word()]).ended(3);
    ran.said("no question was asked").said("Which services the apps call is not known: sites");
    folder.put("sites.json", b"[]");
    folder.put("containerApps.json", b"[]");
    assert!(!run(&["audit", "--snapshot", folder.word()]).out.contains("is not known: "));
}

#[test]
fn what_cannot_be_judged_is_three() {
    let folder = Documents::of("healthy").without("Microsoft.Network/privateEndpoints").folder();
    let words =
        ["trace", "--snapshot", folder.word(), "--from", "vm/app", "--to", "https://yourresource.openai.azure.com"];
    let report = run(&[&words[..], &["--format", "json"]].concat()).ended(3).report();
    assert_eq!(report["verdict"], "undetermined", "{report:#}");
    let report = run(&["audit", "--snapshot", folder.word(), "--format", "json"]).ended(3).report();
    let skipped = report["skipped"].as_array().unwrap();
    assert!(!skipped.is_empty(), "{report:#}");
    assert!(skipped.iter().all(|skipped| skipped["missing"].is_array() && skipped["code"].is_string()), "{report:#}");
}

#[test]
fn a_missing_kind_is_said_and_not_taken_for_health() {
    for kind in ["Microsoft.Network/privateDnsZones/virtualNetworkLinks", "Microsoft.Network/virtualNetworks"] {
        let folder = Documents::of("healthy").without(kind).folder();
        let ran = run(&["audit", "--snapshot", folder.word()]).ended(3);
        assert!(!ran.out.starts_with("NOTHING FOUND"), "{kind}: {ran:?}");
    }
}

#[test]
fn wrong_usage_is_two() {
    for words in [
        &["audit"][..],
        &["trace", "--lab", "healthy", "--snapshot", "."],
        &["check", "--lab", "no-such-scenario"],
        &["check", "--lab", "healthy", "--from", "vm/no-such"],
        &["check", "--lab", "healthy", "--timeout", "0"],
        &["check", "--lab", "healthy", "--deadline", "-1"],
        &["check", "--lab", "healthy", "--dns", "127.0.0.1:53"],
        &["check", "--dns=localhost"],
        &["no-such-command"],
        &["lab", "up", "no-such-scenario"],
        &["demo", "no-such-scenario"],
        &["explain", "no-such-code"],
        &["audit", "--lab", "healthy", "--fail-on", "everything"],
        &[],
    ] {
        let ran = run(words).ended(2);
        assert!(!ran.err.is_empty() && ran.out.is_empty(), "{ran:?}");
    }
}

#[test]
fn a_failure_is_a_document_when_json_was_asked_for() {
    for words in [
        &["audit", "--snapshot", "no-such-folder"][..],
        &["check", "--lab", "no-such-scenario"],
        &["check", "https://", "--dns", "127.0.0.1:9"],
        &["lab", "down", "healthy"],
        &["explain", "no-such-code"],
        &["audit"],
    ] {
        let document = run(&[words, &["--format", "json"]].concat()).ended(2).json();
        assert_eq!(document["schema"], "privpath/error/1", "{document:#}");
    }
}

#[test]
fn a_fault_that_loopback_cannot_show_is_refused_with_what_to_do() {
    for scenario in ["nsg-deny", "route-all-off", "egress-denied"] {
        run(&["check", "--lab", scenario, "--medium", "loopback"])
            .failed(&format!("`privpath trace --lab {scenario}` predicts it"));
        run(&["trace", "--lab", scenario]).ended(1);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let world = World::new();
    assert_eq!(world.run_unheard(&["check", "--lab", "healthy"]), (0, String::new()));
    assert_eq!(world.run_unheard(&["explain"]), (0, String::new()));
}
