//! What does a route table say?

use crate::Value;
use ipnet::IpNet;
use std::net::IpAddr;

/// A route table. Its routes are child resources ([`Route`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteTable {
    /// `disableBgpRoutePropagation`: what gateways bring, by BGP or not, is kept out of the subnets.
    pub disable_bgp_route_propagation: bool,
}

/// A user route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The prefix; `None` for a service tag.
    pub prefix: Option<IpNet>,
    /// Where matching packets go.
    pub next_hop: NextHop,
    /// The appliance, for [`NextHop::VirtualAppliance`].
    pub next_hop_address: Option<IpAddr>,
}

/// The next hop of a user route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NextHop {
    /// The virtual network's own gateway.
    VirtualNetworkGateway,
    /// Inside the virtual network.
    VnetLocal,
    /// Azure's way to the internet.
    Internet,
    /// A firewall or other appliance.
    VirtualAppliance,
    /// Dropped.
    None,
}

spelled!(NextHop: VirtualNetworkGateway, VnetLocal, Internet, VirtualAppliance, None);

impl RouteTable {
    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        match property {
            "disableBgpRoutePropagation" => self.disable_bgp_route_propagation = value.truth()?,
            _ => return None,
        }
        Some(())
    }
}
