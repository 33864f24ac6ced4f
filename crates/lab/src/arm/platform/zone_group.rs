//! Which records does the zone group of a private endpoint keep?

use super::{entries, id_at};
use crate::arm::answer::Answer;
use crate::store::Store;
use model::{DnsName, ResourceId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// An endpoint has one group at most, and the zones of a group exist.
pub(super) fn check(store: &Store, id: &ResourceId, body: &Value) -> Option<Answer> {
    let endpoint = id.parent()?;
    if store.children(&endpoint, "privateDnsZoneGroups").any(|(other, _)| other != id) {
        return Some(Answer::error(
            400,
            "PrivateDnsZoneGroupCannotBeCreated",
            "Cannot create more than one private dns zone groups in the private endpoint",
        ));
    }
    for configuration in entries(body, "/properties/privateDnsZoneConfigs") {
        let zone = id_at(configuration, "/properties/privateDnsZoneId");
        if !zone.as_ref().is_some_and(|zone| store.has(zone)) {
            let zone = zone.map_or_else(|| "without an id".to_owned(), |zone| zone.to_string());
            let message = format!(
                "Resource {zone} referenced by resource {id} was not found. Please make sure that the referenced \
                 resource exists, and that both resources are in the same region."
            );
            return Some(Answer::error(400, "InvalidResourceReference", &message));
        }
    }
    None
}

/// Writes the records of all zones of the group.
pub(super) fn write_records(store: &mut Store, id: &ResourceId) {
    let Some(endpoint) = id.parent() else { return };
    let names = names_of(store, &endpoint);
    let guid = crate::random::stable_guid(endpoint.key());
    let creator = format!("created by private endpoint {} with resource guid {guid}", endpoint.name());
    for zone in zones_of(store, id) {
        for (relative, addresses) in records_in(&zone, &names) {
            let listed: Vec<Value> = addresses.iter().map(|address| json!({ "ipv4Address": address })).collect();
            let record = json!({
                "properties": { "metadata": { "creator": creator }, "ttl": 10, "fqdn": format!("{relative}.{}.", zone.name()), "isAutoRegistered": false, "aRecords": listed },
            });
            // The store refuses only when it is full; then the record is missing, as any other would be.
            let _ = store.put(&zone.child("A", &relative), record);
        }
    }
}

/// Removes the records that the group keeps. A record set that now has other addresses is
/// somebody else's and stays.
pub(super) fn remove_records(store: &mut Store, id: &ResourceId) {
    let Some(endpoint) = id.parent() else { return };
    let names = names_of(store, &endpoint);
    for zone in zones_of(store, id) {
        for (relative, addresses) in records_in(&zone, &names) {
            let record = zone.child("A", &relative);
            let Some(document) = store.raw(&record) else { continue };
            let kept = document.pointer("/properties/metadata/creator").is_some();
            let ours = entries(document, "/properties/aRecords").iter().all(|entry| {
                entry.get("ipv4Address").and_then(Value::as_str).is_some_and(|text| addresses.contains(text))
            });
            if kept && ours {
                store.delete(&record);
            }
        }
    }
}

fn zones_of(store: &Store, id: &ResourceId) -> Vec<ResourceId> {
    let Some(document) = store.raw(id) else { return Vec::new() };
    let configurations = entries(document, "/properties/privateDnsZoneConfigs");
    let zones = configurations.iter().filter_map(|entry| id_at(entry, "/properties/privateDnsZoneId"));
    zones.filter(|zone| store.has(zone)).map(|zone| store.spelled(&zone)).collect()
}

/// The names of an endpoint and their addresses, as its NICs say them.
fn names_of(store: &Store, endpoint: &ResourceId) -> BTreeMap<DnsName, BTreeSet<String>> {
    let mut names: BTreeMap<DnsName, BTreeSet<String>> = BTreeMap::new();
    let Some(document) = store.raw(endpoint) else { return names };
    let cards = entries(document, "/properties/networkInterfaces").iter();
    for card in cards.filter_map(|entry| store.raw(&id_at(entry, "/id")?)) {
        for configuration in entries(card, "/properties/ipConfigurations") {
            let address = configuration.pointer("/properties/privateIPAddress").and_then(Value::as_str);
            let fqdns = entries(configuration, "/properties/privateLinkConnectionProperties/fqdns").iter();
            for name in fqdns.filter_map(Value::as_str).filter_map(|text| DnsName::parse(text).ok()) {
                names.entry(name).or_default().extend(address.map(str::to_owned));
            }
        }
    }
    names
}

/// The record sets that belong in a zone: relative name and addresses. `privatelink.X` takes the
/// names below `X`. A zone that fits none of the names takes their first labels (believed: Azure
/// does not judge the name of a zone).
fn records_in(zone: &ResourceId, names: &BTreeMap<DnsName, BTreeSet<String>>) -> BTreeMap<String, BTreeSet<String>> {
    let suffix = zone.name().strip_prefix("privatelink.").unwrap_or(zone.name());
    let mut records: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, addresses) in names {
        if let Some(relative) = name.relative_to(suffix).filter(|relative| *relative != "@") {
            records.entry(relative.to_owned()).or_default().extend(addresses.iter().cloned());
        }
    }
    if records.is_empty() {
        for (name, addresses) in names {
            let label = name.labels().next().unwrap_or_default().to_owned();
            records.entry(label).or_default().extend(addresses.iter().cloned());
        }
    }
    records
}
