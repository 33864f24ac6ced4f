//! Does what a server was seen to answer hold for who asks the same server, and for nobody else?

use super::forwarded::{estate, hub, ip, known, server};
use super::*;
use model::resource::VirtualNetwork;
use model::{AnswerSeen, Asker, Client};

const SERVER: &str = "10.1.9.4";

fn name() -> DnsName {
    DnsName::parse("acct.openai.azure.com").unwrap()
}

fn answer(server: &str, network: &ResourceId, addresses: &[&str]) -> AnswerSeen {
    AnswerSeen {
        server: ip(server),
        asker: Asker::Network { network: network.clone(), subnet: None },
        name: name(),
        aliases: vec![DnsName::parse("acct.privatelink.openai.azure.com").unwrap()],
        addresses: addresses.iter().map(|address| ip(address)).collect(),
        at: "2026-11-22T10:00:00Z".to_owned(),
        by: "from vm/other at 2026-11-22T10:00:00Z in seen.json".to_owned(),
    }
}

fn space(id: ResourceId, prefix: &str) -> Resource {
    let network = VirtualNetwork { address_space: vec![prefix.parse().unwrap()], dns_servers: Vec::new() };
    Resource::new(id, Body::VirtualNetwork(network))
}

/// The estate of the forwarders with address spaces, a stranger that overlaps the hub, and these answers.
fn seen(answers: Vec<AnswerSeen>) -> Snapshot {
    let mut all = estate(&[hub()]);
    all.extend([space(network(), "10.2.0.0/16"), space(hub(), "10.1.0.0/16"), space(stranger(), "10.1.0.0/16")]);
    Snapshot::new(all, Coverage::complete()).with_client(Client { answers, ..Client::default() })
}

fn stranger() -> ResourceId {
    id("rg", "Microsoft.Network/virtualNetworks", &["stranger"])
}

fn asked(snapshot: &Snapshot, name: &DnsName) -> Decided<Resolution> {
    let servers = Servers::Custom(vec![ip(SERVER)]);
    resolve(snapshot, &Standing { servers, ..standing() }, name)
}

#[test]
fn who_asks_the_same_server_gets_the_same_answer() {
    for network in [network(), hub()] {
        let snapshot = seen(vec![answer(SERVER, &network, &["10.1.2.4"])]);
        let found = asked(&snapshot, &name());
        assert_eq!(known(&found).answer, Answer::Seen { addresses: vec![ip("10.1.2.4")] }, "{network}");
        assert_eq!(known(&found).through, [ip(SERVER)]);
        assert!(found.because.text.contains("seen to answer 10.1.2.4, from vm/other at"), "{}", found.because.text);
    }
}

#[test]
fn the_same_address_in_a_strange_network_is_another_server() {
    let snapshot = seen(vec![answer(SERVER, &stranger(), &["10.1.2.4"])]);
    assert!(asked(&snapshot, &name()).outcome.value().is_none());
}

#[test]
fn it_says_nothing_of_any_other_name() {
    let snapshot = seen(vec![answer(SERVER, &network(), &["10.1.2.4"])]);
    let other = DnsName::parse("other.openai.azure.com").unwrap();
    assert!(asked(&snapshot, &other).outcome.value().is_none());
}

#[test]
fn that_there_is_no_address_is_an_answer() {
    let snapshot = seen(vec![answer(SERVER, &network(), &[])]);
    assert_eq!(known(&asked(&snapshot, &name())).answer, Answer::Seen { addresses: Vec::new() });
}

#[test]
fn the_latest_answer_decides_and_the_one_before_is_told() {
    let before = AnswerSeen { by: "from vm/other earlier".to_owned(), ..answer(SERVER, &network(), &["203.0.113.10"]) };
    let found = asked(&seen(vec![answer(SERVER, &network(), &["10.1.2.4"]), before]), &name());
    assert_eq!(known(&found).answer.words(), "10.1.2.4");
    let parts: Vec<&str> = found.because.parts.iter().map(|part| part.text.as_str()).collect();
    assert_eq!(parts, ["before that it was seen to answer 203.0.113.10, from vm/other earlier"]);
}

#[test]
fn what_is_declared_and_seen_otherwise_is_not_known() {
    let declared = [server(SERVER, &[("", "168.63.129.16")])];
    let with = |addresses: &[&str]| {
        let client = seen(Vec::new()).with(&declared).client().clone();
        let answers = vec![answer(SERVER, &network(), addresses)];
        asked(&seen(Vec::new()).with_client(Client { answers, ..client }), &name())
    };
    let agreed = with(&["10.1.2.4"]);
    assert!(matches!(known(&agreed).answer, Answer::Private { .. }), "{:?}", agreed.because);
    let split = with(&["203.0.113.10"]);
    assert!(split.outcome.value().is_none());
    let text = &split.because.text;
    assert!(text.contains("declared 10.1.9.4 answers 10.1.2.4; it was seen to answer 203.0.113.10"), "{text}");
}

#[test]
fn azure_dns_is_another_one_in_every_network() {
    let unknown_links = |network: ResourceId| {
        let coverage = Coverage::complete();
        let snapshot = seen(vec![answer("168.63.129.16", &network, &["10.1.2.4"])]);
        let snapshot = Snapshot::new(snapshot.iter().map(|one| (**one).clone()), coverage)
            .with_client(snapshot.client().clone())
            .without(model::Kind::VirtualNetworkLink, model::Why::NotPermitted);
        resolve(&snapshot, &standing(), &name()).outcome.value().map(|found| found.answer.words())
    };
    assert_eq!(unknown_links(network()).as_deref(), Some("10.1.2.4"));
    assert_eq!(unknown_links(hub()), None);
}

#[test]
fn what_was_seen_was_seen_before_a_change_of_names() {
    let snapshot = seen(vec![answer(SERVER, &network(), &["203.0.113.10"])]);
    let zone = id("rg", "Microsoft.Network/privateDnsZones", &["privatelink.openai.azure.com"]);
    assert!(snapshot.with(&[model::Change::link_zone(&zone, &network())]).client().answers.is_empty());
    let group = id("rg", "Microsoft.Network/networkSecurityGroups", &["nsg"]);
    let body = Body::NetworkSecurityGroup(model::resource::NetworkSecurityGroup::default());
    let put = model::Change::Put(std::sync::Arc::new(Resource::new(group, body)));
    assert_eq!(snapshot.with(&[put]).client().answers.len(), 1);
}
