//! How does ARM spell gateways and their connections?

use crate::arm::document::{Object, properties, set, set_reference, texts, within};
use crate::arm::view::View;
use model::Known;
use model::resource::{
    ConnectionStatus, ConnectionType, GatewayConnection, GatewayType, LocalNetworkGateway, VirtualNetworkGateway,
};
use serde_json::{Value, json};

const PREFIXES: &str = "a list of address prefixes";

pub(super) fn read(view: &View<'_>) -> VirtualNetworkGateway {
    let configurations: Vec<View<'_>> = view.objects("ipConfigurations").collect();
    VirtualNetworkGateway {
        gateway_type: view.word("gatewayType", GatewayType::parse, "Vpn or ExpressRoute").into(),
        subnet: configurations.iter().find_map(|item| item.properties().id("subnet")),
        bgp: view.flag("enableBgp").unwrap_or(false),
        client_pool: view
            .within("vpnClientConfiguration")
            .within("vpnClientAddressPool")
            .all("addressPrefixes", PREFIXES),
    }
}

pub(super) fn write(gateway: &VirtualNetworkGateway, document: &mut Object) {
    let inner = properties(document);
    if let Known::Value(kind) = gateway.gateway_type {
        set(inner, "gatewayType", Some(kind.word().into()));
    }
    set(inner, "enableBgp", Some(gateway.bgp.into()));
    let has_any = inner.get("ipConfigurations").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    if let Some(subnet) = gateway.subnet.as_ref().filter(|_| !has_any) {
        let configuration = json!({ "name": "default", "properties": { "subnet": { "id": subnet.as_str() } } });
        inner.insert("ipConfigurations".to_owned(), json!([configuration]));
    }
    if !gateway.client_pool.is_empty() || inner.contains_key("vpnClientConfiguration") {
        let clients = within(inner, "vpnClientConfiguration");
        within(clients, "vpnClientAddressPool").insert("addressPrefixes".to_owned(), texts(&gateway.client_pool));
    }
}

pub(super) fn read_local(view: &View<'_>) -> LocalNetworkGateway {
    LocalNetworkGateway { address_space: view.within("localNetworkAddressSpace").all("addressPrefixes", PREFIXES) }
}

pub(super) fn write_local(gateway: &LocalNetworkGateway, document: &mut Object) {
    let space = within(properties(document), "localNetworkAddressSpace");
    space.insert("addressPrefixes".to_owned(), texts(&gateway.address_space));
}

pub(super) fn read_connection(view: &View<'_>) -> GatewayConnection {
    const STATES: &str = "Unknown, Connecting, Connected or NotConnected";
    GatewayConnection {
        connection_type: view.word("connectionType", ConnectionType::parse, "a type of connection").into(),
        gateway: view.id("virtualNetworkGateway1"),
        remote_gateway: view.id("virtualNetworkGateway2"),
        local_gateway: view.id("localNetworkGateway2"),
        circuit: view.id("peer"),
        bgp: view.flag("enableBgp").unwrap_or(false),
        narrowed: view.objects("trafficSelectorPolicies").next().is_some(),
        status: view.word("connectionStatus", ConnectionStatus::parse, STATES).into(),
    }
}

pub(super) fn write_connection(connection: &GatewayConnection, document: &mut Object) {
    let inner = properties(document);
    if let Known::Value(kind) = connection.connection_type {
        set(inner, "connectionType", Some(kind.word().into()));
    }
    set_reference(inner, "virtualNetworkGateway1", connection.gateway.as_ref());
    set_reference(inner, "virtualNetworkGateway2", connection.remote_gateway.as_ref());
    set_reference(inner, "localNetworkGateway2", connection.local_gateway.as_ref());
    set_reference(inner, "peer", connection.circuit.as_ref());
    set(inner, "enableBgp", Some(connection.bgp.into()));
    if let Known::Value(status) = connection.status {
        set(inner, "connectionStatus", Some(status.word().into()));
    }
}
