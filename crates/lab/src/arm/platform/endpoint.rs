//! What comes into being with a private endpoint, and goes with it? Its NIC, and the connection
//! that the service's side sees.

use super::connection::LISTS;
use super::{entries, id_at, set_status, zone_group};
use crate::store::Store;
use ipnet::IpNet;
use model::ResourceId;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Makes what a new endpoint lacks.
pub(super) fn after_put(store: &mut Store, id: &ResourceId) {
    let Some(document) = store.raw(id).cloned() else { return };
    for list in LISTS {
        for index in 0..entries(&document, &format!("/properties/{list}")).len() {
            connect(store, id, list, index);
        }
    }
    if entries(&document, "/properties/networkInterfaces").is_empty() {
        add_network_interface(store, id, &document);
    }
}

/// Takes away the records, the NICs and the connections.
pub(super) fn before_delete(store: &mut Store, id: &ResourceId) {
    let groups: Vec<ResourceId> = store.children(id, "privateDnsZoneGroups").map(|(group, _)| group.clone()).collect();
    for group in groups {
        zone_group::remove_records(store, &group);
    }
    let Some(document) = store.raw(id).cloned() else { return };
    for card in entries(&document, "/properties/networkInterfaces").iter().filter_map(|entry| id_at(entry, "/id")) {
        store.delete(&card);
    }
    for service in services_of(&document) {
        let of_this = |document: &Value| id_at(document, "/properties/privateEndpoint/id").as_ref() == Some(id);
        let gone: Vec<ResourceId> = store
            .children(&service, "privateEndpointConnections")
            .filter(|(_, document)| of_this(document))
            .map(|(connection, _)| connection.clone())
            .collect();
        for connection in gone {
            store.delete(&connection);
        }
    }
}

fn services_of(document: &Value) -> Vec<ResourceId> {
    let lists = LISTS.iter().flat_map(|list| entries(document, &format!("/properties/{list}")));
    lists.filter_map(|entry| id_at(entry, "/properties/privateLinkServiceId")).collect()
}

/// Gives one connection a state and shows it to the service, unless the service has it already.
fn connect(store: &mut Store, id: &ResourceId, list: &str, index: usize) {
    let pointer = format!("/properties/{list}/{index}");
    let entry = store.raw(id).and_then(|document| document.pointer(&pointer)).cloned().unwrap_or_default();
    let Some(service) = id_at(&entry, "/properties/privateLinkServiceId").filter(|service| store.has(service)) else {
        return;
    };
    let known = store
        .children(&service, "privateEndpointConnections")
        .any(|(_, document)| id_at(document, "/properties/privateEndpoint/id").as_ref() == Some(id));
    if known {
        return;
    }
    let automatic = if list.starts_with("manual") { "Pending" } else { "Approved" };
    let said = entry.pointer("/properties/privateLinkServiceConnectionState/status").and_then(Value::as_str);
    let status = said.unwrap_or(automatic).to_owned();
    let groups = entry.pointer("/properties/groupIds").cloned().unwrap_or_else(|| json!(["account"]));
    let connection = json!({ "properties": {
        "privateEndpoint": { "id": id.as_str() }, "groupIds": groups,
        "privateLinkServiceConnectionState": { "status": status, "description": "" },
    } });
    let name = format!("{}.{}", id.name(), crate::random::stable_guid(id.key()));
    // The store refuses only when it is full.
    let _ = store.put(&service.child("privateEndpointConnections", &name), connection);
    if let Some(entry) = store.properties_mut(id).and_then(|properties| properties.get_mut(list)?.get_mut(index)) {
        set_status(entry, &status);
    }
}

fn add_network_interface(store: &mut Store, id: &ResourceId, document: &Value) {
    let Some(subnet) = id_at(document, "/properties/subnet/id") else { return };
    let Some(address) = free_address(store, &subnet) else { return };
    let names: Vec<String> = services_of(document).iter().flat_map(|service| names_of(store, service)).collect();
    let (subscription, group) = (store.subscription().to_owned(), id.resource_group().unwrap_or_default().to_owned());
    let name = format!("{}.nic.{}", id.name(), crate::random::stable_guid(id.key()));
    let card = ResourceId::new(&subscription, &group, "Microsoft.Network/networkInterfaces", &[&name]);
    let body = json!({
        "location": document.get("location").cloned().unwrap_or_else(|| json!("eastus")),
        "properties": {
            "privateEndpoint": { "id": id.as_str() },
            "ipConfigurations": [{ "name": "privateEndpointIpConfig", "properties": {
                "privateIPAddress": address.to_string(), "privateIPAllocationMethod": "Dynamic",
                "subnet": { "id": subnet.as_str() }, "primary": true,
                "privateLinkConnectionProperties": { "groupId": "account", "requiredMemberName": "default", "fqdns": names },
            } }],
        },
    });
    if store.put(&card, body).is_ok()
        && let Some(properties) = store.properties_mut(id)
    {
        let configurations: Vec<Value> =
            names.iter().map(|name| json!({ "fqdn": name, "ipAddresses": [address.to_string()] })).collect();
        properties.insert("networkInterfaces".to_owned(), json!([{ "id": card.as_str() }]));
        properties.insert("customDnsConfigs".to_owned(), Value::Array(configurations));
    }
}

/// The public names of an account.
fn names_of(store: &Store, service: &ResourceId) -> Vec<String> {
    let document = store.raw(service);
    let subdomain = document.and_then(|document| document.pointer("/properties/customSubDomainName")?.as_str());
    let below = |name: &str| crate::estate::suffixes().iter().map(|suffix| format!("{name}.{suffix}")).collect();
    subdomain.map_or_else(Vec::new, below)
}

/// The first address of a subnet that no NIC has; Azure keeps the first four and the last.
fn free_address(store: &Store, subnet: &ResourceId) -> Option<IpAddr> {
    let document = store.raw(subnet)?;
    let one = document.pointer("/properties/addressPrefix").into_iter();
    let prefixes: Vec<IpNet> = one
        .chain(entries(document, "/properties/addressPrefixes"))
        .filter_map(|prefix| prefix.as_str()?.parse().ok())
        .collect();
    let scope = format!("/subscriptions/{}", store.subscription());
    let cards = store
        .below(&scope)
        .filter(|(id, _)| id.resource_type().eq_ignore_ascii_case("Microsoft.Network/networkInterfaces"));
    let taken: BTreeSet<IpAddr> = cards
        .flat_map(|(_, card)| entries(card, "/properties/ipConfigurations"))
        .filter_map(|configuration| configuration.pointer("/properties/privateIPAddress")?.as_str()?.parse().ok())
        .collect();
    let hosts = prefixes.iter().filter(|prefix| prefix.addr().is_ipv4()).flat_map(|prefix| prefix.hosts().skip(3));
    hosts.take(10_000).find(|address| !taken.contains(address))
}
