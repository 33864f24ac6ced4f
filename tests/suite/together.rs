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

#[test]
fn a_gateway_in_no_network_is_accused_where_its_calls_are_refused_or_meant_to_be_private() {
    let gateway = |sku: &str, more: &str| {
        format!(
            "base = \"healthy\"\nfrom = \"apim/gateway\"\n{more}\n[estate.api-management.gateway]\n\
             group = \"rg-app\"\nsku = {sku:?}\nbackends.openai = \"https://yourresource.openai.azure.com\"\n"
        )
    };
    for sku in ["StandardV2", "Developer", "Consumption"] {
        assert_eq!(found(&gateway(sku, "")), ["RTE011 broken"], "{sku}");
    }
    let open = "fault = [\"set account/yourresource publicNetworkAccess = Enabled\"]";
    // Nothing says that it is meant to be private; that the public side is open is another matter.
    assert_eq!(found(&gateway("StandardV2", open)), ["ACC005 exposed"]);
    let inbound = "[estate.endpoint.pe-gateway]\ngroup = \"rg-app\"\naddress = \"10.1.2.40\"\n\
                   subnet = \"hub-vnet/snet-private-endpoints\"\nservice = \"gateway\"\nsub-resource = \"Gateway\"";
    let both = found(&gateway("StandardV2", &format!("{open}\n{inbound}")));
    assert!(both.contains(&"RTE011 broken".to_owned()), "{both:?}");
}

#[test]
fn a_hub_that_sends_private_traffic_through_a_firewall_leaves_open_what_that_lets_through() {
    let hub = "base = \"healthy\"\nfault = [\"delete peering/spoke-vnet/hub-vnet\", \"delete peering/hub-vnet/spoke-vnet\"]\n\
               [estate.virtual-hub.hub-eastus]\ngroup = \"rg-networking\"\nnetworks = [\"spoke-vnet\", \"hub-vnet\"]\n\
               private-traffic-through = \"azfw-eastus\"\n";
    assert_eq!(found(hub), ["RTE006 fragile"]);
}

#[test]
fn an_environment_without_workload_profiles_is_not_told_that_user_routes_hold_or_do_not() {
    let estate = |consumption_only: bool, route: &str| {
        format!(
            "base = \"healthy\"\nfrom = \"containerapp/assistant\"\n\
             fault = [\"set subnet/hub-vnet/snet-private-endpoints privateEndpointNetworkPolicies = RouteTableEnabled\"]\n\
             [estate.network.spoke-vnet]\ngroup = \"rg-app\"\nspace = \"10.2.0.0/16\"\n\
             subnet.snet-app = {{ prefix = \"10.2.1.0/24\", route-table = \"rt-app\" }}\n\
             subnet.snet-app-service = {{ prefix = \"10.2.2.0/24\", delegate = \"Microsoft.Web/serverFarms\" }}\n\
             [estate.route-table.rt-app]\ngroup = \"rg-app\"\nroutes.hub = \"{route}\"\n\
             [estate.container-environment.around]\ngroup = \"rg-app\"\nsubnet = \"spoke-vnet/snet-app\"\n\
             consumption-only = {consumption_only}\n\
             [estate.container-app.assistant]\ngroup = \"rg-app\"\nenvironment = \"around\"\n"
        )
    };
    assert_eq!(found(&estate(false, "10.1.0.0/16 None")), ["RTE013 broken"]);
    assert_eq!(found(&estate(true, "10.1.0.0/16 None")), [""; 0]);
    // With the route or without it, the endpoint's own route wins.
    assert_eq!(found(&estate(true, "0.0.0.0/0 None")), found(&estate(false, "0.0.0.0/0 None")));
}

#[test]
fn appliances_behind_a_load_balancer_are_accused_only_when_they_agree() {
    let faults = |faults: &str| found(&format!("base = \"firewalls-behind-balancer\"\nfault = [{faults}]\n"));
    let off = |name: &str| format!("\"set nic/{name}-nic enableIPForwarding = false\"");
    assert_eq!(faults(""), [""; 0]);
    assert_eq!(faults(&off("firewall-1")), [""; 0], "the other one may have taken the flow");
    assert_eq!(faults(&format!("{}, {}", off("firewall-1"), off("firewall-2"))), ["RTE014 broken"]);
}
