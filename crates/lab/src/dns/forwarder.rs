//! What does a DNS server answer that is not Azure's: one of the estate's owner, or a resolver's inbound
//! endpoint? It asks as it is told to, and hands on what comes back.

use super::lookup::{Ending, Resolution, Wanted, azure, failed};
use crate::address_plan::AZURE_DNS;
use crate::estate::{Estate, is_internet};
use model::resource::{DnsResolver, ForwardingRule, ForwardingRuleset, RulesetLink};
use model::{DnsName, DnsServer, ResourceId};
use std::net::{IpAddr, SocketAddr};

/// After so many servers a question is given up: they ask each other.
pub(crate) const MOST: usize = 8;

/// Suffixes that a rule for the root leaves alone.
const OF_AZURE: [&str; 4] = ["azure.com", "azure.net", "windows.net", "windowsazure.us"];

/// Where a forwarding rule sends a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Referral {
    /// The name that is asked for there.
    pub(crate) name: DnsName,
    /// Whom, in order.
    pub(crate) servers: Vec<SocketAddr>,
    /// The outbound endpoint that asks.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only namespaces have packets that leave from it")
    )]
    pub(crate) outbound: Option<ResourceId>,
    /// The network that it asks from.
    pub(crate) network: Option<ResourceId>,
}

/// The port of DNS.
pub(crate) const PORT: u16 = 53;

impl Referral {
    /// The servers that can answer: nobody listens on another port.
    pub(super) fn addresses(&self) -> Vec<IpAddr> {
        self.servers.iter().filter(|server| server.port() == PORT).map(SocketAddr::ip).collect()
    }
}

/// What the first server says that says anything; one that fails or is silent is passed over.
pub(super) fn first(
    estate: &Estate,
    servers: &[IpAddr],
    from: Option<&ResourceId>,
    name: &DnsName,
    wanted: Wanted,
    depth: usize,
) -> Resolution {
    let answers = servers.iter().map(|server| ask(estate, *server, from, name, wanted, depth));
    let mut failures = Vec::new();
    for answer in answers {
        if answer.ending != Ending::Failed {
            return answer;
        }
        failures.push(answer);
    }
    failures.pop().unwrap_or_else(failed)
}

/// What a server answers that is asked from a network.
fn ask(
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
    let heard = |at: Option<&ResourceId>| match (from, at) {
        (Some(from), Some(at)) => estate.reaches(from, at),
        _ => true,
    };
    if let Some(network) = estate.inbound(server) {
        let answer = || azure(estate, Some(&network), name, wanted, depth + 1);
        return if heard(Some(&network)) { answer() } else { failed() };
    }
    if let Some(known) = estate.dns_server(server) {
        let network = known.network.as_ref();
        let answer = || first(estate, upstream(known, name), network, name, wanted, depth + 1);
        return if heard(network) { answer() } else { failed() };
    }
    if is_internet(server) { azure(estate, None, name, wanted, depth + 1) } else { failed() }
}

/// Whom a server asks: the servers of the most specific domain.
pub(crate) fn upstream<'s>(server: &'s DnsServer, name: &DnsName) -> &'s [IpAddr] {
    let fits = |domain: &String| domain.is_empty() || name.relative_to(domain).is_some();
    let best = server.forward.iter().filter(|(domain, _)| fits(domain)).max_by_key(|(domain, _)| domain.len());
    best.map_or(&[], |(_, servers)| servers)
}

/// Where a forwarding ruleset of the network sends this name.
pub(super) fn ruled(estate: &Estate, network: Option<&ResourceId>, name: &DnsName) -> Option<Referral> {
    let network = network?;
    let azures = OF_AZURE.iter().any(|suffix| name.relative_to(suffix).is_some());
    let mut best: Option<(&ForwardingRule, ResourceId)> = None;
    for (link, _) in
        estate.snapshot().all::<RulesetLink>().filter(|(_, link)| link.virtual_network.as_ref() == Some(network))
    {
        let Some(ruleset) = link.parent() else { continue };
        for (_, rule) in estate.snapshot().children::<ForwardingRule>(&ruleset).filter(|(_, rule)| rule.enabled) {
            let fits = if rule.domain.is_empty() { !azures } else { name.relative_to(&rule.domain).is_some() };
            if fits && best.as_ref().is_none_or(|(known, _)| known.domain.len() <= rule.domain.len()) {
                best = Some((rule, ruleset.clone()));
            }
        }
    }
    let (rule, ruleset) = best?;
    let outbound = estate.snapshot().find::<ForwardingRuleset>(&ruleset)?.outbound_endpoints.first().cloned();
    let resolver = outbound.as_ref().and_then(ResourceId::parent);
    let resolver = resolver.and_then(|id| estate.snapshot().find::<DnsResolver>(&id));
    Some(Referral {
        name: name.clone(),
        servers: rule.targets.iter().copied().map(SocketAddr::from).collect(),
        outbound,
        network: resolver.and_then(|resolver| resolver.virtual_network.clone()),
    })
}
