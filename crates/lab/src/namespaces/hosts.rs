//! Which hosts does the estate have, where are they, and what do they do with packets?

use super::land::{Ground, Land};
use crate::address_plan::{AZURE_DNS, CORE_DNS};
use crate::estate::Estate;
use ipnet::Ipv4Net;
use model::resource::{
    DnsResolver, InboundEndpoint, NetworkInterface, NetworkPolicies, OutboundEndpoint, PrivateEndpoint, Subnet,
};
use model::{ResourceId, Vantage};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// Who lives on a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Occupant {
    /// Somebody who calls.
    Vantage(Vantage),
    /// The network interface of an endpoint, and the account that it leads to if it is open.
    Endpoint(ResourceId, Option<ResourceId>),
    /// Another network interface.
    Machine(ResourceId),
    /// A DNS server, or an inbound endpoint, that no network interface tells of.
    Server,
    /// The outbound endpoint of a DNS Private Resolver.
    Outbound(ResourceId),
    /// The gateway of the network.
    Gateway,
}

/// What a host does with packets for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forwarding {
    /// It drops them.
    Never,
    /// It hands them on as they are.
    Plain,
    /// It hands them on with its own address as their source.
    OwnSource,
}

/// A host: one namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) occupant: Occupant,
    /// The network it is in, if in any.
    pub(crate) network: Option<usize>,
    /// Its subnet, if its address is in one.
    pub(crate) subnet: Option<ResourceId>,
    /// Its addresses in that network.
    pub(crate) addresses: Vec<Ipv4Addr>,
    /// The address that the internet sees.
    pub(crate) public: Ipv4Addr,
    /// True when only private ranges go into the network, and the rest leaves by a link of its own.
    pub(crate) private_ranges_only: bool,
    /// Groups that judge what it sends, in order.
    pub(crate) outbound: Vec<ResourceId>,
    /// Groups that judge what it gets, in order.
    pub(crate) inbound: Vec<ResourceId>,
    /// The addresses at which it answers DNS questions.
    pub(crate) resolves_at: Vec<Ipv4Addr>,
    /// What it does with packets for others.
    pub(crate) forwarding: Forwarding,
}

impl Host {
    /// True for the interface of an endpoint.
    pub(crate) fn is_endpoint(&self) -> bool {
        matches!(self.occupant, Occupant::Endpoint(..))
    }

    /// True for the gateway of a network.
    pub(crate) fn is_gateway(&self) -> bool {
        self.occupant == Occupant::Gateway
    }

    /// True for the interface of an endpoint that nobody approved.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self.occupant, Occupant::Endpoint(_, None))
    }

    /// A name for messages: that of the resource, or its address.
    pub(crate) fn name(&self) -> &str {
        match &self.occupant {
            Occupant::Endpoint(id, _) | Occupant::Machine(id) | Occupant::Outbound(id) => id.name(),
            Occupant::Vantage(vantage) => vantage.resource().map_or("", ResourceId::name),
            Occupant::Server => "dns-server",
            Occupant::Gateway => "gateway",
        }
    }

    /// True when it has a link of its own to the internet.
    pub(crate) fn has_own_way(&self) -> bool {
        self.network.is_none() || self.private_ranges_only
    }

    fn nowhere(occupant: Occupant) -> Self {
        Self {
            occupant,
            network: None,
            subnet: None,
            addresses: Vec::new(),
            public: Ipv4Addr::UNSPECIFIED,
            private_ranges_only: false,
            outbound: Vec::new(),
            inbound: Vec::new(),
            resolves_at: Vec::new(),
            forwarding: Forwarding::Never,
        }
    }
}

/// All hosts, the vantages first and in their order.
pub(crate) fn of(estate: &Estate, land: &Land, vantages: &[Vantage]) -> Vec<Host> {
    let snapshot = estate.snapshot();
    let cards = snapshot.all::<NetworkInterface>();
    let mut taken: BTreeSet<Ipv4Addr> = cards.flat_map(|(_, card)| card.addresses().filter_map(v4)).collect();
    taken.extend(estate.client().dns_servers.keys().copied().filter_map(v4));
    taken.extend(snapshot.all::<InboundEndpoint>().flat_map(|(_, at)| at.addresses.iter().copied().filter_map(v4)));
    let mut census = Census { estate, land, taken, hosts: Vec::new() };
    for vantage in vantages {
        let host = census.calling(vantage);
        census.hosts.push(host);
    }
    census.interfaces(vantages);
    census.servers();
    census.resolvers();
    census.gateways();
    let mut hosts = census.hosts;
    for (index, host) in hosts.iter_mut().enumerate() {
        host.public = public_address(index);
    }
    hosts
}

struct Census<'e> {
    estate: &'e Estate,
    land: &'e Land,
    taken: BTreeSet<Ipv4Addr>,
    hosts: Vec<Host>,
}

impl Census<'_> {
    /// The host of a vantage.
    fn calling(&mut self, vantage: &Vantage) -> Host {
        let host = Host::nowhere(Occupant::Vantage(vantage.clone()));
        if let Vantage::OnPremises(name) = vantage {
            let Some(site) = self.land.site(name) else { return host };
            let address = self.first_free(&self.land.spaces[site]);
            return Host { network: Some(site), addresses: address.into_iter().collect(), ..host };
        }
        let place = self.estate.place(vantage);
        let network = place.virtual_network.and_then(|network| self.land.index(&network));
        let (Some(network), Some(subnet)) = (network, place.subnet) else { return host };
        let card = self.estate.card_of(vantage).and_then(|card| self.estate.snapshot().find::<NetworkInterface>(card));
        let mut host = self.inside(host, network, Some(subnet.clone()), card);
        if host.addresses.is_empty() {
            let prefixes = self.estate.snapshot().find::<Subnet>(&subnet).map(|found| super::land::v4(&found.prefixes));
            host.addresses.extend(self.first_free(&prefixes.unwrap_or_default()));
        }
        if place.cluster.is_some() {
            host.resolves_at.push(CORE_DNS);
        }
        Host { private_ranges_only: place.private_ranges_only, ..host }
    }

    /// A host inside a network: what its interface and its subnet say.
    fn inside(&self, host: Host, network: usize, subnet: Option<ResourceId>, card: Option<&NetworkInterface>) -> Host {
        let found = subnet.as_ref().and_then(|id| self.estate.snapshot().find::<Subnet>(id));
        let group = found.and_then(|subnet| subnet.network_security_group.clone());
        let own = card.and_then(|card| card.network_security_group.clone());
        let addresses: Vec<Ipv4Addr> = card.into_iter().flat_map(|card| card.addresses().filter_map(v4)).collect();
        let forwarding = match card {
            Some(card) if card.ip_forwarding => {
                match addresses.iter().any(|at| self.estate.hides_sources((*at).into())) {
                    true => Forwarding::OwnSource,
                    false => Forwarding::Plain,
                }
            }
            _ => Forwarding::Never,
        };
        Host {
            network: Some(network),
            subnet,
            addresses,
            outbound: own.iter().chain(&group).cloned().collect(),
            inbound: group.iter().chain(&own).cloned().collect(),
            forwarding,
            ..host
        }
    }

    /// Interfaces of endpoints, and those that no vantage sends through: each is a host of its own.
    fn interfaces(&mut self, vantages: &[Vantage]) {
        let known: BTreeSet<&ResourceId> = vantages.iter().filter_map(|vantage| self.estate.card_of(vantage)).collect();
        for (id, card) in self.estate.snapshot().all::<NetworkInterface>().filter(|(id, _)| !known.contains(id)) {
            let Some(subnet) = card.subnet() else { continue };
            let Some(network) = subnet.parent().and_then(|network| self.land.index(&network)) else { continue };
            let host = match &card.private_endpoint {
                Some(endpoint) if self.estate.snapshot().find::<PrivateEndpoint>(endpoint).is_some() => {
                    let open = self.estate.approved_account(endpoint);
                    let host = Host::nowhere(Occupant::Endpoint(id.clone(), open));
                    let host = self.inside(host, network, Some(subnet.clone()), Some(card));
                    // Groups apply to endpoints by the policy of the subnet, and never to what they send.
                    let inbound = if self.policy(subnet, NetworkPolicies::NetworkSecurityGroupEnabled) {
                        host.inbound
                    } else {
                        Vec::new()
                    };
                    Host { inbound, outbound: Vec::new(), forwarding: Forwarding::Never, ..host }
                }
                Some(_) => continue,
                None => {
                    let host = Host::nowhere(Occupant::Machine(id.clone()));
                    self.inside(host, network, Some(subnet.clone()), Some(card))
                }
            };
            self.hosts.push(host);
        }
    }

    /// True when the subnet's policies are Enabled, or this one alone.
    fn policy(&self, subnet: &ResourceId, one: NetworkPolicies) -> bool {
        let found = self.estate.snapshot().find::<Subnet>(subnet);
        let policies = found.and_then(|subnet| subnet.private_endpoint_network_policies.value());
        policies.is_some_and(|policies| *policies == NetworkPolicies::Enabled || *policies == one)
    }

    /// DNS servers of the estate's owner. One outside of Azure is at the site that has its address; one
    /// on the internet belongs to the internet.
    fn servers(&mut self) {
        for (address, server) in &self.estate.client().dns_servers {
            let Some(at) = v4(*address) else { continue };
            let network = match &server.network {
                Some(network) => self.land.index(network),
                None => self.estate.client().site_of(*address).and_then(|site| self.land.site(&site.name)),
            };
            if let Some(network) = network {
                self.resolving(network, at);
            }
        }
    }

    /// The endpoints of DNS Private Resolvers.
    fn resolvers(&mut self) {
        let network_of = |endpoint: &ResourceId| {
            let resolver = self.estate.snapshot().find::<DnsResolver>(&endpoint.parent()?)?;
            self.land.index(resolver.virtual_network.as_ref()?)
        };
        let snapshot = self.estate.snapshot();
        let inbound: Vec<(usize, Ipv4Addr)> = snapshot
            .all::<InboundEndpoint>()
            .filter_map(|(id, endpoint)| Some((network_of(id)?, &endpoint.addresses)))
            .flat_map(|(network, addresses)| addresses.iter().filter_map(move |at| Some((network, v4(*at)?))))
            .collect();
        let outbound: Vec<(usize, ResourceId, Option<ResourceId>)> = snapshot
            .all::<OutboundEndpoint>()
            .filter_map(|(id, endpoint)| Some((network_of(id)?, id.clone(), endpoint.subnet.clone())))
            .collect();
        for (network, at) in inbound {
            self.resolving(network, at);
        }
        for (network, id, subnet) in outbound {
            let found = subnet.as_ref().and_then(|subnet| snapshot.find::<Subnet>(subnet));
            let prefixes = found.map(|found| super::land::v4(&found.prefixes)).unwrap_or_default();
            let address = self.first_free(&prefixes).or_else(|| self.last_free(network));
            let Some(address) = address else { continue };
            let host = self.inside(Host::nowhere(Occupant::Outbound(id)), network, subnet, None);
            self.hosts.push(Host { addresses: vec![address], ..host });
        }
    }

    /// A host of a network answers DNS questions at an address: the one that has it, or a new one.
    fn resolving(&mut self, network: usize, at: Ipv4Addr) {
        let known = self.hosts.iter_mut().find(|host| host.network == Some(network) && host.addresses.contains(&at));
        if let Some(host) = known {
            host.resolves_at.push(at);
            return;
        }
        let subnet = self.subnet_of(network, at);
        let host = self.inside(Host::nowhere(Occupant::Server), network, subnet, None);
        self.hosts.push(Host { addresses: vec![at], resolves_at: vec![at], ..host });
    }

    fn gateways(&mut self) {
        for (network, _) in &self.land.gateways {
            let subnets = self.land.networks[*network].azure().map(|id| id.child("subnets", super::gateways::SUBNET));
            let subnet = subnets.filter(|id| self.estate.snapshot().find::<Subnet>(id).is_some());
            let found = subnet.as_ref().and_then(|id| self.estate.snapshot().find::<Subnet>(id));
            let prefixes = found.map(|found| super::land::v4(&found.prefixes)).unwrap_or_default();
            let address = self.first_free(&prefixes).or_else(|| self.last_free(*network));
            let Some(address) = address else { continue };
            // Azure takes no group on this subnet.
            let host = Host { network: Some(*network), subnet, ..Host::nowhere(Occupant::Gateway) };
            self.hosts.push(Host { addresses: vec![address], forwarding: Forwarding::Plain, ..host });
        }
    }

    fn subnet_of(&self, network: usize, at: Ipv4Addr) -> Option<ResourceId> {
        let Ground::Azure(id) = &self.land.networks[network] else { return None };
        let mut subnets = self.estate.snapshot().children::<Subnet>(id);
        let holds = |subnet: &Subnet| subnet.prefixes.iter().any(|prefix| prefix.contains(&IpAddr::V4(at)));
        subnets.find(|(_, subnet)| holds(subnet)).map(|(id, _)| id.clone())
    }

    /// An address that Azure could give out: it keeps the first four of a subnet for itself.
    fn first_free(&mut self, prefixes: &[Ipv4Net]) -> Option<Ipv4Addr> {
        let free = |prefix: &Ipv4Net| prefix.hosts().skip(3).find(|address| !self.taken.contains(address));
        let found = prefixes.iter().find_map(free)?;
        self.taken.insert(found);
        Some(found)
    }

    /// The last free address of a network, for what stands in no subnet that is told of.
    fn last_free(&mut self, network: usize) -> Option<Ipv4Addr> {
        let prefix = self.land.spaces[network].first()?;
        let (first, last) = (u32::from(prefix.network()), u32::from(prefix.broadcast()));
        let free = (first + 1..last).rev().map(Ipv4Addr::from).find(|address| !self.taken.contains(address))?;
        self.taken.insert(free);
        Some(free)
    }
}

/// The resolvers on the internet that somebody in the estate asks, beside the lab's own.
pub(crate) fn public_resolvers(estate: &Estate, land: &Land) -> Vec<Ipv4Addr> {
    let named = estate.named_servers();
    let inside = |at: Ipv4Addr| land.spaces.iter().flatten().any(|prefix| prefix.contains(&at));
    let public = |at: IpAddr| at != AZURE_DNS && crate::estate::is_internet(at);
    let found: BTreeSet<Ipv4Addr> = named.into_iter().filter(|at| public(*at)).filter_map(v4).collect();
    found.into_iter().filter(|at| !inside(*at) && !crate::address_plan::is_front_end(IpAddr::V4(*at))).collect()
}

pub(crate) fn v4(address: IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    }
}

/// From the block for benchmarks (RFC 2544): no real host is meant.
pub(crate) fn public_address(index: usize) -> Ipv4Addr {
    let index = u32::try_from(index % 0x1_0000).expect("less than 65,536");
    Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 1)) + index)
}
