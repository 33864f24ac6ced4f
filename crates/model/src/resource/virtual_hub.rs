//! What does a virtual hub of Virtual WAN say, and which networks are connected to it?

use crate::{Known, ResourceId};

/// A virtual hub. What routers, gateways and firewalls in it do is not read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VirtualHub {}

/// A virtual network that is connected to a hub; its parent is the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubConnection {
    /// `remoteVirtualNetwork`: the network, which may be one of another subscription or tenant.
    pub network: Option<ResourceId>,
    /// `enableInternetSecurity`: whether the hub gives the network the default route that it has, if it has one.
    pub default_route: Known<bool>,
}

/// `routingIntent`: what a hub sends through a firewall or an appliance of its own; its parent is the hub.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoutingIntent {
    /// `routingPolicies`; Azure allows one for each destination.
    pub policies: Vec<RoutingPolicy>,
}

/// One policy of a routing intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutingPolicy {
    /// Its name.
    pub name: String,
    /// `destinations`: `Internet` or `PrivateTraffic`.
    pub destinations: Vec<String>,
    /// `nextHop`: the firewall, appliance or service in the hub.
    pub next_hop: Option<ResourceId>,
}

impl RoutingIntent {
    /// The policy for traffic between networks, places and other hubs.
    pub fn private_traffic(&self) -> Option<&RoutingPolicy> {
        let is_private = |policy: &&RoutingPolicy| {
            policy.destinations.iter().any(|destination| destination.eq_ignore_ascii_case("PrivateTraffic"))
        };
        self.policies.iter().find(is_private)
    }
}
