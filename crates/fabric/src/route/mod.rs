//! Where do packets go, from a vantage to an address?
//!
//! By the longest prefix, and of equal ones by the user's route. The endpoint's own /32 wins over all
//! but a narrow user route under the subnet's policy, from a subnet and from a gateway alike. What an
//! appliance does is known where somebody told; what routes lead to gateways is unknown with its reason.

mod app_service;
mod appliance;
mod balancer;
mod facts;
mod gateway;
mod peered;
mod premises;
mod user;

use crate::endpoint::Arrival;
use crate::standing::Standing;
pub(crate) use appliance::carried_on;
pub use appliance::{Handed, hand_over, leaves_appliance};
use facts::{RESERVED, ROUTE_ALL, SMALL_ROUTE, SYSTEM_ROUTE};
pub(crate) use gateway::entry;
use ipnet::IpNet;
use model::resource::{NetworkPolicies, NextHop, Subnet, VirtualNetwork};
use model::{Because, Decided, FactRef, Known, ResourceId, Snapshot, Why};
pub(crate) use peered::over_peering;
pub(crate) use premises::to_site;
use std::net::{IpAddr, Ipv4Addr};
use user::{Found, follow, user_route};

/// Where packets go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routing {
    /// To an address of the same network.
    Local,
    /// Over a peering.
    Peering(ResourceId),
    /// From outside of Azure, through the gateway of this virtual network.
    Gateway(ResourceId),
    /// To a virtual appliance, by this user route; see [`hand_over`].
    Appliance {
        /// The route.
        route: ResourceId,
        /// The address of the appliance.
        address: IpAddr,
    },
    /// To the internet.
    Internet,
    /// A user route drops them.
    Dropped(ResourceId),
    /// There is no way from here to there.
    NoPath,
}

/// Where packets for an endpoint go.
pub fn to_endpoint(snapshot: &Snapshot, standing: &Standing, address: IpAddr, arrival: &Arrival) -> Decided<Routing> {
    if let Some(out) = app_service::leaves_app_service(standing, address) {
        return out;
    }
    if let Some(site) = &standing.site {
        return gateway::to_endpoint(snapshot, site, address, arrival);
    }
    let Some(network) = &standing.network else {
        let text = format!("{address} is a private address of {}: nothing outside reaches it", arrival.network.name());
        return Decided::value(Routing::NoPath, Because::new(text).rule(&SYSTEM_ROUTE));
    };
    let base = if *network == arrival.network {
        let text = format!("{address} is in the same network, {}", network.name());
        Decided::value(Routing::Local, Because::new(text).rule(&SYSTEM_ROUTE))
    } else {
        peered::from_subnet(snapshot, standing.subnet.as_ref(), network, &arrival.network)
    };
    match base.outcome {
        Known::Value(Routing::Local | Routing::Peering(_)) => overridden(snapshot, standing, address, arrival, base),
        Known::Value(_) => elsewhere(snapshot, standing, address, base),
        Known::Unknown(_) => base,
    }
}

/// Where packets for a host of a network go that is no endpoint: a user route wins unless the system's is
/// longer.
pub(crate) fn to_host(snapshot: &Snapshot, from: &Standing, address: IpAddr, at: &ResourceId) -> Decided<Routing> {
    if let Some(out) = app_service::leaves_app_service(from, address) {
        return out;
    }
    let base = match &from.network {
        Some(network) if network == at => {
            Decided::value(Routing::Local, Because::new(format!("{address} is in the same network, {}", at.name())))
        }
        Some(network) => peered::from_subnet(snapshot, from.subnet.as_ref(), network, at),
        None => {
            let text = format!("{address} is a private address of {}: nothing outside reaches it", at.name());
            return Decided::value(Routing::NoPath, Because::new(text));
        }
    };
    match base.outcome {
        Known::Value(Routing::Local | Routing::Peering(_)) => {}
        Known::Value(_) => return elsewhere(snapshot, from, address, base),
        Known::Unknown(_) => return base,
    }
    match user_route(snapshot, from, address) {
        Found::None => base,
        Found::Unknown(why, because) => Decided::unknown(why, because),
        Found::Route(id, route, prefix) => {
            let local = route.next_hop == NextHop::VnetLocal && base.outcome == Known::Value(Routing::Local);
            let wider = range(snapshot, at, address).is_some_and(|length| prefix.prefix_len() < length);
            if local || wider { base } else { follow(snapshot, from.network.as_ref(), (id, route, prefix), address) }
        }
    }
}

/// The length of the prefix of a network's address space that an address is in.
fn range(snapshot: &Snapshot, network: &ResourceId, address: IpAddr) -> Option<u8> {
    let space = &snapshot.find::<VirtualNetwork>(network)?.address_space;
    space.iter().filter(|space| space.contains(&address)).map(IpNet::prefix_len).max()
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
    // It says what the endpoint's own route says.
    if route.next_hop == NextHop::VnetLocal && standing.network.as_ref() == Some(&arrival.network) {
        return base;
    }
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
    let range = range(snapshot, &arrival.network, address);
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
    follow(snapshot, standing.network.as_ref(), (id, route, prefix), address)
}

/// Without a way of its own, a packet follows the user route that covers it; else Azure drops it.
fn elsewhere(snapshot: &Snapshot, standing: &Standing, address: IpAddr, base: Decided<Routing>) -> Decided<Routing> {
    match user_route(snapshot, standing, address) {
        Found::None => base,
        Found::Unknown(why, because) => Decided::unknown(why, because),
        Found::Route(id, route, prefix) => {
            match reserved(address).filter(|range| range.prefix_len() > prefix.prefix_len()) {
                Some(range) => {
                    let text = format!("route {} ({prefix}) is wider than {range}, which Azure drops", id.name());
                    let part = Because::new(text).fact(FactRef::new(id, "addressPrefix", prefix.to_string()));
                    Decided { because: base.because.part(part.rule(&RESERVED)), ..base }
                }
                None => follow(snapshot, standing.network.as_ref(), (id, route, prefix), address),
            }
        }
    }
}

/// The range that Azure's own routes send nowhere, and that the address is in.
fn reserved(address: IpAddr) -> Option<IpNet> {
    const RANGES: [(Ipv4Addr, u8); 4] = [
        (Ipv4Addr::new(10, 0, 0, 0), 8),
        (Ipv4Addr::new(172, 16, 0, 0), 12),
        (Ipv4Addr::new(192, 168, 0, 0), 16),
        (Ipv4Addr::new(100, 64, 0, 0), 10),
    ];
    let ranges = RANGES.iter().filter_map(|(start, length)| IpNet::new(IpAddr::V4(*start), *length).ok());
    ranges.into_iter().find(|range| range.contains(&address))
}

/// Where packets for a public front end go.
pub fn to_public(snapshot: &Snapshot, standing: &Standing) -> Decided<Routing> {
    let Some(network) = &standing.network else { return app_service::outside(standing) };
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
    let front_end = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1));
    match user_route(snapshot, standing, front_end) {
        Found::None => premises::by_default(snapshot, standing, network),
        Found::Unknown(why, because) => Decided::unknown(why, because),
        Found::Route(id, route, prefix) => {
            let decided = follow(snapshot, Some(network), (id, route, prefix), front_end);
            match &decided.outcome {
                Known::Value(Routing::Appliance { route, address }) => {
                    appliance::towards_the_internet(snapshot, standing, route, *address, decided.because.clone())
                }
                _ => decided,
            }
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
