//! How does ARM spell a private endpoint and its DNS zone group?

use crate::arm::document::{
    Object, merge_named, properties, reference, set, set_reference, set_references, texts, within,
};
use crate::arm::view::View;
use model::resource::{
    ConnectionState, CustomDnsConfig, PrivateDnsZoneConfig, PrivateDnsZoneGroup, PrivateEndpoint,
    PrivateLinkServiceConnection,
};
use model::{DnsName, Known};
use serde_json::{Value, json};
use std::borrow::Cow;

pub(super) const STATES: &str = "Approved, Pending, Rejected or Disconnected";

pub(super) fn read(view: &View<'_>) -> PrivateEndpoint {
    let listed = view.objects("privateLinkServiceConnections").map(|item| read_connection(&item, false));
    let manual = view.objects("manualPrivateLinkServiceConnections").map(|item| read_connection(&item, true));
    PrivateEndpoint {
        subnet: view.id("subnet"),
        connections: listed.chain(manual).collect(),
        network_interfaces: view.ids("networkInterfaces"),
        application_security_groups: view.ids("applicationSecurityGroups"),
        custom_dns_configs: view.objects("customDnsConfigs").filter_map(|item| read_dns(&item)).collect(),
        provisioning_state: view.text("provisioningState").map(Cow::into_owned).into(),
    }
}

fn read_connection(item: &View<'_>, manual: bool) -> PrivateLinkServiceConnection {
    let inner = item.properties();
    PrivateLinkServiceConnection {
        name: item.text("name").map_or_else(String::new, Cow::into_owned),
        target: inner.id("privateLinkServiceId"),
        group_ids: inner.texts("groupIds").into_iter().map(Cow::into_owned).collect(),
        state: read_state(&inner),
        manual,
    }
}

/// `privateLinkServiceConnectionState.status`.
pub(super) fn read_state(inner: &View<'_>) -> Known<ConnectionState> {
    inner.within("privateLinkServiceConnectionState").word("status", ConnectionState::parse, STATES).into()
}

fn read_dns(item: &View<'_>) -> Option<CustomDnsConfig> {
    let fqdn = item.word("fqdn", |text| DnsName::parse(text).ok(), "a DNS name")?;
    Some(CustomDnsConfig { fqdn, addresses: item.addresses("ipAddresses") })
}

pub(super) fn write(endpoint: &PrivateEndpoint, document: &mut Object) {
    let inner = properties(document);
    set_reference(inner, "subnet", endpoint.subnet.as_ref());
    for (list, manual) in [("privateLinkServiceConnections", false), ("manualPrivateLinkServiceConnections", true)] {
        let these: Vec<_> =
            endpoint.connections.iter().filter(|connection| connection.manual == manual).cloned().collect();
        merge_named(inner, list, &these, |connection| &connection.name, write_connection);
    }
    set(inner, "networkInterfaces", Some(endpoint.network_interfaces.iter().map(reference).collect()));
    set_references(inner, "applicationSecurityGroups", &endpoint.application_security_groups);
    let names = endpoint.custom_dns_configs.iter();
    let names = names
        .map(|config| json!({ "fqdn": config.fqdn.as_str(), "ipAddresses": texts(&config.addresses) }))
        .collect::<Vec<Value>>();
    set(inner, "customDnsConfigs", Some(Value::Array(names)));
    if let Known::Value(state) = &endpoint.provisioning_state {
        set(inner, "provisioningState", Some(state.clone().into()));
    }
}

fn write_connection(connection: &PrivateLinkServiceConnection, inner: &mut Object) {
    set(inner, "privateLinkServiceId", connection.target.as_ref().map(|id| id.as_str().into()));
    set(inner, "groupIds", Some(texts(&connection.group_ids)));
    write_state(&connection.state, inner);
}

/// `privateLinkServiceConnectionState.status`; its description and the rest stay.
pub(super) fn write_state(state: &Known<ConnectionState>, inner: &mut Object) {
    if let Known::Value(state) = state {
        set(within(inner, "privateLinkServiceConnectionState"), "status", Some(state.word().into()));
    }
}

pub(super) fn read_group(view: &View<'_>) -> PrivateDnsZoneGroup {
    let configs = view.objects("privateDnsZoneConfigs").map(|item| PrivateDnsZoneConfig {
        name: item.text("name").map_or_else(String::new, Cow::into_owned),
        zone: item.properties().id("privateDnsZoneId"),
    });
    PrivateDnsZoneGroup { configs: configs.collect() }
}

pub(super) fn write_group(group: &PrivateDnsZoneGroup, document: &mut Object) {
    merge_named(
        properties(document),
        "privateDnsZoneConfigs",
        &group.configs,
        |config| &config.name,
        |config, inner| set(inner, "privateDnsZoneId", config.zone.as_ref().map(|id| id.as_str().into())),
    );
}
