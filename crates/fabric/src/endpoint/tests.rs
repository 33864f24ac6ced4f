//! Is the state of an endpoint the worse of both sides, and does undo bring back what Azure did?

use super::*;
use crate::platform;
use model::resource::{IpConfiguration, PrivateDnsZone, PrivateDnsZoneConfig, PrivateDnsZoneGroup, RecordSet};
use model::{Body, Change, Coverage, DnsName, Resource};
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
        application_security_groups: Vec::new(),
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
