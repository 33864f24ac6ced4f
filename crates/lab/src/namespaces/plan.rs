//! Which networks, hosts and links stand for the estate? From documents to a plan, without a socket.

use super::hosts::{self, Host};
use super::land::{Ground, Land};
use super::routes::{self, Hop, Table};
use super::{limits, rules};
use crate::estate::Estate;
use ipnet::Ipv4Net;
use model::Vantage;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// All that is built. Two equal plans are the same network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Plan {
    pub(crate) networks: Vec<Network>,
    /// The vantages first, in their order.
    pub(crate) hosts: Vec<Host>,
    /// Pairs of networks that hear each other.
    pub(crate) peerings: Vec<(usize, usize)>,
    /// Straight ways from the router of a network to a host of a peered one: what a user's route sends to an
    /// appliance over there is addressed to somebody else, so no router on the way may look at it.
    pub(crate) wires: Vec<Wire>,
    /// Links between gateways and sites.
    pub(crate) tunnels: Vec<Tunnel>,
    /// Resolvers on the internet, beside the lab's own.
    pub(crate) resolvers: Vec<Ipv4Addr>,
    /// What is not played, for each vantage.
    pub(crate) limits: Vec<Option<String>>,
}

/// A network: one router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Network {
    pub(crate) ground: Ground,
    pub(crate) space: Vec<Ipv4Net>,
    /// Where its hosts' packets go; a site has none.
    pub(crate) tables: Vec<Table>,
    /// The text of its rules for `nft`.
    pub(crate) rules: String,
}

/// A straight way from a router to a host of another network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wire {
    /// The network of the router.
    pub(crate) from: usize,
    /// The network of the host.
    pub(crate) to: usize,
    /// The host.
    pub(crate) host: usize,
    /// Its address.
    pub(crate) address: Ipv4Addr,
}

/// A link between a gateway and a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tunnel {
    /// The gateway's host.
    pub(crate) gateway: usize,
    /// The site.
    pub(crate) site: usize,
    /// What the gateway serves on Azure's side.
    pub(crate) azure: Vec<Ipv4Net>,
}

impl Plan {
    /// The plan of an estate, for vantages that were chosen when the lab started.
    pub(crate) fn of(estate: &Estate, vantages: &[Vantage]) -> Self {
        let land = Land::of(estate);
        let hosts = hosts::of(estate, &land, vantages);
        let tables: Vec<Vec<Table>> = (0..land.networks.len())
            .map(|number| match land.networks[number] {
                Ground::Azure(_) => routes::tables(estate, &land, &hosts, number),
                Ground::Site(_) => Vec::new(),
            })
            .collect();
        let wires = wires(&tables, &hosts);
        let networks = tables
            .into_iter()
            .enumerate()
            .map(|(number, tables)| {
                let rules = rules::compile(
                    &rules::Around { estate, land: &land, hosts: &hosts, wires: &wires },
                    number,
                    &tables,
                );
                Network { ground: land.networks[number].clone(), space: land.spaces[number].clone(), tables, rules }
            })
            .collect();
        let resolvers = hosts::public_resolvers(estate, &land);
        let limits = limits::of(estate, &land, &hosts, vantages.len());
        Self { networks, tunnels: tunnels(&land, &hosts), peerings: land.peerings, hosts, wires, resolvers, limits }
    }

    /// The hosts of a network, with their number.
    pub(crate) fn hosts_of(&self, network: usize) -> impl Iterator<Item = (usize, &Host)> {
        self.hosts.iter().enumerate().filter(move |(_, host)| host.network == Some(network))
    }

    /// How many links there are.
    pub(crate) fn links(&self) -> usize {
        let own_ways = self.hosts.iter().filter(|host| host.has_own_way()).count();
        let attached = self.hosts.iter().filter(|host| host.network.is_some()).count();
        own_ways + attached + self.networks.len() + self.peerings.len() + self.wires.len() + self.tunnels.len()
    }
}

/// A wire for each host that routes of another network lead through.
fn wires(tables: &[Vec<Table>], hosts: &[Host]) -> Vec<Wire> {
    let mut all = BTreeSet::new();
    for (from, tables) in tables.iter().enumerate() {
        for route in tables.iter().flat_map(|table| &table.routes) {
            if let Hop::Host(host, address) = route.hop
                && let Some(to) = hosts[host].network.filter(|to| *to != from)
            {
                all.insert(Wire { from, to, host, address });
            }
        }
    }
    all.into_iter().collect()
}

fn tunnels(land: &Land, hosts: &[Host]) -> Vec<Tunnel> {
    let gateway = |at: usize| {
        let is_it = |host: &Host| host.network == Some(at) && host.occupant == hosts::Occupant::Gateway;
        hosts.iter().position(is_it)
    };
    let of = |(at, sites): &(usize, Vec<usize>)| -> Vec<Tunnel> {
        let Some(gateway) = gateway(*at) else { return Vec::new() };
        let azure: Vec<Ipv4Net> = land.served_by(*at).flat_map(|network| land.spaces[network].clone()).collect();
        sites.iter().map(|site| Tunnel { gateway, site: *site, azure: azure.clone() }).collect()
    };
    land.gateways.iter().flat_map(of).collect()
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
        assert_eq!(hosts::public_address(255), Ipv4Addr::new(198, 18, 1, 0));
    }
}
