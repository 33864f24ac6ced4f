//! Where do packets go, from a vantage to an address?
//!
//! Part 1 knows the plain cases: the same network, one peering hop, user routes that drop, and what
//! leaves App Service. Appliances and gateways are unknown with their reason.

use crate::endpoint::Arrival;
use crate::networks::{NOT_TRANSITIVE, is_rfc1918, peering};
use crate::standing::{Standing, place};
use ipnet::IpNet;
use model::resource::{NetworkPolicies, NextHop, PeeringState, Route, Subnet, VirtualNetwork};
use model::{Because, Decided, Extent, Fact, FactRef, Kind, Known, Mark, ResourceId, Snapshot, Why};
use std::net::{IpAddr, Ipv4Addr};

/// Where packets go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routing {
    /// To an endpoint of the same network.
    Local,
    /// Over a peering.
    Peering(ResourceId),
    /// To the internet.
    Internet,
    /// A user route drops them.
    Dropped(ResourceId),
    /// There is no way from here to there.
    NoPath,
}

static SYSTEM_ROUTE: Fact = Fact {
    id: "endpoint-route-in-own-and-peered-networks",
    text: "A private endpoint puts a /32 route for its address into its own virtual network and into directly peered ones.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/disable-private-endpoint-network-policy.md and private-endpoint-overview.md, read 2026-11-22",
};

static SMALL_ROUTE: Fact = Fact {
    id: "user-route-against-the-endpoint-route",
    text: "A user route overrides the /32 of an endpoint only when the endpoint's subnet has route-table policy and the route is at least as narrow as the network's address range; 0.0.0.0/0 never does.",
    mark: Mark::Inferred,
    source: "from disable-private-endpoint-network-policy.md and virtual-networks-udr-overview.md, read 2026-11-22",
};

static NONE_DROPS: Fact = Fact {
    id: "next-hop-none-drops",
    text: "A user route with next hop None drops the packet silently.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/virtual-networks-udr-overview.md, read 2026-11-22",
};

static ROUTE_ALL: Fact = Fact {
    id: "app-service-routes-rfc1918-without-route-all",
    text: "Without route-all, App Service sends RFC 1918 destinations into the integrated network and everything else by its own way out.",
    mark: Mark::Inferred,
    source: "from app-service/overview-vnet-integration.md, read 2026-11-22",
};

/// Where packets for an endpoint go.
pub fn to_endpoint(snapshot: &Snapshot, standing: &Standing, address: IpAddr, arrival: &Arrival) -> Decided<Routing> {
    if let Some(out) = leaves_app_service(standing, address) {
        return out;
    }
    if let Some(site) = &standing.site {
        let text = format!("the way from {} through its gateway to {address} is not modelled yet", site.name);
        return Decided::unknown(Why::Unsupported, Because::new(text));
    }
    let Some(network) = &standing.network else {
        let text = format!("{address} is a private address of {}: nothing outside reaches it", arrival.network.name());
        return Decided::value(Routing::NoPath, Because::new(text).rule(&SYSTEM_ROUTE));
    };
    let base = if *network == arrival.network {
        let text = format!("{address} is in the same network, {}", network.name());
        Decided::value(Routing::Local, Because::new(text).rule(&SYSTEM_ROUTE))
    } else {
        over_peering(snapshot, network, arrival)
    };
    match base.outcome {
        Known::Value(Routing::Local | Routing::Peering(_)) => overridden(snapshot, standing, address, arrival, base),
        _ => base,
    }
}

fn over_peering(snapshot: &Snapshot, network: &ResourceId, arrival: &Arrival) -> Decided<Routing> {
    let (there, back) = (peering(snapshot, network, &arrival.network), peering(snapshot, &arrival.network, network));
    let names = (network.name(), arrival.network.name());
    if let Some((id, half)) = there {
        let state = half.state.value().map_or("unknown", |state| state.word());
        let fact = FactRef::new(id, "peeringState", state);
        return match &half.state {
            Known::Value(PeeringState::Connected) if half.allow_virtual_network_access => {
                let text = format!("{} is peered with {}", names.0, names.1);
                let mut because = Because::new(text).fact(fact).rule(&SYSTEM_ROUTE);
                if let Some((other, _)) = back {
                    because = because.fact(FactRef::new(other, "peeringState", state));
                }
                Decided::value(Routing::Peering(id.clone()), because)
            }
            Known::Value(PeeringState::Connected) => {
                let text = format!("peering {} does not allow access to {}", id.name(), names.1);
                let fact = FactRef::new(id, "allowVirtualNetworkAccess", "false");
                Decided::value(Routing::NoPath, Because::new(text).fact(fact).rule(&NOT_TRANSITIVE))
            }
            Known::Value(_) => {
                let text = format!("peering {} from {} to {} is {state}", id.name(), names.0, names.1);
                Decided::value(Routing::NoPath, Because::new(text).fact(fact).rule(&NOT_TRANSITIVE))
            }
            Known::Unknown(why) => {
                Decided::unknown(*why, Because::new(format!("the state of peering {} is {}", id.name(), why.words())))
            }
        };
    }
    match snapshot.coverage().of_children(network, Kind::Peering) {
        Extent::Missing(why) => {
            Decided::unknown(why, Because::new(format!("the peerings of {} are {}", names.0, why.words())))
        }
        _ => {
            let text = format!("{} is not peered with {}, where the endpoint is", names.0, names.1);
            let because = Because::new(text).fact(FactRef::new(network, "virtualNetworkPeerings", ""));
            let transit = snapshot.children::<model::resource::Peering>(network).next().is_some();
            if transit {
                let part = Because::new("whether another network forwards between them is not modelled yet");
                return Decided::unknown(Why::Unsupported, because.part(part));
            }
            Decided::value(Routing::NoPath, because.rule(&NOT_TRANSITIVE))
        }
    }
}

/// A user route of the client's subnet that covers the address may win over the endpoint's /32.
fn overridden(
    snapshot: &Snapshot,
    standing: &Standing,
    address: IpAddr,
    arrival: &Arrival,
    base: Decided<Routing>,
) -> Decided<Routing> {
    let (id, route, prefix) = match user_route(snapshot, standing, address) {
        Found::None => return base,
        Found::Unknown(why, because) => return Decided::unknown(why, because),
        Found::Route(id, route, prefix) => (id, route, prefix),
    };
    let fact = FactRef::new(id, "addressPrefix", prefix.to_string());
    let policies = snapshot.find::<Subnet>(&arrival.subnet).map(|subnet| &subnet.private_endpoint_network_policies);
    let applies = match policies {
        Some(Known::Value(policies)) => {
            matches!(policies, NetworkPolicies::Enabled | NetworkPolicies::RouteTableEnabled)
        }
        _ => {
            let text = format!(
                "whether route {} overrides the endpoint's own: the policy of its subnet is not known",
                id.name()
            );
            return Decided::unknown(Why::NotCollected, Because::new(text).fact(fact));
        }
    };
    let range = snapshot.find::<VirtualNetwork>(&arrival.network).and_then(|network| {
        network.address_space.iter().filter(|space| space.contains(&address)).map(IpNet::prefix_len).max()
    });
    let exact = prefix.prefix_len() == prefix.max_prefix_len();
    let narrow = range.is_some_and(|length| prefix.prefix_len() >= length);
    if exact && !applies {
        let text = format!(
            "route {} is exactly {address}/32, and whether it wins while the subnet policy is off is not proven",
            id.name()
        );
        return Decided::unknown(Why::Unsupported, Because::new(text).fact(fact));
    }
    if !(applies && narrow) {
        let part = Because::new(format!("route {} ({prefix}) does not override the endpoint's own route", id.name()));
        let because = base.because.part(part.fact(fact).rule(&SMALL_ROUTE));
        return Decided { outcome: base.outcome, because };
    }
    follow(id, route, fact)
}

/// What a user route that decides does.
fn follow(id: &ResourceId, route: &Route, fact: FactRef) -> Decided<Routing> {
    let hop = FactRef::new(id, "nextHopType", route.next_hop.word());
    match route.next_hop {
        NextHop::None => {
            let text = format!("route {} sends {} nowhere (next hop None)", id.name(), fact.value);
            Decided::value(Routing::Dropped(id.clone()), Because::new(text).fact(fact).fact(hop).rule(&NONE_DROPS))
        }
        other => {
            let text =
                format!("route {} sends {} to a {}, which is not modelled yet", id.name(), fact.value, other.word());
            Decided::unknown(Why::Unsupported, Because::new(text).fact(fact).fact(hop))
        }
    }
}

/// Where packets for a public front end go.
pub fn to_public(snapshot: &Snapshot, standing: &Standing) -> Decided<Routing> {
    let internet = |text: String| Decided::value(Routing::Internet, Because::new(text));
    let Some(network) = &standing.network else { return internet("already outside any virtual network".to_owned()) };
    if let Some(app) = &standing.app {
        match &app.route_all {
            Known::Value(false) => {
                let text = format!("{} leaves by App Service's own way, since route-all is off", app.id.name());
                let fact = FactRef::new(&app.id, "vnetRouteAllEnabled", "false");
                return Decided::value(Routing::Internet, Because::new(text).fact(fact).rule(&ROUTE_ALL));
            }
            Known::Value(true) => {}
            Known::Unknown(why) => {
                let text = format!("whether all traffic of {} enters the network is {}", app.id.name(), why.words());
                return Decided::unknown(*why, Because::new(text));
            }
        }
    }
    // Any address of the internet stands for the front end: only a default route can match it.
    match user_route(snapshot, standing, IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1))) {
        Found::None => internet(format!("{} has Azure's default route to the internet", network.name())),
        Found::Unknown(why, because) => Decided::unknown(why, because),
        Found::Route(id, route, prefix) => {
            let fact = FactRef::new(id, "addressPrefix", prefix.to_string());
            if route.next_hop == NextHop::Internet {
                let text = format!("route {} leads to the internet", id.name());
                return Decided::value(Routing::Internet, Because::new(text).fact(fact));
            }
            follow(id, route, fact)
        }
    }
}

enum Found<'s> {
    None,
    Unknown(Why, Because),
    Route(&'s ResourceId, &'s Route, IpNet),
}

/// The narrowest user route of the vantage's subnet that covers an address.
fn user_route<'s>(snapshot: &'s Snapshot, standing: &Standing, address: IpAddr) -> Found<'s> {
    let Some(subnet_id) = &standing.subnet else { return Found::None };
    let Some(subnet) = snapshot.find::<Subnet>(subnet_id) else {
        let text = format!("the route table of {} is not in the snapshot", place(subnet_id));
        return Found::Unknown(Why::NotCollected, Because::new(text));
    };
    let Some(table) = &subnet.route_table else { return Found::None };
    let routes = snapshot.children::<Route>(table).filter_map(|(id, route)| {
        let prefix = route.prefix?;
        prefix.contains(&address).then_some((id, route, prefix))
    });
    if let Some((id, route, prefix)) = routes.max_by_key(|(_, _, prefix)| prefix.prefix_len()) {
        return Found::Route(id, route, prefix);
    }
    match snapshot.coverage().of_children(table, Kind::Route) {
        Extent::Missing(why) => {
            Found::Unknown(why, Because::new(format!("the routes of {} are {}", table.name(), why.words())))
        }
        _ => Found::None,
    }
}

/// What App Service does not send into the network at all.
fn leaves_app_service(standing: &Standing, address: IpAddr) -> Option<Decided<Routing>> {
    let app = standing.app.as_ref()?;
    if standing.network.is_none() {
        let text = format!("{} is not integrated with a virtual network: it cannot reach {address}", app.id.name());
        let because = Because::new(text).fact(FactRef::new(&app.id, "virtualNetworkSubnetId", ""));
        return Some(Decided::value(Routing::NoPath, because.rule(&ROUTE_ALL)));
    }
    if is_rfc1918(address) {
        return None;
    }
    let fact = |value: &str| FactRef::new(&app.id, "vnetRouteAllEnabled", value);
    match &app.route_all {
        Known::Value(true) => None,
        Known::Value(false) => {
            let text = format!(
                "{address} is not RFC 1918 and route-all of {} is off: it leaves by App Service's own way",
                app.id.name()
            );
            Some(Decided::value(Routing::NoPath, Because::new(text).fact(fact("false")).rule(&ROUTE_ALL)))
        }
        Known::Unknown(why) => {
            let text = format!("{address} is not RFC 1918 and whether {} routes all is {}", app.id.name(), why.words());
            Some(Decided::unknown(*why, Because::new(text)))
        }
    }
}

#[cfg(test)]
mod tests;
