//! What does a DNS server answer that is not Azure's: one of the estate's owner, or a resolver's inbound
//! endpoint? It asks as it is told to, and hands on what comes back.

use super::lookup::{Resolution, Wanted, azure, failed};
use crate::address_plan::AZURE_DNS;
use crate::estate::Estate;
use model::resource::{DnsResolver, ForwardingRule, ForwardingRuleset, InboundEndpoint, RulesetLink};
use model::{DnsName, ResourceId};
use std::net::IpAddr;

/// After so many servers a question is given up: they ask each other.
const MOST: usize = 8;

/// Suffixes that a rule for the root leaves alone.
const OF_AZURE: [&str; 4] = ["azure.com", "azure.net", "windows.net", "windowsazure.us"];

/// What a server answers that is asked from a network.
pub(super) fn ask(
    estate: &Estate,
    server: IpAddr,
    from: Option<&ResourceId>,
    name: &DnsName,
    wanted: Wanted,
    depth: usize,
) -> Resolution {
    if depth >= MOST {
        return failed();
    }
    if server == AZURE_DNS {
        // Outside of a virtual network nobody answers there.
        return from.map_or_else(failed, |network| azure(estate, Some(network), name, wanted, depth + 1));
    }
    if let Some(network) = inbound(estate, server) {
        return azure(estate, Some(&network), name, wanted, depth + 1);
    }
    if let Some(known) = estate.dns_server(server) {
        let next = next(known, name);
        return next.map_or_else(failed, |next| ask(estate, next, known.network.as_ref(), name, wanted, depth + 1));
    }
    if is_internet(server) { azure(estate, None, name, wanted, depth + 1) } else { failed() }
}

/// Whom a server asks: the first server of the most specific domain.
fn next(server: &model::DnsServer, name: &DnsName) -> Option<IpAddr> {
    let mut best: Option<(usize, IpAddr)> = None;
    for (domain, to) in &server.forward {
        let fits = domain.is_empty() || name.relative_to(domain).is_some();
        let Some(first) = to.first().filter(|_| fits) else { continue };
        if best.is_none_or(|(length, _)| length <= domain.len()) {
            best = Some((domain.len(), *first));
        }
    }
    best.map(|(_, server)| server)
}

/// The server that a forwarding ruleset of the network names for this name, and the network that it
/// is asked from.
pub(super) fn ruled(
    estate: &Estate,
    network: Option<&ResourceId>,
    name: &DnsName,
) -> Option<(IpAddr, Option<ResourceId>)> {
    let network = network?;
    let azures = OF_AZURE.iter().any(|suffix| name.relative_to(suffix).is_some());
    let mut best: Option<(usize, IpAddr, ResourceId)> = None;
    for (link, _) in
        estate.snapshot().all::<RulesetLink>().filter(|(_, link)| link.virtual_network.as_ref() == Some(network))
    {
        let Some(ruleset) = link.parent() else { continue };
        for (_, rule) in estate.snapshot().children::<ForwardingRule>(&ruleset).filter(|(_, rule)| rule.enabled) {
            let fits = if rule.domain.is_empty() { !azures } else { name.relative_to(&rule.domain).is_some() };
            let Some((target, _)) = rule.targets.first().filter(|_| fits) else { continue };
            if best.as_ref().is_none_or(|(length, ..)| *length <= rule.domain.len()) {
                best = Some((rule.domain.len(), *target, ruleset.clone()));
            }
        }
    }
    let (_, target, ruleset) = best?;
    Some((target, leaves_from(estate, &ruleset)))
}

fn leaves_from(estate: &Estate, ruleset: &ResourceId) -> Option<ResourceId> {
    let outbound = estate.snapshot().find::<ForwardingRuleset>(ruleset)?.outbound_endpoints.first()?;
    estate.snapshot().find::<DnsResolver>(&outbound.parent()?)?.virtual_network.clone()
}

/// The network of the resolver that takes questions at an address.
fn inbound(estate: &Estate, address: IpAddr) -> Option<ResourceId> {
    let mut endpoints = estate.snapshot().all::<InboundEndpoint>();
    let (id, _) = endpoints.find(|(_, endpoint)| endpoint.addresses.contains(&address))?;
    estate.snapshot().find::<DnsResolver>(&id.parent()?)?.virtual_network.clone()
}

/// True outside the ranges that no public server has.
fn is_internet(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let shared = v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64;
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || shared)
        }
        IpAddr::V6(v6) => v6.segments()[0] & 0xe000 == 0x2000,
    }
}
