//! What of the estate does the network not play, and which vantages does that concern?

use super::hosts::Host;
use super::land::Land;
use super::tags;
use crate::estate::Estate;
use model::ResourceId;
use model::resource::{Route, SecurityRule, Subnet};
use std::collections::BTreeSet;

/// A line for each host that something concerns, by its number: only the first `vantages` are asked about.
pub(crate) fn of(estate: &Estate, land: &Land, hosts: &[Host], vantages: usize) -> Vec<Option<String>> {
    let judging_endpoints = hosts.iter().filter(|host| host.is_endpoint()).flat_map(|host| &host.inbound);
    let judging_endpoints: BTreeSet<&ResourceId> = judging_endpoints.collect();
    let line = |host: &Host| {
        let groups = host.outbound.iter().chain(&host.inbound).chain(judging_endpoints.iter().copied());
        let groups: BTreeSet<&ResourceId> = groups.collect();
        let rules = groups.into_iter().filter_map(|group| unknown_tag(estate, group));
        let all: Vec<String> =
            rules.chain(tag_route(estate, host)).chain(unknown_gateway(estate, land, host)).collect();
        (!all.is_empty()).then(|| all.join("; "))
    };
    hosts.iter().take(vantages).map(line).collect()
}

fn unknown_tag(estate: &Estate, group: &ResourceId) -> Option<String> {
    let mut rules = estate.snapshot().children::<SecurityRule>(group);
    let (id, tag) = rules.find_map(|(id, rule)| Some((id, tags::unknown(estate.snapshot(), rule)?)))?;
    Some(format!(
        "which addresses the service tag {tag} holds is not known here: rule {} of {} matches nothing",
        id.name(),
        group.name()
    ))
}

fn tag_route(estate: &Estate, host: &Host) -> Option<String> {
    let subnet = estate.snapshot().find::<Subnet>(host.subnet.as_ref()?)?;
    let table = subnet.route_table.as_ref()?;
    let mut routes = estate.snapshot().children::<Route>(table);
    let (id, _) = routes.find(|(_, route)| route.prefix.is_none())?;
    Some(format!("route {} of {} is for a service tag and is not played", id.name(), table.name()))
}

/// A site whose way to Azure nobody told.
fn unknown_gateway(estate: &Estate, land: &Land, host: &Host) -> Option<String> {
    let site = land.networks[host.network?].site_name()?;
    let known = estate.client().on_premises.get(site)?.network.is_some();
    (!known).then(|| format!("by which gateway {site} reaches Azure is not known: it does not here"))
}
