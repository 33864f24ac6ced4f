//! Does the owner's file decide what an audit asks and what it counts?

use crate::estate::Documents;
use crate::world::run;

const SUPPRESS: &str = "[[suppress]]\ncode = \"ACC005\"\nresource = \"yourresource\"\nreason = \"a demo\"\n";

#[test]
fn a_suppressed_finding_is_told_and_does_not_count() {
    let folder = Documents::of("public-left-open").folder();
    let audit = ["audit", "--snapshot", folder.word()];
    run(&audit).ended(1).said("ACC005");
    folder.put("privpath.toml", SUPPRESS.as_bytes());
    run(&audit).ended(0).said("Suppressed, and not counted: 1 finding (ACC005)");
    let report = run(&[&audit[..], &["--format", "json"]].concat()).ended(0).report();
    assert_eq!(report["suppressed"][0]["finding"]["code"], "ACC005", "{report:#}");
    assert_eq!(report["suppressed"][0]["reason"], "a demo");
    // The day is over, and the finding counts again.
    folder.put("privpath.toml", format!("{SUPPRESS}expires = \"2020-02-29\"\n").as_bytes());
    run(&audit).ended(1).said("ended on 2020-02-29");
}

#[test]
fn a_question_that_only_suppressed_findings_explain_is_accepted() {
    let folder = Documents::of("zone-not-linked").folder();
    let audit = ["audit", "--snapshot", folder.word()];
    run(&audit).ended(1).said("DNS003");
    let file = SUPPRESS.replace("ACC005", "DNS003").replace("yourresource", "*/privatelink.openai.azure.com");
    folder.put("privpath.toml", file.as_bytes());
    run(&audit).ended(0).said("Suppressed");
}

#[test]
fn a_claim_is_asked_from_every_place_that_it_names() {
    let folder = Documents::of("healthy").folder();
    let claim = |expect: &str| format!("[[claim]]\nfrom = \"vm/*\"\nto = \"*\"\nexpect = \"{expect}\"\n");
    folder.put("privpath.toml", claim("private").as_bytes());
    let audit = ["audit", "--snapshot", folder.word()];
    let report = run(&[&audit[..], &["--format", "json"]].concat()).ended(0).report();
    let asked: Vec<&str> =
        report["traces"].as_array().unwrap().iter().filter_map(|trace| trace["from"]["vantage"].as_str()).collect();
    assert_eq!(asked, ["vm/app", "app/your-app-service"]);
    folder.put("privpath.toml", claim("refused").as_bytes());
    run(&audit).ended(1).said("NOT AS EXPECTED");
}

#[test]
fn claims_name_the_apps_and_gateways_of_every_platform() {
    for (scenario, from) in [("container-app-outside", "containerapp/*"), ("api-gateway-outside", "apim/*")] {
        let folder = Documents::of(scenario).folder();
        let claim = format!("[[claim]]\nfrom = \"{from}\"\nto = \"*\"\nexpect = \"refused\"\n");
        folder.put("privpath.toml", claim.as_bytes());
        let report = run(&["audit", "--snapshot", folder.word(), "--format", "json"]).report();
        let claimed = report["traces"].as_array().unwrap().iter().filter(|trace| trace["expect"] == "refused");
        assert_ne!(claimed.count(), 0, "{from}");
    }
}

#[test]
fn a_setting_that_names_a_wrong_host_of_a_service_is_asked_about() {
    let site = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-app/providers/Microsoft.Web/sites\
                /your-app-service";
    for (host, code) in
        [("eastus.api.cognitive.microsoft.com", "CLN004"), ("yourresource.privatelink.openai.azure.com", "CLN002")]
    {
        let folder = Documents::of("healthy").folder();
        let settings = format!(
            r#"{{"id":"{site}/config/appsettings","properties":{{"AZURE_OPENAI_ENDPOINT":"https://{host}/"}}}}"#
        );
        folder.put("settings.json", settings.as_bytes());
        run(&["audit", "--snapshot", folder.word(), "--format", "short"]).ended(1).said(code);
    }
}

#[test]
fn a_file_that_cannot_be_used_is_an_error_with_its_place() {
    let folder = Documents::of("healthy").folder();
    let audit = ["audit", "--snapshot", folder.word()];
    for (text, words) in [
        (SUPPRESS.replace("reason", "raeson"), "line 4, column 1"),
        (format!("{SUPPRESS}expires = \"2027-02-29\"\n"), "line 5, column 11"),
        (
            "[[claim]]\nfrom = \"vm/nobody\"\nto = \"*\"\nexpect = \"private\"\n".to_owned(),
            "line 2: from = \"vm/nobody\"",
        ),
    ] {
        folder.put("privpath.toml", text.as_bytes());
        let ran = run(&audit).ended(2);
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    let ran = run(&[&audit[..], &["--config", "/nowhere/at/all.toml"]].concat()).ended(2);
    assert!(ran.err.contains("/nowhere/at/all.toml"), "{}", ran.err);
}
