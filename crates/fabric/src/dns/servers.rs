//! What does one DNS server answer: one of the estate's owner, an inbound endpoint, a public one?

use super::rulesets::Matched;
use super::{Answer, Resolution, Trail, facts, passed_over, seen, walk};
use crate::networks::is_public;
use crate::reach::{self, Place, reaches};
use crate::route;
use crate::standing::AZURE_DNS;
use model::resource::{DnsResolver, InboundEndpoint, RulesetLink};
use model::{Because, Decided, DnsName, DnsServer, FactRef, Known, ResourceId, Snapshot, Why};
use std::net::IpAddr;

/// The port of DNS.
const DNS_PORT: u16 = 53;

/// How many servers may stand behind each other.
const DEEPEST: usize = 8;

/// What a server answers to a question from a place: by what is declared, and what it was seen to answer.
pub(super) fn ask(
    snapshot: &Snapshot,
    server: IpAddr,
    from: Place<'_>,
    name: &DnsName,
    trail: &Trail,
) -> Decided<Resolution> {
    let declared = declared(snapshot, server, from, name, trail);
    let known = declared.outcome.value().is_some();
    let weighed = seen::weighed(snapshot, server, from, name, declared);
    // What is declared names the server already.
    if known { weighed } else { through(server, weighed) }
}

fn declared(
    snapshot: &Snapshot,
    server: IpAddr,
    from: Place<'_>,
    name: &DnsName,
    trail: &Trail,
) -> Decided<Resolution> {
    if server == AZURE_DNS {
        return match from.network() {
            Some(network) => walk::azure(snapshot, Some(network), name, trail),
            None => {
                let text = format!("{AZURE_DNS} is asked from {}, where it is silent", from.name());
                through(server, silent(name, Because::new(text).rule(&facts::ONLY_INSIDE)))
            }
        };
    }
    if trail.len() >= DEEPEST || trail.iter().any(|(asked, about)| *asked == server && about == name) {
        return circle(server, name, trail);
    }
    let mut trail = trail.clone();
    trail.push((server, name.clone()));
    let decided = if let Some((id, network)) = inbound(snapshot, server) {
        heard(snapshot, server, from, Place::Network(&network), name, || {
            let fact = FactRef::new(id, "ipConfigurations.privateIpAddress", server.to_string());
            let words = format!("asked at the inbound endpoint {server} in {}", network.name());
            let decided = walk::azure(snapshot, Some(&network), name, &trail);
            told(decided, &words, |because| because.fact(fact).rule(&facts::INBOUND))
        })
    } else if let Some(known) = snapshot.client().dns_servers.get(&server) {
        let at = place(snapshot, server, known);
        heard(snapshot, server, from, at, name, || forwarded(snapshot, server, known, name, &trail))
    } else if is_public(server) {
        carried(snapshot, server, from, None, name, || {
            let words = format!("asked at {server} on the internet");
            told(walk::azure(snapshot, None, name, &trail), &words, |because| because)
        })
    } else {
        let text = format!("names are asked at {server}; what this server forwards is not known");
        Decided::unknown(Why::NotCollected, Because::new(text))
    };
    through(server, decided)
}

/// What the first of these servers that answers says. A silent one is passed over; of one that sends
/// the question in a circle it is not known how long it keeps the others from being asked.
pub(super) fn in_order(
    snapshot: &Snapshot,
    servers: &[IpAddr],
    from: Place<'_>,
    name: &DnsName,
    trail: &Trail,
) -> (Option<IpAddr>, Decided<Resolution>) {
    let mut quiet: Vec<Decided<Resolution>> = Vec::new();
    for (position, server) in servers.iter().enumerate() {
        let decided = ask(snapshot, *server, from, name, trail);
        let answer = decided.outcome.value().map(|resolution| &resolution.answer);
        match answer {
            Some(Answer::Silent) => quiet.push(decided),
            Some(Answer::Circle) if position + 1 < servers.len() => {
                let text = format!("whether another server is asked in time after {server} is not known");
                let because = Because::new(text).part(decided.because);
                return (Some(*server), Decided::unknown(Why::Unresolved, because));
            }
            _ => return (Some(*server), passed_over(decided, quiet.into_iter())),
        }
    }
    let mut quiet = quiet.into_iter();
    match quiet.next() {
        Some(first) => (servers.first().copied(), passed_over(first, quiet)),
        None => (None, Decided::unknown(Why::NotCollected, Because::new(format!("no server is asked for {name}")))),
    }
}

/// What comes back for a name that a forwarding rule takes. The first server that answers decides.
pub(super) fn by_rule(
    snapshot: &Snapshot,
    matched: &Matched<'_>,
    name: &DnsName,
    trail: &Trail,
) -> Decided<Resolution> {
    let fact = FactRef::new(matched.rule_id, "domainName", matched.rule.domain.clone());
    let rule = matched.rule_id.name();
    if let Some((target, port)) = matched.rule.targets.iter().find(|(_, port)| *port != DNS_PORT) {
        let text = format!("rule {rule} forwards {name} to port {port} of {target}; what answers there is not known");
        return Decided::unknown(Why::NotCollected, Because::new(text).fact(fact));
    }
    let targets: Vec<IpAddr> = matched.rule.targets.iter().map(|(target, _)| *target).collect();
    if targets.contains(&AZURE_DNS) {
        let text = format!("rule {rule} forwards {name} to {AZURE_DNS}, which Azure does not allow");
        return Decided::unknown(Why::Unsupported, Because::new(text).fact(fact).rule(&facts::NO_PLATFORM_TARGET));
    }
    let from = matched.from.map_or(Place::Outside, Place::Network);
    let (asked, decided) = in_order(snapshot, &targets, from, name, trail);
    let Some(asked) = asked else {
        let text = format!("rule {rule} forwards {name} to no server");
        return Decided::unknown(Why::NotCollected, Because::new(text).fact(fact));
    };
    let words = format!("rule {rule} of {} forwards it to {asked}", matched.ruleset.name());
    told(decided, &words, |because| {
        let mut because = because.fact(fact).rule(&facts::RULESET);
        if targets.len() > 1 {
            because = because.rule(&facts::IN_ORDER);
        }
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
    let Some((domain, targets)) = targets(server, name) else {
        let text = format!("whom the DNS server {who} ({address}) asks for {name} is not known");
        return Decided::unknown(Why::NotCollected, Because::new(text));
    };
    let host = server.network.as_ref().map(|network| reach::host(snapshot, network, address));
    let place = host.as_ref().map_or_else(|| place(snapshot, address, server), Place::Host);
    let (asked, decided) = in_order(snapshot, targets, place, name, trail);
    let target = asked.map_or_else(|| "no server".to_owned(), |asked| asked.to_string());
    let words = format!("asked through {who} ({address}), which forwards {} to {target}", spelled(domain));
    let decided = told(decided, &words, |because| because);
    let Known::Value(resolution) = &decided.outcome else { return decided };
    // A server may follow an alias itself, or leave that to the one it asks.
    let Some(alias) =
        resolution.chain.iter().skip(1).find(|alias| self::targets(server, alias) != Some((domain, targets)))
    else {
        return decided;
    };
    let Some((other_domain, others)) = self::targets(server, alias) else { return decided };
    let (other, followed) = in_order(snapshot, others, place, alias, trail);
    if followed.outcome.value().is_some_and(|one| one.answer.is_like(&resolution.answer)) {
        return decided;
    }
    let other = other.map_or_else(|| "no server".to_owned(), |other| other.to_string());
    let text = format!(
        "{who} ({address}) forwards {} to {target} and {} to {other}: whether it follows the alias itself decides, and is not known",
        spelled(domain),
        spelled(other_domain)
    );
    Decided::unknown(Why::NotCollected, Because::new(text).part(decided.because).part(followed.because))
}

fn targets<'f>(server: &'f DnsServer, name: &DnsName) -> Option<(&'f str, &'f [IpAddr])> {
    server.forwards(name).filter(|(_, servers)| !servers.is_empty())
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

/// The virtual network that a DNS server stands in, where that is declared.
pub fn network_of_server(snapshot: &Snapshot, server: IpAddr) -> Option<ResourceId> {
    let own = || snapshot.client().dns_servers.get(&server)?.network.clone();
    inbound(snapshot, server).map(|(_, network)| network).or_else(own)
}

/// Where a server of the estate's owner stands.
fn place<'s>(snapshot: &'s Snapshot, address: IpAddr, server: &'s DnsServer) -> Place<'s> {
    match &server.network {
        Some(network) => Place::Network(network),
        None => snapshot.client().site_of(address).map_or(Place::Outside, Place::Site),
    }
}

/// What a server says, where questions from a place arrive; else silence, or an unknown.
pub(super) fn heard(
    snapshot: &Snapshot,
    server: IpAddr,
    from: Place<'_>,
    at: Place<'_>,
    name: &DnsName,
    says: impl FnOnce() -> Decided<Resolution>,
) -> Decided<Resolution> {
    let Decided { outcome, because } = reaches(snapshot, from, at);
    match outcome {
        Known::Value(true) => {
            let says = || carried(snapshot, server, from, at.network(), name, says);
            let Decided { outcome, because: reason } = says();
            // That a network hears itself or its peer needs no words.
            let because = if because.rules.is_empty() { reason } else { reason.part(because) };
            Decided { outcome, because }
        }
        // No peering leads there; a user route may hand the question to an appliance that knows a way.
        Known::Value(false) if goes_round(snapshot, server, from, at.network()) => {
            carried(snapshot, server, from, at.network(), name, says)
        }
        Known::Value(false) => {
            let text = format!("{server} in {} does not hear {}: {}", at.name(), from.name(), because.text);
            silent(name, Because { text, ..because })
        }
        Known::Unknown(why) => {
            let text = format!("whether {server} is heard is not known: {}", because.text);
            Decided::unknown(why, Because { text, ..because })
        }
    }
}

/// True when a question of a host may arrive by another way than networks and peerings alone give.
fn goes_round(snapshot: &Snapshot, server: IpAddr, from: Place<'_>, at: Option<&ResourceId>) -> bool {
    matches!(from, Place::Host(host) if reach::carries(snapshot, host, server, at).outcome != Known::Value(false))
}

/// The same, as far as routes and security groups decide on the way from a host, or from the gateway of a
/// place outside of Azure.
fn carried(
    snapshot: &Snapshot,
    server: IpAddr,
    from: Place<'_>,
    at: Option<&ResourceId>,
    name: &DnsName,
    says: impl FnOnce() -> Decided<Resolution>,
) -> Decided<Resolution> {
    let entry = match (from, at) {
        (Place::Site(site), Some(_)) => site.network.as_ref().map(|gateway| route::entry(snapshot, site, gateway)),
        _ => None,
    };
    let host = match (from, &entry) {
        (Place::Host(host), _) => host,
        (_, Some(entry)) => entry,
        _ => return says(),
    };
    let Decided { outcome, because } = reach::carries(snapshot, host, server, at);
    match outcome {
        Known::Value(true) => says(),
        Known::Value(false) => {
            let text = format!("no question reaches {server}: {}", because.text);
            silent(name, Because { text, ..because })
        }
        Known::Unknown(why) => {
            let text = format!("whether {server} is heard is not known: {}", because.text);
            Decided::unknown(why, Because { text, ..because })
        }
    }
}

fn silent(name: &DnsName, because: Because) -> Decided<Resolution> {
    let resolution =
        Resolution { chain: vec![name.clone()], answer: Answer::Silent, network: None, through: Vec::new() };
    Decided::value(resolution, because)
}

fn circle(server: IpAddr, name: &DnsName, trail: &Trail) -> Decided<Resolution> {
    let asked: Vec<String> = trail.iter().map(|(asked, _)| asked.to_string()).chain([server.to_string()]).collect();
    let text = format!("the question for {name} goes in a circle: {}", asked.join(" asks "));
    let resolution =
        Resolution { chain: vec![name.clone()], answer: Answer::Circle, network: None, through: Vec::new() };
    Decided::value(resolution, Because::new(text).rule(&facts::LOOP))
}

/// The same, with who was asked on the way.
pub(super) fn told(
    decided: Decided<Resolution>,
    words: &str,
    more: impl FnOnce(Because) -> Because,
) -> Decided<Resolution> {
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
