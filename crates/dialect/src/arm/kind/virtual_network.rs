//! How does ARM spell a virtual network, its subnets and its peerings?

use crate::arm::document::{Object, merge_named, properties, set, set_reference, texts, within};
use crate::arm::view::View;
use ipnet::IpNet;
use model::Known;
use model::resource::{NetworkPolicies, Peering, PeeringState, ServiceEndpoint, Subnet, VirtualNetwork};
use serde_json::{Value, json};

const PREFIXES: &str = "a list of address prefixes";

pub(super) fn read(view: &View<'_>) -> VirtualNetwork {
    VirtualNetwork {
        address_space: view.within("addressSpace").all("addressPrefixes", PREFIXES),
        dns_servers: view.within("dhcpOptions").addresses("dnsServers"),
    }
}

pub(super) fn write(network: &VirtualNetwork, document: &mut Object) {
    let inner = properties(document);
    within(inner, "addressSpace").insert("addressPrefixes".to_owned(), texts(&network.address_space));
    if !network.dns_servers.is_empty() || inner.contains_key("dhcpOptions") {
        within(inner, "dhcpOptions").insert("dnsServers".to_owned(), texts(&network.dns_servers));
    }
}

pub(super) fn read_subnet(view: &View<'_>) -> Subnet {
    let mut prefixes = view.all("addressPrefixes", PREFIXES);
    if prefixes.is_empty() {
        prefixes.extend(view.parsed::<IpNet>("addressPrefix", "an address prefix"));
    }
    let delegations = view.objects("delegations").filter_map(|item| item.properties().text("serviceName"));
    Subnet {
        prefixes,
        network_security_group: view.id("networkSecurityGroup"),
        route_table: view.id("routeTable"),
        private_endpoint_network_policies: view
            .word(
                "privateEndpointNetworkPolicies",
                NetworkPolicies::parse,
                "Disabled, Enabled, NetworkSecurityGroupEnabled or RouteTableEnabled",
            )
            .into(),
        delegations: delegations.map(std::borrow::Cow::into_owned).collect(),
        service_endpoints: view
            .objects("serviceEndpoints")
            .filter_map(|endpoint| {
                Some(ServiceEndpoint {
                    service: endpoint.text("service")?.into_owned(),
                    state: endpoint.text("provisioningState").map(std::borrow::Cow::into_owned),
                })
            })
            .collect(),
    }
}

pub(super) fn write_subnet(subnet: &Subnet, document: &mut Object) {
    let inner = properties(document);
    let many = inner.get("addressPrefixes").and_then(Value::as_array).is_some_and(|old| !old.is_empty());
    match subnet.prefixes.as_slice() {
        [] => {}
        [one] if !many => {
            set(inner, "addressPrefixes", None);
            set(inner, "addressPrefix", Some(one.to_string().into()));
        }
        all => {
            set(inner, "addressPrefix", None);
            set(inner, "addressPrefixes", Some(texts(all)));
        }
    }
    set_reference(inner, "networkSecurityGroup", subnet.network_security_group.as_ref());
    set_reference(inner, "routeTable", subnet.route_table.as_ref());
    if let Known::Value(policies) = subnet.private_endpoint_network_policies {
        set(inner, "privateEndpointNetworkPolicies", Some(policies.word().into()));
    }
    write_delegations(subnet, inner);
    write_service_endpoints(subnet, inner);
}

/// Endpoints whose service stays are left as they are (`locations`).
fn write_service_endpoints(subnet: &Subnet, inner: &mut Object) {
    let old = inner.remove("serviceEndpoints");
    let old = old.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let service = |item: &Value| item.get("service").and_then(Value::as_str).map(str::to_ascii_lowercase);
    let written = |endpoint: &ServiceEndpoint| {
        let same = old.iter().find(|item| service(item) == Some(endpoint.service.to_ascii_lowercase()));
        same.cloned().unwrap_or_else(|| match &endpoint.state {
            Some(state) => json!({ "service": endpoint.service, "provisioningState": state }),
            None => json!({ "service": endpoint.service }),
        })
    };
    if !subnet.service_endpoints.is_empty() || !old.is_empty() {
        set(inner, "serviceEndpoints", Some(subnet.service_endpoints.iter().map(written).collect()));
    }
}

/// Delegations have names of their own; those whose service stays are left as they are.
fn write_delegations(subnet: &Subnet, inner: &mut Object) {
    let services = |item: &Value| {
        let found = item.pointer("/properties/serviceName").or_else(|| item.get("serviceName"));
        found.and_then(Value::as_str).map(str::to_owned)
    };
    let old: Vec<String> =
        inner.get("delegations").and_then(Value::as_array).into_iter().flatten().filter_map(services).collect();
    if old == subnet.delegations {
        return;
    }
    let named: Vec<(String, &String)> =
        subnet.delegations.iter().map(|service| (service.replace('/', "."), service)).collect();
    inner.remove("delegations");
    merge_named(
        inner,
        "delegations",
        &named,
        |(name, _)| name,
        |(_, service), inner| {
            set(inner, "serviceName", Some((*service).clone().into()));
        },
    );
}

pub(super) fn read_peering(view: &View<'_>) -> Peering {
    Peering {
        remote: view.id("remoteVirtualNetwork"),
        state: view.word("peeringState", PeeringState::parse, "Initiated, Connected or Disconnected").into(),
        allow_virtual_network_access: view.flag("allowVirtualNetworkAccess").unwrap_or(true),
        allow_forwarded_traffic: view.flag("allowForwardedTraffic").unwrap_or(false),
        allow_gateway_transit: view.flag("allowGatewayTransit").unwrap_or(false),
        use_remote_gateways: view.flag("useRemoteGateways").unwrap_or(false),
    }
}

pub(super) fn write_peering(peering: &Peering, document: &mut Object) {
    let inner = properties(document);
    set_reference(inner, "remoteVirtualNetwork", peering.remote.as_ref());
    if let Known::Value(state) = peering.state {
        set(inner, "peeringState", Some(state.word().into()));
    }
    for (name, value) in [
        ("allowVirtualNetworkAccess", peering.allow_virtual_network_access),
        ("allowForwardedTraffic", peering.allow_forwarded_traffic),
        ("allowGatewayTransit", peering.allow_gateway_transit),
        ("useRemoteGateways", peering.use_remote_gateways),
    ] {
        set(inner, name, Some(value.into()));
    }
}
