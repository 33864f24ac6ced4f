//! Which records answer a name, across private zones and the public chain?

use super::forwarder::{self, Referral};
use super::{private, public};
use crate::estate::{Estate, Place};
use model::{DnsName, ResourceId};
use std::net::IpAddr;

/// Most aliases that are followed.
const DEEPEST: usize = 16;

/// What the hosts entries of CoreDNS live, in seconds, unless said otherwise.
const CORE_DNS_TTL: u32 = 3600;

/// One record of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) owner: DnsName,
    pub(crate) ttl: u32,
    pub(crate) data: Data,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Data {
    Address(IpAddr),
    Alias(DnsName),
}

/// The record types that the lab knows; any other exists nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    A,
    Aaaa,
    Cname,
    Other,
}

/// How a resolution ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With records of the wanted type.
    Answered,
    /// The name exists, without such a record; the zone that says so.
    NoData(Authority),
    /// The name does not exist; the zone that says so.
    NxDomain(Authority),
    /// No server answers here.
    Failed,
}

/// The zone that a negative answer comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) zone: String,
    /// True for a private zone of Azure.
    pub(crate) private: bool,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resolution {
    pub(crate) found: Vec<Found>,
    pub(crate) ending: Ending,
    /// True when every part came from private zones.
    pub(crate) authoritative: bool,
}

/// What one zone or one public name says.
pub(crate) enum Step {
    Addresses(Vec<(u32, IpAddr)>),
    Alias(u32, DnsName),
    NoData(Authority),
    NxDomain(Authority),
}

impl Resolution {
    /// The whole answer, when this is how it begins and another server gave the rest.
    pub(crate) fn with(mut self, rest: Self) -> Self {
        self.found.extend(rest.found);
        Self { ending: rest.ending, ..self }
    }

    /// The addresses at the end of the chain.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.found.iter().filter_map(|found| match &found.data {
            Data::Address(address) => Some(*address),
            Data::Alias(_) => None,
        })
    }
}

/// Resolves a name as the DNS servers of a place do, on a medium without packets. What the owner of a
/// cluster added to its CoreDNS goes first.
pub(crate) fn resolve(estate: &Estate, place: &Place, name: &DnsName, wanted: Wanted) -> Resolution {
    let network = place.virtual_network.as_ref();
    match place.cluster.as_ref().map(|cluster| core_dns(estate, cluster, name)) {
        Some(CoreDns::Answers(resolution)) => return resolution,
        Some(CoreDns::Asks(servers)) => return forwarder::first(estate, servers, network, name, wanted, 0),
        None | Some(CoreDns::AsksTheNodes) => {}
    }
    if place.dns_servers.is_empty() {
        return azure(estate, network, name, wanted, 0);
    }
    forwarder::first(estate, &place.dns_servers, network, name, wanted, 0)
}

/// What CoreDNS of a cluster does with a name.
pub(crate) enum CoreDns<'e> {
    /// It answers by what its owner added.
    Answers(Resolution),
    /// It asks these servers, as its owner added.
    Asks(&'e [IpAddr]),
    /// It asks the servers of its node.
    AsksTheNodes,
}

/// What CoreDNS of a cluster does with a name.
pub(crate) fn core_dns<'e>(estate: &'e Estate, cluster: &ResourceId, name: &DnsName) -> CoreDns<'e> {
    let Some(added) = estate.client().clusters.get(cluster) else { return CoreDns::AsksTheNodes };
    if let Some(address) = added.hosts.get(name.as_str()) {
        let found = Found { owner: name.clone(), ttl: CORE_DNS_TTL, data: Data::Address(*address) };
        return CoreDns::Answers(Resolution { found: vec![found], ending: Ending::Answered, authoritative: true });
    }
    added.forwards(name).map_or(CoreDns::AsksTheNodes, |(_, servers)| CoreDns::Asks(servers))
}

/// No server answers.
pub(crate) fn failed() -> Resolution {
    Resolution { found: Vec::new(), ending: Ending::Failed, authoritative: true }
}

/// Resolves a name as Azure DNS of a network does; without a network, as public DNS does. `depth`
/// counts the servers before this one.
pub(super) fn azure(
    estate: &Estate,
    network: Option<&ResourceId>,
    name: &DnsName,
    wanted: Wanted,
    depth: usize,
) -> Resolution {
    match walk(estate, network, name, wanted) {
        Walk::Done(resolution) => resolution,
        Walk::Referred(begun, referral) => {
            let from = referral.network.as_ref();
            let rest = forwarder::first(estate, &referral.addresses(), from, &referral.name, wanted, depth);
            begun.with(rest)
        }
    }
}

/// How far Azure DNS comes by itself.
pub(crate) enum Walk {
    /// To the end.
    Done(Resolution),
    /// To a name that a forwarding rule sends elsewhere.
    Referred(Resolution, Referral),
}

/// Follows a name through the private zones of a network, its forwarding rules and public DNS.
pub(crate) fn walk(estate: &Estate, network: Option<&ResourceId>, name: &DnsName, wanted: Wanted) -> Walk {
    let mut resolution = failed();
    let mut current = name.clone();
    for _ in 0..DEEPEST {
        let private = private::step(estate, network, &current, wanted);
        resolution.authoritative &= private.is_some();
        if private.is_none()
            && let Some(referral) = forwarder::ruled(estate, network, &current)
        {
            return Walk::Referred(resolution, referral);
        }
        let step = private.unwrap_or_else(|| public::step(estate, &current, wanted));
        let (ending, next) = match step {
            Step::Addresses(addresses) => {
                let owner = &current;
                let records = addresses.into_iter();
                resolution.found.extend(records.map(|(ttl, address)| Found {
                    owner: owner.clone(),
                    ttl,
                    data: Data::Address(address),
                }));
                (Ending::Answered, None)
            }
            Step::Alias(ttl, target) => {
                resolution.found.push(Found { owner: current.clone(), ttl, data: Data::Alias(target.clone()) });
                (Ending::Answered, (wanted != Wanted::Cname).then_some(target))
            }
            Step::NoData(authority) => (Ending::NoData(authority), None),
            Step::NxDomain(authority) => (Ending::NxDomain(authority), None),
        };
        match next {
            Some(target) => current = target,
            None => {
                resolution.ending = ending;
                return Walk::Done(resolution);
            }
        }
    }
    // Too many aliases: a server gives up.
    resolution.found.clear();
    Walk::Done(resolution)
}
