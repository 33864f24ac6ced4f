//! Do the plain cases of routing go as documented?

use super::*;
use crate::standing::{App, Servers};
use model::resource::{ConnectionState, Peering, PeeringState, Route, RouteTable};
use model::{Body, Coverage, Resource};

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
    assert_eq!(routed_with(&strangers, vec![third(), remote]), Known::Unknown(Why::Unsupported));
    let gateway = Resource::new(network("client").child("subnets", "GatewaySubnet"), Body::Subnet(Subnet::default()));
    assert_eq!(routed_with(&strangers, vec![gateway]), Known::Unknown(Why::Unsupported));
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
    assert_eq!(PLAIN.from(&site(Some("client")), "10.1.2.4"), Known::Unknown(Why::Unsupported));
    // The gateway's subnet has a route table.
    let own = Subnet { route_table: Some(table()), ..Subnet::default() };
    let own = Resource::new(network("hub").child("subnets", "GatewaySubnet"), Body::Subnet(own));
    let estate = PLAIN.estate().with(&[model::Change::Put(std::sync::Arc::new(own))]);
    let routed = to_endpoint(&estate, &site(Some("hub")), "10.1.2.4".parse().unwrap(), &arrival());
    assert_eq!(routed.outcome, Known::Unknown(Why::Unsupported));
}
