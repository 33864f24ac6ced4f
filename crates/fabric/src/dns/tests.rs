//! Does the resolution follow the facts? Small estates by hand.

use super::*;
use crate::standing::{Servers, Standing};
use model::resource::{CognitiveServicesAccount, ConnectionState};
use model::resource::{
    LinkState, Peering, PeeringState, PrivateDnsZone, PrivateEndpoint, PrivateLinkServiceConnection, RecordSet,
    RecordType, VirtualNetwork, VirtualNetworkLink,
};
use model::resource::{RecordData, ResolutionPolicy};
use model::{Body, Coverage, Extent, Kind, Resource};

fn id(group: &str, kind: &str, names: &[&str]) -> ResourceId {
    ResourceId::new("s", group, kind, names)
}

fn network() -> ResourceId {
    id("rg", "Microsoft.Network/virtualNetworks", &["vnet"])
}

fn zone(group: &str, name: &str) -> Resource {
    let id = id(group, "Microsoft.Network/privateDnsZones", &[name]);
    Resource::new(id, Body::PrivateDnsZone(PrivateDnsZone::default()))
}

fn link(zone: &ResourceId, policy: ResolutionPolicy, state: LinkState) -> Resource {
    let link = VirtualNetworkLink {
        virtual_network: Some(network()),
        registration_enabled: false,
        resolution_policy: policy,
        state: Known::Value(state),
    };
    Resource::new(zone.child("virtualNetworkLinks", "link"), Body::VirtualNetworkLink(link))
}

fn record(zone: &ResourceId, kind: RecordType, name: &str, data: RecordData) -> Resource {
    let set = RecordSet { record_type: kind, ttl: Some(10), data, creator: None };
    Resource::new(zone.child(kind.word(), name), Body::RecordSet(set))
}

fn a(zone: &ResourceId, name: &str, address: &str) -> Resource {
    record(zone, RecordType::A, name, RecordData::Addresses(vec![address.parse().unwrap()]))
}

/// An account `acct` with one endpoint, which gives its names the privatelink alias.
fn account() -> Vec<Resource> {
    let account = id("rg", "Microsoft.CognitiveServices/accounts", &["acct"]);
    let endpoint = PrivateEndpoint {
        connections: vec![PrivateLinkServiceConnection {
            name: "c".to_owned(),
            target: Some(account.clone()),
            group_ids: vec!["account".to_owned()],
            state: Known::Value(ConnectionState::Approved),
            manual: false,
        }],
        ..PrivateEndpoint::default()
    };
    let body =
        CognitiveServicesAccount { custom_subdomain: Some("acct".to_owned()), ..CognitiveServicesAccount::default() };
    vec![
        Resource::new(account, Body::CognitiveServicesAccount(body)),
        Resource::new(id("rg", "Microsoft.Network/privateEndpoints", &["pe"]), Body::PrivateEndpoint(endpoint)),
    ]
}

fn standing() -> Standing {
    Standing {
        network: Some(network()),
        subnet: None,
        network_interface: None,
        sources: Vec::new(),
        servers: Servers::Azure,
        app: None,
        site: None,
        cluster: None,
        environment: None,
        gateway: None,
    }
}

fn ask(resources: Vec<Resource>, name: &str) -> Decided<Resolution> {
    let all = account().into_iter().chain(resources);
    resolve(&Snapshot::new(all, Coverage::complete()), &standing(), &DnsName::parse(name).unwrap())
}

fn answer(resources: Vec<Resource>, name: &str) -> Answer {
    match ask(resources, name).outcome {
        Known::Value(resolution) => resolution.answer,
        Known::Unknown(why) => panic!("{name}: {why:?}"),
    }
}

const OPENAI: &str = "privatelink.openai.azure.com";
const HOST: &str = "acct.openai.azure.com";

#[test]
fn a_linked_zone_answers_with_its_record() {
    let zone = zone("rg", OPENAI);
    let id = zone.id.clone();
    let linked = link(&id, ResolutionPolicy::Default, LinkState::Completed);
    let Answer::Private { addresses, record, .. } = answer(vec![zone, linked, a(&id, "acct", "10.1.2.4")], HOST) else {
        panic!("a private answer")
    };
    assert_eq!((addresses, record.name()), (vec!["10.1.2.4".parse().unwrap()], "acct"));
}

#[test]
fn all_three_names_of_an_account_have_their_zone() {
    for suffix in ["openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"] {
        let zone = zone("rg", &format!("privatelink.{suffix}"));
        let id = zone.id.clone();
        let linked = link(&id, ResolutionPolicy::Default, LinkState::Completed);
        let found = answer(vec![zone, linked, a(&id, "acct", "10.1.2.4")], &format!("acct.{suffix}"));
        assert!(matches!(found, Answer::Private { .. }), "{suffix}: {found:?}");
    }
}

#[test]
fn a_zone_that_is_not_linked_is_not_asked() {
    let zone = zone("rg", OPENAI);
    let id = zone.id.clone();
    let found = answer(vec![zone, a(&id, "acct", "10.1.2.4")], HOST);
    assert_eq!(found, Answer::Public { aliased: true, fallback: None });
}

#[test]
fn a_name_of_one_label_is_left_to_search_lists() {
    assert!(matches!(ask(Vec::new(), "acct").outcome, Known::Unknown(Why::Unsupported)));
    assert_eq!(answer(Vec::new(), "acct.example"), Answer::Public { aliased: false, fallback: None });
}

#[test]
fn a_link_in_progress_does_not_count() {
    let zone = zone("rg", OPENAI);
    let id = zone.id.clone();
    let linked = link(&id, ResolutionPolicy::Default, LinkState::InProgress);
    let found = answer(vec![zone, linked, a(&id, "acct", "10.1.2.4")], HOST);
    assert_eq!(found, Answer::Public { aliased: true, fallback: None });
}

#[test]
fn a_missing_record_is_nxdomain_and_with_fallback_public() {
    let zone = zone("rg", OPENAI);
    let id = zone.id.clone();
    let with = |policy| vec![zone.clone(), link(&id, policy, LinkState::Completed)];
    assert_eq!(answer(with(ResolutionPolicy::Default), HOST), Answer::NxDomain { zone: id.clone() });
    let found = answer(with(ResolutionPolicy::NxDomainRedirect), HOST);
    assert_eq!(found, Answer::Public { aliased: true, fallback: Some(id.clone()) });
}

#[test]
fn a_wildcard_answers_what_no_record_names() {
    let zone = zone("rg", OPENAI);
    let id = zone.id.clone();
    let linked = link(&id, ResolutionPolicy::Default, LinkState::Completed);
    let records = [a(&id, "*", "10.9.9.9"), a(&id, "other", "10.1.1.1")];
    let Answer::Private { addresses, .. } = answer([vec![zone, linked], records.to_vec()].concat(), HOST) else {
        panic!("a private answer")
    };
    assert_eq!(addresses, vec!["10.9.9.9".parse::<IpAddr>().unwrap()]);
}

#[test]
fn the_closest_name_that_exists_decides_which_wildcard_answers() {
    let zone = zone("rg", "corp.example");
    let id = zone.id.clone();
    let linked = link(&id, ResolutionPolicy::NxDomainRedirect, LinkState::Completed);
    let text = record(&id, RecordType::Txt, "note", RecordData::Other);
    let records = [a(&id, "*", "10.9.9.9"), a(&id, "x.apps", "10.1.1.1"), a(&id, "*.deep.apps", "10.2.2.2"), text];
    let all: Vec<Resource> = [vec![zone, linked], records.to_vec()].concat();
    let words = |name: &str| answer(all.clone(), &format!("{name}.corp.example")).words();
    assert_eq!(words("any"), "10.9.9.9");
    assert_eq!(words("any.where"), "10.9.9.9");
    assert_eq!(words("y.deep.apps"), "10.2.2.2");
    // `apps` exists, though it has no record of its own: neither it nor what is below takes the wildcard.
    for none in ["apps", "z.apps", "note", "y.x.apps"] {
        assert_eq!(words(none), "that there is no such name", "{none}");
    }
}

#[test]
fn the_fallback_is_for_private_link_zones_and_missing_names() {
    let at = |name: &str, with: Option<RecordType>| {
        let zone = zone("rg", name);
        let id = zone.id.clone();
        let mut all = vec![zone, link(&id, ResolutionPolicy::NxDomainRedirect, LinkState::Completed)];
        all.extend(with.map(|kind| record(&id, kind, "acct", RecordData::Other)));
        answer(all, &format!("acct.{}", name.strip_prefix("privatelink.").unwrap_or(name)))
    };
    assert!(matches!(at(OPENAI, None), Answer::Public { fallback: Some(_), .. }));
    assert!(matches!(at(OPENAI, Some(RecordType::Txt)), Answer::NxDomain { .. }));
    assert!(matches!(at("openai.azure.com", None), Answer::NxDomain { .. }));
}

#[test]
fn an_alias_record_is_followed_and_a_circle_is_not() {
    let zone = zone("rg", "corp.example");
    let id = zone.id.clone();
    let linked = link(&id, ResolutionPolicy::Default, LinkState::Completed);
    let alias =
        |name: &str, to: &str| record(&id, RecordType::Cname, name, RecordData::Alias(DnsName::parse(to).unwrap()));
    let good = vec![zone.clone(), linked.clone(), alias("ai", "there.corp.example"), a(&id, "there", "10.1.2.4")];
    assert!(matches!(answer(good, "ai.corp.example"), Answer::Private { .. }));
    let circle = vec![zone, linked, alias("ai", "there.corp.example"), alias("there", "ai.corp.example")];
    assert!(ask(circle, "ai.corp.example").outcome.value().is_none());
}

#[test]
fn of_two_zones_of_one_name_the_linked_one_decides() {
    let (here, there) = (zone("rg-a", OPENAI), zone("rg-b", OPENAI));
    let (linked_id, other_id) = (here.id.clone(), there.id.clone());
    let linked = link(&linked_id, ResolutionPolicy::Default, LinkState::Completed);
    let found = answer(vec![here, there, linked, a(&other_id, "acct", "10.1.2.4")], HOST);
    assert_eq!(found, Answer::NxDomain { zone: linked_id });
}

#[test]
fn a_resource_without_endpoint_has_no_alias() {
    let zone = zone("rg", OPENAI);
    let linked = link(&zone.id, ResolutionPolicy::Default, LinkState::Completed);
    let other = Resource::new(
        id("rg", "Microsoft.CognitiveServices/accounts", &["plain"]),
        Body::CognitiveServicesAccount(CognitiveServicesAccount {
            custom_subdomain: Some("plain".to_owned()),
            ..CognitiveServicesAccount::default()
        }),
    );
    let found = answer(vec![zone, linked, other], "plain.openai.azure.com");
    assert_eq!(found, Answer::Public { aliased: false, fallback: None });
}

#[test]
fn what_was_not_collected_is_unknown() {
    let zone = zone("rg", OPENAI);
    let id = zone.id.clone();
    let all: Vec<Resource> = account().into_iter().chain([zone]).collect();
    let mut coverage = Coverage::complete();
    coverage.set_children(&id, Kind::VirtualNetworkLink, Extent::Missing(Why::NotCollected));
    let snapshot = Snapshot::new(all.clone(), coverage);
    let host = DnsName::parse(HOST).unwrap();
    assert!(resolve(&snapshot, &standing(), &host).outcome.value().is_none());

    let mut coverage = Coverage::complete();
    coverage.set(Kind::VirtualNetworkLink, Extent::Missing(Why::NotPermitted));
    let decided = resolve(&Snapshot::new(all, coverage), &standing(), &host);
    assert_eq!(decided.outcome.why(), Some(Why::NotPermitted));
}

#[test]
fn no_zone_is_missed_in_what_nobody_read() {
    let peered = |name: &str, remote: &str| {
        let peering = Peering {
            remote: Some(id("rg-hub", "Microsoft.Network/virtualNetworks", &[remote])),
            state: Known::Value(PeeringState::Connected),
            allow_virtual_network_access: true,
            allow_forwarded_traffic: false,
            allow_gateway_transit: false,
            use_remote_gateways: false,
        };
        Resource::new(network().child("virtualNetworkPeerings", name), Body::Peering(peering))
    };
    let hub = Resource::new(
        id("rg-hub", "Microsoft.Network/virtualNetworks", &["hub"]),
        Body::VirtualNetwork(VirtualNetwork::default()),
    );
    let public = Answer::Public { aliased: true, fallback: None };
    let outcome = |resources: Vec<Resource>| {
        let all = account().into_iter().chain(resources);
        let snapshot = Snapshot::new(all.collect::<Vec<_>>(), Coverage::complete());
        resolve(&snapshot, &standing(), &DnsName::parse(HOST).unwrap()).outcome
    };
    let unread = outcome(vec![peered("to-hub", "hub")]);
    assert_eq!(unread.why(), Some(Why::NotCollected), "the zone may be beside the hub");
    // The hub is there; the zone is there; a network of Azure's own is in no list.
    for known in [
        vec![peered("to-hub", "hub"), hub],
        vec![peered("to-hub", "hub"), zone("rg", OPENAI)],
        vec![peered("RemoteVnetToHubPeering_0a", "HV_hub_0a")],
    ] {
        let found = outcome(known);
        assert_eq!(found.value().map(|found| &found.answer), Some(&public));
    }
}

#[test]
fn custom_servers_are_unknown_and_a_pin_is_not_asked_of_dns() {
    let custom = Standing { servers: Servers::Custom(vec!["10.0.0.4".parse().unwrap()]), ..standing() };
    let host = DnsName::parse(HOST).unwrap();
    let snapshot = Snapshot::new(account(), Coverage::complete());
    assert_eq!(resolve(&snapshot, &custom, &host).outcome.why(), Some(Why::NotCollected));
    let hosts = std::iter::once((HOST.to_owned(), "10.1.2.4".parse().unwrap())).collect();
    let pinned = snapshot.with_client(model::Client { hosts, ..model::Client::default() });
    let found = resolve(&pinned, &custom, &host).outcome;
    assert_eq!(found.value().map(|found| &found.answer), Some(&Answer::Pinned("10.1.2.4".parse().unwrap())));
}

mod forwarded;
mod seen;
