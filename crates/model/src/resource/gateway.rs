//! What do gateways say: which kind, in which network, connected with what?

use crate::{Known, ResourceId, Value};
use ipnet::IpNet;

/// The gateway of a virtual network: what leads out of Azure, over a VPN or `ExpressRoute`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualNetworkGateway {
    /// `gatewayType`.
    pub gateway_type: Known<GatewayType>,
    /// The subnet that it stands in; its parent is the network that has the gateway.
    pub subnet: Option<ResourceId>,
    /// `enableBgp`: whether it can learn routes from other routers.
    pub bgp: bool,
    /// The prefixes that clients of a point-to-site VPN get their addresses from.
    pub client_pool: Vec<IpNet>,
}

/// What a local network gateway says of the place behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalNetworkGateway {
    /// `localNetworkAddressSpace`: the prefixes that a connection without BGP routes there.
    pub address_space: Vec<IpNet>,
}

/// A connection of a gateway with a place, a circuit or another gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayConnection {
    /// `connectionType`.
    pub connection_type: Known<ConnectionType>,
    /// The gateway that has the connection.
    pub gateway: Option<ResourceId>,
    /// The gateway at the other end, of a connection between two virtual networks.
    pub remote_gateway: Option<ResourceId>,
    /// What stands for the place at the other end, of a VPN.
    pub local_gateway: Option<ResourceId>,
    /// The circuit, of `ExpressRoute`.
    pub circuit: Option<ResourceId>,
    /// `enableBgp`: routes are learnt from the other end, and not read from the local network gateway.
    pub bgp: bool,
    /// True where `trafficSelectorPolicies` name what alone may pass.
    pub narrowed: bool,
    /// `connectionStatus`.
    pub status: Known<ConnectionStatus>,
}

/// What a gateway speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GatewayType {
    /// A virtual private network.
    Vpn,
    /// `ExpressRoute`.
    ExpressRoute,
    /// A gateway that another service brings along.
    LocalGateway,
}

/// What a connection joins a gateway with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConnectionType {
    /// A place, over `IPsec`.
    IPsec,
    /// The gateway of another virtual network.
    Vnet2Vnet,
    /// A circuit.
    ExpressRoute,
    /// Single clients.
    VPNClient,
}

/// Whether a connection is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConnectionStatus {
    /// Azure does not say.
    Unknown,
    /// It is coming up.
    Connecting,
    /// It is up.
    Connected,
    /// It is down.
    NotConnected,
}

spelled!(GatewayType: Vpn, ExpressRoute, LocalGateway);

spelled!(ConnectionType: IPsec, Vnet2Vnet, ExpressRoute, VPNClient);

spelled!(ConnectionStatus: Unknown, Connecting, Connected, NotConnected);

impl VirtualNetworkGateway {
    /// The virtual network that has the gateway.
    pub fn network(&self) -> Option<ResourceId> {
        self.subnet.as_ref()?.parent()
    }
}

impl GatewayConnection {
    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        match property {
            "connectionStatus" => self.status = Known::Value(ConnectionStatus::parse(value.text()?)?),
            "enableBgp" => self.bgp = value.truth()?,
            _ => return None,
        }
        Some(())
    }
}
