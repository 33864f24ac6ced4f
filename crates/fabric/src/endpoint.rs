//! What does an address lead to? The endpoint behind it, its state, and what it really serves.

mod connection;
mod shared_link;
mod sub_resource;
mod tier;
mod workspace;

pub use connection::{Lost, abandoned, lost, service_side, state};
pub use shared_link::{Fault, OUTSIDE, SharedWay, fault, shared_way};
pub use sub_resource::{Serving, has_name_of, has_no_subdomain, serving, unserved};
pub use tier::offers_endpoints;
pub use workspace::{FRONT, WORKSPACE_FRONT};

use crate::networks::{network_of, peers};
use model::resource::{ConnectionState, NetworkInterface, PrivateEndpoint};
use model::{Because, Decided, Extent, Fact, FactRef, Key, Kind, Known, Mark, ResourceId, Snapshot, Why};
use std::net::IpAddr;

/// What an address leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Landing {
    /// A private endpoint.
    Endpoint(Arrival),
    /// A NIC that belongs to no endpoint.
    OtherInterface(ResourceId),
    /// No NIC of the estate has this address.
    Nothing,
}

/// The endpoint behind an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The endpoint.
    pub endpoint: ResourceId,
    /// Its NIC.
    pub network_interface: ResourceId,
    /// The subnet of the NIC.
    pub subnet: ResourceId,
    /// The virtual network of the subnet.
    pub network: ResourceId,
    /// The resource that it leads to.
    pub target: Option<ResourceId>,
    /// The sub-resources of it that the endpoint leads to, such as `account` or `blob`.
    pub groups: Vec<String>,
    /// The state of its connection: the worse of what both sides say, Disconnected where it is lost.
    pub state: Known<ConnectionState>,
    /// Why the connection is lost, though neither side may say so.
    pub lost: Option<Lost>,
}

static STATE: Fact = Fact {
    id: "endpoint-passes-only-when-approved",
    text: "Of the connection states Approved, Pending, Rejected and Disconnected, only Approved passes traffic.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/private-endpoint-overview.md, read 2026-11-22",
};

/// What an address leads to, seen from a network: a NIC of that network or of a direct peer is
/// preferred, since address spaces of networks that do not hear each other may overlap.
pub fn landing(snapshot: &Snapshot, from: Option<&ResourceId>, address: IpAddr) -> Decided<Landing> {
    let mut found: Vec<(&ResourceId, &NetworkInterface)> =
        snapshot.by::<NetworkInterface>(&Key::Address(address)).collect();
    found.sort_by_key(|(_, nic)| std::cmp::Reverse(nearness(snapshot, from, nic)));
    let Some((id, nic)) = found.first() else { return nothing(snapshot, address) };
    let Some(endpoint) = &nic.private_endpoint else {
        let because = Because::new(format!(
            "{address} is the address of NIC {}, which belongs to no private endpoint",
            id.name()
        ));
        return Decided::value(
            Landing::OtherInterface((*id).clone()),
            because.fact(FactRef::new(id, "ipConfigurations", address.to_string())),
        );
    };
    let arrival = nic.subnet().and_then(|subnet| arrive(snapshot, endpoint, id, subnet));
    let Some(arrival) = arrival else {
        let text = format!("{address} belongs to private endpoint {}, which is not in the snapshot", endpoint.name());
        return Decided::unknown(Why::NotCollected, Because::new(text));
    };
    let because = reason(address, &arrival);
    Decided::value(Landing::Endpoint(arrival), because)
}

fn nothing(snapshot: &Snapshot, address: IpAddr) -> Decided<Landing> {
    match snapshot.coverage().of(Kind::NetworkInterface) {
        Extent::Missing(why) => {
            let text = format!("whose address {address} is cannot be told: network interfaces are {}", why.words());
            Decided::unknown(why, Because::new(text))
        }
        _ => {
            Decided::value(Landing::Nothing, Because::new(format!("no NIC in the snapshot has the address {address}")))
        }
    }
}

fn nearness(snapshot: &Snapshot, from: Option<&ResourceId>, nic: &NetworkInterface) -> u8 {
    let (Some(from), Some(network)) = (from, nic.subnet().and_then(network_of)) else { return 0 };
    if *from == network {
        return 2;
    }
    u8::from(peers(snapshot, from).any(|(_, remote)| *remote == network))
}

fn arrive(snapshot: &Snapshot, endpoint: &ResourceId, nic: &ResourceId, subnet: &ResourceId) -> Option<Arrival> {
    let found = snapshot.find::<PrivateEndpoint>(endpoint)?;
    let connection = found.connections.first();
    let target = connection.and_then(|connection| connection.target.clone());
    Some(Arrival {
        endpoint: endpoint.clone(),
        network_interface: nic.clone(),
        subnet: subnet.clone(),
        network: network_of(subnet)?,
        groups: connection.map(|connection| connection.group_ids.clone()).unwrap_or_default(),
        state: state(snapshot, endpoint, connection),
        lost: connection.and_then(|connection| lost(snapshot, endpoint, connection)),
        target,
    })
}

fn reason(address: IpAddr, arrival: &Arrival) -> Because {
    let leads = arrival.target.as_ref().map_or("an unknown resource", ResourceId::name);
    let state = arrival.state.value().map_or("of unknown state", |state| state.word());
    let name = arrival.endpoint.name();
    let because = match (&arrival.lost, &arrival.target) {
        (Some(lost), Some(target)) => {
            let because = Because::new(format!("{address} is {name}, {}", lost.words(target)));
            because.fact(lost.shown_by(target)).rule(lost.rule())
        }
        _ => Because::new(format!("{address} is {name}, {state}, which leads to {leads}")).fact(FactRef::new(
            &arrival.endpoint,
            "privateLinkServiceConnectionState.status",
            state,
        )),
    };
    because.fact(FactRef::new(&arrival.network_interface, "ipConfigurations", address.to_string())).rule(&STATE)
}

/// The endpoints of the estate that lead to a resource, with their NIC addresses.
pub fn endpoints_of(snapshot: &Snapshot, target: &ResourceId) -> Vec<(ResourceId, Vec<IpAddr>)> {
    snapshot
        .by::<PrivateEndpoint>(&Key::LeadsTo(target.clone()))
        .map(|(id, _)| (id.clone(), addresses_of(snapshot, id)))
        .collect()
}

/// The addresses of an endpoint's NICs.
pub fn addresses_of(snapshot: &Snapshot, endpoint: &ResourceId) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = snapshot
        .by::<NetworkInterface>(&Key::InterfaceOf(endpoint.clone()))
        .flat_map(|(_, nic)| nic.addresses())
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

#[cfg(test)]
mod tests;
