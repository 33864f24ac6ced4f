//! What do the security admin rules of network managers do to a packet, before any security group is asked?
//!
//! Which rules apply to a network, only Azure says (`listNetworkManagerEffectiveSecurityAdminRules`): members of a
//! network group may come by policy, and a configuration does nothing until it is deployed. Without that list a
//! rule may apply or not.

use super::rules::services;
use super::sides::{Match, Place};
use super::{Packet, Passage};
use crate::networks::network_of;
use model::resource::{
    AdminAccess, AdminRule, AdminRuleCollection, Direction, EffectiveAdminRules, NetworkGroupMember, NetworkManager,
};
use model::{Because, Decided, Extent, Fact, FactRef, Kind, Known, Mark, ResourceId, Snapshot, Why};
use std::collections::{BTreeMap, BTreeSet};

static BEFORE_GROUPS: Fact = Fact {
    id: "security-admin-rules-before-groups",
    text: "The security admin rules of a network manager are tried by ascending priority, before security groups: Allow goes on to the groups, Always Allow passes them by, Deny ends it. Drops are silent.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network-manager/concept-security-admins.md (2026-01-09) and virtual-network/network-security-groups-overview.md, read 2026-11-23",
};

static NOT_EVERYWHERE: Fact = Fact {
    id: "security-admin-rules-not-everywhere",
    text: "Security admin rules do not apply to private endpoints, nor in the subnets of VPN and ExpressRoute gateways, Azure Firewall, Azure Bastion and Azure Route Server.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network-manager/concept-security-admins.md (2026-01-09), read 2026-11-23",
};

/// The subnets of services that the rules spare, by the names that Azure wants them to have.
const SPARED: [&str; 5] = [
    "GatewaySubnet",
    "AzureFirewallSubnet",
    "AzureFirewallManagementSubnet",
    "AzureBastionSubnet",
    "RouteServerSubnet",
];

/// The security admin rule that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminDecider {
    /// The rule; its parent is the collection.
    pub rule: ResourceId,
    /// All that it says.
    pub says: Box<AdminRule>,
}

impl AdminDecider {
    /// The name of the rule's collection.
    pub fn collection(&self) -> String {
        self.rule.parent().map(|id| id.name().to_owned()).unwrap_or_default()
    }

    /// The network manager that the rule belongs to.
    pub fn manager(&self) -> Option<ResourceId> {
        manager_of(&self.rule)
    }
}

/// What comes of a packet at the rules of one manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    NoMatch,
    Rule(AdminAccess),
}

/// What the rules may come to.
#[derive(Debug)]
pub(super) struct Admin {
    /// Groups may be asked.
    goes_on: bool,
    /// It may pass whatever groups say.
    passes: bool,
    /// It may be dropped.
    drops: bool,
    /// The rule, when one alone decides.
    decider: Option<AdminDecider>,
    /// Why it is so.
    because: Because,
    /// Why it is not known, where it is not.
    why: Why,
}

/// A rule that may apply to a network.
struct Candidate<'s> {
    id: &'s ResourceId,
    rule: &'s AdminRule,
    /// In words, why it may not apply; `None` when it does.
    doubt: Option<String>,
}

/// What admin rules make of a packet at the NICs of a subnet; `None` when there are none.
pub(super) fn judge(snapshot: &Snapshot, subnet: &ResourceId, packet: &Packet, direction: Direction) -> Option<Admin> {
    let network = network_of(subnet)?;
    if SPARED.iter().any(|name| name.eq_ignore_ascii_case(subnet.name())) {
        return None;
    }
    let candidates = match candidates(snapshot, &network) {
        Ok(candidates) => candidates,
        Err(unread) => return Some(*unread),
    };
    if candidates.is_empty() {
        return None;
    }
    let place = Place::of(snapshot, subnet);
    let mut managers: BTreeMap<Option<ResourceId>, Vec<Candidate<'_>>> = BTreeMap::new();
    for candidate in candidates.into_iter().filter(|candidate| candidate.rule.when.direction == direction) {
        managers.entry(manager_of(candidate.id)).or_default().push(candidate);
    }
    let mut all = Tried::default();
    let mut possible = BTreeSet::from([Outcome::NoMatch]);
    for candidates in managers.into_values() {
        let of_manager = all.try_rules(&place, candidates, packet);
        // Of managers that differ, the one of the higher scope wins; which one that is, no snapshot says.
        possible = possible.iter().flat_map(|one| of_manager.iter().flat_map(|other| together(*one, *other))).collect();
    }
    Some(all.conclude(&possible, direction))
}

/// What two managers make of a packet.
fn together(one: Outcome, other: Outcome) -> Vec<Outcome> {
    match (one, other) {
        (Outcome::NoMatch, either) | (either, Outcome::NoMatch) => vec![either],
        _ => vec![one, other],
    }
}

/// The rules that were tried on a packet.
#[derive(Default)]
struct Tried {
    /// Those that match.
    matched: Vec<AdminDecider>,
    /// Why others may match or apply.
    doubts: Vec<(ResourceId, String)>,
    because: Because,
}

impl Tried {
    /// The outcomes that are possible at the rules of one manager.
    fn try_rules(
        &mut self,
        place: &Place<'_>,
        mut candidates: Vec<Candidate<'_>>,
        packet: &Packet,
    ) -> BTreeSet<Outcome> {
        candidates.sort_by_key(|candidate| candidate.rule.priority);
        let mut possible = BTreeSet::new();
        for same in candidates.chunk_by(|one, other| one.rule.priority == other.rule.priority) {
            let mut ends = false;
            for candidate in same {
                let rule = &candidate.rule.when;
                let matches = place.matches(rule, packet);
                if matches == Match::No {
                    if place.fails_by_tag(rule, packet) {
                        self.because = services(place, rule, std::mem::take(&mut self.because));
                    }
                    continue;
                }
                possible.insert(Outcome::Rule(candidate.rule.access));
                let words = match (matches, &candidate.doubt) {
                    (Match::Unknown, _) => Some(place.doubt(rule, packet)),
                    (_, doubt) => doubt.clone(),
                };
                match words {
                    Some(words) => self.doubts.push((candidate.id.clone(), words)),
                    None => {
                        ends = true;
                        let says = Box::new(candidate.rule.clone());
                        self.matched.push(AdminDecider { rule: candidate.id.clone(), says });
                    }
                }
            }
            if ends {
                return possible;
            }
        }
        possible.insert(Outcome::NoMatch);
        possible
    }

    fn conclude(self, possible: &BTreeSet<Outcome>, direction: Direction) -> Admin {
        let can = |access| possible.contains(&Outcome::Rule(access));
        let decisive = self.matched.first().filter(|_| possible.len() == 1);
        let side = match direction {
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound",
        };
        let mut because = match (self.doubts.first(), decisive) {
            (_, Some(decider)) => {
                let rule = &decider.says;
                let verb = match rule.access {
                    AdminAccess::Allow => "lets groups decide about it",
                    AdminAccess::AlwaysAllow => "always allows it",
                    AdminAccess::Deny => "drops it",
                };
                let (name, collection) = (decider.rule.name(), decider.collection());
                let text = format!("{side} security admin rule {name} ({}) of {collection} {verb}", rule.priority);
                let fact = FactRef::new(&decider.rule, "access", rule.access.word());
                let mut because = Because::new(text).fact(fact).rule(&BEFORE_GROUPS);
                for prefix in rule.when.prefixes() {
                    if super::rules::is_virtual_network(prefix) {
                        because = because.rule(&super::virtual_network::TAG);
                    }
                }
                because
            }
            (Some((id, words)), None) => {
                let text = format!("whether security admin rule {} counts is not known: {words}", id.name());
                Because::new(text).fact(FactRef::new(id, "", ""))
            }
            (None, None) => Because::new("no security admin rule matches it"),
        };
        because.facts.extend(self.because.facts);
        because.rules.extend(self.because.rules);
        let why = if self.doubts.is_empty() { Why::Unsupported } else { Why::NotCollected };
        Admin {
            goes_on: possible.contains(&Outcome::NoMatch) || can(AdminAccess::Allow),
            passes: can(AdminAccess::AlwaysAllow),
            drops: can(AdminAccess::Deny),
            decider: decisive.cloned(),
            because,
            why,
        }
    }
}

impl Admin {
    /// What comes of it, with what groups say when they are asked.
    pub(super) fn then(self, groups: impl FnOnce() -> Decided<Passage>) -> Decided<Passage> {
        match (self.drops, self.passes, self.goes_on, &self.decider) {
            (true, false, false, Some(decider)) => {
                return Decided::value(Passage::Forbidden(decider.clone()), self.because);
            }
            (false, true, false, Some(decider)) => {
                return Decided::value(Passage::AlwaysAllowed(decider.clone()), self.because);
            }
            (false, false, _, by) => {
                let said = by.is_some();
                let Decided { outcome, because } = groups();
                return Decided { outcome, because: if said { because.part(self.because) } else { because } };
            }
            _ => {}
        }
        let decided = groups();
        // What may be dropped, or may pass, is known where groups end in the same.
        let agrees = match &decided.outcome {
            Known::Value(Passage::Denied(_)) => !self.passes,
            Known::Value(Passage::NoGroup | Passage::Allowed(_)) => !self.drops,
            _ => false,
        };
        if agrees && self.goes_on { decided } else { Decided::unknown(self.why, self.because) }
    }
}

/// The rules that apply to a network or may, in no order; or that there may be rules, of which none is known.
fn candidates<'s>(snapshot: &'s Snapshot, network: &ResourceId) -> Result<Vec<Candidate<'s>>, Box<Admin>> {
    if let Some(effective) = snapshot.find::<EffectiveAdminRules>(&EffectiveAdminRules::id_of(network)) {
        let rules = effective.rules.iter();
        return Ok(rules.map(|(id, rule)| Candidate { id, rule, doubt: None }).collect());
    }
    let hidden = matches!(snapshot.coverage().of(Kind::AdminRule), Extent::Missing(_));
    let mut managers = snapshot.all::<NetworkManager>().filter(|(_, manager)| !manager.security_admin.is(&false));
    if let Some((manager, _)) = managers.next().filter(|_| hidden) {
        let text = format!(
            "whether network manager {} has security admin rules for {} is not known: the rules are not in the snapshot",
            manager.name(),
            network.name()
        );
        let because = Because::new(text).fact(FactRef::new(manager, "", ""));
        let why = Why::NotCollected;
        return Err(Box::new(Admin { goes_on: true, passes: true, drops: true, decider: None, because, why }));
    }
    let rules = snapshot.all::<AdminRule>();
    Ok(rules.map(|(id, rule)| Candidate { id, rule, doubt: Some(doubt(snapshot, id, network)) }).collect())
}

/// Why it is not known whether a rule applies to a network, in words that follow a colon.
fn doubt(snapshot: &Snapshot, rule: &ResourceId, network: &ResourceId) -> String {
    let collection = rule.parent().and_then(|id| snapshot.find::<AdminRuleCollection>(&id));
    let groups = collection.map_or(&[][..], |collection| &collection.groups);
    let mut members = groups.iter().flat_map(|group| snapshot.children::<NetworkGroupMember>(group));
    let is_member = members.any(|(_, member)| member.resource.as_ref() == Some(network));
    let (manager, network) = (manager_of(rule), network.name());
    let manager = manager.as_ref().map_or("its network manager", ResourceId::name);
    match is_member {
        true => format!("{network} is in its network group, and whether {manager} has deployed it there is not known"),
        false => format!("whether {manager} applies it to {network} is not known"),
    }
}

/// The network manager that something belongs to.
fn manager_of(id: &ResourceId) -> Option<ResourceId> {
    let mut above = Some(id.clone());
    while let Some(id) = above {
        if Kind::of_type(&id.resource_type()) == Kind::NetworkManager {
            return Some(id);
        }
        above = id.parent();
    }
    None
}

/// What is said where a rule would have matched, had it been asked at an endpoint.
pub(super) fn spared_endpoint(snapshot: &Snapshot, subnet: &ResourceId, packet: &Packet) -> Option<Because> {
    let judged = judge(snapshot, subnet, packet, Direction::Inbound)?;
    let decider = judged.decider.filter(|decider| decider.says.access == AdminAccess::Deny)?;
    let text = format!("security admin rule {} does not apply to private endpoints", decider.rule.name());
    Some(Because::new(text).fact(FactRef::new(&decider.rule, "", "")).rule(&NOT_EVERYWHERE))
}
