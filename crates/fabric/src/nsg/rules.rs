//! Which rule of a group decides about a packet, and what if some of them cannot be judged?

use super::sides::{Match, Place, both, service_tag};
use super::{Decider, Packet, Passage, groups, service_tags, virtual_network};
use model::resource::{Access, AddressPrefix, Conditions, Direction, NetworkSecurityGroup, SecurityRule};
use model::{Because, Decided, Extent, Fact, FactRef, Kind, Known, Mark, ResourceId, Snapshot, Why};

static FIRST_MATCH: Fact = Fact {
    id: "nsg-first-match-by-priority",
    text: "Rules are tried by ascending priority and the first match decides; drops are silent. Defaults: 65000 VirtualNetwork to VirtualNetwork, 65001 load balancer in or Internet out, 65500 deny.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/network-security-groups-overview.md, read 2026-11-22",
};

/// A rule that may have matched, and what is not known of it.
#[derive(Debug)]
struct Doubt<'s> {
    rule: &'s ResourceId,
    access: Access,
    words: String,
}

/// What one group does to a packet that leaves or enters a subnet.
pub(super) fn filter(
    snapshot: &Snapshot,
    group: &ResourceId,
    subnet: &ResourceId,
    packet: &Packet,
    direction: Direction,
) -> Decided<Passage> {
    if let Extent::Missing(why) = extent_of_rules(snapshot, group) {
        let text = format!("the rules of group {} are {}", group.name(), why.words());
        return Decided::unknown(why, Because::new(text));
    }
    let place = Place::of(snapshot, subnet);
    let mut rules: Vec<(&ResourceId, &SecurityRule)> =
        snapshot.children::<SecurityRule>(group).filter(|(_, rule)| rule.when.direction == direction).collect();
    rules.sort_by_key(|(_, rule)| rule.priority);
    let mut doubts: Vec<Doubt<'_>> = Vec::new();
    let mut passed_by_tag: Vec<&SecurityRule> = Vec::new();
    for (id, rule) in rules {
        match place.matches(&rule.when, packet) {
            Match::No if place.fails_by_tag(&rule.when, packet) => passed_by_tag.push(rule),
            Match::No => {}
            Match::Unknown => {
                doubts.push(Doubt { rule: id, access: rule.access, words: place.doubt(&rule.when, packet) });
            }
            Match::Yes => {
                let decider = Decider {
                    group: group.clone(),
                    rule: Some(id.clone()),
                    name: id.name().to_owned(),
                    priority: rule.priority,
                    direction,
                };
                let fact = FactRef::new(id, "access", rule.access.word());
                let passage = resting_on(&place, rule, conclude(decider, rule.access, fact, &doubts));
                return past_tags(&place, &passed_by_tag, passage);
            }
        }
    }
    past_tags(&place, &passed_by_tag, default_rule(group, packet, &place, direction, &doubts))
}

/// The same, resting on what service tags hold where a rule with one would have said otherwise.
fn past_tags(place: &Place<'_>, passed: &[&SecurityRule], decided: Decided<Passage>) -> Decided<Passage> {
    let access = match &decided.outcome {
        Known::Value(Passage::Allowed(_)) => Access::Allow,
        Known::Value(Passage::Denied(_)) => Access::Deny,
        Known::Value(_) | Known::Unknown(_) => return decided,
    };
    passed.iter().filter(|rule| rule.access != access).fold(decided, |decided, rule| by_services(place, rule, decided))
}

/// The same, with what says which addresses the service tags of a rule hold.
fn by_services(place: &Place<'_>, rule: &SecurityRule, decided: Decided<Passage>) -> Decided<Passage> {
    Decided { outcome: decided.outcome, because: services(place, &rule.when, decided.because) }
}

/// A reason with what says which addresses the service tags of a rule hold.
pub(super) fn services(place: &Place<'_>, when: &Conditions, because: Because) -> Because {
    let tags = when.prefixes().filter_map(service_tag);
    tags.fold(because, |because, tag| {
        let lists = service_tags::evidence(place.snapshot(), tag);
        let fact = service_tags::fact(tag, !lists.is_empty());
        let because = if because.rules.iter().any(|known| known.id == fact.id) { because } else { because.rule(fact) };
        lists.into_iter().fold(
            because,
            |because, list| {
                if because.facts.contains(&list) { because } else { because.fact(list) }
            },
        )
    })
}

/// A group that is not in the snapshot has unknown rules, whatever is said of rules.
fn extent_of_rules(snapshot: &Snapshot, group: &ResourceId) -> Extent {
    match snapshot.find::<NetworkSecurityGroup>(group) {
        Some(_) => snapshot.coverage().of_children(group, Kind::SecurityRule),
        None => Extent::Missing(Why::NotCollected),
    }
}

/// A match decides, unless an earlier rule that may have matched says otherwise.
fn conclude(decider: Decider, access: Access, fact: FactRef, doubts: &[Doubt<'_>]) -> Decided<Passage> {
    if let Some(doubt) = doubts.iter().find(|doubt| doubt.access != access) {
        let text = format!(
            "whether rule {} of {} matches is not known: {}",
            doubt.rule.name(),
            decider.group.name(),
            doubt.words
        );
        return Decided::unknown(Why::Unsupported, Because::new(text).fact(FactRef::new(doubt.rule, "", "")));
    }
    let verb = match access {
        Access::Allow => "allows",
        Access::Deny => "drops",
    };
    let side = match decider.direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    };
    let text = format!("{} rule {} ({}) of {} {verb} it", side, decider.name, decider.priority, decider.group.name());
    let because = Because::new(text).fact(fact).fact(FactRef::new(&decider.group, "", "")).rule(&FIRST_MATCH);
    let passage = match access {
        Access::Allow => Passage::Allowed(decider),
        Access::Deny => Passage::Denied(decider),
    };
    Decided::value(passage, because)
}

fn default_rule(
    group: &ResourceId,
    packet: &Packet,
    place: &Place<'_>,
    direction: Direction,
    doubts: &[Doubt<'_>],
) -> Decided<Passage> {
    let within = both(place.tag().holds(&packet.source), place.tag().holds(&packet.destination));
    let decider = |name: &str, priority: u16| Decider {
        group: group.clone(),
        rule: None,
        name: name.to_owned(),
        priority,
        direction,
    };
    let fact = FactRef::new(group, "defaultSecurityRules", "");
    let to_internet = direction == Direction::Outbound && packet.destination.is_public();
    let (name, priority, access) = match (within, direction) {
        (Match::Yes, Direction::Inbound) => ("AllowVnetInBound", 65000, Access::Allow),
        (Match::Yes, Direction::Outbound) => ("AllowVnetOutBound", 65000, Access::Allow),
        _ if to_internet => ("AllowInternetOutBound", 65001, Access::Allow),
        (Match::No, Direction::Inbound) => ("DenyAllInBound", 65500, Access::Deny),
        (Match::No, Direction::Outbound) => ("DenyAllOutBound", 65500, Access::Deny),
        (Match::Unknown, _) => {
            let text = format!(
                "whether default rule 65000 of {} (VirtualNetwork) covers both ends is not known",
                group.name()
            );
            return by_tag(Decided::unknown(Why::Unsupported, Because::new(text).fact(fact)));
        }
    };
    by_tag(conclude(decider(name, priority), access, fact, doubts))
}

/// The same, with the facts that the prefixes of the rule rest on.
fn resting_on(place: &Place<'_>, rule: &SecurityRule, decided: Decided<Passage>) -> Decided<Passage> {
    let named = || rule.when.prefixes();
    // Without a list, no tag of a service matches for sure: something beside it did.
    let is_known = |tag| !service_tags::evidence(place.snapshot(), tag).is_empty();
    let decided = match named().filter_map(service_tag).all(is_known) {
        true => by_services(place, rule, decided),
        false => decided,
    };
    let decided = if named().any(is_virtual_network) { by_tag(decided) } else { decided };
    if named().any(|prefix| matches!(prefix, AddressPrefix::Group(_))) {
        return Decided { outcome: decided.outcome, because: decided.because.rule(&groups::MEMBERS) };
    }
    decided
}

/// True for the tag `VirtualNetwork`.
pub(super) fn is_virtual_network(prefix: &AddressPrefix) -> bool {
    matches!(prefix, AddressPrefix::Tag(name) if name.eq_ignore_ascii_case("VirtualNetwork"))
}

/// The same, resting on what the tag holds.
fn by_tag(decided: Decided<Passage>) -> Decided<Passage> {
    Decided { outcome: decided.outcome, because: decided.because.rule(&virtual_network::TAG) }
}
