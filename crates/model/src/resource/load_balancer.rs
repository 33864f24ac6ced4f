//! What does a load balancer say? Which address it takes packets at, and to whom it hands them.

use crate::ResourceId;
use std::net::IpAddr;

/// A load balancer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadBalancer {
    /// `frontendIPConfigurations`: the addresses at which it takes packets.
    pub front_ends: Vec<FrontEnd>,
    /// `backendAddressPools`: whom it hands them to.
    pub pools: Vec<BackendPool>,
    /// `loadBalancingRules`: which packets go to which pool.
    pub rules: Vec<BalancingRule>,
}

/// An address of a load balancer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrontEnd {
    /// Its name, the last part of its id.
    pub name: String,
    /// The private address; `None` for a public one.
    pub address: Option<IpAddr>,
    /// The subnet that the address is in; `None` for a public one.
    pub subnet: Option<ResourceId>,
}

/// A pool of backends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackendPool {
    /// Its name, the last part of its id.
    pub name: String,
    /// The IP configurations of network interfaces that it lists, by id; the interfaces may list more.
    pub members: Vec<ResourceId>,
    /// Addresses that it lists without an interface.
    pub addresses: Vec<IpAddr>,
}

/// A load balancing rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BalancingRule {
    /// Its name, the last part of its id.
    pub name: String,
    /// The name of the front end whose packets it is about.
    pub front_end: Option<String>,
    /// The pools that it hands them to, by id: its own, or those of another load balancer.
    pub pools: Vec<ResourceId>,
    /// True for all ports of all protocols at once (`protocol` All, both ports 0), false for one port.
    pub every_port: bool,
}

impl LoadBalancer {
    /// The front end that has an address.
    pub fn front_end(&self, address: IpAddr) -> Option<&FrontEnd> {
        self.front_ends.iter().find(|front_end| front_end.address == Some(address))
    }

    /// The pool of a name, compared without case.
    pub fn pool(&self, name: &str) -> Option<&BackendPool> {
        self.pools.iter().find(|pool| pool.name.eq_ignore_ascii_case(name))
    }
}
