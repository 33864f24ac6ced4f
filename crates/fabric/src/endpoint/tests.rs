//! Is the state of an endpoint the worse of both sides, and does undo bring back what Azure did?

use super::*;
use crate::client;
use crate::platform;
use model::resource::{
    CognitiveServicesAccount, IpConfiguration, PrivateDnsZone, PrivateDnsZoneConfig, PrivateDnsZoneGroup,
    PrivateEndpointConnection, PrivateLinkServiceConnection, RecordSet,
};
use model::{Body, Change, Coverage, DnsName, Host, Resource};
use std::sync::Arc;

fn id(kind: &str, name: &str) -> ResourceId {
    ResourceId::new("s", "rg", kind, &[name])
}

fn endpoint() -> ResourceId {
    id("Microsoft.Network/privateEndpoints", "pe")
}

fn account() -> ResourceId {
    id("Microsoft.CognitiveServices/accounts", "acct")
}

fn zone() -> ResourceId {
    id("Microsoft.Network/privateDnsZones", "privatelink.openai.azure.com")
}

fn interface(name: &str, network: &str, endpoint: Option<ResourceId>) -> Resource {
    let subnet = id("Microsoft.Network/virtualNetworks", network).child("subnets", "snet");
    let configuration = IpConfiguration {
        name: "ip".to_owned(),
        address: Some("10.1.2.4".parse().unwrap()),
        subnet: Some(subnet),
        group_id: None,
        member: None,
        fqdns: vec![DnsName::parse("acct.openai.azure.com").unwrap()],
        ..IpConfiguration::default()
    };
    let nic = NetworkInterface {
        ip_configurations: vec![configuration],
        private_endpoint: endpoint,
        ..NetworkInterface::default()
    };
    Resource::new(id("Microsoft.Network/networkInterfaces", name), Body::NetworkInterface(nic))
}

/// An endpoint whose two sides say these states.
fn estate(own: Known<ConnectionState>, side: Option<ConnectionState>) -> Snapshot {
    let connection = PrivateLinkServiceConnection {
        name: "c".to_owned(),
        target: Some(account()),
        group_ids: vec!["account".to_owned()],
        state: own,
        manual: false,
    };
    let body = PrivateEndpoint { connections: vec![connection], ..PrivateEndpoint::default() };
    let mut resources = vec![
        Resource::new(endpoint(), Body::PrivateEndpoint(body)),
        interface("nic", "hub", Some(endpoint())),
        Resource::new(zone(), Body::PrivateDnsZone(PrivateDnsZone::default())),
    ];
    resources.extend(side.map(|state| {
        let connection = PrivateEndpointConnection { private_endpoint: Some(endpoint()), state: Known::Value(state) };
        let id = account().child("privateEndpointConnections", "c");
        Resource::new(id, Body::PrivateEndpointConnection(connection))
    }));
    Snapshot::new(resources, Coverage::complete())
}

/// An account with a custom subdomain.
fn named() -> CognitiveServicesAccount {
    CognitiveServicesAccount { custom_subdomain: Some("acct".to_owned()), ..CognitiveServicesAccount::default() }
}

/// The same estate with the account in it.
fn with_account(snapshot: &Snapshot) -> Snapshot {
    let body = Body::CognitiveServicesAccount(named());
    snapshot.with(&[Change::Put(Arc::new(Resource::new(account(), body)))])
}

fn state_of(snapshot: &Snapshot) -> Known<ConnectionState> {
    let found = snapshot.find::<PrivateEndpoint>(&endpoint()).unwrap();
    state(snapshot, &endpoint(), found.connections.first())
}

#[test]
fn the_worse_of_both_sides_counts() {
    use ConnectionState::{Approved, Disconnected, Pending, Rejected};
    let unknown = Known::Unknown(Why::NotCollected);
    for (own, side, both) in [
        (Known::Value(Approved), Some(Approved), Known::Value(Approved)),
        (Known::Value(Approved), Some(Pending), Known::Value(Pending)),
        (Known::Value(Pending), Some(Approved), Known::Value(Pending)),
        (Known::Value(Approved), Some(Disconnected), Known::Value(Disconnected)),
        (Known::Value(Rejected), None, Known::Value(Rejected)),
        (unknown.clone(), Some(Pending), Known::Value(Pending)),
        (unknown.clone(), None, unknown),
    ] {
        assert_eq!(state_of(&estate(own.clone(), side)), both, "{own:?} and {side:?}");
    }
}

#[test]
fn an_address_leads_to_the_nearest_interface_that_has_it() {
    let snapshot = estate(Known::Value(ConnectionState::Approved), None);
    let address = "10.1.2.4".parse().unwrap();
    let hub = id("Microsoft.Network/virtualNetworks", "hub");
    let Known::Value(Landing::Endpoint(arrival)) = landing(&snapshot, Some(&hub), address).outcome else {
        panic!("an endpoint")
    };
    assert_eq!((arrival.endpoint, arrival.target), (endpoint(), Some(account())));
    let twin = snapshot.with(&[Change::Put(Arc::new(interface("twin", "island", None)))]);
    let island = id("Microsoft.Network/virtualNetworks", "island");
    let found = landing(&twin, Some(&island), address).outcome;
    assert_eq!(found, Known::Value(Landing::OtherInterface(id("Microsoft.Network/networkInterfaces", "twin"))));
    assert!(matches!(landing(&twin, Some(&hub), address).outcome, Known::Value(Landing::Endpoint(_))));
    let elsewhere = landing(&snapshot, Some(&hub), "10.1.2.9".parse().unwrap()).outcome;
    assert_eq!(elsewhere, Known::Value(Landing::Nothing));
    let blind = snapshot.without(Kind::NetworkInterface, Why::NotPermitted);
    assert_eq!(landing(&blind, Some(&hub), address).outcome, Known::Unknown(Why::NotPermitted));
}

fn group() -> Change {
    let config = PrivateDnsZoneConfig { name: "openai".to_owned(), zone: Some(zone()) };
    let body = Body::PrivateDnsZoneGroup(PrivateDnsZoneGroup { configs: vec![config] });
    Change::Put(Arc::new(Resource::new(endpoint().child("privateDnsZoneGroups", "default"), body)))
}

fn same(one: &Snapshot, other: &Snapshot) -> bool {
    one.iter().eq(other.iter())
}

#[test]
fn a_zone_group_writes_its_record_and_undo_takes_both_back() {
    let before = estate(Known::Value(ConnectionState::Approved), Some(ConnectionState::Approved));
    let after = platform::after(&before, &[group()]);
    let record = zone().child("A", "acct");
    let address: IpAddr = "10.1.2.4".parse().unwrap();
    assert_eq!(after.find::<RecordSet>(&record).unwrap().addresses(), [address]);
    assert!(same(&platform::after(&after, &platform::undo(&before, &[group()])), &before));
    // Written again after its record was deleted: undo deletes the record and keeps the group.
    let lacking = after.with(&[Change::Delete(record.clone())]);
    let repaired = platform::after(&lacking, &[group()]);
    assert!(repaired.get(&record).is_some());
    assert!(same(&platform::after(&repaired, &platform::undo(&lacking, &[group()])), &lacking));
}

#[test]
fn an_approval_shows_on_both_sides_and_undo_takes_it_back_on_both() {
    let before = estate(Known::Value(ConnectionState::Pending), Some(ConnectionState::Pending));
    let connection = account().child("privateEndpointConnections", "c");
    let approve = [Change::set(&connection, "privateLinkServiceConnectionState.status", "Approved")];
    let after = platform::after(&before, &approve);
    assert_eq!(state_of(&after), Known::Value(ConnectionState::Approved));
    let undo = platform::undo(&before, &approve);
    assert_eq!(undo.len(), 1, "Azure mirrors the state by itself: {undo:?}");
    assert!(same(&platform::after(&after, &undo), &before));
}

#[test]
fn an_endpoint_that_its_service_does_not_list_is_disconnected() {
    use ConnectionState::{Approved, Disconnected, Pending};
    let approved = with_account(&estate(Known::Value(Approved), None));
    assert_eq!(state_of(&approved), Known::Value(Disconnected));
    assert_eq!(state_of(&with_account(&estate(Known::Value(Approved), Some(Approved)))), Known::Value(Approved));
    assert_eq!(state_of(&with_account(&estate(Known::Value(Pending), None))), Known::Value(Pending));
    let blind = approved.without(Kind::PrivateEndpointConnection, Why::NotPermitted);
    assert_eq!(state_of(&blind), Known::Value(Approved), "what may not be seen is not gone");
    let mut half = Coverage::complete();
    half.set_children(&account(), Kind::PrivateEndpointConnection, Extent::Assumed);
    let resources: Vec<Resource> = approved.iter().map(|resource| (**resource).clone()).collect();
    assert_eq!(state_of(&Snapshot::new(resources, half)), Known::Value(Approved), "the list may have been cut");
    // A connection whose endpoint is not told may be this one.
    let nameless = PrivateEndpointConnection { private_endpoint: None, state: Known::Value(Approved) };
    let id = account().child("privateEndpointConnections", "c");
    let listed = approved.with(&[Change::Put(Arc::new(Resource::new(id, Body::PrivateEndpointConnection(nameless))))]);
    assert_eq!(state_of(&listed), Known::Value(Approved));
}

#[test]
fn a_service_that_is_missing_beside_another_one_was_deleted() {
    let alone = estate(Known::Value(ConnectionState::Approved), None);
    assert_eq!(state_of(&alone), Known::Value(ConnectionState::Approved), "nobody may have been allowed to see it");
    let other = |group: &str| {
        let id = ResourceId::new("s", group, "Microsoft.CognitiveServices/accounts", &["other"]);
        Resource::new(id, Body::CognitiveServicesAccount(named()))
    };
    let beside = alone.with(&[Change::Put(Arc::new(other("RG")))]);
    assert_eq!(state_of(&beside), Known::Value(ConnectionState::Disconnected));
    let elsewhere = alone.with(&[Change::Put(Arc::new(other("elsewhere")))]);
    assert_eq!(state_of(&elsewhere), Known::Value(ConnectionState::Approved));
}

#[test]
fn a_service_is_abandoned_when_it_is_missing_and_all_its_endpoints_are_disconnected() {
    use ConnectionState::{Approved, Disconnected};
    let left = |snapshot: &Snapshot| abandoned(snapshot, &account()).map(|(id, _)| id.clone());
    let gone = estate(Known::Value(Disconnected), None);
    assert_eq!(left(&gone), Some(endpoint()));
    assert_eq!(left(&with_account(&gone)), None, "it is there, whatever this endpoint is");
    assert_eq!(left(&estate(Known::Value(Approved), None)), None, "nobody may have been allowed to see it");
    let other = id("Microsoft.Network/privateEndpoints", "zz");
    let body = estate(Known::Value(Approved), None).get(&endpoint()).unwrap().body.clone();
    assert_eq!(left(&gone.with(&[Change::Put(Arc::new(Resource::new(other, body)))])), None, "another one leads there");
    assert_eq!(abandoned(&gone, &id("Microsoft.CognitiveServices/accounts", "nobody")), None);
}

#[test]
fn a_removed_connection_leaves_a_disconnected_endpoint_and_undo_brings_it_back() {
    let before = with_account(&estate(Known::Value(ConnectionState::Approved), Some(ConnectionState::Approved)));
    for gone in [account().child("privateEndpointConnections", "c"), account()] {
        let change = [Change::Delete(gone)];
        let after = platform::after(&before, &change);
        assert_eq!(state_of(&after), Known::Value(ConnectionState::Disconnected));
        assert!(same(&platform::after(&after, &platform::undo(&before, &change)), &before));
    }
}

fn service(name: &str) -> client::Service {
    let Known::Value(client::Named::Public(service)) = client::named(&Host::parse(name).unwrap()).outcome else {
        panic!("{name} is a public name")
    };
    service
}

/// An endpoint of the storage account `acct` for one sub-resource, with these names.
fn storage(group: &str, names: &[&str]) -> Snapshot {
    let target = id("Microsoft.Storage/storageAccounts", "acct");
    let connection = PrivateLinkServiceConnection {
        name: "c".to_owned(),
        target: Some(target),
        group_ids: vec![group.to_owned()],
        state: Known::Value(ConnectionState::Approved),
        manual: false,
    };
    let body = PrivateEndpoint { connections: vec![connection], ..PrivateEndpoint::default() };
    let mut nic = interface("nic", "hub", Some(endpoint()));
    if let Body::NetworkInterface(nic) = &mut nic.body {
        nic.ip_configurations[0].fqdns = names.iter().map(|name| DnsName::parse(name).unwrap()).collect();
    }
    Snapshot::new([Resource::new(endpoint(), Body::PrivateEndpoint(body)), nic], Coverage::complete())
}

fn served_at(snapshot: &Snapshot, name: &str) -> Known<Serving> {
    let address = "10.1.2.4".parse().unwrap();
    let Known::Value(Landing::Endpoint(arrival)) = landing(snapshot, None, address).outcome else {
        panic!("an endpoint")
    };
    serving(snapshot, &arrival, address, &service(name)).outcome
}

fn other_than(needs: &'static str) -> Serving {
    let target = id("Microsoft.Storage/storageAccounts", "acct");
    Serving::OtherSubResource { target, endpoints: vec![(endpoint(), vec!["dfs".to_owned()])], needs: vec![needs] }
}

#[test]
fn an_endpoint_serves_the_names_of_its_own_sub_resource() {
    let dfs = storage("dfs", &["acct.dfs.core.windows.net"]);
    let (yes, unknown) = (Known::Value(Serving::Yes), Known::Unknown(Why::NotCollected));
    assert_eq!(served_at(&dfs, "acct.dfs.core.windows.net"), yes);
    assert_eq!(served_at(&dfs, "acct.blob.core.windows.net"), Known::Value(other_than("blob")));
    // A NIC that tells no names: the group id alone decides; a group id that nobody knows does not.
    assert_eq!(served_at(&storage("Blob", &[]), "acct.blob.core.windows.net"), yes);
    assert_eq!(served_at(&storage("odd", &[]), "acct.blob.core.windows.net"), unknown);
    assert_eq!(served_at(&storage("dfs", &[]), "acct.openai.azure.com"), unknown);
}

#[test]
fn a_name_without_an_endpoint_for_its_sub_resource_is_known_by_its_siblings() {
    let dfs = storage("dfs", &["acct.dfs.core.windows.net"]);
    let found = unserved(&dfs, &service("acct.blob.core.windows.net")).unwrap();
    assert_eq!(found.outcome, Known::Value(other_than("blob")));
    assert_eq!(unserved(&dfs, &service("acct.dfs.core.windows.net")), None, "it has one");
    assert_eq!(unserved(&dfs, &service("other.blob.core.windows.net")), None, "another account");
    let both = storage("blob", &["acct.dfs.core.windows.net"]);
    assert_eq!(unserved(&both, &service("acct.blob.core.windows.net")), None);
}

#[test]
fn an_address_is_for_the_names_that_the_nic_holds_there() {
    let snapshot = storage("blob", &["acct.blob.core.windows.net"]);
    let second = interface("nic-2", "hub", Some(endpoint()));
    let mut second = second;
    if let Body::NetworkInterface(nic) = &mut second.body {
        nic.ip_configurations[0].address = Some("10.1.2.5".parse().unwrap());
        nic.ip_configurations[0].fqdns = vec![DnsName::parse("acct.queue.core.windows.net").unwrap()];
    }
    let snapshot = snapshot.with(&[Change::Put(Arc::new(second))]);
    assert_eq!(served_at(&snapshot, "acct.blob.core.windows.net"), Known::Value(Serving::Yes));
    let elsewhere = Serving::Elsewhere(vec!["10.1.2.5".parse().unwrap()]);
    assert_eq!(served_at(&snapshot, "acct.queue.core.windows.net"), Known::Value(elsewhere));
}

#[test]
fn an_account_without_a_custom_subdomain_serves_no_name() {
    let approved = Known::Value(ConnectionState::Approved);
    let snapshot = with_account(&estate(approved, Some(ConnectionState::Approved)));
    assert_eq!(served_at(&snapshot, "acct.openai.azure.com"), Known::Value(Serving::Yes));
    let nameless =
        snapshot.with(&[Change::Set(FactRef::new(&account(), "customSubDomainName", ""), model::Value::Nothing)]);
    assert_eq!(served_at(&nameless, "acct.openai.azure.com"), Known::Value(Serving::NoSubdomain(account())));
}
