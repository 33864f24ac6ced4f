//! Which networks, hosts and links stand for the estate? From documents to a plan, without a socket.

use super::rules;
use crate::estate::Estate;
use ipnet::{IpNet, Ipv4Net};
use model::resource::{NetworkInterface, NetworkPolicies, PrivateEndpoint, Subnet, VirtualNetwork};
use model::{ResourceId, Vantage};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// All that is built. Two equal plans are the same network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Plan {
    pub(crate) networks: Vec<Network>,
    /// The vantages first, in their order.
    pub(crate) hosts: Vec<Host>,
    /// Pairs of networks that hear each other.
    pub(crate) peerings: Vec<(usize, usize)>,
}

/// A virtual network: one router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Network {
    pub(crate) id: ResourceId,
    pub(crate) space: Vec<Ipv4Net>,
    /// The text of its rules for `nft`.
    pub(crate) rules: String,
}

/// Who lives on a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Occupant {
    /// Somebody who calls.
    Vantage(Vantage),
    /// The network interface of an endpoint, and the account that it leads to if it is open.
    Endpoint(ResourceId, Option<ResourceId>),
}

/// A host: one namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) occupant: Occupant,
    /// The network it is in, if in any.
    pub(crate) network: Option<usize>,
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
}

impl Host {
    /// True for the interface of an endpoint.
    pub(crate) fn is_endpoint(&self) -> bool {
        matches!(self.occupant, Occupant::Endpoint(..))
    }

    /// True when it has a link of its own to the internet.
    pub(crate) fn has_own_way(&self) -> bool {
        self.network.is_none() || self.private_ranges_only
    }
}

impl Plan {
    /// The plan of an estate, for vantages that were chosen when the lab started.
    pub(crate) fn of(estate: &Estate, vantages: &[Vantage]) -> Self {
        let snapshot = estate.snapshot();
        let ids: Vec<ResourceId> = snapshot.all::<VirtualNetwork>().map(|(id, _)| id.clone()).collect();
        let mut taken: BTreeSet<Ipv4Addr> =
            snapshot.all::<NetworkInterface>().flat_map(|(_, card)| card.addresses().filter_map(v4)).collect();
        let mut hosts: Vec<Host> = vantages.iter().map(|vantage| calling(estate, &ids, vantage, &mut taken)).collect();
        for (id, card) in snapshot.all::<NetworkInterface>() {
            hosts.extend(answering(estate, &ids, id, card));
        }
        for (index, host) in hosts.iter_mut().enumerate() {
            host.public = public_address(index);
        }
        let peered = |one: usize, other: usize| estate.reaches(&ids[one], &ids[other]);
        let pairs = (0..ids.len()).flat_map(|one| (one + 1..ids.len()).map(move |other| (one, other)));
        let peerings: Vec<_> = pairs.filter(|(one, other)| peered(*one, *other)).collect();
        let networks = (0..ids.len())
            .map(|index| {
                let heard: Vec<IpNet> = (0..ids.len())
                    .filter(|other| *other == index || peerings.contains(&(index.min(*other), index.max(*other))))
                    .flat_map(|other| space(estate, &ids[other]))
                    .map(IpNet::V4)
                    .collect();
                Network {
                    id: ids[index].clone(),
                    space: space(estate, &ids[index]),
                    rules: rules::compile(snapshot, index, &hosts, &heard),
                }
            })
            .collect();
        Self { networks, hosts, peerings }
    }

    /// The hosts of a network, with their number.
    pub(crate) fn hosts_of(&self, network: usize) -> impl Iterator<Item = (usize, &Host)> {
        self.hosts.iter().enumerate().filter(move |(_, host)| host.network == Some(network))
    }
}

fn v4(address: IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    }
}

fn space(estate: &Estate, network: &ResourceId) -> Vec<Ipv4Net> {
    let prefixes = estate.snapshot().find::<VirtualNetwork>(network).map_or(&[][..], |known| &known.address_space);
    prefixes.iter().filter_map(|prefix| if let IpNet::V4(prefix) = prefix { Some(*prefix) } else { None }).collect()
}

/// From the block for benchmarks (RFC 2544): no real host is meant.
fn public_address(index: usize) -> Ipv4Addr {
    let index = u32::try_from(index % 0x1_0000).expect("less than 65,536");
    Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 1)) + index)
}

fn nowhere(occupant: Occupant) -> Host {
    Host {
        occupant,
        network: None,
        addresses: Vec::new(),
        public: Ipv4Addr::UNSPECIFIED,
        private_ranges_only: false,
        outbound: Vec::new(),
        inbound: Vec::new(),
    }
}

/// The host of a vantage.
fn calling(estate: &Estate, ids: &[ResourceId], vantage: &Vantage, taken: &mut BTreeSet<Ipv4Addr>) -> Host {
    let host = nowhere(Occupant::Vantage(vantage.clone()));
    let place = estate.place(vantage);
    let network = place.virtual_network.and_then(|network| ids.iter().position(|id| *id == network));
    let (Some(network), Some(subnet)) = (network, place.subnet) else { return host };
    let card = estate.card_of(vantage).and_then(|card| estate.snapshot().find::<NetworkInterface>(card));
    let mut addresses: Vec<Ipv4Addr> = card.into_iter().flat_map(|card| card.addresses().filter_map(v4)).collect();
    if addresses.is_empty() {
        addresses.extend(free(estate, &subnet, taken));
    }
    let group = estate.snapshot().find::<Subnet>(&subnet).and_then(|subnet| subnet.network_security_group.clone());
    let own = card.and_then(|card| card.network_security_group.clone());
    Host {
        network: Some(network),
        addresses,
        private_ranges_only: place.private_ranges_only,
        outbound: own.iter().chain(&group).cloned().collect(),
        inbound: group.iter().chain(&own).cloned().collect(),
        ..host
    }
}

/// An address that Azure could give out: it keeps the first four of a subnet for itself.
fn free(estate: &Estate, subnet: &ResourceId, taken: &mut BTreeSet<Ipv4Addr>) -> Option<Ipv4Addr> {
    let subnet = estate.snapshot().find::<Subnet>(subnet)?;
    let found = subnet.prefixes.iter().find_map(|prefix| match prefix {
        IpNet::V4(prefix) => prefix.hosts().skip(3).find(|address| !taken.contains(address)),
        IpNet::V6(_) => None,
    })?;
    taken.insert(found);
    Some(found)
}

/// The host of an endpoint's interface; other interfaces without a vantage call nobody and answer nobody.
fn answering(estate: &Estate, ids: &[ResourceId], id: &ResourceId, card: &NetworkInterface) -> Option<Host> {
    let endpoint = card.private_endpoint.as_ref()?;
    let subnet = card.subnet()?;
    let network = subnet.parent()?;
    estate.snapshot().find::<PrivateEndpoint>(endpoint)?;
    let rules = estate.snapshot().find::<Subnet>(subnet);
    let applies = rules.is_some_and(|subnet| {
        let policies = subnet.private_endpoint_network_policies.value();
        matches!(policies, Some(NetworkPolicies::Enabled | NetworkPolicies::NetworkSecurityGroupEnabled))
    });
    let group = rules.filter(|_| applies).and_then(|subnet| subnet.network_security_group.clone());
    Some(Host {
        network: ids.iter().position(|known| *known == network),
        addresses: card.addresses().filter_map(v4).collect(),
        inbound: group.into_iter().collect(),
        ..nowhere(Occupant::Endpoint(id.clone(), estate.approved_account(endpoint)))
    })
}

/// The ranges that an app always sends into its network.
pub(crate) const PRIVATE_RANGES: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// Ranges that a router never sends to the internet (Azure's own routes to nowhere).
pub(crate) const NEVER_PUBLIC: [&str; 4] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_can_be_read() {
        for prefix in PRIVATE_RANGES.iter().chain(&NEVER_PUBLIC) {
            assert!(prefix.parse::<Ipv4Net>().is_ok(), "{prefix}");
        }
        assert_eq!(public_address(255), Ipv4Addr::new(198, 18, 1, 0));
    }
}
