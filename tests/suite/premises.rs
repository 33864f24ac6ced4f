//! Is a place that no connection of its gateway routes told what is missing, and does the repair hold?

use finding::{Diagnosis, Outcome, Safety};
use model::Verdict;
use suite::case::Case;
use suite::play;

/// The data centre of the scenario behind a gateway with one connection, which routes a prefix.
fn behind(prefix: &str) -> Case {
    let block = format!(
        "base = \"on-premises\"\n[estate.network.hub-vnet]\ngroup = \"rg-networking\"\nspace = \"10.1.0.0/16\"\n\
         peers = [\"spoke-vnet\"]\nsubnet.snet-private-endpoints = {{ prefix = \"10.1.2.0/24\" }}\n\
         subnet.GatewaySubnet = {{ prefix = \"10.1.255.0/27\" }}\n[estate.gateway.vpn-hub]\n\
         group = \"rg-networking\"\nnetwork = \"hub-vnet\"\n[estate.local-gateway.dc-device]\n\
         group = \"rg-networking\"\nspace = \"{prefix}\"\n[estate.gateway-connection.to-dc]\n\
         group = \"rg-networking\"\ngateway = \"vpn-hub\"\nto = \"dc-device\"\n"
    );
    Case::parse("premises", &block).unwrap()
}

#[test]
fn a_place_that_is_not_routed_is_told_and_repaired() {
    let case = behind("172.20.0.0/16");
    let mut diagnosis = play::ask(&case.scenario.snapshot(), &case.scenario.question);
    fix::prove(&mut diagnosis, &case.scenario.snapshot());
    let codes: Vec<_> = diagnosis.findings.iter().map(|finding| finding.meta.code).collect();
    assert_eq!((diagnosis.verdict(), codes), (Some(Verdict::Blocked), vec!["RTE002"]));
    let [remedy] = diagnosis.findings[0].remedies.as_slice() else { panic!("one remedy") };
    assert_eq!(remedy.safety, Safety::Review);
    assert_eq!(remedy.effect.outcome, Outcome::Clears, "{:?}", remedy.effect);
    let text = report::terminal(&diagnosis, &report::Style::default());
    assert!(text.contains("the gateway of hub-vnet has no route to dc"), "{text}");
    assert!(text.contains("--local-address-prefixes 172.20.0.0/16 192.168.0.0/16"), "{text}");
}

#[test]
fn a_place_that_is_routed_is_heard() {
    let case = behind("192.168.0.0/16");
    let diagnosis = play::ask(&case.scenario.snapshot(), &case.scenario.question);
    assert_eq!((diagnosis.verdict(), diagnosis.findings.len()), (Some(Verdict::Private), 0));
}

/// The same with these changes.
fn asked(faults: &[&str]) -> Diagnosis {
    let case = Case::parse("premises", &format!("base = \"premises-by-vpn\"\nfault = {faults:?}\n")).unwrap();
    let snapshot = case.scenario.snapshot();
    let mut diagnosis = play::ask(&snapshot, &case.scenario.question);
    fix::prove(&mut diagnosis, &snapshot);
    diagnosis
}

fn codes(diagnosis: &Diagnosis) -> Vec<&str> {
    diagnosis.findings.iter().map(|finding| finding.meta.code).collect()
}

#[test]
fn a_connection_that_is_down_is_named() {
    let down = asked(&["set gateway-connection/to-dc connectionStatus = NotConnected"]);
    assert_eq!((down.verdict(), codes(&down)), (Some(Verdict::Blocked), vec!["RTE002"]));
    let [finding] = down.findings.as_slice() else { panic!("one finding") };
    assert_eq!(finding.title, "gateway connection to-dc is not connected");
    assert_eq!(finding.resources.iter().map(model::ResourceId::name).collect::<Vec<_>>(), ["to-dc"]);
    assert_eq!(finding.remedies[0].safety, Safety::Manual);
}

#[test]
fn a_connection_that_may_be_up_is_not_held_against_anybody() {
    for state in ["Connected", "Connecting", "Unknown"] {
        let set = format!("set gateway-connection/to-dc connectionStatus = {state}");
        let found = asked(&[&set]);
        assert_eq!((found.verdict(), codes(&found)), (Some(Verdict::Private), vec![]), "{state}");
    }
}

#[test]
fn a_second_connection_that_is_up_carries_what_the_first_does_not() {
    let block = "base = \"premises-by-vpn\"\nfault = [\"set gateway-connection/to-dc connectionStatus = NotConnected\"]\n\
        [estate.gateway-connection.second-line]\ngroup = \"rg-networking\"\ngateway = \"vpn-hub\"\nto = \"dc\"\n";
    let case = Case::parse("premises", block).unwrap();
    let found = play::ask(&case.scenario.snapshot(), &case.scenario.question);
    assert_eq!((found.verdict(), codes(&found)), (Some(Verdict::Private), vec![]));
}

#[test]
fn a_gateway_whose_subnet_keeps_its_routes_out_is_named_and_repaired() {
    let block = "base = \"premises-by-vpn\"\nfault = [\"set subnet/hub-vnet/GatewaySubnet routeTable.id = route-table/rt-gateway\"]\n\
        [estate.route-table.rt-gateway]\ngroup = \"rg-networking\"\npropagate = false\n";
    let case = Case::parse("premises", block).unwrap();
    let snapshot = case.scenario.snapshot();
    let mut found = play::ask(&snapshot, &case.scenario.question);
    fix::prove(&mut found, &snapshot);
    assert_eq!((found.verdict(), codes(&found)), (Some(Verdict::Blocked), vec!["RTE002"]));
    let [remedy] = found.findings[0].remedies.as_slice() else { panic!("one remedy") };
    assert_eq!((remedy.safety, remedy.effect.outcome), (Safety::Review, Outcome::Clears), "{:?}", remedy.effect);
}

#[test]
fn a_network_whose_dns_server_is_behind_a_connection_that_is_down_is_told_so() {
    let block = "base = \"premises-by-vpn\"\nfrom = \"vm/beside\"\n\
        fault = [\"set gateway-connection/to-dc connectionStatus = NotConnected\"]\n\
        [estate.vm.beside]\ngroup = \"rg-networking\"\nsubnet = \"hub-vnet/snet-private-endpoints\"\n\
        address = \"10.1.2.9\"\ndns = [\"192.168.0.53\"]\n";
    let case = Case::parse("premises", block).unwrap();
    let found = play::ask(&case.scenario.snapshot(), &case.scenario.question);
    assert_eq!((found.verdict(), codes(&found)), (Some(Verdict::Blocked), vec!["RTE002"]));
}
