//! What does one DNS server answer: one of the estate's owner, an inbound endpoint, a public one?

use super::rulesets::Matched;
use super::{Answer, Resolution, Trail, facts, walk};
use crate::networks::{is_public, peering};
use crate::standing::AZURE_DNS;
use model::resource::{DnsResolver, InboundEndpoint, RulesetLink};
use model::{Because, Decided, DnsName, DnsServer, FactRef, Known, ResourceId, Snapshot, Why};
use std::net::IpAddr;

/// How many servers may stand behind each other.
const DEEPEST: usize = 8;

/// What a server answers to a question from a network.
pub(super) fn ask(
    snapshot: &Snapshot,
    server: IpAddr,
    from: Option<&ResourceId>,
    name: &DnsName,
    trail: &Trail,
) -> Decided<Resolution> {
    if server == AZURE_DNS {
        return match from {
            Some(network) => walk::azure(snapshot, Some(network), name, trail),
            None => {
                let because = Because::new("168.63.129.16 is asked from outside of any virtual network, and is silent");
                Decided::unknown(Why::Unsupported, because.rule(&facts::ONLY_INSIDE))
            }
        };
    }
    if trail.len() >= DEEPEST || trail.iter().any(|(asked, about)| *asked == server && about == name) {
        return circle(server, name, trail);
    }
    let mut trail = trail.clone();
    trail.push((server, name.clone()));
    let decided = if let Some((id, network)) = inbound(snapshot, server) {
        unreachable_from(snapshot, server, from, Some(&network)).unwrap_or_else(|| {
            let fact = FactRef::new(id, "ipConfigurations.privateIpAddress", server.to_string());
            let words = format!("asked at the inbound endpoint {server} in {}", network.name());
            let decided = walk::azure(snapshot, Some(&network), name, &trail);
            told(decided, &words, |because| because.fact(fact).rule(&facts::INBOUND))
        })
    } else if let Some(known) = snapshot.client().dns_servers.get(&server) {
        let silent = unreachable_from(snapshot, server, from, known.network.as_ref());
        silent.unwrap_or_else(|| forwarded(snapshot, server, known, name, &trail))
    } else if is_public(server) {
        let words = format!("asked at {server} on the internet");
        told(walk::azure(snapshot, None, name, &trail), &words, |because| because)
    } else {
        let text = format!("names are asked at {server}; what this server forwards is not known");
        Decided::unknown(Why::NotCollected, Because::new(text))
    };
    through(server, decided)
}

/// What comes back for a name that a forwarding rule takes. The first server that answers decides.
pub(super) fn by_rule(
    snapshot: &Snapshot,
    matched: &Matched<'_>,
    name: &DnsName,
    trail: &Trail,
) -> Decided<Resolution> {
    let fact = FactRef::new(matched.rule_id, "domainName", matched.rule.domain.clone());
    let Some((target, _)) = matched.rule.targets.first() else {
        let text = format!("rule {} forwards {name} to no server", matched.rule_id.name());
        return Decided::unknown(Why::NotCollected, Because::new(text).fact(fact));
    };
    let words = format!("rule {} of {} forwards it to {target}", matched.rule_id.name(), matched.ruleset.name());
    told(ask(snapshot, *target, matched.from, name, trail), &words, |because| {
        let because = because.fact(fact).rule(&facts::RULESET);
        match matched.link {
            Some(link) => {
                let network = snapshot.find::<RulesetLink>(link).and_then(|link| link.virtual_network.as_ref());
                let network = network.map_or("", ResourceId::as_str);
                because.fact(FactRef::new(link, "virtualNetwork.id", network))
            }
            None => because,
        }
    })
}

/// What a server with known forwarders answers.
fn forwarded(
    snapshot: &Snapshot,
    address: IpAddr,
    server: &DnsServer,
    name: &DnsName,
    trail: &Trail,
) -> Decided<Resolution> {
    let who = &server.name;
    let Some((domain, target)) = target(server, name) else {
        let text = format!("whom the DNS server {who} ({address}) asks for {name} is not known");
        return Decided::unknown(Why::NotCollected, Because::new(text));
    };
    let words = format!("asked through {who} ({address}), which forwards {} to {target}", spelled(domain));
    let network = server.network.as_ref();
    let decided = told(ask(snapshot, target, network, name, trail), &words, |because| because);
    let Known::Value(resolution) = &decided.outcome else { return decided };
    // A server may follow an alias itself, or leave that to the one it asks.
    let Some(alias) =
        resolution.chain.iter().skip(1).find(|alias| self::target(server, alias) != Some((domain, target)))
    else {
        return decided;
    };
    let Some((other_domain, other)) = self::target(server, alias) else { return decided };
    let followed = ask(snapshot, other, network, alias, trail);
    if followed.outcome.value().is_some_and(|one| one.answer.is_like(&resolution.answer)) {
        return decided;
    }
    let text = format!(
        "{who} ({address}) forwards {} to {target} and {} to {other}: whether it follows the alias itself decides, and is not known",
        spelled(domain),
        spelled(other_domain)
    );
    Decided::unknown(Why::NotCollected, Because::new(text).part(decided.because).part(followed.because))
}

fn target<'f>(server: &'f DnsServer, name: &DnsName) -> Option<(&'f str, IpAddr)> {
    let (domain, servers) = server.forwards(name)?;
    Some((domain, *servers.first()?))
}

fn spelled(domain: &str) -> &str {
    if domain.is_empty() { "all names" } else { domain }
}

/// The inbound endpoint at an address, and the network of its resolver.
fn inbound(snapshot: &Snapshot, address: IpAddr) -> Option<(&ResourceId, ResourceId)> {
    let mut all = snapshot.all::<InboundEndpoint>();
    let (id, _) = all.find(|(_, endpoint)| endpoint.addresses.contains(&address))?;
    let resolver = snapshot.find::<DnsResolver>(&id.parent()?)?;
    Some((id, resolver.virtual_network.clone()?))
}

/// An unknown when the server stands in a network that the asking one is not peered with.
fn unreachable_from(
    snapshot: &Snapshot,
    server: IpAddr,
    from: Option<&ResourceId>,
    at: Option<&ResourceId>,
) -> Option<Decided<Resolution>> {
    let (from, at) = (from?, at?);
    if from == at || peering(snapshot, from, at).is_some() {
        return None;
    }
    let (here, there) = (from.name(), at.name());
    let text = format!("whether {server} in {there} is reached from {here}, which is not peered with it, is not known");
    Some(Decided::unknown(Why::Unsupported, Because::new(text)))
}

fn circle(server: IpAddr, name: &DnsName, trail: &Trail) -> Decided<Resolution> {
    let asked: Vec<String> = trail.iter().map(|(asked, _)| asked.to_string()).chain([server.to_string()]).collect();
    let text = format!("the question for {name} goes in a circle: {}", asked.join(" asks "));
    let resolution =
        Resolution { chain: vec![name.clone()], answer: Answer::Circle, network: None, through: Vec::new() };
    Decided::value(resolution, Because::new(text).rule(&facts::LOOP))
}

/// The same, with who was asked on the way.
fn told(decided: Decided<Resolution>, words: &str, more: impl FnOnce(Because) -> Because) -> Decided<Resolution> {
    let Decided { outcome, because } = decided;
    // Who asked whom is what a circle says already.
    let circle = outcome.value().is_some_and(|resolution| resolution.answer == Answer::Circle);
    let text = if circle { because.text } else { format!("{}; {words}", because.text) };
    Decided { outcome, because: more(Because { text, ..because }) }
}

fn through(server: IpAddr, decided: Decided<Resolution>) -> Decided<Resolution> {
    let Decided { outcome, because } = decided;
    let outcome = match outcome {
        Known::Value(mut resolution) => {
            resolution.through.insert(0, server);
            Known::Value(resolution)
        }
        unknown @ Known::Unknown(_) => unknown,
    };
    Decided { outcome, because }
}
