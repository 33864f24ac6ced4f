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
