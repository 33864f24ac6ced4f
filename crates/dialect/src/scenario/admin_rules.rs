//! How does a scenario write the security admin rules that apply to a virtual network?
//!
//! ```text
//! NAME PRIORITY allow|always-allow|deny inbound|outbound tcp|udp|any from PREFIX to PREFIX port PORTS
//! ```
//!
//! They belong to one network manager, whose configuration is deployed: what Azure says of the network is known.

use super::change::{Problem, rule};
use super::place;
use model::resource::{AdminAccess, AdminRule, AdminRuleCollection, EffectiveAdminRules};
use model::{Body, Change, Resource, ResourceId, Snapshot};
use std::sync::Arc;

/// Reads one rule for a network, with its id.
pub(super) fn read(text: &str, network: &ResourceId) -> Problem<(ResourceId, AdminRule)> {
    let subscription = network.subscription().unwrap_or_default();
    let (name, rule) = parse(text, subscription)?;
    let kind = "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections/rules";
    let group = network.resource_group().unwrap_or_default();
    Ok((ResourceId::new(subscription, group, kind, &["central", "security", "admin-rules", &name]), rule))
}

/// Reads one rule, with its name.
pub(super) fn parse(text: &str, subscription: &str) -> Problem<(String, AdminRule)> {
    let form = || {
        format!(
            "{text:?} is no security admin rule; write NAME PRIORITY allow|always-allow|deny inbound|outbound tcp|udp|any \
             from PREFIX to PREFIX port PORTS, as in `no-https 10 deny outbound tcp from * to Internet port 443`"
        )
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let [name, priority, access, rest @ ..] = words.as_slice() else { return Err(form()) };
    let priority = priority.parse().ok().filter(|priority| (1..=4096).contains(priority));
    let access = match *access {
        "allow" => AdminAccess::Allow,
        "always-allow" => AdminAccess::AlwaysAllow,
        "deny" => AdminAccess::Deny,
        _ => return Err(form()),
    };
    let (name, alike) = rule(&format!("{name} 100 allow {}", rest.join(" ")), subscription).map_err(|_| form())?;
    let priority = priority.ok_or_else(|| "a priority is a number from 1 to 4096".to_owned())?;
    Ok((name, AdminRule { priority, access, when: alike.when }))
}

/// What applies to a network.
pub(super) fn effective(network: &ResourceId, rules: Vec<(ResourceId, AdminRule)>) -> Resource {
    let body = Body::EffectiveAdminRules(EffectiveAdminRules { rules });
    Resource::new(EffectiveAdminRules::id_of(network), body)
}

/// One more rule for a network; one of the same name is replaced. Where the estate has a network manager, the rule is
/// one of its own, which is deployed to this network alone.
pub(super) fn put(snapshot: &Snapshot, network: &str, text: &str) -> Problem<Vec<Change>> {
    let network = place::network(snapshot, network).map_err(|error| error.to_string())?;
    let (mut id, rule) = read(text, &network)?;
    let mut changes = Vec::new();
    if let Some((collection, _)) = snapshot.all::<AdminRuleCollection>().next() {
        id = collection.child("rules", id.name());
        changes.push(Change::Put(Arc::new(Resource::new(id.clone(), Body::AdminRule(rule.clone())))));
    }
    let known = snapshot.find::<EffectiveAdminRules>(&EffectiveAdminRules::id_of(&network));
    let mut rules = known.map(|known| known.rules.clone()).unwrap_or_default();
    rules.retain(|(other, _)| *other != id);
    rules.push((id, rule));
    changes.push(Change::Put(Arc::new(effective(&network, rules))));
    Ok(changes)
}
