//! Which forwarding rule of a DNS Private Resolver takes a name, asked in a network?

use model::resource::{DnsResolver, ForwardingRule, ForwardingRuleset, RulesetLink};
use model::{DnsName, Extent, Kind, Known, ResourceId, Snapshot, Why};

/// A rule that takes a name.
#[derive(Debug, Clone)]
pub struct Matched<'s> {
    /// The ruleset.
    pub ruleset: ResourceId,
    /// The rule's id.
    pub rule_id: &'s ResourceId,
    /// The rule.
    pub rule: &'s ForwardingRule,
    /// The link to the network that asks, where there is one.
    pub link: Option<&'s ResourceId>,
    /// The network that the forwarded question leaves from.
    pub from: Option<&'s ResourceId>,
}

/// Domains that a rule for the root leaves to Azure DNS.
const RESERVED: [&str; 4] = ["azure.com", "windows.net", "azure.net", "windowsazure.us"];

/// The rule that takes a name in a network. Without a ruleset in the snapshot there is none; with one
/// whose links or rules are not known, neither is this.
pub fn matched<'s>(snapshot: &'s Snapshot, network: &ResourceId, name: &DnsName) -> Known<Option<Matched<'s>>> {
    if snapshot.coverage().of(Kind::ForwardingRuleset) == Extent::Missing(Why::NotPermitted) {
        return Known::Unknown(Why::NotPermitted);
    }
    let Some((first, _)) = snapshot.all::<ForwardingRuleset>().next() else { return Known::Value(None) };
    for kind in [Kind::RulesetLink, Kind::ForwardingRule] {
        if let Extent::Missing(why) = snapshot.coverage().of_children(first, kind) {
            return Known::Unknown(why);
        }
    }
    let links = snapshot.all::<RulesetLink>().filter(|(_, link)| link.virtual_network.as_ref() == Some(network));
    let found = links.filter_map(|(link, _)| {
        let ruleset = link.parent()?;
        Some(Matched { link: Some(link), ..matching(snapshot, &ruleset, name)? })
    });
    Known::Value(found.max_by_key(|matched| matched.rule.domain.len()))
}

/// Whether Azure lets a ruleset be linked to a network ([`super::facts::RULESET_REGION`]). Where the regions
/// are not known it is taken to be so.
pub fn may_link(snapshot: &Snapshot, ruleset: &ResourceId, network: &ResourceId) -> bool {
    let region = |id: &ResourceId| {
        let location = snapshot.get(id)?.location.as_deref()?.replace(' ', "");
        Some(location.to_ascii_lowercase())
    };
    let same = match (region(ruleset), region(network)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let room = snapshot.children::<RulesetLink>(ruleset).count() < MOST_LINKS;
    same && room
}

/// How many networks a ruleset is linked to at most.
const MOST_LINKS: usize = 500;

/// True when a linked rule for the root leaves this name to Azure DNS.
pub(super) fn leaves(snapshot: &Snapshot, network: &ResourceId, name: &DnsName) -> bool {
    let mut links = snapshot.all::<RulesetLink>().filter(|(_, link)| link.virtual_network.as_ref() == Some(network));
    is_reserved(name)
        && links.any(|(link, _)| {
            let ruleset = link.parent();
            let mut rules = ruleset.iter().flat_map(|ruleset| snapshot.children::<ForwardingRule>(ruleset));
            rules.any(|(_, rule)| rule.enabled && rule.domain.is_empty())
        })
}

fn is_reserved(name: &DnsName) -> bool {
    RESERVED.iter().any(|domain| name.is_within(domain))
}

/// The rule of a ruleset that takes a name, wherever the ruleset is linked.
pub fn matching<'s>(snapshot: &'s Snapshot, ruleset: &ResourceId, name: &DnsName) -> Option<Matched<'s>> {
    let rules = snapshot.children::<ForwardingRule>(ruleset).filter(|(_, rule)| {
        let left = rule.domain.is_empty() && is_reserved(name);
        rule.enabled && rule.covers(name) && !left
    });
    let (rule_id, rule) = rules.max_by_key(|(_, rule)| rule.domain.len())?;
    let outbound = snapshot.find::<ForwardingRuleset>(ruleset)?.outbound_endpoints.first();
    let resolver = outbound.and_then(ResourceId::parent);
    let resolver = resolver.and_then(|id| snapshot.find::<DnsResolver>(&id));
    let from = resolver.and_then(|resolver| resolver.virtual_network.as_ref());
    Some(Matched { ruleset: ruleset.clone(), rule_id, rule, link: None, from })
}
