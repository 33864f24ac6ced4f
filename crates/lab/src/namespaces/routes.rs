//! Where does a router send what a host of its network sends? Azure's own routes and the user's, as
//! tables of the kernel: the longest prefix wins, then the user's route.

use super::gateways;
use super::hosts::{Host, Occupant};
use super::land::Land;
use super::plan::NEVER_PUBLIC;
use crate::estate::Estate;
use ipnet::Ipv4Net;
use model::ResourceId;
use model::resource::{LoadBalancer, NetworkInterface, NetworkPolicies, NextHop, Route as UserRoute, Subnet};
use std::net::{IpAddr, Ipv4Addr};

/// The routes that hold for some hosts of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    /// The user's route table, or nothing for Azure's routes alone.
    pub(crate) name: Option<String>,
    /// Whose packets it decides about.
    pub(crate) hosts: Vec<usize>,
    pub(crate) routes: Vec<Route>,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) prefix: Ipv4Net,
    pub(crate) origin: Origin,
    pub(crate) hop: Hop,
}

/// Where a route comes from. Of equal prefixes the first of these wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// A route of the user's table, by name.
    User(String),
    /// What a gateway brings, learnt or not.
    Gateway,
    /// Azure's own, for networks, peers and endpoints.
    System,
    /// Azure's own for the rest of the world.
    Default,
}

/// Where a route leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hop {
    /// To the host of the network that has the address.
    Deliver,
    /// To the router of a peer, which delivers.
    Peer(usize),
    /// Through a host that has this address, wherever it stands.
    Host(usize, Ipv4Addr),
    /// To the internet.
    Internet,
    /// Nowhere: dropped.
    Nowhere,
}

impl Origin {
    /// The metric of the kernel: of equal prefixes the smaller one wins.
    pub(crate) fn metric(&self) -> u32 {
        match self {
            Self::User(_) => 100,
            Self::Gateway => 200,
            Self::System => 300,
            Self::Default => 400,
        }
    }
}

/// The tables of a virtual network. The first is Azure's own.
pub(crate) fn tables(estate: &Estate, land: &Land, hosts: &[Host], network: usize) -> Vec<Table> {
    let own = || hosts.iter().enumerate().filter(move |(_, host)| host.network == Some(network));
    let system = system(land, hosts, network);
    let mut tables: Vec<Table> = vec![Table { name: None, hosts: Vec::new(), routes: system.clone() }];
    let mut known: Vec<Option<ResourceId>> = vec![None];
    for (number, host) in own() {
        let found = host.subnet.as_ref().and_then(|subnet| estate.snapshot().find::<Subnet>(subnet));
        // What an endpoint answers goes straight to who asked, whatever the routes of its subnet say.
        let table = found.filter(|_| !host.is_endpoint()).and_then(|subnet| subnet.route_table.clone());
        let place = known.iter().position(|known| *known == table).unwrap_or_else(|| {
            let id = table.as_ref().expect("the table of no user is known from the start");
            let routes = combined(estate, land, hosts, network, &system, id);
            tables.push(Table { name: Some(id.name().to_owned()), hosts: Vec::new(), routes });
            known.push(table.clone());
            known.len() - 1
        });
        tables[place].hosts.push(number);
    }
    tables
}

/// Azure's own routes.
fn system(land: &Land, hosts: &[Host], network: usize) -> Vec<Route> {
    let mut routes = Vec::new();
    let mut add = |prefix: Ipv4Net, origin, hop| routes.push(Route { prefix, origin, hop });
    for prefix in &land.spaces[network] {
        add(*prefix, Origin::System, Hop::Deliver);
    }
    for peer in land.peers(network) {
        for prefix in &land.spaces[peer] {
            add(*prefix, Origin::System, Hop::Peer(peer));
        }
    }
    for host in hosts.iter().filter(|host| host.is_endpoint()) {
        let hop = match host.network {
            Some(at) if at == network => Hop::Deliver,
            Some(at) if land.peers(network).any(|peer| peer == at) => Hop::Peer(at),
            _ => continue,
        };
        for address in &host.addresses {
            add(Ipv4Net::from(*address), Origin::System, hop);
        }
    }
    if let Some(hop) = gateway(land, hosts, network) {
        // Azure: routes to networks win over longer ones that gateways bring.
        let near = || std::iter::once(network).chain(land.peers(network)).flat_map(|at| &land.spaces[at]);
        for prefix in land.beyond(network).into_iter().filter(|prefix| !near().any(|space| space.contains(prefix))) {
            add(prefix, Origin::Gateway, hop);
        }
    }
    add(Ipv4Net::default(), Origin::Default, Hop::Internet);
    for prefix in NEVER_PUBLIC.iter().filter_map(|prefix| prefix.parse().ok()) {
        add(prefix, Origin::Default, Hop::Nowhere);
    }
    routes
}

/// The gateway that serves a network.
fn gateway(land: &Land, hosts: &[Host], network: usize) -> Option<Hop> {
    let at = land.gateway_of(network)?;
    let is_it = |host: &Host| host.network == Some(at) && host.occupant == Occupant::Gateway;
    let number = hosts.iter().position(is_it)?;
    Some(Hop::Host(number, *hosts[number].addresses.first()?))
}

/// Azure's routes and those of a user's table. The route to an endpoint gives way to a user's route only
/// where the policy of the endpoint's subnet says so, and only to one that is no wider than the
/// endpoint's network; one for the very address wins always.
fn combined(
    estate: &Estate,
    land: &Land,
    hosts: &[Host],
    network: usize,
    system: &[Route],
    table: &ResourceId,
) -> Vec<Route> {
    let users: Vec<Route> = estate
        .snapshot()
        .children::<UserRoute>(table)
        .filter_map(|(id, route)| {
            let ipnet::IpNet::V4(prefix) = route.prefix? else { return None };
            let hop = hop(estate, land, hosts, network, route);
            Some(Route { prefix: prefix.trunc(), origin: Origin::User(id.name().to_owned()), hop })
        })
        .collect();
    let gives_way = |route: &Route| {
        let address = route.prefix.addr();
        let is_it = |host: &&Host| host.is_endpoint() && host.addresses.contains(&address);
        let Some(endpoint) = hosts.iter().find(is_it).filter(|_| route.prefix.prefix_len() == 32) else { return false };
        let covering = users.iter().filter(|user| user.prefix.contains(&address));
        let Some(longest) = covering.map(|user| user.prefix.prefix_len()).max() else { return false };
        let space = endpoint.network.map_or(&[][..], |at| &land.spaces[at]);
        let range = space.iter().filter(|prefix| prefix.contains(&address)).map(Ipv4Net::prefix_len).max();
        range.is_some_and(|range| longest >= range) && yields(estate, endpoint)
    };
    let kept_out = |route: &Route| route.origin == Origin::Gateway && gateways::switched_off(estate, table);
    let kept = system.iter().filter(|route| !gives_way(route) && !kept_out(route)).cloned();
    kept.chain(users.iter().cloned()).collect()
}

/// True when the policy of an endpoint's subnet lets user routes override its own.
fn yields(estate: &Estate, endpoint: &Host) -> bool {
    let subnet = endpoint.subnet.as_ref().and_then(|id| estate.snapshot().find::<Subnet>(id));
    let policies = subnet.and_then(|subnet| subnet.private_endpoint_network_policies.value());
    matches!(policies, Some(NetworkPolicies::Enabled | NetworkPolicies::RouteTableEnabled))
}

/// Where a user's route leads. An appliance that nobody is leads nowhere.
fn hop(estate: &Estate, land: &Land, hosts: &[Host], network: usize, route: &UserRoute) -> Hop {
    match route.next_hop {
        NextHop::VnetLocal => Hop::Deliver,
        NextHop::Internet => Hop::Internet,
        NextHop::None => Hop::Nowhere,
        NextHop::VirtualNetworkGateway => gateway(land, hosts, network).unwrap_or(Hop::Nowhere),
        NextHop::VirtualAppliance => {
            let Some(IpAddr::V4(address)) = route.next_hop_address else { return Hop::Nowhere };
            let near = |at: usize| at == network || land.peers(network).any(|peer| peer == at);
            let at = |address: Ipv4Addr| {
                let is_it = |host: &Host| host.network.is_some_and(near) && host.addresses.contains(&address);
                hosts.iter().position(is_it).map(|number| Hop::Host(number, address))
            };
            let balanced = || backends(estate, address).into_iter().find_map(at);
            at(address).or_else(balanced).unwrap_or(Hop::Nowhere)
        }
    }
}

/// Who takes what comes to the front end of a load balancer, if its rule is for every port. Azure chooses one
/// for each flow; here it is always the first that there is.
fn backends(estate: &Estate, front_end: Ipv4Addr) -> Vec<Ipv4Addr> {
    let snapshot = estate.snapshot();
    let mut all = snapshot.all::<LoadBalancer>();
    let Some((front_end, balancer)) =
        all.find_map(|(_, balancer)| Some((balancer.front_end(IpAddr::V4(front_end))?, balancer)))
    else {
        return Vec::new();
    };
    let is_its = |name: &Option<String>| name.as_deref().is_some_and(|name| name == front_end.name);
    let rules = balancer.rules.iter().filter(|rule| rule.every_port && is_its(&rule.front_end));
    let pools = rules.flat_map(|rule| &rule.pools).filter_map(|pool| balancer.pool(pool.name()));
    let cards = pools.flat_map(|pool| &pool.members).filter_map(ResourceId::parent);
    let found = cards.filter_map(|card| snapshot.find::<NetworkInterface>(&card));
    found.flat_map(|card| card.addresses().filter_map(super::hosts::v4).collect::<Vec<_>>()).collect()
}
