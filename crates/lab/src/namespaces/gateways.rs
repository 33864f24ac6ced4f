//! What do the gateways of the estate connect, and which routes do they bring?

use super::land::v4;
use crate::estate::Estate;
use ipnet::Ipv4Net;
use model::resource::{
    ConnectionStatus, ConnectionType, GatewayConnection, LocalNetworkGateway, RouteTable, Subnet, VirtualNetworkGateway,
};
use model::{OnPremises, ResourceId};

/// The subnet that a virtual network's gateway lives in.
pub(super) const SUBNET: &str = "GatewaySubnet";

/// The gateway of one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gateway {
    /// The prefixes that it brings into the network.
    pub(super) brings: Vec<Ipv4Net>,
    /// The places behind it whose connection carries packets.
    pub(super) places: Vec<String>,
}

/// The gateway of a network, if it has one: by its resources, or because somebody told of a place behind it.
pub(super) fn of(estate: &Estate, network: &ResourceId) -> Option<Gateway> {
    let behind: Vec<&OnPremises> =
        estate.client().on_premises.values().filter(|site| site.network.as_ref() == Some(network)).collect();
    let snapshot = estate.snapshot();
    let gateways: Vec<_> =
        snapshot.all::<VirtualNetworkGateway>().filter(|(_, one)| one.network().as_ref() == Some(network)).collect();
    if gateways.is_empty() && behind.is_empty() {
        return None;
    }
    let mut found = Gateway { brings: Vec::new(), places: Vec::new() };
    if gateways.is_empty() {
        for site in &behind {
            found.add(site);
        }
    }
    for (id, gateway) in gateways {
        let pool = v4(&gateway.client_pool);
        found.brings.extend(&pool);
        for site in behind.iter().filter(|site| site.point_to_site && covers(&pool, site)) {
            found.add(site);
        }
        let own = snapshot.all::<GatewayConnection>().filter(|(_, one)| one.gateway.as_ref() == Some(id));
        let ways: Vec<Way> = own.map(|(_, connection)| Way::of(estate, connection)).collect();
        found.brings.extend(ways.iter().flat_map(|way| way.space.iter().flatten()));
        for site in behind.iter().filter(|site| !site.point_to_site) {
            found.joined(&ways, site);
        }
    }
    // Azure: a gateway whose own routes are switched off does not work.
    if !propagates(estate, &network.child("subnets", SUBNET)) {
        found.places.clear();
    }
    found.brings.sort_unstable();
    found.brings.dedup();
    Some(found)
}

impl Gateway {
    fn add(&mut self, site: &OnPremises) {
        self.brings.extend(v4(&site.address_space));
        self.reach(site);
    }

    fn reach(&mut self, site: &OnPremises) {
        if !self.places.contains(&site.name) {
            self.places.push(site.name.clone());
        }
    }

    /// A place is behind the connection that routes it, else behind one that learns; what no connection
    /// routes may still send, and gets no reply.
    fn joined(&mut self, ways: &[Way], site: &OnPremises) {
        let routing = |way: &&Way| way.space.as_ref().is_some_and(|space| covers(space, site));
        if ways.iter().any(|way| routing(&way)) {
            if ways.iter().filter(routing).any(|way| way.up) {
                self.reach(site);
            }
        } else if ways.iter().any(|way| way.up && way.space.is_none()) {
            self.add(site);
        } else if ways.iter().any(|way| way.up) {
            self.reach(site);
        }
    }
}

/// A connection of a gateway.
struct Way {
    /// What it routes; `None` where that is learnt, and places say what is theirs.
    space: Option<Vec<Ipv4Net>>,
    up: bool,
}

impl Way {
    fn of(estate: &Estate, connection: &GatewayConnection) -> Self {
        let up = !connection.status.is(&ConnectionStatus::NotConnected);
        let stated = connection.connection_type.is(&ConnectionType::IPsec) && !connection.bgp;
        let local = connection.local_gateway.as_ref().filter(|_| stated);
        let local = local.and_then(|id| estate.snapshot().find::<LocalNetworkGateway>(id));
        let space = local.map(|local| v4(&local.address_space));
        Self { space: space.or_else(|| stated.then(Vec::new)), up }
    }
}

/// True when all of a place is in some prefixes.
fn covers(space: &[Ipv4Net], site: &OnPremises) -> bool {
    let own = v4(&site.address_space);
    own.iter().all(|one| space.iter().any(|other| other.contains(one)))
}

/// Whether routes of gateways come into a subnet.
pub(super) fn propagates(estate: &Estate, subnet: &ResourceId) -> bool {
    let table = estate.snapshot().find::<Subnet>(subnet).and_then(|subnet| subnet.route_table.as_ref());
    table.is_none_or(|table| !switched_off(estate, table))
}

/// Whether a route table keeps the routes of gateways out.
pub(super) fn switched_off(estate: &Estate, table: &ResourceId) -> bool {
    estate.snapshot().find::<RouteTable>(table).is_some_and(|table| table.disable_bgp_route_propagation)
}
