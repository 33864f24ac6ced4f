//! What joins the estate? Networks, peerings, network security groups, zones and their links.

use super::address::{Place, hub, hub_address, hub_group, zone_group};
use super::{Estate, REGION, SUFFIXES, guid, id, resource};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

const NETWORKS: &str = "Microsoft.Network/virtualNetworks";
const GROUPS: &str = "Microsoft.Network/networkSecurityGroups";
const ZONES: &str = "Microsoft.Network/privateDnsZones";

/// How many resources `add_hubs_and_zones` will still add.
pub(super) fn pending(spokes: &[Place]) -> usize {
    let cells = spokes.iter().map(Place::cell).collect::<BTreeSet<_>>();
    let sets = cells.iter().map(|cell| zone_group(*cell)).collect::<BTreeSet<_>>();
    cells.len() * (2 + SUFFIXES.len()) + sets.len() * SUFFIXES.len() * 2
}

/// The network of a spoke, its network security groups and its links.
pub(super) fn add_spoke(estate: &mut Estate, place: &Place) {
    let network = place.network();
    let group = |name: &str| id(&place.group(), GROUPS, name);
    estate.add("networkSecurityGroups", security_group(&group("nsg-app"), &[]));
    let endpoint_rules = [
        rule("allow-https-from-estate", 100, "Allow", "10.0.0.0/8", "443"),
        rule("deny-all-inbound", 4096, "Deny", "*", "*"),
    ];
    estate.add("networkSecurityGroups", security_group(&group("nsg-private-endpoints"), &endpoint_rules));
    let subnets = [
        subnet(&place.subnet("snet-app"), (place.address(0), 25), Some(&group("nsg-app")), "Disabled", None),
        subnet(
            &place.subnet("snet-app-service"),
            (place.address(128), 26),
            Some(&group("nsg-app")),
            "Disabled",
            Some("Microsoft.Web/serverFarms"),
        ),
        subnet(
            &place.subnet("snet-private-endpoints"),
            (place.address(256), 24),
            Some(&group("nsg-private-endpoints")),
            "NetworkSecurityGroupEnabled",
            None,
        ),
    ];
    let hub = hub(place.cell());
    let peerings = [peering(&format!("{network}/virtualNetworkPeerings/to-hub"), &hub, false)];
    estate.add("virtualNetworks", virtual_network(&network, (place.address(0), 23), &subnets, &peerings));
    for suffix in SUFFIXES {
        estate.add("virtualNetworkLinks", link(&place.zone_group(), suffix, &network));
    }
}

/// The hubs of all cells that have spokes, and the zones that serve them.
pub(super) fn add_hubs_and_zones(estate: &mut Estate, spokes: &[Place]) {
    let mut cells: BTreeMap<usize, Vec<&Place>> = BTreeMap::new();
    for place in spokes {
        cells.entry(place.cell()).or_default().push(place);
    }
    for (cell, places) in &cells {
        add_hub(estate, *cell, places);
    }
    for group in cells.keys().map(|cell| zone_group(*cell)).collect::<BTreeSet<_>>() {
        let of_group = |place: &&Place| place.zone_group() == group;
        let accounts = spokes.iter().filter(of_group).count();
        let hubs = cells.keys().filter(|cell| zone_group(**cell) == group).count();
        for suffix in SUFFIXES {
            add_zone(estate, &group, suffix, accounts, accounts + hubs);
        }
    }
}

fn add_hub(estate: &mut Estate, cell: usize, spokes: &[&Place]) {
    let network = hub(cell);
    let group = id(&hub_group(cell), GROUPS, "nsg-private-endpoints");
    estate.add("networkSecurityGroups", security_group(&group, &[]));
    let endpoints = format!("{network}/subnets/snet-private-endpoints");
    let subnets = [subnet(&endpoints, (hub_address(cell), 24), Some(&group), "Disabled", None)];
    let peerings: Vec<Value> = spokes
        .iter()
        .map(|place| {
            let name = format!("{network}/virtualNetworkPeerings/to-spoke-{}", place.label());
            peering(&name, &place.network(), true)
        })
        .collect();
    estate.add("virtualNetworks", virtual_network(&network, (hub_address(cell), 20), &subnets, &peerings));
    for suffix in SUFFIXES {
        estate.add("virtualNetworkLinks", link(&zone_group(cell), suffix, &network));
    }
}

fn add_zone(estate: &mut Estate, group: &str, suffix: &str, accounts: usize, links: usize) {
    let zone = zone(group, suffix);
    let properties = json!({
        "maxNumberOfRecordSets": 25_000,
        "numberOfRecordSets": accounts + 1,
        "maxNumberOfVirtualNetworkLinks": 1_000,
        "numberOfVirtualNetworkLinks": links,
        "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
        "numberOfVirtualNetworkLinksWithRegistration": 0,
        "provisioningState": "Succeeded",
    });
    estate.add("privateDnsZones", resource(&zone, ZONES, "global", &properties));
    let properties = json!({
        "ttl": 3600,
        "fqdn": format!("privatelink.{suffix}."),
        "isAutoRegistered": false,
        "soaRecord": {
            "host": "azureprivatedns.net", "email": "azureprivatedns-host.microsoft.com", "serialNumber": 1,
            "refreshTime": 3600, "retryTime": 300, "expireTime": 2_419_200, "minimumTtl": 10,
        },
    });
    estate.add("ALL", resource(&format!("{zone}/SOA/@"), &format!("{ZONES}/SOA"), "", &properties));
}

/// The id of a zone.
pub(super) fn zone(group: &str, suffix: &str) -> String {
    id(group, ZONES, &format!("privatelink.{suffix}"))
}

fn link(group: &str, suffix: &str, network: &str) -> Value {
    let name = network.rsplit('/').next().unwrap_or(network);
    let properties = json!({
        "registrationEnabled": false,
        "resolutionPolicy": "Default",
        "virtualNetwork": { "id": network },
        "virtualNetworkLinkState": "Completed",
        "provisioningState": "Succeeded",
    });
    let id = format!("{}/virtualNetworkLinks/link-to-{name}", zone(group, suffix));
    resource(&id, &format!("{ZONES}/virtualNetworkLinks"), "global", &properties)
}

fn virtual_network(network: &str, (start, length): (Ipv4Addr, u8), subnets: &[Value], peerings: &[Value]) -> Value {
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(1, usize::try_from(start.to_bits()).unwrap_or(0)),
        "addressSpace": { "addressPrefixes": [format!("{start}/{length}")] },
        "dhcpOptions": { "dnsServers": [] },
        "subnets": subnets,
        "virtualNetworkPeerings": peerings,
        "enableDdosProtection": false,
    });
    resource(network, NETWORKS, REGION, &properties)
}

fn subnet(
    subnet: &str,
    (start, length): (Ipv4Addr, u8),
    group: Option<&str>,
    policies: &str,
    delegation: Option<&str>,
) -> Value {
    let delegations: Vec<Value> = delegation
        .iter()
        .map(|service| {
            let id = format!("{subnet}/delegations/delegation");
            json!({ "name": "delegation", "id": id, "properties": { "serviceName": service, "actions": [] } })
        })
        .collect();
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "addressPrefix": format!("{start}/{length}"),
        "delegations": delegations,
        "privateEndpointNetworkPolicies": policies,
        "privateLinkServiceNetworkPolicies": "Enabled",
    });
    if let Some(group) = group {
        properties["networkSecurityGroup"] = json!({ "id": group });
    }
    resource(subnet, &format!("{NETWORKS}/subnets"), "", &properties)
}

fn peering(id: &str, remote: &str, gateway_transit: bool) -> Value {
    let properties = json!({
        "provisioningState": "Succeeded",
        "peeringState": "Connected",
        "peeringSyncLevel": "FullyInSync",
        "remoteVirtualNetwork": { "id": remote },
        "allowVirtualNetworkAccess": true,
        "allowForwardedTraffic": false,
        "allowGatewayTransit": gateway_transit,
        "useRemoteGateways": false,
        "doNotVerifyRemoteGateways": false,
    });
    resource(id, &format!("{NETWORKS}/virtualNetworkPeerings"), "", &properties)
}

fn security_group(group: &str, rules: &[Value]) -> Value {
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| {
            let name = rule["name"].as_str().unwrap_or_default();
            let mut rule = rule.clone();
            rule["id"] = json!(format!("{group}/securityRules/{name}"));
            rule["type"] = json!(format!("{GROUPS}/securityRules"));
            rule
        })
        .collect();
    resource(group, GROUPS, REGION, &json!({ "provisioningState": "Succeeded", "securityRules": rules }))
}

fn rule(name: &str, priority: u16, access: &str, from: &str, ports: &str) -> Value {
    json!({
        "name": name,
        "properties": {
            "provisioningState": "Succeeded",
            "priority": priority,
            "direction": "Inbound",
            "access": access,
            "protocol": if ports == "*" { "*" } else { "Tcp" },
            "sourceAddressPrefix": from,
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": ports,
        },
    })
}
