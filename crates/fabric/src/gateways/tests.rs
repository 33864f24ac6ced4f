//! Which routes do gateways bring, in small estates?

use super::*;
use model::resource::ConnectionStatus;
use model::{Body, Coverage, Resource};

fn named(kind: &str, name: &str) -> ResourceId {
    ResourceId::new("s", "rg", &format!("Microsoft.Network/{kind}"), &[name])
}

/// The VPN gateway of a network, called as the network is.
pub(crate) fn gateway(network: &ResourceId) -> Resource {
    let body = VirtualNetworkGateway {
        gateway_type: Known::Value(GatewayType::Vpn),
        subnet: Some(network.child("subnets", GATEWAY_SUBNET)),
        bgp: false,
        client_pool: Vec::new(),
    };
    Resource::new(named("virtualNetworkGateways", network.name()), Body::VirtualNetworkGateway(body))
}

fn connection(network: &ResourceId, body: impl FnOnce(GatewayConnection) -> GatewayConnection) -> Resource {
    let plain = GatewayConnection {
        connection_type: Known::Value(ConnectionType::IPsec),
        gateway: Some(named("virtualNetworkGateways", network.name())),
        remote_gateway: None,
        local_gateway: Some(named("localNetworkGateways", network.name())),
        circuit: None,
        bgp: false,
        narrowed: false,
        status: Known::Value(ConnectionStatus::Connected),
    };
    Resource::new(named("connections", network.name()), Body::GatewayConnection(body(plain)))
}

/// The gateway of a network with one connection, whose routes are learnt by BGP.
pub(crate) fn learning(network: &ResourceId) -> Vec<Resource> {
    vec![gateway(network), connection(network, |plain| GatewayConnection { bgp: true, ..plain })]
}

/// The gateway of a network with one connection, which routes a prefix.
pub(crate) fn routing(network: &ResourceId, prefix: &str) -> Vec<Resource> {
    let place = LocalNetworkGateway { address_space: vec![prefix.parse().unwrap()] };
    let place = Resource::new(named("localNetworkGateways", network.name()), Body::LocalNetworkGateway(place));
    vec![gateway(network), connection(network, |plain| plain), place]
}

/// The same, with the connection in some state.
pub(crate) fn routing_when(network: &ResourceId, prefix: &str, status: ConnectionStatus) -> Vec<Resource> {
    let mut all = routing(network, prefix);
    all[1] = connection(network, |plain| GatewayConnection { status: Known::Value(status), ..plain });
    all
}

fn hub() -> ResourceId {
    named("virtualNetworks", "hub")
}

fn prefixes(learnt: &Learnt) -> Vec<String> {
    learnt.known.iter().map(|brought| brought.prefix.to_string()).collect()
}

fn brought(resources: Vec<Resource>) -> Learnt {
    learnt(&Snapshot::new(resources, Coverage::complete()), &hub())
}

#[test]
fn a_connection_without_bgp_brings_what_its_local_gateway_says() {
    let found = brought(routing(&hub(), "192.168.0.0/16"));
    assert_eq!((prefixes(&found), found.more.is_some()), (vec!["192.168.0.0/16".to_owned()], false));
    let space = |text: &str| vec![text.parse().unwrap()];
    assert!(found.towards(&space("192.168.4.0/24")).is_some());
    assert!(found.towards(&space("10.1.0.0/16")).is_none());
}

#[test]
fn what_bgp_and_express_route_bring_is_not_known() {
    assert!(brought(learning(&hub())).more.is_some());
    let circuit = connection(&hub(), |plain| GatewayConnection {
        connection_type: Known::Value(ConnectionType::ExpressRoute),
        local_gateway: None,
        ..plain
    });
    assert!(brought(vec![gateway(&hub()), circuit]).more.is_some());
    // A local gateway that is not in the snapshot.
    assert!(brought(vec![gateway(&hub()), connection(&hub(), |plain| plain)]).more.is_some());
}

#[test]
fn a_subnet_for_a_gateway_brings_nothing_where_gateways_are_listed() {
    let subnet = Resource::new(hub().child("subnets", GATEWAY_SUBNET), Body::Subnet(Subnet::default()));
    assert!(brought(vec![subnet.clone()]).more.is_none());
    let mut coverage = Coverage::complete();
    coverage.set(Kind::VirtualNetworkGateway, Extent::Missing(model::Why::NotCollected));
    assert!(learnt(&Snapshot::new(vec![subnet], coverage), &hub()).more.is_some());
}

#[test]
fn clients_and_networks_behind_a_gateway_count() {
    let mut clients = gateway(&hub());
    if let Body::VirtualNetworkGateway(gateway) = &mut clients.body {
        gateway.client_pool = vec!["172.16.201.0/24".parse().unwrap()];
    }
    let far = named("virtualNetworks", "far");
    let network = VirtualNetwork { address_space: vec!["10.9.0.0/16".parse().unwrap()], dns_servers: Vec::new() };
    let joined = connection(&hub(), |plain| GatewayConnection {
        connection_type: Known::Value(ConnectionType::Vnet2Vnet),
        local_gateway: None,
        remote_gateway: Some(named("virtualNetworkGateways", "far")),
        ..plain
    });
    let all = vec![clients, gateway(&far), joined, Resource::new(far, Body::VirtualNetwork(network))];
    assert_eq!(prefixes(&brought(all)), ["172.16.201.0/24", "10.9.0.0/16"]);
}
