//! What does Azure itself do after a change? Consequences that no request asks for by name.

use crate::client;
use crate::endpoint::service_side;
use crate::networks::peering;
use model::resource::{
    ConnectionState, NetworkInterface, Peering, PeeringState, PrivateDnsZoneGroup, PrivateEndpoint,
    PrivateEndpointConnection, RecordSet,
};
use model::{Body, Change, Fact, FactRef, Key, Known, Mark, ResourceId, Snapshot, Value};
use std::net::IpAddr;
use std::sync::Arc;

/// A zone group keeps the A records of its endpoint in its zones.
pub static ZONE_GROUP: Fact = Fact {
    id: "zone-group-keeps-the-records",
    text: "A DNS zone group writes the endpoint's A records into its zones, and deleting it or the endpoint deletes them.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/private-endpoint-dns-integration.md, read 2026-11-22",
};

/// The halves of a peering know of each other.
pub static PEERING_HALVES: Fact = Fact {
    id: "both-halves-of-a-peering-make-it-connected",
    text: "The first half of a peering is Initiated; when the second is made both are Connected, and when one is deleted the other is Disconnected and has to be made again.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/virtual-network-manage-peering.md; azure.github.io/PSRule.Rules.Azure, Azure.VNET.PeerState, read 2026-11-22",
};

/// The estate after these changes and what Azure does on its own because of them.
#[must_use]
pub fn after(snapshot: &Snapshot, changes: &[Change]) -> Snapshot {
    let mut next = snapshot.clone();
    for change in changes {
        let before = next;
        next = before.with(std::slice::from_ref(change));
        let more = consequences(&before, &next, change);
        next = next.with(&more);
    }
    next
}

/// The changes that take these changes back, and what Azure did because of them: made to what
/// [`after`] gives, they bring back `snapshot`.
pub fn undo(snapshot: &Snapshot, changes: &[Change]) -> Vec<Change> {
    let mut now = snapshot.clone();
    let mut back: Vec<Change> = Vec::new();
    for change in changes {
        let mut own = change.undo(&now);
        own.append(&mut back);
        back = own;
        now = after(&now, std::slice::from_ref(change));
    }
    // What Azure did on its own and does not take back on its own.
    let undone = after(&now, &back);
    let extra = undone.iter().filter(|resource| snapshot.get(&resource.id).is_none());
    back.extend(extra.map(|resource| Change::Delete(resource.id.clone())));
    let lost = snapshot.iter().filter(|resource| undone.get(&resource.id) != Some(resource));
    back.extend(lost.map(|resource| Change::Put(Arc::clone(resource))));
    back
}

fn consequences(before: &Snapshot, next: &Snapshot, change: &Change) -> Vec<Change> {
    match change {
        Change::Put(resource) => match &resource.body {
            Body::PrivateDnsZoneGroup(group) => group_records(next, &resource.id, group),
            Body::PrivateEndpointConnection(connection) => match &connection.state {
                Known::Value(state) => on_endpoint(connection.private_endpoint.as_ref(), *state),
                Known::Unknown(_) => Vec::new(),
            },
            Body::Peering(half) => joined(next, &resource.id, half),
            _ => Vec::new(),
        },
        Change::Delete(id) => match before.get(id).map(|resource| &resource.body) {
            Some(Body::PrivateDnsZoneGroup(group)) => without_group(before, id, group),
            Some(Body::Peering(half)) => {
                let other = other_half(next, id, half).map(|other| Change::set(other, PEERING_STATE, "Disconnected"));
                other.into_iter().collect()
            }
            Some(Body::PrivateEndpointConnection(connection)) => {
                on_endpoint(connection.private_endpoint.as_ref(), ConnectionState::Disconnected)
            }
            Some(Body::CognitiveServicesAccount(_)) => before
                .children::<PrivateEndpointConnection>(id)
                .flat_map(|(_, connection)| {
                    on_endpoint(connection.private_endpoint.as_ref(), ConnectionState::Disconnected)
                })
                .collect(),
            Some(Body::PrivateEndpoint(_)) => before
                .children::<PrivateDnsZoneGroup>(id)
                .flat_map(|(group_id, group)| without_group(before, group_id, group))
                .collect(),
            _ => Vec::new(),
        },
        Change::Set(fact, value) => mirrored_state(next, fact, value),
        Change::Outside(_) => Vec::new(),
    }
}

const PEERING_STATE: &str = "peeringState";

/// The half that leads back.
fn other_half<'s>(snapshot: &'s Snapshot, id: &ResourceId, half: &Peering) -> Option<&'s ResourceId> {
    let own = id.parent()?;
    peering(snapshot, half.remote.as_ref()?, &own).map(|(id, _)| id)
}

/// A half that was made is Initiated, or Connected together with the half that waited for it.
fn joined(next: &Snapshot, id: &ResourceId, half: &Peering) -> Vec<Change> {
    let initiated =
        |id: &&ResourceId| next.find::<Peering>(id).is_some_and(|half| half.state.is(&PeeringState::Initiated));
    if !initiated(&id) {
        return Vec::new();
    }
    let other = other_half(next, id, half).filter(initiated);
    other.into_iter().chain(other.map(|_| id)).map(|id| Change::set(id, PEERING_STATE, "Connected")).collect()
}

/// The names that an endpoint serves, with the addresses for each.
pub fn served_names(snapshot: &Snapshot, endpoint: &ResourceId) -> Vec<(model::DnsName, Vec<IpAddr>)> {
    let mut names: Vec<(model::DnsName, Vec<IpAddr>)> = Vec::new();
    let mut add = |name: &model::DnsName, address: IpAddr| match names.iter_mut().find(|(own, _)| own == name) {
        Some((_, addresses)) if addresses.contains(&address) => {}
        Some((_, addresses)) => addresses.push(address),
        None => names.push((name.clone(), vec![address])),
    };
    for (_, nic) in snapshot.by::<NetworkInterface>(&Key::InterfaceOf(endpoint.clone())) {
        for configuration in &nic.ip_configurations {
            for name in &configuration.fqdns {
                configuration.address.iter().for_each(|address| add(name, *address));
            }
        }
    }
    for config in snapshot.find::<PrivateEndpoint>(endpoint).into_iter().flat_map(|found| &found.custom_dns_configs) {
        config.addresses.iter().for_each(|address| add(&config.fqdn, *address));
    }
    names
}

/// The records that a zone group writes.
fn group_records(snapshot: &Snapshot, group_id: &ResourceId, group: &PrivateDnsZoneGroup) -> Vec<Change> {
    let Some(endpoint) = group_id.parent() else { return Vec::new() };
    let names = served_names(snapshot, &endpoint);
    let zones = group.configs.iter().filter_map(|config| config.zone.as_ref());
    zones
        .filter(|zone| snapshot.get(zone).is_some())
        .flat_map(|zone| {
            names.iter().filter_map(move |(name, addresses)| {
                let (in_zone, label) = match (client::service(name), crate::token_zone(name)) {
                    (Some(service), _) => (service.zone.to_owned(), service.label),
                    (None, Some(found)) => (found.zone, found.label),
                    (None, None) => return None,
                };
                let fits = in_zone.eq_ignore_ascii_case(zone.name());
                let kept = snapshot.find::<RecordSet>(&zone.child("A", &label));
                let right = kept.is_some_and(|set| set.addresses() == addresses);
                (fits && !right).then(|| Change::put_record(zone, &label, addresses.clone()))
            })
        })
        .collect()
}

/// The records that vanish with a zone group: those that hold only addresses of its endpoint.
fn without_group(before: &Snapshot, group_id: &ResourceId, group: &PrivateDnsZoneGroup) -> Vec<Change> {
    let Some(endpoint) = group_id.parent() else { return Vec::new() };
    let own = crate::endpoint::addresses_of(before, &endpoint);
    let zones = group.configs.iter().filter_map(|config| config.zone.as_ref());
    zones
        .flat_map(|zone| before.children::<RecordSet>(zone))
        .filter(|(_, set)| !set.addresses().is_empty() && set.addresses().iter().all(|address| own.contains(address)))
        .map(|(id, _)| Change::Delete(id.clone()))
        .collect()
}

const STATE: &str = "privateLinkServiceConnectionState.status";

/// The state of a connection, as its endpoint shows it.
fn on_endpoint(endpoint: Option<&ResourceId>, state: ConnectionState) -> Vec<Change> {
    endpoint.map(|endpoint| Change::set(endpoint, STATE, state.word())).into_iter().collect()
}

/// The state of a connection shows on both sides.
fn mirrored_state(next: &Snapshot, fact: &FactRef, value: &Value) -> Vec<Change> {
    let Some(state) = value.text().and_then(ConnectionState::parse) else { return Vec::new() };
    if fact.property != STATE {
        return Vec::new();
    }
    match next.get(&fact.resource).map(|resource| &resource.body) {
        Some(Body::PrivateEndpointConnection(connection)) => on_endpoint(connection.private_endpoint.as_ref(), state),
        Some(Body::PrivateEndpoint(endpoint)) => endpoint
            .connections
            .iter()
            .filter_map(|connection| service_side(next, &fact.resource, connection.target.as_ref()?))
            .map(|(id, _)| Change::set(id, STATE, state.word()))
            .collect(),
        _ => Vec::new(),
    }
}
