//! How does the estate of a scenario look? A map in text, drawn from the scenario itself.
//!
//! A page asks for a map with `<!-- map:NAME -->` and gets it up to `<!-- map:end -->`. Networks hold
//! subnets, subnets hold what has an address there; zones hold their records.

use anyhow::{Context, Result};
use model::resource::{
    NetworkInterface, Peering, PrivateDnsZone, PrivateEndpoint, RecordSet, Subnet, VirtualNetwork, VirtualNetworkLink,
    WebApp,
};
use model::{Kind, ResourceId, Snapshot};
use std::fmt::{Display, Write};

const BEGIN: &str = "<!-- map:";
const END: &str = "<!-- map:end -->";

/// The page with every map as it should be.
pub fn page(text: &str) -> Result<String> {
    let mut drawn = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) = after.split_once(" -->").context("a map is named `<!-- map:NAME -->`")?;
        let (_, after) = after.split_once(END).with_context(|| format!("no {END} after the map of {name}"))?;
        let scenario = lab::scenario(name)?;
        let map = of(&scenario.snapshot());
        _ = write!(drawn, "{before}{BEGIN}{name} -->\n```text\n{map}```\n{END}");
        rest = after;
    }
    Ok(drawn + rest)
}

/// The map of an estate.
pub fn of(snapshot: &Snapshot) -> String {
    let mut map = String::new();
    for (id, network) in snapshot.all::<VirtualNetwork>() {
        line(&mut map, 0, &[&"network", &id.name(), &listed(&network.address_space)]);
        for (_, peering) in snapshot.children::<Peering>(id) {
            let remote = peering.remote.as_ref().map_or("a network that is gone", ResourceId::name);
            let state = peering.state.value().map(|state| state.word()).unwrap_or_default();
            line(&mut map, 1, &[&"peered with", &remote, &format!("({state})")]);
        }
        for (id, subnet) in snapshot.children::<Subnet>(id) {
            in_subnet(&mut map, snapshot, id, subnet);
        }
    }
    for (id, _) in snapshot.all::<PrivateDnsZone>() {
        zone(&mut map, snapshot, id);
    }
    map
}

fn in_subnet(map: &mut String, snapshot: &Snapshot, id: &ResourceId, subnet: &Subnet) {
    let group = subnet.network_security_group.as_ref().map(|group| format!("filtered by {}", group.name()));
    let table = subnet.route_table.as_ref().map(|table| format!("routed by {}", table.name()));
    let applied = [group, table].into_iter().flatten().collect::<Vec<_>>().join(", ");
    line(map, 1, &[&"subnet", &id.name(), &listed(&subnet.prefixes), &applied]);
    for (nic, interface) in snapshot.all::<NetworkInterface>().filter(|(_, nic)| nic.subnet() == Some(id)) {
        let addresses = listed(interface.addresses());
        let owner = interface.private_endpoint.as_ref().or(interface.virtual_machine.as_ref()).unwrap_or(nic);
        line(map, 2, &[&what(owner), &owner.name(), &addresses, &leads_to(snapshot, owner)]);
    }
    for (app, _) in snapshot.all::<WebApp>().filter(|(_, app)| app.subnet.value() == Some(&Some(id.clone()))) {
        line(map, 2, &[&"web app", &app.name()]);
    }
}

fn what(owner: &ResourceId) -> &'static str {
    match Kind::of_type(&owner.resource_type()) {
        Kind::PrivateEndpoint => "private endpoint",
        Kind::VirtualMachine => "machine",
        _ => "interface",
    }
}

fn leads_to(snapshot: &Snapshot, endpoint: &ResourceId) -> String {
    let Some(endpoint) = snapshot.find::<PrivateEndpoint>(endpoint) else { return String::new() };
    let connection = endpoint.connections.first();
    let target = connection.and_then(|connection| connection.target.as_ref()).map_or("nothing", ResourceId::name);
    let state = connection.and_then(|connection| connection.state.value()).map(|state| state.word());
    format!("leads to {target} ({})", state.unwrap_or_default())
}

fn zone(map: &mut String, snapshot: &Snapshot, id: &ResourceId) {
    let links = snapshot.children::<VirtualNetworkLink>(id);
    let linked: Vec<&str> = links.filter_map(|(_, link)| link.virtual_network.as_ref()).map(ResourceId::name).collect();
    let linked =
        if linked.is_empty() { "linked to no network".to_owned() } else { format!("linked to {}", linked.join(", ")) };
    line(map, 0, &[&"zone", &id.name(), &linked]);
    for (record, set) in snapshot.children::<RecordSet>(id).filter(|(_, set)| !set.addresses().is_empty()) {
        line(map, 1, &[&"record", &record.name(), &listed(set.addresses())]);
    }
}

fn listed<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(", ")
}

fn line(map: &mut String, depth: usize, words: &[&dyn Display]) {
    let words = words.iter().map(ToString::to_string).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    _ = writeln!(map, "{}{words}", "    ".repeat(depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_says_where_things_are() {
        let map = of(&lab::scenario("zone-not-linked").unwrap().snapshot());
        assert!(
            map.contains("\n        private endpoint pe-openai-eastus 10.1.2.4 leads to yourresource (Approved)\n"),
            "{map}"
        );
        assert!(map.contains("\nzone privatelink.openai.azure.com linked to hub-vnet\n"), "{map}");
        assert!(map.contains("\n    record yourresource 10.1.2.4\n"), "{map}");
    }

    #[test]
    fn maps_are_drawn_where_a_page_asks_for_them() {
        let text = "a\n<!-- map:healthy -->\nold\n<!-- map:end -->\nb\n";
        let drawn = page(text).unwrap();
        assert!(drawn.starts_with("a\n<!-- map:healthy -->\n```text\nnetwork "), "{drawn}");
        assert!(drawn.ends_with("```\n<!-- map:end -->\nb\n"), "{drawn}");
        assert_eq!(page(&drawn).unwrap(), drawn);
        assert!(page("<!-- map:nowhere -->\n<!-- map:end -->").is_err());
        assert!(page("<!-- map:healthy -->").is_err());
        assert_eq!(page("no map").unwrap(), "no map");
    }
}
