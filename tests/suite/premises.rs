//! Is a place that no connection of its gateway routes told what is missing, and does the repair hold?

use finding::{Outcome, Safety};
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
