//! What does Azure DNS of one network, or public DNS, say of a name and its aliases?

use super::zones::{self, LinkedZone, Said, linked_zones};
use super::{Answer, Resolution, Trail, facts, network_name, rulesets, servers};
use crate::client::{self, Service};
use crate::endpoint;
use crate::token_zone;
use model::resource::{RecordData, ResolutionPolicy};
use model::{Because, Decided, DnsName, FactRef, Kind, Known, ResourceId, Snapshot, Why};

/// The longest chain of aliases that is followed.
const MAX_CHAIN: usize = 16;

/// As Azure DNS of a network answers; without a network, as public DNS does.
pub(super) fn azure(
    snapshot: &Snapshot,
    network: Option<&ResourceId>,
    name: &DnsName,
    trail: &Trail,
) -> Decided<Resolution> {
    let zones = match network.map(|network| linked_zones(snapshot, network)) {
        None => Vec::new(),
        Some(Known::Value(zones)) => zones,
        Some(Known::Unknown(why)) => {
            let text = format!("which private DNS zones are linked to {} is {}", network_name(network), why.words());
            return Decided::unknown(why, Because::new(text));
        }
    };
    Walk { snapshot, network, zones: &zones, trail }.resolve(name)
}

/// Where the public names of accounts with network rules lead on to (the fact `dns-public-tail-after-the-alias`).
const PUBLIC_TAIL: &str = "prod.vnet.cog.trafficmanager.net";

/// One resolution under way: what is fixed while it runs.
struct Walk<'s> {
    snapshot: &'s Snapshot,
    network: Option<&'s ResourceId>,
    zones: &'s [LinkedZone<'s>],
    trail: &'s Trail,
}

/// What one name of the chain leads to.
enum Next {
    Answer(Answer, Because),
    Alias(DnsName, Because),
    Forwarded(Decided<Resolution>),
    Unknown(Why, Because),
}

impl Walk<'_> {
    fn resolve(&self, name: &DnsName) -> Decided<Resolution> {
        let mut chain = vec![name.clone()];
        let mut reasons: Vec<Because> = Vec::new();
        let mut aliased = false;
        loop {
            let last = chain.last().unwrap_or(name).clone();
            match self.next(&last, aliased) {
                Next::Answer(answer, because) => {
                    let because = with_parts(because, reasons);
                    let network = self.network.cloned();
                    return Decided::value(Resolution { chain, answer, network, through: Vec::new() }, because);
                }
                Next::Forwarded(decided) => {
                    let because = with_parts(decided.because, reasons);
                    let Known::Value(rest) = decided.outcome else { return Decided { because, ..decided } };
                    chain.extend(rest.chain.iter().skip(1).cloned());
                    return Decided::value(Resolution { chain, ..rest }, because);
                }
                Next::Unknown(why, because) => return Decided::unknown(why, with_parts(because, reasons)),
                Next::Alias(alias, because) => {
                    aliased |= client::service(&alias).is_some_and(|service| service.alias == alias);
                    if chain.contains(&alias) || chain.len() >= MAX_CHAIN {
                        let text = format!("the aliases of {name} go round in a circle at {alias}");
                        return Decided::unknown(Why::Unresolved, with_parts(Because::new(text), reasons));
                    }
                    reasons.push(because);
                    chain.push(alias);
                }
            }
        }
    }

    fn next(&self, name: &DnsName, aliased: bool) -> Next {
        match self.zones.iter().filter(|zone| name.is_within(zone.name)).max_by_key(|zone| zone.name.len()) {
            Some(zone) => match self.in_zone(zone, name, aliased) {
                Next::Answer(answer @ Answer::Public { .. }, because) => self.beyond(name, answer, because),
                next => next,
            },
            None => match self.network.map(|network| rulesets::matched(self.snapshot, network, name)) {
                Some(Known::Value(Some(matched))) => {
                    Next::Forwarded(servers::by_rule(self.snapshot, &matched, name, self.trail))
                }
                Some(Known::Unknown(why)) => {
                    let here = network_name(self.network);
                    let text = format!("which forwarding rules are linked to {here} is {}", why.words());
                    Next::Unknown(why, Because::new(text))
                }
                None | Some(Known::Value(None)) => match self.in_public(name, aliased) {
                    Next::Answer(answer, because) if self.is_left_by_a_wildcard(name) => {
                        self.beyond(name, answer, because.rule(&facts::WILDCARD))
                    }
                    next => next,
                },
            },
        }
    }

    fn is_left_by_a_wildcard(&self, name: &DnsName) -> bool {
        self.network.is_some_and(|network| rulesets::leaves(self.snapshot, network, name))
    }

    /// Public DNS is asked of the name, because a rule for the root leaves it or a link falls back to it, and it leads
    /// on to a name that a rule may be for. That decides only if what the rule's servers say of it makes no
    /// difference.
    fn beyond(&self, name: &DnsName, answer: Answer, because: Because) -> Next {
        let tail = DnsName::parse(PUBLIC_TAIL).ok();
        let matched =
            self.network.zip(tail.as_ref()).map(|(network, tail)| rulesets::matched(self.snapshot, network, tail));
        let (Some(Known::Value(Some(matched))), Some(tail)) = (matched, tail) else {
            return Next::Answer(answer, because);
        };
        let decided = servers::by_rule(self.snapshot, &matched, &tail, self.trail);
        if decided.outcome.value().is_some_and(|resolution| matches!(resolution.answer, Answer::Public { .. })) {
            return Next::Answer(answer, because);
        }
        let text = format!(
            "public DNS leads {name} on to {PUBLIC_TAIL}; whether Azure DNS asks rule {} for that is not known, and its servers do not resolve it",
            matched.rule_id.name()
        );
        Next::Unknown(Why::Unsupported, Because::new(text).part(because).part(decided.because))
    }

    /// A linked zone covers the name: it answers for everything below it.
    fn in_zone(&self, zone: &LinkedZone<'_>, name: &DnsName, aliased: bool) -> Next {
        let twins = self.zones.iter().filter(|other| other.name.eq_ignore_ascii_case(zone.name)).count();
        if twins > 1 {
            let text = format!("{twins} zones named {} are linked to {}", zone.name, network_name(self.network));
            return Next::Unknown(Why::Unsupported, Because::new(text));
        }
        let linked = FactRef::new(zone.link, "virtualNetwork.id", network_name(self.network));
        let said = zones::said(self.snapshot, &zone.id, name);
        if let Said::Record(record, set) = said {
            let fact = FactRef::new(record, "", "");
            match &set.data {
                RecordData::Alias(alias) => {
                    let text = format!("record {} in {} is an alias for {alias}", record.name(), zone.name);
                    return Next::Alias(alias.clone(), Because::new(text).fact(fact).fact(linked));
                }
                RecordData::Addresses(addresses) if !addresses.is_empty() => {
                    let list = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                    let (here, name) = (network_name(self.network), zone.name);
                    let text = format!("{list}, from zone {name}, which is linked to {here}");
                    let because = Because::new(text).fact(fact).fact(linked).rule(&facts::LINKED_ZONE);
                    let answer =
                        Answer::Private { zone: zone.id.clone(), record: record.clone(), addresses: addresses.clone() };
                    return Next::Answer(answer, because);
                }
                RecordData::Addresses(_) | RecordData::Other => {}
            }
        }
        let extent = self.snapshot.coverage().of_children(&zone.id, Kind::RecordSet);
        if let model::Extent::Missing(why) = extent {
            let text = format!("whether zone {} has a record for {name} is {}", zone.name, why.words());
            return Next::Unknown(why, Because::new(text).fact(linked));
        }
        let lacking =
            format!("zone {} is linked to {} and has no record for {name}", zone.name, network_name(self.network));
        let because = Because::new(lacking).fact(FactRef::new(&zone.id, "", "")).fact(linked);
        if matches!(said, Said::NoAddress) {
            let because = because.rule(&facts::AUTHORITATIVE).rule(&facts::NO_DATA);
            return Next::Answer(Answer::NxDomain { zone: zone.id.clone() }, because);
        }
        if zone.policy == ResolutionPolicy::NxDomainRedirect && !is_private_link(zone.name) {
            let because = because.rule(&facts::AUTHORITATIVE).rule(&facts::FALLBACK_ONLY);
            return Next::Answer(Answer::NxDomain { zone: zone.id.clone() }, because);
        }
        if zone.policy == ResolutionPolicy::NxDomainRedirect {
            let policy = FactRef::new(zone.link, "resolutionPolicy", zone.policy.word());
            let because = because.fact(policy).rule(&facts::FALLBACK);
            let answer = Answer::Public { aliased, fallback: Some(zone.id.clone()) };
            return Next::Answer(answer, because);
        }
        Next::Answer(Answer::NxDomain { zone: zone.id.clone() }, because.rule(&facts::AUTHORITATIVE))
    }

    /// No linked zone covers the name: public DNS answers, through the alias when it has one.
    fn in_public(&self, name: &DnsName, aliased: bool) -> Next {
        let not_linked = |zone: &str| match self.network {
            Some(network) => format!("no zone {zone} is linked to {}: public DNS answers", network.name()),
            None => "outside any virtual network public DNS answers".to_owned(),
        };
        let public = |text: String| {
            let because = Because::new(text).rule(&facts::NOT_LINKED);
            Next::Answer(Answer::Public { aliased, fallback: None }, because)
        };
        if let Some(found) = token_zone(name) {
            return self.in_token_zone(name, found.alias);
        }
        let Some(service) = client::service(name) else {
            if name.labels().nth(1).is_none() {
                let text = format!("{name} is no whole name: what a search list makes of it is not known");
                return Next::Unknown(Why::Unsupported, Because::new(text));
            }
            return public(format!("no private DNS zone is for {name}: public DNS answers"));
        };
        if let Some((why, because)) = zones::unseen(self.snapshot, self.network, &service) {
            return Next::Unknown(why, because);
        }
        if let Known::Value(Some(target)) = client::target(self.snapshot, &service)
            && let Some((_, because)) = endpoint::abandoned(self.snapshot, &target)
        {
            let text = format!("whether public DNS still knows {name} is not known: {}", because.text);
            return Next::Unknown(Why::NotCollected, Because { text, ..because });
        }
        if service.alias == *name {
            return public(not_linked(service.zone));
        }
        match self.alias(&service) {
            Known::Value(Some(fact)) => {
                let text =
                    format!("public DNS gives {name} the alias {}, because it has a private endpoint", service.alias);
                Next::Alias(service.alias, Because::new(text).fact(fact).rule(&facts::ALIAS))
            }
            Known::Value(None) => {
                public(format!("{name} has no private endpoint: public DNS answers without an alias"))
            }
            Known::Unknown(why) => {
                if self.zones.iter().any(|zone| service.alias.is_within(zone.name)) {
                    let text = format!("whether public DNS gives {name} its privatelink alias is {}", why.words());
                    return Next::Unknown(why, Because::new(text));
                }
                public(not_linked(service.zone))
            }
        }
    }

    /// A name whose zone carries a region or a partition: only an endpoint that serves the name shows that public
    /// DNS leads it there.
    fn in_token_zone(&self, name: &DnsName, alias: DnsName) -> Next {
        let target = client::served(self.snapshot, name);
        match target.map(|target| client::has_endpoint(self.snapshot, &target)) {
            Some(Known::Value(Some(fact))) => {
                let text = format!("public DNS gives {name} the alias {alias}, because it has a private endpoint");
                Next::Alias(alias, Because::new(text).fact(fact).rule(&facts::ALIAS))
            }
            _ => {
                let text = format!("whether public DNS leads {name} to {alias} is not in the snapshot");
                Next::Unknown(Why::NotCollected, Because::new(text))
            }
        }
    }

    /// Whether public DNS carries the alias, and what shows it.
    fn alias(&self, service: &Service) -> Known<Option<FactRef>> {
        match client::target(self.snapshot, service) {
            Known::Value(Some(target)) => client::has_endpoint(self.snapshot, &target),
            Known::Value(None) => Known::Unknown(Why::NotCollected),
            Known::Unknown(why) => Known::Unknown(why),
        }
    }
}

/// True for the name of a zone that is for private endpoints.
fn is_private_link(zone: &str) -> bool {
    let mut known = model::private_link_zones().iter().flat_map(|row| &row.zones);
    zone.to_ascii_lowercase().contains("privatelink") || known.any(|name| name.eq_ignore_ascii_case(zone))
}

fn with_parts(mut because: Because, parts: Vec<Because>) -> Because {
    because.parts.extend(parts);
    because
}
