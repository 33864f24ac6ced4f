//! Do the plain cases of routing go as documented?

use super::*;
use crate::gateways::tests::{learning, routing, routing_when};
use crate::standing::{App, Servers};
use model::resource::{ConnectionState, Peering, PeeringState, Route, RouteTable};
use model::{Body, Change, Coverage, Resource};
use std::sync::Arc;

fn network(name: &str) -> ResourceId {
    ResourceId::new("s", "rg", "Microsoft.Network/virtualNetworks", &[name])
}

fn subnet(of: &str) -> ResourceId {
    network(of).child("subnets", "default")
}

fn table() -> ResourceId {
    ResourceId::new("s", "rg", "Microsoft.Network/routeTables", &["table"])
}

/// What surrounds a client in `client` and an endpoint at 10.1.2.4 in `hub` (10.1.0.0/16).
struct Case {
    peering: Option<PeeringState>,
    policies: NetworkPolicies,
    route: Option<(&'static str, NextHop)>,
}

const PLAIN: Case = Case { peering: Some(PeeringState::Connected), policies: NetworkPolicies::Disabled, route: None };

impl Case {
    fn estate(&self) -> Snapshot {
        let mut resources = Vec::new();
        for (name, space) in [("hub", "10.1.0.0/16"), ("client", "10.2.0.0/16")] {
            let body = VirtualNetwork { address_space: vec![space.parse().unwrap()], dns_servers: Vec::new() };
            resources.push(Resource::new(network(name), Body::VirtualNetwork(body)));
        }
        let hub = Subnet { private_endpoint_network_policies: Known::Value(self.policies), ..Subnet::default() };
        let client = Subnet { route_table: self.route.map(|_| table()), ..Subnet::default() };
        resources.push(Resource::new(subnet("hub"), Body::Subnet(hub)));
        resources.push(Resource::new(subnet("client"), Body::Subnet(client)));
        if let Some(state) = self.peering {
            resources.push(half("client", "hub", state));
        }
        if let Some((prefix, next_hop)) = self.route {
            let route = Route { prefix: Some(prefix.parse().unwrap()), next_hop, next_hop_address: None };
            resources.push(Resource::new(table(), Body::RouteTable(RouteTable::default())));
            resources.push(Resource::new(table().child("routes", "r"), Body::Route(route)));
        }
        Snapshot::new(resources, Coverage::complete())
    }

    fn from(&self, standing: &Standing, address: &str) -> Known<Routing> {
        to_endpoint(&self.estate(), standing, address.parse().unwrap(), &arrival()).outcome
    }

    fn routed(&self) -> Known<Routing> {
        self.from(&standing("client"), "10.1.2.4")
    }
}

/// The half of a peering that leads from one network to another.
fn half(from: &str, to: &str, state: PeeringState) -> Resource {
    let half = Peering {
        remote: Some(network(to)),
        state: Known::Value(state),
        allow_virtual_network_access: true,
        allow_forwarded_traffic: false,
        allow_gateway_transit: false,
        use_remote_gateways: false,
    };
    Resource::new(network(from).child("virtualNetworkPeerings", &format!("to-{to}")), Body::Peering(half))
}

/// Where packets go in this estate with more resources in it.
fn routed_with(case: &Case, more: Vec<Resource>) -> Known<Routing> {
    let changes: Vec<model::Change> =
        more.into_iter().map(|resource| model::Change::Put(std::sync::Arc::new(resource))).collect();
    let estate = case.estate().with(&changes);
    to_endpoint(&estate, &standing("client"), "10.1.2.4".parse().unwrap(), &arrival()).outcome
}

fn third() -> Resource {
    Resource::new(network("third"), Body::VirtualNetwork(VirtualNetwork::default()))
}

fn arrival() -> Arrival {
    Arrival {
        endpoint: ResourceId::new("s", "rg", "Microsoft.Network/privateEndpoints", &["pe"]),
        network_interface: ResourceId::new("s", "rg", "Microsoft.Network/networkInterfaces", &["pe-nic"]),
        subnet: subnet("hub"),
        network: network("hub"),
        target: None,
        groups: Vec::new(),
        state: Known::Value(ConnectionState::Approved),
        lost: None,
    }
}

fn standing(of: &str) -> Standing {
    Standing {
        network: Some(network(of)),
        subnet: Some(subnet(of)),
        network_interface: None,
        sources: Vec::new(),
        servers: Servers::Azure,
        app: None,
        site: None,
        cluster: None,
        environment: None,
        gateway: None,
    }
}

fn app(route_all: bool) -> Standing {
    let id = ResourceId::new("s", "rg", "Microsoft.Web/sites", &["app"]);
    Standing { app: Some(App { id, route_all: Known::Value(route_all) }), ..standing("client") }
}

#[test]
fn the_own_network_and_one_peering_hop() {
    assert_eq!(PLAIN.from(&standing("hub"), "10.1.2.4"), Known::Value(Routing::Local));
    assert!(matches!(PLAIN.routed(), Known::Value(Routing::Peering(_))));
}

#[test]
fn a_peering_that_is_missing_or_not_connected_is_no_path() {
    assert_eq!(Case { peering: None, ..PLAIN }.routed(), Known::Value(Routing::NoPath));
    for state in [PeeringState::Initiated, PeeringState::Disconnected] {
        assert_eq!(Case { peering: Some(state), ..PLAIN }.routed(), Known::Value(Routing::NoPath));
    }
}

#[test]
fn both_halves_of_a_peering_count() {
    let back = |state| routed_with(&PLAIN, vec![half("hub", "client", state)]);
    assert!(matches!(back(PeeringState::Connected), Known::Value(Routing::Peering(_))));
    assert_eq!(back(PeeringState::Disconnected), Known::Value(Routing::NoPath));
    assert_eq!(back(PeeringState::Initiated), Known::Value(Routing::NoPath));
}

#[test]
fn a_third_network_is_no_way_unless_it_may_send_routes() {
    let strangers = Case { peering: None, ..PLAIN };
    let peered = half("client", "third", PeeringState::Connected);
    assert_eq!(routed_with(&strangers, vec![third(), peered.clone()]), Known::Value(Routing::NoPath));
    // A hub that is not in the snapshot may be one that sends routes.
    assert_eq!(routed_with(&strangers, vec![peered.clone()]), Known::Unknown(Why::Unsupported));
    let Body::Peering(plain) = peered.body.clone() else { panic!("not a peering") };
    let remote = Resource { body: Body::Peering(Peering { use_remote_gateways: true, ..plain }), ..peered };
    assert_eq!(routed_with(&strangers, vec![third(), remote.clone()]), Known::Value(Routing::NoPath));
    let lent = [third(), remote].into_iter().chain(learning(&network("third"))).collect();
    assert_eq!(routed_with(&strangers, lent), Known::Unknown(Why::Unsupported));
    let gateway = Resource::new(network("client").child("subnets", "GatewaySubnet"), Body::Subnet(Subnet::default()));
    assert_eq!(routed_with(&strangers, vec![gateway]), Known::Value(Routing::NoPath));
    assert_eq!(routed_with(&strangers, learning(&network("client"))), Known::Unknown(Why::Unsupported));
    // What is routed elsewhere leads nowhere near the endpoint; what covers it leads to who knows where.
    let routed = |prefix| routed_with(&strangers, routing(&network("client"), prefix));
    assert_eq!(routed("192.168.0.0/16"), Known::Value(Routing::NoPath));
    assert_eq!(routed("10.0.0.0/8"), Known::Unknown(Why::Unsupported));
    // The route table of the subnet keeps it out.
    let off = Case { route: Some(("192.0.2.0/24", NextHop::None)), ..strangers };
    let mut all = learning(&network("client"));
    all.push(Resource::new(table(), Body::RouteTable(RouteTable { disable_bgp_route_propagation: true })));
    assert_eq!(routed_with(&off, all), Known::Value(Routing::NoPath));
}

#[test]
fn without_a_peering_a_user_route_decides_if_it_is_as_narrow_as_what_azure_drops() {
    let strangers = |route| Case { peering: None, route: Some(route), ..PLAIN }.routed();
    assert_eq!(strangers(("0.0.0.0/0", NextHop::VirtualAppliance)), Known::Value(Routing::NoPath));
    assert_eq!(strangers(("10.0.0.0/8", NextHop::VirtualAppliance)), Known::Unknown(Why::Unsupported));
    assert!(matches!(strangers(("10.1.0.0/16", NextHop::None)), Known::Value(Routing::Dropped(_))));
}

#[test]
fn the_internet_has_no_private_addresses() {
    let policies = NetworkPolicies::Enabled;
    let case = Case { policies, route: Some(("10.1.2.0/24", NextHop::Internet)), ..PLAIN };
    assert!(matches!(case.routed(), Known::Value(Routing::Dropped(_))));
}

#[test]
fn a_wide_user_route_never_overrides_the_endpoint_route() {
    for policies in [NetworkPolicies::Disabled, NetworkPolicies::Enabled, NetworkPolicies::RouteTableEnabled] {
        let case = Case { policies, route: Some(("0.0.0.0/0", NextHop::None)), ..PLAIN };
        assert!(matches!(case.routed(), Known::Value(Routing::Peering(_))), "{policies:?}");
    }
}

#[test]
fn a_narrow_user_route_overrides_only_under_route_table_policy() {
    let case = |policies| Case { policies, route: Some(("10.1.0.0/16", NextHop::None)), ..PLAIN }.routed();
    assert!(matches!(case(NetworkPolicies::Disabled), Known::Value(Routing::Peering(_))));
    assert!(matches!(case(NetworkPolicies::NetworkSecurityGroupEnabled), Known::Value(Routing::Peering(_))));
    assert!(matches!(case(NetworkPolicies::RouteTableEnabled), Known::Value(Routing::Dropped(_))));
    assert!(matches!(case(NetworkPolicies::Enabled), Known::Value(Routing::Dropped(_))));
}

#[test]
fn an_exact_route_with_the_policy_off_is_not_proven() {
    let case = Case { route: Some(("10.1.2.4/32", NextHop::None)), ..PLAIN };
    assert!(matches!(case.routed(), Known::Unknown(Why::Unsupported)));
}

#[test]
fn an_appliance_is_unknown() {
    let policies = NetworkPolicies::Enabled;
    let case = Case { policies, route: Some(("10.1.2.0/24", NextHop::VirtualAppliance)), ..PLAIN };
    assert!(matches!(case.routed(), Known::Unknown(Why::Unsupported)));
}

#[test]
fn app_service_enters_the_network_for_rfc1918_without_route_all() {
    assert!(matches!(PLAIN.from(&app(false), "10.1.2.4"), Known::Value(Routing::Peering(_))));
    assert_eq!(PLAIN.from(&app(false), "100.64.2.4"), Known::Value(Routing::NoPath));
    assert!(matches!(PLAIN.from(&app(true), "100.64.2.4"), Known::Value(Routing::Peering(_))));
}

#[test]
fn the_public_way_follows_a_default_route() {
    let public = |route, standing: &Standing| to_public(&Case { route, ..PLAIN }.estate(), standing).outcome;
    assert_eq!(public(None, &standing("client")), Known::Value(Routing::Internet));
    let dropped = public(Some(("0.0.0.0/0", NextHop::None)), &standing("client"));
    assert!(matches!(dropped, Known::Value(Routing::Dropped(_))));
    // Without route-all the app's public traffic never meets the route table.
    assert_eq!(public(Some(("0.0.0.0/0", NextHop::None)), &app(false)), Known::Value(Routing::Internet));
}

#[test]
fn a_gateway_that_learns_may_have_learnt_a_default_route() {
    let public = |gateway: Vec<Resource>| {
        let changes = gateway.into_iter().map(|resource| Change::Put(Arc::new(resource)));
        to_public(&PLAIN.estate().with(&changes.collect::<Vec<_>>()), &standing("client"))
    };
    assert_eq!(public(routing(&network("client"), "192.168.0.0/16")).outcome, Known::Value(Routing::Internet));
    let learns = public(learning(&network("client")));
    assert_eq!(learns.outcome, Known::Unknown(Why::NotCollected));
    assert!(learns.because.text.contains("a default route among them"), "{}", learns.because.text);
    assert_eq!(public(learning(&network("third"))).outcome, Known::Value(Routing::Internet), "it uses no gateway");
    let own = Case { route: Some(("0.0.0.0/0", NextHop::Internet)), ..PLAIN }.estate();
    let learns = learning(&network("client")).into_iter().map(|resource| Change::Put(Arc::new(resource)));
    let own = own.with(&learns.collect::<Vec<_>>());
    assert_eq!(to_public(&own, &standing("client")).outcome, Known::Value(Routing::Internet), "the user's own wins");
}

#[test]
fn a_place_comes_through_the_gateway_of_its_network() {
    let site = |gateway: Option<&str>| Standing {
        network: None,
        subnet: None,
        site: Some(model::OnPremises { name: "dc".into(), network: gateway.map(network), ..Default::default() }),
        ..standing("client")
    };
    assert_eq!(PLAIN.from(&site(Some("hub")), "10.1.2.4"), Known::Value(Routing::Gateway(network("hub"))));
    // Nobody says which gateway, or its network does not lend it.
    assert_eq!(PLAIN.from(&site(None), "10.1.2.4"), Known::Unknown(Why::NotCollected));
    assert_eq!(PLAIN.from(&site(Some("client")), "10.1.2.4"), Known::Value(Routing::NoPath));
    // The gateway's subnet has a route table, which decides as any other does.
    let routed = |policies, prefix| {
        let case = Case { policies, route: Some((prefix, NextHop::None)), ..PLAIN };
        let own = Subnet { route_table: Some(table()), ..Subnet::default() };
        let own = Resource::new(network("hub").child("subnets", "GatewaySubnet"), Body::Subnet(own));
        let estate = case.estate().with(&[model::Change::Put(std::sync::Arc::new(own))]);
        to_endpoint(&estate, &site(Some("hub")), "10.1.2.4".parse().unwrap(), &arrival()).outcome
    };
    let through = Known::Value(Routing::Gateway(network("hub")));
    assert_eq!(routed(NetworkPolicies::Disabled, "10.1.2.0/24"), through);
    assert_eq!(routed(NetworkPolicies::Enabled, "0.0.0.0/0"), through);
    assert!(matches!(routed(NetworkPolicies::Enabled, "10.1.2.0/24"), Known::Value(Routing::Dropped(_))));
}

#[test]
fn a_place_whose_gateway_is_not_lent_has_no_way_unless_something_else_may_carry_it() {
    let site = Standing {
        network: None,
        subnet: None,
        site: Some(model::OnPremises { name: "dc".into(), network: Some(network("client")), ..Default::default() }),
        ..standing("client")
    };
    let routed = |case: &Case, more: Vec<Resource>| {
        let changes: Vec<model::Change> =
            more.into_iter().map(|resource| model::Change::Put(std::sync::Arc::new(resource))).collect();
        let estate = case.estate().with(&changes);
        to_endpoint(&estate, &site, "10.1.2.4".parse().unwrap(), &arrival()).outcome
    };
    let bare = |of: &str, name: &str, table| {
        let subnet = Subnet { route_table: table, ..Subnet::default() };
        Resource::new(network(of).child("subnets", name), Body::Subnet(subnet))
    };
    let stranger = Case { peering: None, ..PLAIN };
    for case in [&PLAIN, &stranger] {
        assert_eq!(routed(case, Vec::new()), Known::Value(Routing::NoPath));
        // The endpoint's network has a gateway of its own, or learns routes.
        assert_eq!(routed(case, learning(&network("hub"))), Known::Unknown(Why::Unsupported));
        let server = bare("hub", "RouteServerSubnet", None);
        assert_eq!(routed(case, vec![server]), Known::Unknown(Why::Unsupported));
    }
    // A user route at the gateway may lead to an appliance that carries it.
    let own = || bare("client", "GatewaySubnet", Some(table()));
    let carried = Case { route: Some(("10.1.0.0/16", NextHop::VirtualAppliance)), ..PLAIN };
    // The endpoint's own route wins over it, and no reply comes back.
    assert_eq!(routed(&carried, vec![own()]), Known::Value(Routing::NoPath));
    let carried = Case { policies: NetworkPolicies::Enabled, ..carried };
    assert_eq!(routed(&carried, vec![own()]), Known::Unknown(Why::Unsupported));
}

/// A place at 192.168.0.0/16 behind the gateway of the endpoint's own network.
fn dc() -> Standing {
    let site = model::OnPremises {
        name: "dc".into(),
        network: Some(network("hub")),
        address_space: vec!["192.168.0.0/16".parse().unwrap()],
        ..Default::default()
    };
    Standing { network: None, subnet: None, site: Some(site), ..standing("client") }
}

fn from_dc(more: Vec<Resource>) -> Known<Routing> {
    let changes: Vec<model::Change> =
        more.into_iter().map(|resource| model::Change::Put(std::sync::Arc::new(resource))).collect();
    let estate = PLAIN.estate().with(&changes);
    to_endpoint(&estate, &dc(), "10.1.2.4".parse().unwrap(), &arrival()).outcome
}

#[test]
fn a_place_is_heard_where_a_connection_that_is_up_routes_it() {
    use model::resource::ConnectionStatus;
    let through = Known::Value(Routing::Gateway(network("hub")));
    assert_eq!(from_dc(routing(&network("hub"), "192.168.0.0/16")), through);
    assert_eq!(from_dc(routing(&network("hub"), "192.0.0.0/8")), through);
    assert_eq!(from_dc(learning(&network("hub"))), through);
    assert_eq!(from_dc(routing(&network("hub"), "172.20.0.0/16")), Known::Value(Routing::NoPath));
    assert_eq!(from_dc(routing(&network("hub"), "192.168.7.0/24")), Known::Unknown(Why::Unsupported));
    let down = routing_when(&network("hub"), "192.168.0.0/16", ConnectionStatus::NotConnected);
    assert_eq!(from_dc(down), Known::Value(Routing::NoPath));
}

#[test]
fn a_gateway_does_not_work_without_its_own_routes() {
    let own = Subnet { route_table: Some(table()), ..Subnet::default() };
    let mut all = routing(&network("hub"), "192.168.0.0/16");
    all.push(Resource::new(network("hub").child("subnets", "GatewaySubnet"), Body::Subnet(own)));
    all.push(Resource::new(table(), Body::RouteTable(RouteTable { disable_bgp_route_propagation: true })));
    assert_eq!(from_dc(all), Known::Value(Routing::NoPath));
}

#[test]
fn a_user_route_to_a_gateway_needs_one() {
    let route = ("10.1.0.0/16", NextHop::VirtualNetworkGateway);
    let case = Case { policies: NetworkPolicies::Enabled, route: Some(route), ..PLAIN };
    assert!(matches!(case.routed(), Known::Value(Routing::Dropped(_))));
    let some = routed_with(&case, routing(&network("client"), "192.168.0.0/16"));
    assert_eq!(some, Known::Unknown(Why::NotCollected));
}

#[test]
fn packets_for_a_place_take_the_longest_route_and_the_users_of_equal_ones() {
    let place = |route, more: Vec<Resource>| {
        let changes: Vec<model::Change> =
            more.into_iter().map(|resource| model::Change::Put(std::sync::Arc::new(resource))).collect();
        let estate = Case { route, ..PLAIN }.estate().with(&changes);
        let site = dc().site.unwrap();
        to_site(&estate, &standing("client"), "192.168.0.53".parse().unwrap(), &site).outcome
    };
    let routed = || routing(&network("client"), "192.168.0.0/16");
    let through = Known::Value(Routing::Gateway(network("client")));
    assert_eq!(place(None, routed()), through);
    for (prefix, wins) in [("0.0.0.0/0", false), ("192.168.0.0/16", true), ("192.168.0.0/24", true)] {
        let dropped = matches!(place(Some((prefix, NextHop::None)), routed()), Known::Value(Routing::Dropped(_)));
        assert_eq!(dropped, wins, "{prefix}");
    }
    let off = || Resource::new(table(), Body::RouteTable(RouteTable { disable_bgp_route_propagation: true }));
    let kept = |route| place(Some(route), routed().into_iter().chain([off()]).collect());
    assert_eq!(kept(("203.0.113.0/24", NextHop::None)), Known::Value(Routing::NoPath));
    assert_eq!(kept(("192.168.0.0/16", NextHop::VirtualNetworkGateway)), through);
    // What BGP brought may be longer than the user's route.
    assert!(matches!(place(Some(("192.168.0.0/16", NextHop::None)), learning(&network("client"))), Known::Unknown(_)));
}
