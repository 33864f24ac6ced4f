//! Does a virtual hub leave open what it may route, and nothing else?

use crate::endpoint::Arrival;
use crate::route::{Routing, to_endpoint, to_public};
use crate::standing::Standing;
use model::resource::{
    ConnectionState, HubConnection, NextHop, Peering, PeeringState, Route, RouteTable, Subnet, VirtualNetwork,
};
use model::{Body, Coverage, Known, Resource, ResourceId, Snapshot, Why};

fn named(kind: &str, name: &str) -> ResourceId {
    ResourceId::new("s", "rg", &format!("Microsoft.Network/{kind}"), &[name])
}

fn network(name: &str) -> ResourceId {
    named("virtualNetworks", name)
}

fn subnet(of: &str) -> ResourceId {
    network(of).child("subnets", "default")
}

/// A client in `client` and an endpoint at 10.1.2.4 in `services`, with more resources.
fn estate(more: Vec<Resource>) -> Snapshot {
    let mut resources = more;
    for (name, space) in [("services", "10.1.0.0/16"), ("client", "10.2.0.0/16")] {
        let body = VirtualNetwork { address_space: vec![space.parse().unwrap()], dns_servers: Vec::new() };
        resources.push(Resource::new(network(name), Body::VirtualNetwork(body)));
        let table = (name == "client").then(|| named("routeTables", "table"));
        let body = Subnet { route_table: table, ..Subnet::default() };
        resources.push(Resource::new(subnet(name), Body::Subnet(body)));
    }
    Snapshot::new(resources, Coverage::complete())
}

fn connected(name: &str, default_route: Known<bool>) -> Resource {
    let body = HubConnection { network: Some(network(name)), default_route };
    let id = named("virtualHubs", "weu").child("hubVirtualNetworkConnections", name);
    Resource::new(id, Body::HubConnection(body))
}

fn half(name: &str, remote: ResourceId, state: PeeringState) -> Resource {
    let half = Peering {
        remote: Some(remote),
        state: Known::Value(state),
        allow_virtual_network_access: true,
        allow_forwarded_traffic: false,
        allow_gateway_transit: false,
        use_remote_gateways: true,
    };
    Resource::new(network("client").child("virtualNetworkPeerings", name), Body::Peering(half))
}

fn table(propagates: bool) -> Resource {
    let body = RouteTable { disable_bgp_route_propagation: !propagates };
    Resource::new(named("routeTables", "table"), Body::RouteTable(body))
}

fn route(next_hop: NextHop) -> Resource {
    let body = Route { prefix: Some("0.0.0.0/0".parse().unwrap()), next_hop, next_hop_address: None };
    Resource::new(named("routeTables", "table").child("routes", "all"), Body::Route(body))
}

fn standing(of: &str) -> Standing {
    Standing { network: Some(network(of)), subnet: Some(subnet(of)), ..Standing::outside() }
}

fn privately(more: Vec<Resource>, of: &str) -> Known<Routing> {
    let arrival = Arrival {
        endpoint: named("privateEndpoints", "pe"),
        network_interface: named("networkInterfaces", "pe-nic"),
        subnet: subnet("services"),
        network: network("services"),
        target: None,
        groups: Vec::new(),
        state: Known::Value(ConnectionState::Approved),
        lost: None,
    };
    to_endpoint(&estate(more), &standing(of), "10.1.2.4".parse().unwrap(), &arrival).outcome
}

fn publicly(more: Vec<Resource>) -> Known<Routing> {
    to_public(&estate(more), &standing("client")).outcome
}

const OPEN: Known<Routing> = Known::Unknown(Why::Unsupported);
const ON: Known<bool> = Known::Value(true);

#[test]
fn no_path_is_said_of_no_network_that_hangs_on_a_hub() {
    assert_eq!(privately(vec![], "client"), Known::Value(Routing::NoPath));
    assert_eq!(privately(vec![connected("client", ON)], "client"), OPEN);
    assert_eq!(privately(vec![connected("client", ON), connected("services", ON)], "client"), OPEN);
    // A hub of the endpoint's network alone gives the client no route.
    assert_eq!(privately(vec![connected("services", ON)], "client"), Known::Value(Routing::NoPath));
    // That a switch of the subnet's table keeps the routes of a hub out is not relied on.
    assert_eq!(privately(vec![connected("client", ON), table(false)], "client"), OPEN);
}

#[test]
fn the_own_network_and_a_peering_that_works_decide() {
    let hub = || connected("client", ON);
    assert_eq!(privately(vec![connected("services", ON)], "services"), Known::Value(Routing::Local));
    let direct = half("direct", network("services"), PeeringState::Connected);
    assert!(matches!(privately(vec![hub(), direct], "client"), Known::Value(Routing::Peering(_))));
    let gone = half("direct", network("services"), PeeringState::Disconnected);
    assert_eq!(privately(vec![gone.clone()], "client"), Known::Value(Routing::NoPath));
    assert_eq!(privately(vec![hub(), gone], "client"), OPEN);
}

#[test]
fn the_peering_of_a_hub_tells_of_it() {
    let foreign = ResourceId::new("other", "RG_weu_1", "Microsoft.Network/virtualNetworks", &["HV_weu_1"]);
    let made = half("remoteVnetToHubPeering_1", foreign.clone(), PeeringState::Connected);
    assert_eq!(privately(vec![made.clone()], "client"), OPEN);
    assert_eq!(privately(vec![made.clone(), table(false)], "client"), OPEN);
    assert_eq!(publicly(vec![made]), OPEN);
    // Of another name it is the gateway of a peer, which a route table can keep out.
    let plain = half("to-transit", foreign, PeeringState::Connected);
    assert_eq!(privately(vec![plain.clone(), table(false)], "client"), Known::Value(Routing::NoPath));
    assert_eq!(publicly(vec![plain.clone()]), Known::Unknown(Why::NotCollected), "it may have learnt a default route");
    assert_eq!(publicly(vec![plain, table(false)]), Known::Value(Routing::Internet));
}

#[test]
fn a_default_route_may_come_from_a_hub_that_is_let() {
    assert_eq!(publicly(vec![]), Known::Value(Routing::Internet));
    assert_eq!(publicly(vec![connected("client", ON)]), OPEN);
    assert_eq!(publicly(vec![connected("client", Known::Unknown(Why::NotCollected))]), OPEN);
    assert_eq!(publicly(vec![connected("client", Known::Value(false))]), Known::Value(Routing::Internet));
    assert_eq!(publicly(vec![connected("services", ON)]), Known::Value(Routing::Internet));
    // The user's own wins over it.
    let own = vec![connected("client", ON), table(true), route(NextHop::Internet)];
    assert_eq!(publicly(own), Known::Value(Routing::Internet));
}

#[test]
fn a_route_to_the_gateway_is_not_dropped_where_a_hub_has_it() {
    let to_gateway = || vec![table(true), route(NextHop::VirtualNetworkGateway)];
    assert!(matches!(publicly(to_gateway()), Known::Value(Routing::Dropped(_))));
    let hung = to_gateway().into_iter().chain([connected("client", ON)]).collect();
    assert!(matches!(publicly(hung), Known::Unknown(_)));
}
