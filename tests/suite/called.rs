//! Is the setting named that leads past the endpoint, and is an account proposed only where it can be no other?

use finding::{Diagnosis, Outcome, Safety, Severity};
use model::{Change, ClientFact};
use suite::case::Case;
use suite::play;

fn found(block: &str) -> Diagnosis {
    let case = Case::parse("called", block).unwrap();
    let snapshot = case.scenario.snapshot();
    let mut diagnosis = play::ask(&snapshot, &case.scenario.question);
    fix::prove(&mut diagnosis, &snapshot);
    diagnosis
}

fn codes(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.findings.iter().map(|finding| finding.meta.code).collect()
}

/// The variables that the first remedy sets, each with its value.
fn sets(diagnosis: &Diagnosis) -> Vec<(&str, &str)> {
    let changes = diagnosis.findings[0].remedies[0].changes.iter();
    let set = changes.filter_map(|change| match change {
        Change::Outside(ClientFact::Environment { name, value: Some(value) }) => Some((name.as_str(), value.as_str())),
        _ => None,
    });
    set.collect()
}

#[test]
fn a_leftover_base_url_of_openai_is_replaced_by_the_account_s() {
    let block = "base = \"healthy\"\nfault = [\"env OPENAI_BASE_URL=https://api.openai.com/v1\"]\n\
                 to = \"https://api.openai.com/v1\"";
    let diagnosis = found(block);
    assert_eq!(codes(&diagnosis), ["CLN001"]);
    assert_eq!(sets(&diagnosis), [("OPENAI_BASE_URL", "https://yourresource.openai.azure.com/openai/v1/")]);
    let remedy = &diagnosis.findings[0].remedies[0];
    // The walk is private; whose key the client has is not known.
    assert_eq!((remedy.safety, remedy.effect.outcome), (Safety::Review, Outcome::Clears));
}

#[test]
fn every_variable_that_names_the_host_is_set_and_no_other() {
    let block = "base = \"wrong-endpoint\"\nfault = [\"env OPENAI_BASE_URL=https://eastus.api.cognitive.microsoft.com/openai/v1/\", \
                 \"env AZURE_AI_ENDPOINT=https://elsewhere.example.net\"]";
    let wanted = [
        ("AZURE_OPENAI_ENDPOINT", "https://yourresource.openai.azure.com"),
        ("OPENAI_BASE_URL", "https://yourresource.openai.azure.com/openai/v1/"),
    ];
    assert_eq!(sets(&found(block)), wanted);
}

#[test]
fn between_two_accounts_nothing_is_chosen() {
    let regional = "https://eastus.api.cognitive.microsoft.com";
    let block =
        format!("base = \"two-accounts\"\nfault = [\"env AZURE_OPENAI_ENDPOINT={regional}\"]\nto = \"{regional}\"");
    let diagnosis = found(&block);
    assert_eq!(codes(&diagnosis), ["CLN004"]);
    let remedy = &diagnosis.findings[0].remedies[0];
    assert_eq!((remedy.safety, remedy.changes.len()), (Safety::Manual, 0));
    assert!(remedy.words[0].contains("first-account.openai.azure.com, second-account.openai.azure.com"));
}

#[test]
fn an_account_of_another_region_is_not_proposed() {
    let regional = "https://westeurope.api.cognitive.microsoft.com";
    let block = format!("base = \"healthy\"\nfault = [\"env AZURE_OPENAI_ENDPOINT={regional}\"]\nto = \"{regional}\"");
    let diagnosis = found(&block);
    assert_eq!(codes(&diagnosis), ["CLN004"]);
    assert!(diagnosis.findings[0].remedies[0].changes.is_empty());
}

#[test]
fn a_setting_of_an_app_is_named_with_its_app() {
    let block = "base = \"other-account\"\nfrom = \"app/your-app-service\"\n\n\
                 [estate.app.your-app-service]\ngroup = \"rg-app\"\n\
                 subnet = \"spoke-vnet/snet-app-service\"\nsettings.AZURE_OPENAI_ENDPOINT = \"https://otherresource.openai.azure.com\"";
    let diagnosis = found(block);
    assert_eq!(codes(&diagnosis), ["CLN001"]);
    let remedy = &diagnosis.findings[0].remedies[0];
    assert!(remedy.changes.is_empty(), "a setting of an app is no variable of this client");
    assert_eq!(
        remedy.words[0],
        "set AZURE_OPENAI_ENDPOINT of your-app-service to https://yourresource.openai.azure.com (az webapp config \
         appsettings set); the app restarts"
    );
}

#[test]
fn a_name_of_the_owner_s_own_is_an_alias_only_where_it_leads_to_the_endpoint() {
    let leads_to = |address: &str| {
        format!(
            "base = \"healthy\"\nto = \"https://chat.contoso.example\"\nfault = [\"zone contoso.example in rg-app\", \
             \"record contoso.example chat A {address}\", \"link contoso.example to spoke-vnet\", \
             \"env AZURE_OPENAI_ENDPOINT=https://chat.contoso.example\"]"
        )
    };
    let diagnosis = found(&leads_to("10.1.2.4"));
    assert_eq!(codes(&diagnosis), ["CLN003"]);
    assert_eq!(sets(&diagnosis), [("AZURE_OPENAI_ENDPOINT", "https://yourresource.openai.azure.com")]);
    // A host of their own, such as a gateway with its own certificate.
    assert!(codes(&found(&leads_to("10.2.1.4"))).is_empty());
}

#[test]
fn an_address_of_nobody_is_told_without_a_guess_whose_it_was() {
    let diagnosis = found("base = \"healthy\"\nto = \"https://10.1.2.9\"");
    assert_eq!(codes(&diagnosis), ["CLN003"]);
    assert_eq!(diagnosis.findings[0].title, "the URL names 10.1.2.9, which no endpoint has");
    assert!(diagnosis.findings[0].remedies[0].changes.is_empty());
}

#[test]
fn from_the_internet_nothing_is_accused() {
    for to in ["yourresource.openai.azure.com", "eastus.api.cognitive.microsoft.com", "api.openai.com"] {
        let diagnosis = found(&format!("base = \"healthy\"\nfrom = \"internet\"\nto = \"https://{to}\""));
        assert_eq!(codes(&diagnosis), ["CLN008"], "{to}");
        assert_eq!(diagnosis.findings[0].severity, Severity::Advice);
    }
}

#[test]
fn deleting_a_pin_does_not_hide_what_dns_would_answer() {
    let block = "base = \"zone-not-linked\"\nfault = [\"hosts yourresource.openai.azure.com 10.1.2.9\"]";
    let diagnosis = found(block);
    assert_eq!(codes(&diagnosis)[0], "CLN006");
    let effect = &diagnosis.findings[0].remedies[0].effect;
    assert_eq!((effect.outcome, effect.leaves.as_slice()), (Outcome::Leaves, &["DNS003".to_owned()][..]));
}
