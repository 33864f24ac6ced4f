//! Does a place outside of Azure hear a virtual network through a gateway, and the network the place?

use crate::gateways::{BROUGHT, connections, gateways, kept_out, learnt_beside, stated, touch, within};
use crate::networks::{GATEWAY_SUBNET, peering};
use ipnet::IpNet;
use model::resource::{
    ConnectionStatus, ConnectionType, GatewayConnection, NextHop, Peering, PeeringState, Route, Subnet,
};
use model::{Because, Decided, Extent, Fact, FactRef, Kind, Known, Mark, OnPremises, ResourceId, Snapshot, Why};

static GATEWAY: Fact = Fact {
    id: "gateway-reaches-its-network-and-peers-with-transit",
    text: "A place behind a gateway reaches the gateway's virtual network, and those of its peers that use the gateway (allowGatewayTransit there, useRemoteGateways here).",
    mark: Mark::Documented,
    source: "Azure documentation, vpn-gateway/vpn-gateway-peering-gateway-transit.md and the property reference of peerings, read 2026-11-22",
};

static NO_TRANSIT: Fact = Fact {
    id: "premises-do-not-reach-peers-without-gateway-transit",
    text: "A place behind a gateway has no way to a peer of the gateway's network that does not use the gateway, unless an appliance or another gateway carries its packets there.",
    mark: Mark::Inferred,
    source: "from vpn-gateway/vpn-gateway-peering-gateway-transit.md and the property reference of peerings, read 2026-11-22",
};

static NOT_ROUTED_BACK: Fact = Fact {
    id: "replies-need-a-route-to-the-premises",
    text: "A place whose prefixes no connection of the gateway routes, by its local network gateway or by BGP, gets no replies.",
    mark: Mark::Inferred,
    source: "from virtual-network/virtual-networks-udr-overview.md (optional default routes), read 2026-11-23",
};

static DOWN: Fact = Fact {
    id: "connections-that-are-not-connected-carry-nothing",
    text: "A connection whose connectionStatus is NotConnected carries no packets.",
    mark: Mark::Documented,
    source: "Azure REST reference of virtual network gateway connections (connectionStatus), read 2026-11-23",
};

static GATEWAY_PROPAGATION: Fact = Fact {
    id: "gateways-need-propagation-in-their-own-subnet",
    text: "A gateway does not work while the route table of GatewaySubnet has propagation switched off.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/virtual-networks-udr-overview.md (border gateway protocol), read 2026-11-23",
};

/// What keeps a place and the network of its gateway apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severed {
    /// No connection of the gateway routes the prefixes of the place.
    NotRoutedBack,
    /// Every connection that does is down.
    Down,
    /// The route table of the gateway's own subnet keeps its routes out.
    PropagationOff,
}

/// What keeps a place and the network of its gateway apart, by a reason, and the part of it that says so.
pub fn severed(because: &Because) -> Option<(Severed, &Because)> {
    let all = [
        (&NOT_ROUTED_BACK, Severed::NotRoutedBack),
        (&DOWN, Severed::Down),
        (&GATEWAY_PROPAGATION, Severed::PropagationOff),
    ];
    let says = |fact: &Fact| because.rules.iter().any(|rule| rule.id == fact.id);
    let own = all.into_iter().find(|(fact, _)| says(fact)).map(|(_, severed)| (severed, because));
    own.or_else(|| because.parts.iter().find_map(severed))
}

/// Whether a place and a network hear each other, as far as gateways and peerings decide.
pub(crate) fn over_gateway(snapshot: &Snapshot, site: &OnPremises, network: &ResourceId) -> Decided<bool> {
    let (here, there) = (&site.name, network.name());
    let Some(gateway) = &site.network else {
        let text = format!("whether {here} reaches {there} is not known: nobody says which network's gateway it has");
        return Decided::unknown(Why::NotCollected, Because::new(text));
    };
    let near = attached(snapshot, site, gateway);
    if gateway == network || near.outcome != Known::Value(true) {
        return near;
    }
    match transit(snapshot, gateway, network) {
        Some((give, take)) => {
            let text = format!("{here} reaches {there} through the gateway of {}", gateway.name());
            let because = Because::new(text).fact(FactRef::new(give, "allowGatewayTransit", "true"));
            Decided::value(true, because.fact(FactRef::new(take, "useRemoteGateways", "true")).rule(&GATEWAY))
        }
        None => {
            let not_lent = not_lent(snapshot, site, gateway, network);
            if let Some(because) = not_lent.filter(|_| !goes_round(snapshot, site, gateway, network)) {
                return Decided::value(false, because);
            }
            let hub = gateway.name();
            let text = format!(
                "whether {here}, which is connected to the gateway of {hub}, reaches {there} is not known: no peering \
                 of the two lets it through, and an appliance or another gateway may"
            );
            Decided::unknown(Why::Unsupported, Because::new(text))
        }
    }
}

/// The halves of a peering by which one network uses the gateway of another: that which gives, that which takes.
fn transit<'s>(
    snapshot: &'s Snapshot,
    gateway: &ResourceId,
    network: &ResourceId,
) -> Option<(&'s ResourceId, &'s ResourceId)> {
    let connected = |half: &Peering| half.state.is(&PeeringState::Connected) && half.allow_virtual_network_access;
    let (give_id, give) = peering(snapshot, gateway, network)?;
    let (take_id, take) = peering(snapshot, network, gateway)?;
    let through = give.allow_gateway_transit && take.use_remote_gateways && connected(give) && connected(take);
    through.then_some((give_id, take_id))
}

/// Whether a place and the network of its gateway hear each other: what was told, where no resource of the
/// gateway says otherwise.
pub(crate) fn attached(snapshot: &Snapshot, site: &OnPremises, gateway: &ResourceId) -> Decided<bool> {
    if let Some(fact) = kept_out(snapshot, &gateway.child("subnets", GATEWAY_SUBNET)) {
        let text = format!(
            "the gateway of {} does not work: the route table of its subnet keeps its own routes out",
            gateway.name()
        );
        return Decided::value(false, Because::new(text).fact(fact).rule(&GATEWAY_PROPAGATION));
    }
    let text = format!("{} is connected to the gateway of {}", site.name, gateway.name());
    let told = Decided::value(true, Because::new(text).rule(&GATEWAY));
    let mut all = gateways(snapshot, gateway).peekable();
    if all.peek().is_none() || site.address_space.is_empty() {
        return told;
    }
    if site.point_to_site {
        let pools: Vec<IpNet> = all.flat_map(|(_, gateway)| gateway.client_pool.iter().copied()).collect();
        if within(&site.address_space, &pools) {
            return told;
        }
        let text =
            format!("{} has other addresses than the gateway of {} gives its clients", site.name, gateway.name());
        return Decided::unknown(Why::NotCollected, Because::new(text));
    }
    if let Extent::Missing(_) = snapshot.coverage().of(Kind::GatewayConnection) {
        return told;
    }
    let connections: Vec<_> = all.flat_map(|(id, _)| connections(snapshot, id)).collect();
    connected(snapshot, site, gateway, &connections, told)
}

/// What a connection with a place routes there.
fn space<'s>(snapshot: &'s Snapshot, connection: &'s GatewayConnection) -> Option<&'s [IpNet]> {
    stated(snapshot, connection).map(|(_, local)| local.address_space.as_slice())
}

/// Whether one of these connections routes a place, and is up.
fn connected(
    snapshot: &Snapshot,
    site: &OnPremises,
    gateway: &ResourceId,
    all: &[(&ResourceId, &GatewayConnection)],
    told: Decided<bool>,
) -> Decided<bool> {
    let own = &site.address_space;
    let routes: Vec<_> = all
        .iter()
        .filter(|(_, connection)| space(snapshot, connection).is_some_and(|space| within(own, space)))
        .collect();
    // Which prefixes come over these is not in the snapshot: what was told is believed.
    let no_place = [ConnectionType::Vnet2Vnet, ConnectionType::VPNClient];
    let learns = |connection: &GatewayConnection| {
        space(snapshot, connection).is_none() && !no_place.iter().any(|kind| connection.connection_type.is(kind))
    };
    let learning: Vec<_> = all.iter().filter(|(_, connection)| learns(connection)).collect();
    let ways = if routes.is_empty() { learning } else { routes };
    if ways.is_empty() {
        let touches = |space: &[IpNet]| own.iter().any(|one| space.iter().any(|other| touch(one, other)));
        if all.iter().filter_map(|(_, connection)| space(snapshot, connection)).any(touches) {
            let text = format!("connections of the gateway of {} route a part of {} alone", gateway.name(), site.name);
            return Decided::unknown(Why::Unsupported, Because::new(text));
        }
        return Decided::value(false, no_route_back(snapshot, site, gateway, all));
    }
    let up =
        |(_, connection): &&&(&ResourceId, &GatewayConnection)| !connection.status.is(&ConnectionStatus::NotConnected);
    let Some((id, connection)) = ways.iter().find(up) else {
        let text = format!("no connection of the gateway of {} with {} is up", gateway.name(), site.name);
        let fact = |(id, _): &&(&ResourceId, &GatewayConnection)| FactRef::new(id, "connectionStatus", "NotConnected");
        return Decided::value(false, ways.iter().map(fact).fold(Because::new(text), Because::fact).rule(&DOWN));
    };
    if connection.narrowed {
        let text = format!("which packets the traffic selectors of {} let through is not modelled", id.name());
        let fact = FactRef::new(id, "trafficSelectorPolicies", "");
        return Decided::unknown(Why::Unsupported, Because::new(text).fact(fact));
    }
    match stated(snapshot, connection) {
        Some((local, place)) => {
            let prefixes: Vec<String> = place.address_space.iter().map(ToString::to_string).collect();
            let fact = FactRef::new(local, "localNetworkAddressSpace", prefixes.join(", "));
            Decided { because: told.because.fact(fact).rule(&BROUGHT), ..told }
        }
        None => told,
    }
}

/// That no connection routes a place.
fn no_route_back(
    snapshot: &Snapshot,
    site: &OnPremises,
    gateway: &ResourceId,
    all: &[(&ResourceId, &GatewayConnection)],
) -> Because {
    let prefixes: Vec<String> = site.address_space.iter().map(ToString::to_string).collect();
    let text = format!(
        "the gateway of {} has no route to {} ({}): replies do not find back",
        gateway.name(),
        site.name,
        prefixes.join(", ")
    );
    let because = Because::new(text).rule(&NOT_ROUTED_BACK);
    let locals = all.iter().filter_map(|(_, connection)| stated(snapshot, connection));
    locals.fold(because, |because, (id, local)| {
        let prefixes: Vec<String> = local.address_space.iter().map(ToString::to_string).collect();
        because.fact(FactRef::new(id, "localNetworkAddressSpace", prefixes.join(", ")))
    })
}

/// Why a network does not use the gateway that a place is behind; `None` where it may hear of the place
/// from elsewhere, or not all is known.
pub(crate) fn not_lent(
    snapshot: &Snapshot,
    site: &OnPremises,
    gateway: &ResourceId,
    network: &ResourceId,
) -> Option<Because> {
    let listed = |of: &ResourceId| !matches!(snapshot.coverage().of_children(of, Kind::Peering), Extent::Missing(_));
    let halves = [peering(snapshot, gateway, network), peering(snapshot, network, gateway)];
    let uncertain = halves.iter().flatten().any(|(_, half)| matches!(half.state, Known::Unknown(_)));
    let elsewhere = || learnt_beside(snapshot, network, Some(gateway)).towards(&site.address_space);
    if uncertain || !listed(gateway) || !listed(network) || elsewhere().is_some() {
        return None;
    }
    let text =
        format!("{} is behind the gateway of {}, which {} does not use", site.name, gateway.name(), network.name());
    let told = |half: Option<(&ResourceId, &Peering)>, property, value: fn(&Peering) -> bool| match half {
        Some((id, half)) => FactRef::new(id, property, value(half).to_string()),
        None => FactRef::new(gateway, "virtualNetworkPeerings", ""),
    };
    let [give, take] = halves;
    let because = Because::new(text).fact(told(give, "allowGatewayTransit", |half| half.allow_gateway_transit));
    Some(because.fact(told(take, "useRemoteGateways", |half| half.use_remote_gateways)).rule(&NO_TRANSIT))
}

/// Whether user routes may lead packets between a place and a network round their peering: at the gateway
/// those for the network, in the network those for the place.
fn goes_round(snapshot: &Snapshot, site: &OnPremises, gateway: &ResourceId, network: &ResourceId) -> bool {
    use model::resource::VirtualNetwork;
    let space = snapshot.find::<VirtualNetwork>(network).map_or(&[][..], |found| &found.address_space);
    let own = snapshot.find::<Subnet>(&gateway.child("subnets", GATEWAY_SUBNET));
    own.is_some_and(|subnet| leads_to_appliance(snapshot, subnet, space))
        || snapshot
            .children::<Subnet>(network)
            .any(|(_, subnet)| leads_to_appliance(snapshot, subnet, &site.address_space))
}

/// Whether a route of a subnet hands packets for some prefixes, or for any, to an appliance.
fn leads_to_appliance(snapshot: &Snapshot, subnet: &Subnet, space: &[IpNet]) -> bool {
    let Some(table) = &subnet.route_table else { return false };
    if let Extent::Missing(_) = snapshot.coverage().of_children(table, Kind::Route) {
        return true;
    }
    let covers = |route: &Route| match route.prefix {
        Some(prefix) => space.is_empty() || space.iter().any(|one| touch(one, &prefix)),
        None => true,
    };
    snapshot.children::<Route>(table).any(|(_, route)| route.next_hop == NextHop::VirtualAppliance && covers(route))
}
