//! Does what the README shows go as it says?

use crate::estate::Documents;
use crate::world::run;
use serde_json::Value;

const URL: &str = "https://yourresource.openai.azure.com";

/// The one trace of a report.
fn trace(report: &Value) -> &Value {
    assert_eq!(report["traces"].as_array().map(Vec::len), Some(1), "{report:#}");
    &report["traces"][0]
}

#[test]
fn demo_finds_repairs_and_proves() {
    let ran = run(&["demo"]).ended(0);
    let at = |words: &str| ran.out.find(words).unwrap_or_else(|| panic!("not said: {words}\n{ran:?}"));
    let order = [at("\nPUBLIC [DNS003]"), at("\nThe remedy is applied"), at("\nPRIVATE "), at("\nWhat happened")];
    assert!(order.is_sorted(), "{ran:?}");
    ran.said("az network private-dns link vnet create").said("now the call is private").said("HTTP 403");
}

/// The words of an output, without the numbers that differ from run to run: ports and milliseconds.
fn words(text: &str) -> Vec<String> {
    let masked = |word: &str| match word.split_once("127.0.0.1:") {
        Some((before, _)) => format!("{before}127.0.0.1:PORT"),
        None => word.trim_start_matches('(').to_owned(),
    };
    let all: Vec<&str> = text.split_whitespace().collect();
    let time = |index: usize| all.get(index + 1).is_some_and(|next| next.starts_with("ms)"));
    all.iter().enumerate().map(|(index, word)| if time(index) { "MS".to_owned() } else { masked(word) }).collect()
}

#[test]
fn the_demo_in_the_readme_is_what_the_command_prints() {
    let readme = include_str!("../../../../README.md");
    let block = readme.split("$ privpath demo\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(words(block.expect("README shows the demo")), words(&run(&["demo"]).ended(0).out));
}

#[test]
fn healthy_is_private_by_prediction_and_measurement() {
    let ran = run(&["check", "--lab", "healthy"]).ended(0);
    assert!(ran.out.starts_with("PRIVATE "), "{ran:?}");
    ran.said("answered through endpoint pe-openai-eastus")
        .said("10.1.2.4, from zone privatelink.openai.azure.com")
        .said("TCP 10.1.2.4:443 connected")
        .said("HTTP 401")
        .said("Configuration and measurement agree: private.");
}

#[test]
fn an_unlinked_zone_is_public_refused_and_has_a_command() {
    let ran = run(&["check", "--lab", "zone-not-linked"]).ended(1);
    assert!(ran.out.starts_with("PUBLIC [DNS003] "), "{ran:?}");
    ran.said("dns-zone-not-linked-to-resolving-vnet")
        .said("HTTP 403")
        .said("the service's network rules refused it")
        .said("virtualNetworks/spoke-vnet'")
        .said("az network private-dns link vnet create")
        .said(r#"--zone-name privatelink.openai.azure.com --name link-to-spoke-vnet --virtual-network "$SPOKE_VNET""#)
        .said("walked again: private")
        .said("Undo: az network private-dns link vnet delete")
        .said("Owner: resource group rg-networking");
}

#[test]
fn an_unlinked_zone_in_json_has_both_readings() {
    let report = run(&["check", "--lab", "zone-not-linked", "--format", "json"]).ended(1).report();
    let trace = trace(&report);
    for outcome in [trace, &trace["predicted"], &trace["measured"]] {
        let words = ["way", "end", "verdict", "stage"].map(|member| outcome[member].as_str().unwrap_or_default());
        assert_eq!(words, ["public", "refused", "public", "dns"], "{outcome:#}");
    }
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "DNS003");
    let remedy = &finding["remedies"][0];
    assert_eq!(remedy["effect"]["outcome"], "clears", "{remedy:#}");
    assert_eq!(remedy["safety"], "safe");
    assert_eq!(remedy["arm"][0]["method"], "PUT");
    assert!(
        remedy["arm"][0]["path"].as_str().is_some_and(|path| path.ends_with("virtualNetworkLinks/link-to-spoke-vnet"))
    );
}

#[test]
fn an_open_public_side_hides_the_fault_but_not_from_us() {
    let ran = run(&["check", "--lab", "zone-not-linked-open"]).ended(1);
    assert!(ran.out.starts_with("PUBLIC "), "{ran:?}");
    ran.said("HTTP 401").said("[ACC005]").never_said("HTTP 403");
    let report = run(&["check", "--lab", "zone-not-linked-open", "--format", "json"]).ended(1).report();
    let trace = trace(&report);
    assert_eq!((&trace["verdict"], &trace["end"]), (&Value::from("public"), &Value::from("answered")));
}

#[test]
fn trace_predicts_private_and_measures_nothing() {
    let words = ["trace", "--lab", "healthy", "--from", "vm/app", "--to", URL];
    let ran = run(&words).ended(0).said("nothing was measured");
    assert!(ran.out.starts_with("PRIVATE "), "{ran:?}");
    let report = run(&[&words[..], &["--format", "json"]].concat()).ended(0).report();
    let trace = trace(&report);
    assert_eq!((&trace["predicted"]["verdict"], &trace["measured"]), (&Value::from("private"), &Value::Null));
    assert_eq!(report["observations"], Value::Array(Vec::new()));
}

#[test]
fn audit_of_the_healthy_estate_accuses_nothing() {
    run(&["audit", "--lab", "healthy"]).ended(0).said("NOTHING FOUND");
    let report = run(&["audit", "--lab", "healthy", "--format", "json"]).ended(0).report();
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    assert_eq!(report["skipped"], Value::Array(Vec::new()));
}

#[test]
fn audit_of_a_folder_finds_the_fault() {
    let folder = Documents::of("zone-not-linked").folder();
    run(&["audit", "--snapshot", folder.word()]).ended(1).said("DNS003").said("spoke-vnet");
    let report = run(&["audit", "--snapshot", folder.word(), "--format", "json"]).ended(1).report();
    let codes: Vec<_> = report["findings"].as_array().unwrap().iter().map(|finding| &finding["code"]).collect();
    assert_eq!(codes, ["DNS003"], "{report:#}");
    assert_eq!(trace(&report)["from"]["vantage"], "app/your-app-service");
}

#[test]
fn the_same_fault_is_the_same_from_files_and_from_the_lab() {
    let folder = Documents::of("zone-not-linked").folder();
    let findings = |source: [&str; 2]| {
        let report = run(&["audit", source[0], source[1], "--format", "json"]).ended(1).report();
        let findings = report["findings"].as_array().unwrap().clone();
        findings.iter().map(|finding| (finding["code"].clone(), finding["title"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(findings(["--snapshot", folder.word()]), findings(["--lab", "zone-not-linked"]));
}

#[test]
fn every_scenario_can_be_traced_and_says_something_wrong_or_nothing() {
    for (scenario, _) in lab::scenarios() {
        let ran = run(&["trace", "--lab", scenario, "--format", "json"]);
        let report = ran.report();
        let expected = match trace(&report)["verdict"].as_str() {
            Some("private") => 0,
            Some("public" | "blocked") => 1,
            Some("undetermined") if !lab::scenario(scenario).unwrap().untold.is_empty() => 3,
            _ => panic!("a complete estate is decided: {ran:?}"),
        };
        assert_eq!(ran.code, expected, "{ran:?}");
    }
}
