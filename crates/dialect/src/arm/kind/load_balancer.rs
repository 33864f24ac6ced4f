//! How does ARM spell a load balancer, and who is behind it?

use crate::arm::document::{Object, merge_named, properties, reference, set, set_reference, set_references, texts};
use crate::arm::view::View;
use model::ResourceId;
use model::resource::{BackendPool, BalancingRule, FrontEnd, LoadBalancer};
use serde_json::{Value, json};
use std::borrow::Cow;

/// What ARM calls a rule for every protocol.
const EVERY_PROTOCOL: &str = "All";

pub(super) fn read(view: &View<'_>) -> LoadBalancer {
    LoadBalancer {
        front_ends: view.objects("frontendIPConfigurations").map(|item| read_front_end(&item)).collect(),
        pools: view.objects("backendAddressPools").map(|item| read_pool(&item)).collect(),
        rules: view.objects("loadBalancingRules").map(|item| read_rule(&item)).collect(),
    }
}

fn name(item: &View<'_>) -> String {
    item.text("name").map_or_else(String::new, Cow::into_owned)
}

fn read_front_end(item: &View<'_>) -> FrontEnd {
    let inner = item.properties();
    FrontEnd {
        name: name(item),
        address: inner.parsed("privateIPAddress", "an IP address"),
        subnet: inner.id("subnet"),
    }
}

fn read_pool(item: &View<'_>) -> BackendPool {
    let inner = item.properties();
    let mut pool =
        BackendPool { name: name(item), members: inner.ids("backendIPConfigurations"), addresses: Vec::new() };
    for backend in inner.objects("loadBalancerBackendAddresses") {
        let backend = backend.properties();
        match backend.id("networkInterfaceIPConfiguration") {
            Some(member) if pool.members.contains(&member) => {}
            Some(member) => pool.members.push(member),
            None => pool.addresses.extend(backend.parsed::<std::net::IpAddr>("ipAddress", "an IP address")),
        }
    }
    pool
}

fn read_rule(item: &View<'_>) -> BalancingRule {
    let inner = item.properties();
    let mut pools = inner.ids("backendAddressPools");
    pools.extend(inner.id("backendAddressPool").filter(|pool| !pools.contains(pool)));
    let all = inner.text("protocol").is_some_and(|protocol| protocol.eq_ignore_ascii_case(EVERY_PROTOCOL));
    let zero = |port: &str| inner.text(port).is_some_and(|port| port == "0");
    BalancingRule {
        name: name(item),
        front_end: inner.id("frontendIPConfiguration").map(|id| id.name().to_owned()),
        pools,
        every_port: all && zero("frontendPort") && zero("backendPort"),
    }
}

pub(super) fn write(balancer: &LoadBalancer, document: &mut Object) {
    let own = document.get("id").and_then(Value::as_str).and_then(ResourceId::parse);
    let inner = properties(document);
    merge_named(inner, "frontendIPConfigurations", &balancer.front_ends, |one| &one.name, write_front_end);
    merge_named(inner, "backendAddressPools", &balancer.pools, |one| &one.name, write_pool);
    merge_named(
        inner,
        "loadBalancingRules",
        &balancer.rules,
        |one| &one.name,
        |rule, inner| {
            write_rule(rule, own.as_ref(), inner);
        },
    );
}

fn write_front_end(front_end: &FrontEnd, inner: &mut Object) {
    set(inner, "privateIPAddress", front_end.address.map(|address| address.to_string().into()));
    set_reference(inner, "subnet", front_end.subnet.as_ref());
}

fn write_pool(pool: &BackendPool, inner: &mut Object) {
    set_references(inner, "backendIPConfigurations", &pool.members);
    let listed = inner.get("loadBalancerBackendAddresses").is_some();
    if !listed && !pool.addresses.is_empty() {
        let backends: Value = texts(&pool.addresses)
            .as_array()
            .into_iter()
            .flatten()
            .map(|address| json!({ "name": address, "properties": { "ipAddress": address } }))
            .collect();
        set(inner, "loadBalancerBackendAddresses", Some(backends));
    }
}

fn write_rule(rule: &BalancingRule, own: Option<&ResourceId>, inner: &mut Object) {
    if rule.every_port {
        set(inner, "protocol", Some(EVERY_PROTOCOL.into()));
        set(inner, "frontendPort", Some(0.into()));
        set(inner, "backendPort", Some(0.into()));
    }
    let front_end = own.zip(rule.front_end.as_ref()).map(|(id, name)| id.child("frontendIPConfigurations", name));
    set_reference(inner, "frontendIPConfiguration", front_end.as_ref());
    set(inner, "backendAddressPool", rule.pools.first().map(reference));
    if rule.pools.len() > 1 || inner.contains_key("backendAddressPools") {
        set_references(inner, "backendAddressPools", &rule.pools);
    }
}

#[cfg(test)]
mod tests {
    use crate::arm::Reader;
    use model::Body;
    use model::resource::{LoadBalancer, NetworkInterface};

    /// After answers of the API of internal load balancers, with names of ours.
    const BALANCER: &str = r#"{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb",
        "name": "lb", "type": "Microsoft.Network/loadBalancers", "location": "eastus", "sku": {"name": "Standard"},
        "properties": {"provisioningState": "Succeeded", "frontendIPConfigurations": [{"name": "front",
          "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb/frontendIPConfigurations/front",
          "properties": {"privateIPAddress": "10.1.3.10", "privateIPAllocationMethod": "Static",
            "subnet": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/hub/subnets/fw"}}}],
        "backendAddressPools": [{"name": "firewalls", "properties": {"backendIPConfigurations": [
            {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/n1/ipConfigurations/ipconfig1"}],
          "loadBalancerBackendAddresses": [
            {"name": "a", "properties": {"networkInterfaceIPConfiguration": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/n1/ipConfigurations/ipconfig1"}}},
            {"name": "b", "properties": {"ipAddress": "10.1.3.6", "virtualNetwork": {"id": "x"}}}]}}],
        "loadBalancingRules": [{"name": "ha", "properties": {
          "frontendIPConfiguration": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb/frontendIPConfigurations/front"},
          "backendAddressPool": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb/backendAddressPools/firewalls"},
          "backendAddressPools": [{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb/backendAddressPools/firewalls"}],
          "protocol": "All", "frontendPort": 0, "backendPort": 0, "enableFloatingIP": false}}], "probes": []}}"#;

    fn read(text: &str) -> Body {
        let mut reader = Reader::new();
        reader.document(text, "lb.json");
        let mut reading = reader.finish();
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        reading.resources.remove(0).body
    }

    fn balancer(text: &str) -> LoadBalancer {
        match read(text) {
            Body::LoadBalancer(balancer) => balancer,
            other => panic!("a load balancer, not {other:?}"),
        }
    }

    #[test]
    fn front_end_rule_and_pool() {
        let read = balancer(BALANCER);
        let front_end = read.front_end("10.1.3.10".parse().unwrap()).expect("the front end");
        assert_eq!(front_end.subnet.as_ref().map(model::ResourceId::name), Some("fw"));
        let [rule] = &read.rules[..] else { panic!("one rule: {:?}", read.rules) };
        assert!(rule.every_port);
        assert_eq!((rule.front_end.as_deref(), rule.pools.len()), (Some("front"), 1));
        let pool = read.pool("Firewalls").expect("a pool");
        assert_eq!(pool.members.len(), 1, "a member that is listed twice counts once");
        assert_eq!(pool.addresses, ["10.1.3.6".parse::<std::net::IpAddr>().unwrap()]);
    }

    #[test]
    fn a_rule_for_one_port_is_not_for_all() {
        let one =
            BALANCER.replace(r#""protocol": "All", "frontendPort": 0"#, r#""protocol": "Tcp", "frontendPort": 443"#);
        assert!(!balancer(&one).rules[0].every_port);
    }

    #[test]
    fn the_flat_shape_of_az_says_the_same() {
        let flat = r#"{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb",
            "type": "Microsoft.Network/loadBalancers", "frontendIPConfigurations": [{"name": "front",
            "privateIPAddress": "10.1.3.10", "subnet": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/hub/subnets/fw"}}],
            "backendAddressPools": [{"name": "p", "backendIPConfigurations": null}],
            "loadBalancingRules": [{"name": "ha", "protocol": "All", "frontendPort": 0, "backendPort": 0,
            "frontendIPConfiguration": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb/frontendIPConfigurations/front"},
            "backendAddressPool": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb/backendAddressPools/p"}}]}"#;
        let read = balancer(flat);
        assert!(
            read.rules[0].every_port
                && read.pool("p").is_some()
                && read.front_end("10.1.3.10".parse().unwrap()).is_some()
        );
    }

    #[test]
    fn a_network_interface_names_its_pools() {
        let nic = r#"{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/n1",
            "properties": {"ipConfigurations": [{"name": "ipconfig1", "properties": {"privateIPAddress": "10.1.3.4",
            "loadBalancerBackendAddressPools": [{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb/backendAddressPools/firewalls"}]}}]}}"#;
        let Body::NetworkInterface(NetworkInterface { ip_configurations, .. }) = read(nic) else { panic!("a NIC") };
        assert_eq!(ip_configurations[0].backend_pools[0].name(), "firewalls");
    }
}
