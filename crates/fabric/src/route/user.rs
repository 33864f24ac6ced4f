//! Which user route takes a packet, and what does it do with it?

use super::Routing;
use super::facts::{NO_GATEWAY, NONE_DROPS, NOT_ROUTED};
use crate::gateways::{gateways, may_be_unread};
use crate::hubs;
use crate::networks::is_public;
use crate::standing::{Standing, place};
use ipnet::IpNet;
use model::resource::{NextHop, Peering, Route, Subnet, VirtualNetwork};
use model::{Because, Decided, Extent, FactRef, Kind, ResourceId, Snapshot, Why};
use std::net::IpAddr;

/// The user route that covers an address.
pub(super) enum Found<'s> {
    None,
    Unknown(Why, Because),
    Route(&'s ResourceId, &'s Route, IpNet),
}

/// The narrowest user route of the vantage's subnet that covers an address.
pub(super) fn user_route<'s>(snapshot: &'s Snapshot, standing: &Standing, address: IpAddr) -> Found<'s> {
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

/// What a user route that decides does with packets for an address.
pub(super) fn follow(
    snapshot: &Snapshot,
    network: Option<&ResourceId>,
    (id, route, prefix): (&ResourceId, &Route, IpNet),
    address: IpAddr,
) -> Decided<Routing> {
    let fact = FactRef::new(id, "addressPrefix", prefix.to_string());
    let hop = FactRef::new(id, "nextHopType", route.next_hop.word());
    match route.next_hop {
        NextHop::None => {
            let text = format!("route {} sends {prefix} nowhere (next hop None)", id.name());
            Decided::value(Routing::Dropped(id.clone()), Because::new(text).fact(fact).fact(hop).rule(&NONE_DROPS))
        }
        NextHop::Internet if is_public(address) => {
            let text = format!("route {} leads to the internet", id.name());
            Decided::value(Routing::Internet, Because::new(text).fact(fact))
        }
        NextHop::Internet => {
            let text = format!("route {} sends {prefix} to the internet, where {address} is nobody's", id.name());
            Decided::value(Routing::Dropped(id.clone()), Because::new(text).fact(fact).fact(hop).rule(&NOT_ROUTED))
        }
        NextHop::VirtualAppliance if route.next_hop_address.is_some() => {
            let appliance = route.next_hop_address.unwrap_or(address);
            let text = format!("route {} hands {prefix} to the appliance at {appliance}", id.name());
            let outcome = Routing::Appliance { route: id.clone(), address: appliance };
            Decided::value(outcome, Because::new(text).fact(fact).fact(hop))
        }
        NextHop::VirtualNetworkGateway => match network.filter(|network| has_no_gateway(snapshot, network)) {
            Some(network) => {
                let text = format!("route {} sends {prefix} to a gateway, and {} has none", id.name(), network.name());
                let because = Because::new(text).fact(fact).fact(hop).rule(&NO_GATEWAY);
                Decided::value(Routing::Dropped(id.clone()), because)
            }
            None => {
                let text = format!(
                    "route {} sends {prefix} to the gateway, and what becomes of packets behind it is not known",
                    id.name()
                );
                Decided::unknown(Why::NotCollected, Because::new(text).fact(fact).fact(hop))
            }
        },
        other => {
            let text = format!(
                "route {} sends {prefix} to a {}, whose forwarding the snapshot does not tell",
                id.name(),
                other.word()
            );
            Decided::unknown(Why::Unsupported, Because::new(text).fact(fact).fact(hop))
        }
    }
}

/// True for a network that is known to have no gateway, and to use none of a peer's.
fn has_no_gateway(snapshot: &Snapshot, network: &ResourceId) -> bool {
    let may_have = |at: &ResourceId| {
        let mut sites = snapshot.client().on_premises.values();
        let told = gateways(snapshot, at).next().is_some() || sites.any(|site| site.network.as_ref() == Some(at));
        told || may_be_unread(snapshot, at)
    };
    let lends = |remote: &ResourceId| snapshot.find::<VirtualNetwork>(remote).is_none() || may_have(remote);
    let mut users = snapshot.children::<Peering>(network).filter(|(_, half)| half.use_remote_gateways);
    !matches!(snapshot.coverage().of_children(network, Kind::Peering), Extent::Missing(_))
        && !may_have(network)
        && hubs::hub(snapshot, network).is_none()
        && !users.any(|(_, half)| half.remote.as_ref().is_none_or(lends))
}
