//! What becomes of a packet that a user route hands to a virtual appliance?

use super::Routing;
use super::balancer;
use super::facts::{BESIDE, FORWARDED, IP_FORWARDING, PAST};
use super::peered::over_peering;
use crate::networks::peering;
use crate::reach::{self, Place, reaches};
use crate::standing::Standing;
use model::resource::NetworkInterface;
use model::{Because, Decided, FactRef, Known, ResourceId, Snapshot, Why};
use std::net::IpAddr;

/// What an appliance does with a packet that is for somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// It sends it on, from where it stands; with its own address for the source if so told.
    Forwards {
        /// Where it stands.
        standing: Box<Standing>,
        /// True when replies come back to it.
        source_nat: bool,
        /// The load balancer that chooses it from several, if one does.
        balancer: Option<ResourceId>,
    },
    /// Nobody gets it.
    Dropped,
}

/// What becomes of a packet that is handed to the appliance at an address.
pub fn hand_over(snapshot: &Snapshot, from: &Standing, route: &ResourceId, address: IpAddr) -> Decided<Handed> {
    let Some(network) = from.entry() else {
        let text = format!("nothing outside of a virtual network is handed to {address}");
        return Decided::unknown(Why::Unsupported, Because::new(text));
    };
    let Some((id, nic, at)) = card(snapshot, network, address) else {
        return balancer::hand_over(snapshot, network, route, address).unwrap_or_else(|| {
            let text = format!("what is at {address} is not in the snapshot: a firewall, a load balancer or nobody");
            Decided::unknown(Why::NotCollected, Because::new(text).fact(next_hop(route, address)))
        });
    };
    let stands = stands(id, nic.subnet());
    let hop = next_hop(route, address);
    match reached(snapshot, network, &at, address, &hop) {
        Some(Decided { outcome: outcome @ Known::Value(_), because }) => {
            Decided { outcome, because: because.fact(stands) }
        }
        Some(unknown) => unknown,
        None => taken(snapshot, (id, nic), &at, address),
    }
}

/// What comes of a packet on the way to the network of an appliance, or of the load balancer in front of it;
/// `None` when it gets there.
pub(super) fn reached(
    snapshot: &Snapshot,
    network: &ResourceId,
    at: &ResourceId,
    address: IpAddr,
    hop: &FactRef,
) -> Option<Decided<Handed>> {
    if at == network {
        return None;
    }
    let near = over_peering(snapshot, network, at);
    match near.outcome {
        Known::Value(Routing::Peering(_)) => None,
        Known::Value(_) => {
            let text = format!("the appliance at {address} in {} is not reached from {}", at.name(), network.name());
            let because = Because::new(text).fact(hop.clone());
            Some(Decided::value(Handed::Dropped, because.rule(&IP_FORWARDING).part(near.because)))
        }
        Known::Unknown(why) => Some(Decided::unknown(why, near.because)),
    }
}

/// What the appliance behind an interface does with a packet that was handed to an address: its own, or that
/// of the load balancer in front of it.
pub(super) fn taken(
    snapshot: &Snapshot,
    (id, nic): (&ResourceId, &NetworkInterface),
    at: &ResourceId,
    handed_to: IpAddr,
) -> Decided<Handed> {
    let own = nic.addresses().find(|known| *known == handed_to).or_else(|| nic.addresses().next());
    let address = own.unwrap_or(handed_to);
    let forwarding = FactRef::new(id, "enableIPForwarding", nic.ip_forwarding.to_string());
    if !nic.ip_forwarding {
        let text = format!("NIC {} of the appliance at {address} may not forward packets", id.name());
        return Decided::value(Handed::Dropped, Because::new(text).fact(forwarding).rule(&IP_FORWARDING));
    }
    let appliances = &snapshot.client().appliances;
    let Some(told) = appliances.get(&address).or_else(|| appliances.get(&handed_to)) else {
        let text = format!("whether the appliance at {address} sends on what it gets is its own affair, and not known");
        return Decided::unknown(Why::NotCollected, Because::new(text).fact(forwarding));
    };
    let source = if told.source_nat { "with its own address for the source" } else { "and leaves the source as it is" };
    let because = Because::new(format!("{} sends on what it gets, {source}", told.name)).fact(forwarding);
    let standing = Box::new(reach::host(snapshot, at, address));
    Decided::value(Handed::Forwards { standing, source_nat: told.source_nat, balancer: None }, because)
}

/// Whether a packet of somebody else gets from an appliance to the endpoint's network, and a reply
/// from there back to whose address is its source.
pub fn leaves_appliance(
    snapshot: &Snapshot,
    sender: &Standing,
    appliance: &Standing,
    source_nat: bool,
    to: &ResourceId,
) -> Decided<bool> {
    if let (Some(first), Some(at)) = (sender.entry(), &appliance.network)
        && first == at
    {
        if source_nat {
            return Decided::value(true, Because::new("replies go back to the appliance").rule(&BESIDE));
        }
        if sender.network.is_some() || at == to {
            return Decided::value(false, beside(appliance, at));
        }
    }
    let carried = carried_on(snapshot, sender, appliance, source_nat, to);
    if source_nat || carried.outcome != Known::Value(true) {
        return carried;
    }
    let Some(nic) = &appliance.network_interface else { return carried };
    let tagged = snapshot.find::<NetworkInterface>(nic).is_some_and(|nic| nic.returns_through);
    let tag = |value: &str| FactRef::new(nic, "tags.disableSnatOnPL", value);
    if tagged {
        let text = format!("replies come back through {}, by a tag of its NIC", nic.name());
        return Decided::value(true, Because { text, ..carried.because }.fact(tag("true")).rule(&PAST));
    }
    Decided::value(true, carried.because.fact(tag("")).rule(&PAST))
}

/// The same for what is sent to a host that is no endpoint.
pub(crate) fn carried_on(
    snapshot: &Snapshot,
    sender: &Standing,
    appliance: &Standing,
    source_nat: bool,
    to: &ResourceId,
) -> Decided<bool> {
    let (Some(first), Some(at)) = (sender.entry(), &appliance.network) else {
        return Decided::unknown(Why::Unsupported, Because::new("a place outside of any virtual network"));
    };
    if let Some(site) = sender.site.as_ref().filter(|_| source_nat && first != at) {
        let heard = reaches(snapshot, Place::Site(site), Place::Network(at));
        if heard.outcome != Known::Value(true) {
            return heard;
        }
    }
    if source_nat {
        return Decided::value(true, Because::new("replies go back to the appliance"));
    }
    if let Some(site) = &sender.site {
        let text = format!(
            "whether replies to {} find back past an appliance that leaves the source as it is, is not known",
            site.name
        );
        return Decided::unknown(Why::Unsupported, Because::new(text));
    }
    // What the appliance's own network sends is no forwarded traffic to the peer.
    if at != to && first != at {
        let onwards = over_peering(snapshot, at, to);
        if let Known::Unknown(why) = onwards.outcome {
            return Decided::unknown(why, onwards.because);
        }
        let halves = [peering(snapshot, at, to), peering(snapshot, to, at)];
        let allowed = halves.iter().flatten().filter(|(_, half)| half.allow_forwarded_traffic).count();
        let facts = halves
            .iter()
            .flatten()
            .map(|(id, half)| FactRef::new(id, "allowForwardedTraffic", half.allow_forwarded_traffic.to_string()));
        let text = format!("the peering of {} and {} and forwarded traffic", at.name(), to.name());
        let because = facts.fold(Because::new(text).rule(&FORWARDED), Because::fact);
        match allowed {
            2 => {}
            0 => {
                let text =
                    format!("the peering of {} and {} drops traffic that an appliance forwards", at.name(), to.name());
                return Decided::value(false, Because { text, ..because });
            }
            _ => {
                let text = format!(
                    "only one half of the peering of {} and {} allows forwarded traffic, and which one counts is not known",
                    at.name(),
                    to.name()
                );
                return Decided::unknown(Why::Unsupported, Because { text, ..because });
            }
        }
    }
    let back = || over_peering(snapshot, to, first).outcome;
    if first != to && !matches!(back(), Known::Value(Routing::Peering(_))) {
        let text = format!(
            "whether replies from {} find back to {}, to which no peering leads, is not known",
            to.name(),
            first.name()
        );
        return Decided::unknown(Why::Unsupported, Because::new(text));
    }
    Decided::value(true, Because::new("replies may go straight back, past the appliance"))
}

/// Why nothing comes of what an appliance sends on in its sender's network.
fn beside(appliance: &Standing, at: &ResourceId) -> Because {
    let name = appliance.network_interface.as_ref().map_or("the appliance", |nic| nic.name());
    let text = format!("what {name} sends on with the sender's source is dropped: both are in {}", at.name());
    let because = Because::new(text).rule(&BESIDE);
    match &appliance.network_interface {
        Some(nic) => because.fact(stands(nic, appliance.subnet.as_ref())),
        None => because,
    }
}

/// Where a network interface stands.
fn stands(nic: &ResourceId, subnet: Option<&ResourceId>) -> FactRef {
    FactRef::new(nic, "ipConfigurations.subnet.id", subnet.map_or("", |id| id.as_str()))
}

/// A default route to an appliance: what leaves there for the internet is known only when it cannot.
pub(super) fn towards_the_internet(
    snapshot: &Snapshot,
    from: &Standing,
    route: &ResourceId,
    address: IpAddr,
    because: Because,
) -> Decided<Routing> {
    let handed = hand_over(snapshot, from, route, address);
    match handed.outcome {
        Known::Value(Handed::Dropped) => Decided::value(Routing::Dropped(route.clone()), because.part(handed.because)),
        Known::Value(Handed::Forwards { .. }) => {
            let part = Because::new("what it lets out to the internet is its own affair");
            Decided::unknown(Why::NotCollected, because.part(part))
        }
        Known::Unknown(why) => Decided::unknown(why, because.part(handed.because)),
    }
}

pub(super) fn next_hop(route: &ResourceId, address: IpAddr) -> FactRef {
    FactRef::new(route, "nextHopIpAddress", address.to_string())
}

/// The interface at an address, in the network or in one that is peered with it: an address may be
/// used again elsewhere.
fn card<'s>(
    snapshot: &'s Snapshot,
    network: &ResourceId,
    address: IpAddr,
) -> Option<(&'s ResourceId, &'s NetworkInterface, ResourceId)> {
    let mut found: Vec<_> = snapshot
        .all::<NetworkInterface>()
        .filter(|(_, nic)| nic.private_endpoint.is_none() && nic.addresses().any(|known| known == address))
        .filter_map(|(id, nic)| Some((id, nic, nic.subnet()?.parent()?)))
        .collect();
    let near = |at: &ResourceId| (at == network, peering(snapshot, network, at).is_some());
    found.sort_by_key(|(_, _, at)| std::cmp::Reverse(near(at)));
    found.into_iter().next()
}
