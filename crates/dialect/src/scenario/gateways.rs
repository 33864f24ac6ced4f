//! Which resources do the gateways and virtual hubs of an `[estate]` and their connections stand for?

use super::estate::{Builder, Built, missing, word};
use super::file::{Estate, GatewayConnectionEntry, GatewayEntry, VirtualHubEntry};
use model::resource::{
    ConnectionStatus, ConnectionType, GatewayConnection, GatewayType, HubConnection, LocalNetworkGateway, Peering,
    PeeringState, RoutingIntent, RoutingPolicy, VirtualHub, VirtualNetworkGateway,
};
use model::{Body, Known, ResourceId};

const GATEWAY: &str = "Microsoft.Network/virtualNetworkGateways";
const LOCAL: &str = "Microsoft.Network/localNetworkGateways";

/// What Azure wants the subnet of a gateway to be called.
const SUBNET: &str = "GatewaySubnet";

/// What Azure makes up for names around a hub.
const GUID: &str = "00000000-0000-0000-0000-00000000004b";

/// What a hub calls the peering that it makes in a network.
const PEERING_OF_A_HUB: &str = "RemoteVnetToHubPeering_00000000-0000-0000-0000-00000000004b";

/// Adds them.
pub(super) fn build(builder: &mut Builder<'_>, estate: &Estate) -> Built {
    for (name, entry) in &estate.gateway {
        gateway(builder, name, entry)?;
    }
    for (name, entry) in &estate.local_gateway {
        let body = LocalNetworkGateway { address_space: entry.space.0.clone() };
        builder.add(builder.id(&entry.group, LOCAL, name), Body::LocalNetworkGateway(body));
    }
    for (name, entry) in &estate.gateway_connection {
        connection(builder, estate, name, entry)?;
    }
    for (name, entry) in &estate.virtual_hub {
        hub(builder, name, entry)?;
    }
    Ok(())
}

fn hub(builder: &mut Builder<'_>, name: &str, entry: &VirtualHubEntry) -> Built {
    let at = format!("estate.virtual-hub.{name}");
    let id = builder.id(&entry.group, "Microsoft.Network/virtualHubs", name);
    if entry.elsewhere {
        return entry.networks.iter().try_for_each(|network| {
            let network = builder.network_id(network, &at)?;
            builder.add(network.child("virtualNetworkPeerings", PEERING_OF_A_HUB), Body::Peering(made_by_hub(name)));
            Ok(())
        });
    }
    builder.add(id.clone(), Body::VirtualHub(VirtualHub {}));
    let through = [("PrivateTraffic", &entry.private_traffic_through), ("Internet", &entry.internet_through)];
    let policy = |(destination, firewall): (&str, &Option<String>)| {
        let firewall = firewall.as_ref()?;
        let next_hop = Some(builder.id(&entry.group, "Microsoft.Network/azureFirewalls", firewall));
        Some(RoutingPolicy { name: destination.to_owned(), destinations: vec![destination.to_owned()], next_hop })
    };
    let policies: Vec<RoutingPolicy> = through.into_iter().filter_map(policy).collect();
    if !policies.is_empty() {
        builder.add(id.child("routingIntent", "intent"), Body::RoutingIntent(RoutingIntent { policies }));
    }
    for network in &entry.networks {
        let body = HubConnection {
            network: Some(builder.network_id(network, &at)?),
            default_route: Known::Value(entry.default_route),
        };
        builder.add(id.child("hubVirtualNetworkConnections", network), Body::HubConnection(body));
    }
    Ok(())
}

/// The half of the peering that a hub makes in a network.
fn made_by_hub(hub: &str) -> Peering {
    let group = format!("RG_{hub}_{GUID}");
    let remote = format!("HV_{hub}_{GUID}");
    Peering {
        remote: Some(ResourceId::new(GUID, &group, "Microsoft.Network/virtualNetworks", &[&remote])),
        state: Known::Value(PeeringState::Connected),
        allow_virtual_network_access: true,
        allow_forwarded_traffic: false,
        allow_gateway_transit: false,
        use_remote_gateways: true,
    }
}

fn gateway(builder: &mut Builder<'_>, name: &str, entry: &GatewayEntry) -> Built {
    let at = format!("estate.gateway.{name}");
    let subnet = builder.subnet_id(&format!("{}/{SUBNET}", entry.network), &at)?;
    let body = VirtualNetworkGateway {
        gateway_type: Known::Value(word(&at, entry.kind.as_deref(), GatewayType::parse, GatewayType::Vpn)?),
        subnet: Some(subnet),
        bgp: entry.bgp,
        client_pool: entry.clients.as_ref().map(|clients| clients.0.clone()).unwrap_or_default(),
    };
    builder.add(builder.id(&entry.group, GATEWAY, name), Body::VirtualNetworkGateway(body));
    Ok(())
}

fn connection(builder: &mut Builder<'_>, estate: &Estate, name: &str, entry: &GatewayConnectionEntry) -> Built {
    let at = format!("estate.gateway-connection.{name}");
    let gateways = &estate.gateway;
    let of = gateways.get(&entry.gateway).ok_or_else(|| missing(&at, "gateway", &entry.gateway, gateways.keys()))?;
    let locals = &estate.local_gateway;
    let to = entry.to.as_ref().map(|name| {
        let found = locals.get(name).ok_or_else(|| missing(&at, "local-gateway", name, locals.keys()))?;
        Ok::<_, String>(builder.id(&found.group, LOCAL, name))
    });
    let to = to.transpose()?;
    let status = word(&at, entry.status.as_deref(), ConnectionStatus::parse, ConnectionStatus::Connected)?;
    let body = GatewayConnection {
        connection_type: Known::Value(if to.is_some() { ConnectionType::IPsec } else { ConnectionType::ExpressRoute }),
        gateway: Some(builder.id(&of.group, GATEWAY, &entry.gateway)),
        remote_gateway: None,
        local_gateway: to,
        circuit: None,
        bgp: entry.bgp,
        narrowed: false,
        status: Known::Value(status),
    };
    builder.add(builder.id(&entry.group, "Microsoft.Network/connections", name), Body::GatewayConnection(body));
    Ok(())
}
