//! Where do packets go that a virtual network sends to a place outside of Azure, or that a gateway may take?

use super::facts::{DEFAULT, ORDER};
use super::user::{Found, follow, user_route};
use super::{Routing, app_service, reserved};
use crate::gateways::{BROUGHT, Brought, KEPT_OUT, Learnt, kept_out, learnt};
use crate::hubs::{self, HUB_DEFAULT};
use crate::standing::Standing;
use model::resource::NextHop;
use model::{Because, Decided, Known, OnPremises, ResourceId, Snapshot, Why};
use std::net::IpAddr;

/// Where packets for an address of a place go: to the gateway that brings a route to it, or where a user
/// route leads that is no wider.
pub(crate) fn to_site(snapshot: &Snapshot, from: &Standing, address: IpAddr, site: &OnPremises) -> Decided<Routing> {
    if let Some(out) = app_service::leaves_app_service(from, address) {
        return out;
    }
    let Some(network) = &from.network else {
        let text = format!("{address} is a private address of {}: nothing outside reaches it", site.name);
        return Decided::value(Routing::NoPath, Because::new(text));
    };
    let off = from.subnet.as_ref().and_then(|subnet| kept_out(snapshot, subnet));
    let learnt = match &off {
        Some(_) => Learnt { others: learnt(snapshot, network).others, ..Learnt::default() },
        None => learnt(snapshot, network),
    };
    let brought = learnt.known.iter().filter(|brought| brought.prefix.contains(&address));
    let brought = brought.max_by_key(|brought| brought.prefix.prefix_len());
    let (id, route, prefix) = match user_route(snapshot, from, address) {
        Found::Unknown(why, because) => return Decided::unknown(why, because),
        Found::None => return unguided(address, network, &learnt, brought, off),
        Found::Route(id, route, prefix) => (id, route, prefix),
    };
    let length = prefix.prefix_len();
    if let Some(brought) = brought.filter(|brought| brought.prefix.prefix_len() > length) {
        return to_gateway(brought);
    }
    // Azure's own routes to nowhere win over what is wider.
    if reserved(address).is_some_and(|range| range.prefix_len() > length) {
        return unguided(address, network, &learnt, brought, off);
    }
    if let Some(more) = learnt.more.as_ref().or(learnt.others.as_ref()).filter(|_| length < prefix.max_prefix_len()) {
        let text = format!("whether a longer route than {prefix} of {} was learnt is not known", id.name());
        return Decided::unknown(Why::NotCollected, Because::new(text).part(more.clone()));
    }
    match route.next_hop {
        NextHop::VirtualNetworkGateway if brought.is_some() || off.is_some() => {
            let gateway = brought.map_or(network, |brought| &brought.gateway);
            let text = format!("route {} sends {prefix} to the gateway", id.name());
            Decided::value(Routing::Gateway(gateway.clone()), Because::new(text).rule(&ORDER))
        }
        NextHop::VirtualAppliance => {
            let text = format!(
                "route {} hands {prefix} to an appliance, and whether it carries packets to {} is not known",
                id.name(),
                site.name
            );
            Decided::unknown(Why::Unsupported, Because::new(text))
        }
        _ => {
            let Decided { outcome, because } = follow(snapshot, Some(network), (id, route, prefix), address);
            let because = if brought.is_some() { because.rule(&ORDER) } else { because };
            Decided { outcome, because }
        }
    }
}

/// Where packets go that no user route takes.
fn unguided(
    address: IpAddr,
    network: &ResourceId,
    learnt: &Learnt,
    brought: Option<&Brought>,
    off: Option<model::FactRef>,
) -> Decided<Routing> {
    if let Some(brought) = brought {
        return to_gateway(brought);
    }
    if let Some(because) = learnt.more.as_ref().or(learnt.others.as_ref()) {
        // Somebody told that the place is behind this gateway; what it learns is not in the snapshot.
        return Decided::value(Routing::Gateway(network.clone()), because.clone());
    }
    let text = format!("no gateway brings a route to {address} into {}", network.name());
    let because = match off {
        Some(switch) => {
            let text = format!("the route table of the subnet keeps out what gateways bring: no way to {address}");
            Because::new(text).fact(switch).rule(&KEPT_OUT)
        }
        None => Because::new(text).rule(&BROUGHT),
    };
    Decided::value(Routing::NoPath, because)
}

fn to_gateway(brought: &Brought) -> Decided<Routing> {
    let text = format!("the gateway of {} brings a route to {}", brought.gateway.name(), brought.prefix);
    let because = brought.fact.iter().cloned().fold(Because::new(text), Because::fact);
    Decided::value(Routing::Gateway(brought.gateway.clone()), because.rule(&BROUGHT))
}

/// Where packets for the internet go that no user route takes: by Azure's default route, unless a gateway
/// brings another, or a virtual hub may.
pub(super) fn by_default(snapshot: &Snapshot, from: &Standing, network: &ResourceId) -> Decided<Routing> {
    let text = format!("{} has Azure's default route to the internet", network.name());
    let because = Because::new(text);
    if let Some(hung) = hubs::hub(snapshot, network).filter(|hung| !hung.default_route.is(&false)) {
        let text = format!("{}, and it may give a default route", hung.because.text);
        let because = Because { text, ..hung.because };
        return Decided::unknown(Why::Unsupported, because.rule(&HUB_DEFAULT));
    }
    if from.subnet.as_ref().is_some_and(|subnet| kept_out(snapshot, subnet).is_some()) {
        return Decided::value(Routing::Internet, because);
    }
    let learnt = learnt(snapshot, network);
    if let Some(brought) = learnt.known.iter().find(|brought| brought.prefix.prefix_len() == 0) {
        let text = format!(
            "the gateway of {} brings a default route, and whether what is behind it leads to the internet is not known",
            brought.gateway.name()
        );
        let because = brought.fact.iter().cloned().fold(Because::new(text), Because::fact);
        return Decided::unknown(Why::NotCollected, because.rule(&ORDER));
    }
    if let Some(more) = learnt.default_route() {
        let text = format!("{}: a default route among them would take what is for the internet", more.text);
        let because = Because { text, ..more.clone() };
        return Decided::unknown(Why::NotCollected, because.rule(&DEFAULT));
    }
    Decided { outcome: Known::Value(Routing::Internet), because }
}
