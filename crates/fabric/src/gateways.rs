//! Which routes do gateways bring into a virtual network, and which of them are known?

use crate::hubs;
use crate::networks::{GATEWAY_SUBNET, peering, peers};
use ipnet::IpNet;
use model::resource::{
    ConnectionType, GatewayConnection, GatewayType, LocalNetworkGateway, Peering, RouteTable, Subnet, VirtualNetwork,
    VirtualNetworkGateway,
};
use model::{Because, Extent, Fact, FactRef, Kind, Known, Mark, ResourceId, Snapshot};

/// Which prefixes a gateway brings.
pub(crate) static BROUGHT: Fact = Fact {
    id: "gateways-bring-the-prefixes-behind-them",
    text: "A gateway adds a route to every subnet of its network for each prefix of a local network gateway that it is connected with, and for each prefix that it learns by BGP; with ExpressRoute all are learnt by BGP.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/virtual-networks-udr-overview.md (optional default routes, border gateway protocol), read 2026-11-23",
};

/// What keeps them out.
pub(crate) static KEPT_OUT: Fact = Fact {
    id: "route-propagation-off-keeps-gateway-routes-out",
    text: "A route table with disableBgpRoutePropagation keeps the routes of gateways, static and learnt, out of its subnets; a user route with next hop VirtualNetworkGateway leads there all the same.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/virtual-networks-udr-overview.md (border gateway protocol), read 2026-11-23",
};

/// The routes that gateways bring.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    /// Those that configuration tells.
    pub(crate) known: Vec<Brought>,
    /// Why there may be more of them.
    pub(crate) more: Option<Because>,
    /// Why there may be others, which no gateway brings: a route server's, or a hub's.
    pub(crate) others: Option<Because>,
    /// That there is a route server, which learns routes as a gateway does.
    pub(crate) route_server: Option<Because>,
}

/// One route that a gateway brings.
#[derive(Debug)]
pub(crate) struct Brought {
    pub(crate) prefix: IpNet,
    /// What tells it; `None` where somebody told of the place and no resource does.
    pub(crate) fact: Option<FactRef>,
    /// The network of the gateway.
    pub(crate) gateway: ResourceId,
}

impl Learnt {
    /// Why a default route may be among them, though none is known.
    pub(crate) fn default_route(&self) -> Option<&Because> {
        self.more.as_ref().or(self.route_server.as_ref())
    }

    /// Why routes to these prefixes may be among them; for no prefixes, why there may be any.
    pub(crate) fn towards(&self, space: &[IpNet]) -> Option<Because> {
        if let Some(more) = self.more.as_ref().or(self.others.as_ref()) {
            return Some(more.clone());
        }
        let touches = |brought: &&Brought| space.is_empty() || space.iter().any(|own| touch(own, &brought.prefix));
        let brought = self.known.iter().find(touches)?;
        let text = format!(
            "the gateway of {} brings a route to {}, and what becomes of packets behind it is not known",
            brought.gateway.name(),
            brought.prefix
        );
        let because = Because::new(text).rule(&BROUGHT);
        Some(brought.fact.iter().cloned().fold(because, Because::fact))
    }

    fn maybe(&mut self, text: String, fact: FactRef) {
        self.more.get_or_insert_with(|| Because::new(text).fact(fact));
    }
}

/// True when two prefixes share an address.
pub(crate) fn touch(one: &IpNet, other: &IpNet) -> bool {
    one.contains(other) || other.contains(one)
}

/// True when every address of some prefixes is in one of others.
pub(crate) fn within(inner: &[IpNet], outer: &[IpNet]) -> bool {
    inner.iter().all(|one| outer.iter().any(|other| other.contains(one)))
}

/// What gateways bring into a network: its own, and those of peers that it uses.
pub(crate) fn learnt(snapshot: &Snapshot, network: &ResourceId) -> Learnt {
    learnt_beside(snapshot, network, None)
}

/// The same, from anywhere but one peer.
pub(crate) fn learnt_beside(snapshot: &Snapshot, network: &ResourceId, peer: Option<&ResourceId>) -> Learnt {
    let mut learnt = Learnt::default();
    own(snapshot, network, network, &mut learnt);
    if let Some(hung) = hubs::hub(snapshot, network) {
        learnt.others.get_or_insert(hung.because);
    }
    let of_hub = |(id, remote): &(&ResourceId, &ResourceId)| hubs::made_by_a_hub(snapshot, id, remote);
    for (id, remote) in peers(snapshot, network).filter(|half| Some(half.1) != peer && !of_hub(half)) {
        let uses = snapshot.find::<Peering>(id).is_some_and(|half| half.use_remote_gateways);
        let collected = snapshot.find::<VirtualNetwork>(remote).is_some();
        let lends = peering(snapshot, remote, network).is_none_or(|(_, half)| half.allow_gateway_transit);
        match (uses, collected) {
            (true, true) if lends => own(snapshot, remote, network, &mut learnt),
            (true, false) => {
                let text = format!(
                    "{} uses the gateway of {}, and the routes that it learnt are not in the snapshot",
                    network.name(),
                    remote.name()
                );
                learnt.maybe(text, FactRef::new(id, "useRemoteGateways", "true"));
            }
            (false, false) => {
                let text = format!(
                    "{} is peered with {}, which is not in the snapshot: a hub may send routes",
                    network.name(),
                    remote.name()
                );
                let fact = FactRef::new(id, "remoteVirtualNetwork.id", remote.as_str());
                learnt.others.get_or_insert_with(|| Because::new(text).fact(fact));
            }
            (_, true) => {}
        }
    }
    learnt
}

/// What the gateways that stand in one network bring into it, or into a peer.
fn own(snapshot: &Snapshot, at: &ResourceId, into: &ResourceId, learnt: &mut Learnt) {
    let uses = if at == into { String::new() } else { format!("{} uses the gateway of {}: ", into.name(), at.name()) };
    let mut any = false;
    for (id, gateway) in gateways(snapshot, at) {
        any = true;
        of_gateway(snapshot, at, id, gateway, learnt);
    }
    if !any {
        untold(snapshot, at, &uses, learnt);
    }
    let server = at.child("subnets", "RouteServerSubnet");
    if snapshot.find::<Subnet>(&server).is_some() {
        let text =
            format!("{uses}{} has a route server, and the routes that it learnt are not in the snapshot", at.name());
        let because = Because::new(text).fact(FactRef::new(&server, "", ""));
        learnt.route_server.get_or_insert_with(|| because.clone());
        learnt.others.get_or_insert(because);
    }
}

/// The gateways of a network.
pub(crate) fn gateways<'s>(
    snapshot: &'s Snapshot,
    network: &ResourceId,
) -> impl Iterator<Item = (&'s ResourceId, &'s VirtualNetworkGateway)> {
    snapshot.all::<VirtualNetworkGateway>().filter(move |(_, gateway)| gateway.network().as_ref() == Some(network))
}

/// The connections that a gateway has.
pub(crate) fn connections<'s>(
    snapshot: &'s Snapshot,
    gateway: &ResourceId,
) -> impl Iterator<Item = (&'s ResourceId, &'s GatewayConnection)> {
    snapshot.all::<GatewayConnection>().filter(move |(_, connection)| connection.gateway.as_ref() == Some(gateway))
}

/// The prefixes that a connection with a place routes there; `None` where they are learnt or not told.
pub(crate) fn stated<'s>(
    snapshot: &'s Snapshot,
    connection: &'s GatewayConnection,
) -> Option<(&'s ResourceId, &'s LocalNetworkGateway)> {
    let fixed = connection.connection_type.is(&ConnectionType::IPsec) && !connection.bgp;
    let id = connection.local_gateway.as_ref().filter(|_| fixed)?;
    Some((id, snapshot.find::<LocalNetworkGateway>(id)?))
}

/// A network whose gateway no resource tells of: what somebody told of places behind it is all.
fn untold(snapshot: &Snapshot, at: &ResourceId, uses: &str, learnt: &mut Learnt) {
    let mut told = false;
    for site in snapshot.client().on_premises.values().filter(|site| site.network.as_ref() == Some(at)) {
        told = true;
        let spaces = site.address_space.iter();
        learnt.known.extend(spaces.map(|prefix| Brought { prefix: *prefix, fact: None, gateway: at.clone() }));
    }
    let subnet = at.child("subnets", GATEWAY_SUBNET);
    let is_there = snapshot.find::<Subnet>(&subnet).is_some();
    if is_there && (told || may_be_unread(snapshot, at)) {
        let text = format!("{uses}{} has a gateway, and the routes that it learnt are not in the snapshot", at.name());
        learnt.maybe(text, FactRef::new(&subnet, "", ""));
    }
}

/// Whether a network may have a gateway that was not read: it has a subnet for one, and nobody says that all
/// gateways were.
pub(crate) fn may_be_unread(snapshot: &Snapshot, network: &ResourceId) -> bool {
    let coverage = snapshot.coverage();
    let hidden = matches!(coverage.of_children(network, Kind::Subnet), Extent::Missing(_));
    let subnet = || snapshot.find::<Subnet>(&network.child("subnets", GATEWAY_SUBNET)).is_some();
    coverage.of(Kind::VirtualNetworkGateway) != Extent::Complete && (hidden || subnet())
}

/// What one gateway brings.
fn of_gateway(
    snapshot: &Snapshot,
    at: &ResourceId,
    id: &ResourceId,
    gateway: &VirtualNetworkGateway,
    learnt: &mut Learnt,
) {
    let mut bring = |prefixes: &[IpNet], by: &ResourceId, property: &'static str| {
        let brought = |prefix: &IpNet| {
            let fact = Some(FactRef::new(by, property, prefix.to_string()));
            Brought { prefix: *prefix, fact, gateway: at.clone() }
        };
        learnt.known.extend(prefixes.iter().map(brought));
    };
    bring(&gateway.client_pool, id, "vpnClientAddressPool");
    let mut unread: Option<(String, FactRef)> = None;
    if !matches!(gateway.gateway_type, Known::Value(GatewayType::Vpn | GatewayType::ExpressRoute)) {
        let text = format!("what gateway {} of {} brings is not known: its type is none that is", id.name(), at.name());
        unread = Some((text, FactRef::new(id, "gatewayType", "")));
    }
    if let Extent::Missing(why) = snapshot.coverage().of(Kind::GatewayConnection) {
        let text = format!("the connections of gateway {} of {} are {}", id.name(), at.name(), why.words());
        unread = Some((text, FactRef::new(id, "", "")));
    }
    for (connection_id, connection) in connections(snapshot, id) {
        if let Some((local, place)) = stated(snapshot, connection) {
            bring(&place.address_space, local, "localNetworkAddressSpace");
            continue;
        }
        let other = connection.remote_gateway.as_ref().and_then(|id| snapshot.find::<VirtualNetworkGateway>(id));
        let other = other.and_then(VirtualNetworkGateway::network);
        let space = other.as_ref().and_then(|network| snapshot.find::<VirtualNetwork>(network));
        match (&connection.connection_type, space) {
            (Known::Value(ConnectionType::VPNClient), _) => {}
            (Known::Value(ConnectionType::Vnet2Vnet), Some(network)) if !connection.bgp => {
                bring(&network.address_space, connection_id, "virtualNetworkGateway2");
            }
            (kind, _) => {
                let text = format!(
                    "what gateway {} of {} learns over connection {} is not in the snapshot",
                    id.name(),
                    at.name(),
                    connection_id.name()
                );
                let by_itself = kind.is(&ConnectionType::ExpressRoute);
                let (property, value) = match by_itself {
                    true => ("connectionType", "ExpressRoute".to_owned()),
                    false => ("enableBgp", connection.bgp.to_string()),
                };
                unread = Some((text, FactRef::new(connection_id, property, value)));
            }
        }
    }
    if let Some((text, fact)) = unread {
        learnt.more.get_or_insert_with(|| Because::new(text).fact(fact).rule(&BROUGHT));
    }
}

/// What keeps the routes of gateways out of a subnet: the switch of its route table.
pub(crate) fn kept_out(snapshot: &Snapshot, subnet: &ResourceId) -> Option<FactRef> {
    let table = snapshot.find::<Subnet>(subnet)?.route_table.as_ref()?;
    let off = snapshot.find::<RouteTable>(table)?.disable_bgp_route_propagation;
    off.then(|| FactRef::new(table, "disableBgpRoutePropagation", "true"))
}

#[cfg(test)]
pub(crate) mod tests;
