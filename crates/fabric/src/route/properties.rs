//! Does the longest prefix win in any estate, whatever the order of its resources?
//!
//! The oracle is a scan over all routes, Azure's and the user's, bit by bit and without the walker's code.

use super::*;
use crate::standing::Servers;
use model::resource::{ConnectionState, NetworkInterface, Peering, PeeringState, Route, RouteTable, Subnet};
use model::{Body, Coverage, Resource};
use proptest::collection::vec;
use proptest::prelude::*;

/// The address of the endpoint, in the hub.
const ENDPOINT: Ipv4Addr = Ipv4Addr::new(10, 1, 2, 4);

/// A small estate: two networks, one endpoint, one route table.
#[derive(Debug, Clone)]
struct Estate {
    /// The length of the hub's address range around the endpoint.
    range: u8,
    /// Another range of the hub, which overlaps with the first.
    wider: Option<u8>,
    peered: bool,
    policies: NetworkPolicies,
    /// User routes that cover the endpoint: the length of each, and its next hop.
    routes: Vec<(u8, NextHop)>,
    /// User routes that cover something else.
    others: Vec<(u8, NextHop)>,
}

fn id(kind: &str, name: &str) -> ResourceId {
    ResourceId::new("s", "rg", kind, &[name])
}

fn network(name: &str) -> ResourceId {
    id("Microsoft.Network/virtualNetworks", name)
}

fn table() -> ResourceId {
    id("Microsoft.Network/routeTables", "table")
}

fn prefix(address: Ipv4Addr, length: u8) -> IpNet {
    IpNet::new(address.into(), length).unwrap().trunc()
}

impl Estate {
    fn resources(&self) -> Vec<Resource> {
        let ranges = std::iter::once(self.range).chain(self.wider).map(|length| prefix(ENDPOINT, length)).collect();
        let hub = VirtualNetwork { address_space: ranges, ..VirtualNetwork::default() };
        let client = VirtualNetwork { address_space: vec!["172.16.0.0/16".parse().unwrap()], ..hub.clone() };
        let policies = Known::Value(self.policies);
        let at_hub = Subnet { private_endpoint_network_policies: policies, ..Subnet::default() };
        let at_client = Subnet { route_table: Some(table()), ..Subnet::default() };
        let mut all = vec![
            Resource::new(network("hub"), Body::VirtualNetwork(hub)),
            Resource::new(network("client"), Body::VirtualNetwork(client)),
            Resource::new(network("hub").child("subnets", "s"), Body::Subnet(at_hub)),
            Resource::new(network("client").child("subnets", "s"), Body::Subnet(at_client)),
            Resource::new(table(), Body::RouteTable(RouteTable::default())),
            Resource::new(
                id("Microsoft.Network/networkInterfaces", "n"),
                Body::NetworkInterface(NetworkInterface::default()),
            ),
        ];
        for (from, to) in [("client", "hub"), ("hub", "client")].into_iter().filter(|_| self.peered) {
            let half = Peering {
                remote: Some(network(to)),
                state: Known::Value(PeeringState::Connected),
                allow_virtual_network_access: true,
                allow_forwarded_traffic: false,
                allow_gateway_transit: false,
                use_remote_gateways: false,
            };
            all.push(Resource::new(network(from).child("virtualNetworkPeerings", to), Body::Peering(half)));
        }
        let covering = self.routes.iter().map(|(length, hop)| (prefix(ENDPOINT, *length), *hop));
        let beside = self.others.iter().map(|(length, hop)| (prefix(Ipv4Addr::new(203, 0, 113, 0), *length), *hop));
        for (number, (prefix, next_hop)) in covering.chain(beside).enumerate() {
            let route = Route { prefix: Some(prefix), next_hop, next_hop_address: None };
            all.push(Resource::new(table().child("routes", &format!("r{number}")), Body::Route(route)));
        }
        all
    }

    /// Where a scan says that packets go, in a word.
    fn scanned(&self) -> &'static str {
        let range = self.wider.map_or(self.range, |wider| wider.max(self.range));
        // No two routes of a table have the same prefix; the scan keeps the longest.
        let mut best: Option<(u8, NextHop)> = None;
        for (length, hop) in &self.routes {
            if best.is_none_or(|(known, _)| *length > known) {
                best = Some((*length, *hop));
            }
        }
        let own = if self.peered { "peering" } else { "nowhere" };
        let Some((length, hop)) = best else { return own };
        let applies = matches!(self.policies, NetworkPolicies::Enabled | NetworkPolicies::RouteTableEnabled);
        let user = match hop {
            // No network of these has a gateway.
            NextHop::None | NextHop::Internet | NextHop::VirtualNetworkGateway => "dropped",
            _ => "unknown",
        };
        match self.peered {
            true if length == 32 && !applies => "unknown",
            true if applies && length >= range => user,
            // Azure sends 10.0.0.0/8 nowhere, and a user route of that length or more wins.
            false if length >= 8 => user,
            _ => own,
        }
    }

    fn walked(resources: Vec<Resource>) -> Decided<Routing> {
        let standing = Standing {
            network: Some(network("client")),
            subnet: Some(network("client").child("subnets", "s")),
            servers: Servers::Azure,
            ..Standing::outside()
        };
        let arrival = Arrival {
            endpoint: id("Microsoft.Network/privateEndpoints", "pe"),
            network_interface: id("Microsoft.Network/networkInterfaces", "pe-nic"),
            subnet: network("hub").child("subnets", "s"),
            network: network("hub"),
            target: None,
            groups: Vec::new(),
            state: Known::Value(ConnectionState::Approved),
            lost: None,
        };
        to_endpoint(&Snapshot::new(resources, Coverage::complete()), &standing, ENDPOINT.into(), &arrival)
    }
}

fn word(routing: &Known<Routing>) -> &'static str {
    match routing {
        Known::Value(Routing::Peering(_)) => "peering",
        Known::Value(Routing::Dropped(_)) => "dropped",
        Known::Value(Routing::NoPath) => "nowhere",
        Known::Value(_) => "elsewhere",
        Known::Unknown(_) => "unknown",
    }
}

fn estates() -> impl Strategy<Value = Estate> {
    let hop = || prop::sample::select(vec![NextHop::None, NextHop::Internet, NextHop::VirtualNetworkGateway]);
    let routes = |least| {
        vec((least..=32u8, hop()), 0..6).prop_map(|mut routes| {
            routes.sort_by_key(|(length, _)| *length);
            routes.dedup_by_key(|(length, _)| *length);
            routes
        })
    };
    let policies = prop::sample::select(NetworkPolicies::ALL.iter().map(|(policy, _)| *policy).collect::<Vec<_>>());
    (8..=29u8, prop::option::of(8..=29u8), any::<bool>(), policies, routes(0), routes(8)).prop_map(
        |(range, wider, peered, policies, routes, others)| Estate { range, wider, peered, policies, routes, others },
    )
}

proptest! {
    #[test]
    fn the_longest_prefix_is_what_a_scan_finds(estate in estates()) {
        let walked = Estate::walked(estate.resources());
        prop_assert_eq!(word(&walked.outcome), estate.scanned(), "{:?}", walked.because);
    }

    #[test]
    fn the_order_of_resources_decides_nothing(
        (sorted, shuffled) in estates().prop_flat_map(|estate| {
            let all = estate.resources();
            (Just(all.clone()), Just(all).prop_shuffle())
        })
    ) {
        prop_assert_eq!(Estate::walked(sorted), Estate::walked(shuffled));
    }
}
