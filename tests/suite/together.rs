//! Where several checks could speak of one fault, which of them does, and how often?

use suite::case::Case;
use suite::play;

/// The codes of what is found, each with its severity.
fn found(block: &str) -> Vec<String> {
    let case = Case::parse("together", block).unwrap();
    let diagnosis = play::ask(&case.scenario.snapshot(), &case.scenario.question);
    diagnosis.findings.iter().map(|finding| format!("{} {}", finding.meta.code, finding.severity.word())).collect()
}

const SECOND_ENDPOINT: &str = r#"
[estate.endpoint.pe-openai-second]
group = "rg-ai"
subnet = "hub-vnet/snet-private-endpoints"
address = "10.1.2.5"
account = "yourresource"
"#;

#[test]
fn a_missing_record_is_told_by_the_question_that_needs_it() {
    let record = |zone: &str| format!("base = \"healthy\"\nfault = [\"delete record/{zone}/yourresource\"]");
    assert_eq!(found(&record("privatelink.openai.azure.com")), ["DNS005 broken"]);
    assert_eq!(found(&record("privatelink.services.ai.azure.com")), ["DNS009 fragile"]);
    let masked = "base = \"record-missing-fallback\"";
    assert_eq!(found(masked), ["DNS005 broken"]);
}

#[test]
fn a_missing_link_is_told_by_the_question_that_needs_it() {
    let link = |zone: &str| format!("base = \"two-accounts\"\nfault = [\"unlink {zone} from client-vnet\"]");
    assert_eq!(found(&link("privatelink.cognitiveservices.azure.com")), ["DNS003 broken"]);
    assert_eq!(found(&link("privatelink.services.ai.azure.com")), ["DNS011 fragile"]);
}

#[test]
fn an_absent_zone_is_told_by_the_question_that_needs_it() {
    let zone = |zone: &str| {
        format!(
            "base = \"two-accounts\"\nfault = [\"delete zone/{zone}\", \"zone-group pe-second with \
             privatelink.openai.azure.com\", \"zone-group pe-first with privatelink.openai.azure.com\"]"
        )
    };
    // One name is asked, the other is not.
    assert_eq!(found(&zone("privatelink.cognitiveservices.azure.com")), ["DNS002 broken"]);
    assert_eq!(found(&zone("privatelink.services.ai.azure.com")), ["DNS011 fragile"]);
}

#[test]
fn two_endpoints_within_reach_are_fragile() {
    let both = "zone-group pe-openai-second with privatelink.openai.azure.com";
    let block = format!("base = \"healthy\"\nfault = [\"{both}\"]\n{SECOND_ENDPOINT}");
    assert_eq!(found(&block), ["DNS007 fragile"]);
    assert!(found(&format!("base = \"healthy\"\n{SECOND_ENDPOINT}")).is_empty());
}

#[test]
fn a_public_suffix_that_answers_the_asked_name_is_fragile() {
    let block = "base = \"healthy\"\nfault = [\"zone openai.azure.com in rg-app\", \
                 \"record openai.azure.com yourresource A 10.1.2.4\", \"link openai.azure.com to spoke-vnet\"]";
    assert_eq!(found(block), ["DNS015 fragile"]);
}

#[test]
fn agents_need_a_subnet_that_is_delegated_to_container_apps() {
    let agents = |subnet: &str| {
        format!("base = \"healthy\"\n[estate.account.yourresource]\ngroup = \"rg-ai\"\nagent-subnet = {subnet:?}\n")
    };
    assert_eq!(found(&agents("spoke-vnet/snet-app")), ["RTE012 broken"]);
    assert_eq!(found(&agents("spoke-vnet/snet-app-service")), ["RTE012 broken"], "delegated to another service");
}

#[test]
fn a_container_app_in_a_network_that_azure_made_is_in_none_of_its_owner() {
    assert_eq!(found("base = \"container-app-outside\""), ["RTE008 broken"]);
}
