//! What do the security admin rules of network managers become in the kernel?
//!
//! A chain for each side of a network is asked before the groups of a host. What a rule allows goes on to the
//! host's groups, what it always allows returns past them, what it denies is dropped.

use super::hosts::Host;
use super::rules::{conditions, plain};
use ipnet::IpNet;
use model::resource::{AdminAccess, AdminRule, Direction, EffectiveAdminRules};
use model::{ResourceId, Snapshot};

/// Subnets whose services are spared.
const SPARED: [&str; 5] = [
    "gatewaysubnet",
    "azurefirewallsubnet",
    "azurefirewallmanagementsubnet",
    "azurebastionsubnet",
    "routeserversubnet",
];

/// The rules of one side of a network, the first one first.
pub(super) fn rules<'s>(
    snapshot: &'s Snapshot,
    network: &ResourceId,
    direction: Direction,
) -> Vec<(&'s ResourceId, &'s AdminRule)> {
    let effective = snapshot.find::<EffectiveAdminRules>(&EffectiveAdminRules::id_of(network));
    let all = effective.into_iter().flat_map(|effective| &effective.rules);
    let mut of_side: Vec<_> =
        all.filter(|(_, rule)| rule.when.direction == direction).map(|(id, rule)| (id, rule)).collect();
    of_side.sort_by_key(|(_, rule)| rule.priority);
    of_side
}

/// True when the rules count at a host.
pub(super) fn reach(host: &Host) -> bool {
    let subnet = host.subnet.as_ref().map(|subnet| subnet.name().to_ascii_lowercase());
    !host.is_endpoint() && subnet.is_some_and(|name| !SPARED.contains(&name.as_str()))
}

/// The lines of the chain: `groups` is the chain that asks the host's own groups.
pub(super) fn lines(
    snapshot: &Snapshot,
    rules: &[(&ResourceId, &AdminRule)],
    heard: &[IpNet],
    groups: &str,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (id, rule) in rules {
        let verdict = match rule.access {
            AdminAccess::Allow => format!("goto {groups}"),
            AdminAccess::AlwaysAllow => "return".to_owned(),
            AdminAccess::Deny => "drop".to_owned(),
        };
        let end = format!("counter {verdict} comment \"{} {}\"", rule.priority, plain(id.name()));
        lines.extend(conditions(snapshot, &rule.when, heard).into_iter().map(|when| format!("{when}{end}")));
    }
    lines.push(format!("goto {groups}"));
    lines
}
