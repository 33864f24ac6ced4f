//! What does a virtual network say: address space, DNS servers, subnets, peerings?

use crate::{Known, ResourceId, Value};
use ipnet::IpNet;
use std::net::IpAddr;

/// A virtual network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VirtualNetwork {
    /// Address prefixes.
    pub address_space: Vec<IpNet>,
    /// `dhcpOptions.dnsServers`; empty means Azure DNS.
    pub dns_servers: Vec<IpAddr>,
}

/// A subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    /// Address prefixes.
    pub prefixes: Vec<IpNet>,
    /// The network security group, if any.
    pub network_security_group: Option<ResourceId>,
    /// The route table, if any.
    pub route_table: Option<ResourceId>,
    /// `privateEndpointNetworkPolicies`.
    pub private_endpoint_network_policies: Known<NetworkPolicies>,
    /// Service names that the subnet is delegated to, such as `Microsoft.Web/serverFarms`.
    pub delegations: Vec<String>,
    /// `serviceEndpoints`: the services whose traffic carries the identity of the subnet.
    pub service_endpoints: Vec<ServiceEndpoint>,
}

/// A service endpoint of a subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceEndpoint {
    /// The service, such as `Microsoft.CognitiveServices`.
    pub service: String,
    /// `provisioningState`, where it is told.
    pub state: Option<String>,
}

/// Which network policies apply to the private endpoints of a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NetworkPolicies {
    /// None.
    Disabled,
    /// NSGs and route tables.
    Enabled,
    /// NSGs only.
    NetworkSecurityGroupEnabled,
    /// Route tables only.
    RouteTableEnabled,
}

/// One half of a peering; the other half lives in the remote network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peering {
    /// The remote virtual network.
    pub remote: Option<ResourceId>,
    /// `peeringState`.
    pub state: Known<PeeringState>,
    /// `allowVirtualNetworkAccess`.
    pub allow_virtual_network_access: bool,
    /// `allowForwardedTraffic`.
    pub allow_forwarded_traffic: bool,
    /// `allowGatewayTransit`.
    pub allow_gateway_transit: bool,
    /// `useRemoteGateways`.
    pub use_remote_gateways: bool,
}

/// The state of one half of a peering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeeringState {
    /// The other half is missing.
    Initiated,
    /// Both halves exist.
    Connected,
    /// The other half was deleted.
    Disconnected,
}

impl Default for Subnet {
    fn default() -> Self {
        Self {
            prefixes: Vec::new(),
            network_security_group: None,
            route_table: None,
            private_endpoint_network_policies: None.into(),
            delegations: Vec::new(),
            service_endpoints: Vec::new(),
        }
    }
}

spelled!(NetworkPolicies: Disabled, Enabled, NetworkSecurityGroupEnabled, RouteTableEnabled);

spelled!(PeeringState: Initiated, Connected, Disconnected);

impl Subnet {
    /// The service endpoint for a service.
    pub fn service_endpoint(&self, service: &str) -> Option<&ServiceEndpoint> {
        self.service_endpoints.iter().find(|endpoint| endpoint.service.eq_ignore_ascii_case(service))
    }

    /// Services with commas, in place of those that are there; no value takes all away.
    fn set_service_endpoints(&mut self, value: &Value) -> Option<()> {
        let services = match value {
            Value::Nothing => "",
            value => value.text()?,
        };
        let named = services.split(',').map(str::trim).filter(|service| !service.is_empty());
        let endpoint = |service: &str| {
            let old = self.service_endpoint(service).cloned();
            old.unwrap_or_else(|| ServiceEndpoint { service: service.to_owned(), state: None })
        };
        self.service_endpoints = named.map(endpoint).collect();
        Some(())
    }

    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        match property {
            "privateEndpointNetworkPolicies" => {
                self.private_endpoint_network_policies = Known::Value(NetworkPolicies::parse(value.text()?)?);
            }
            "networkSecurityGroup.id" => self.network_security_group = value.id()?,
            "routeTable.id" => self.route_table = value.id()?,
            "serviceEndpoints" => self.set_service_endpoints(value)?,
            _ => return None,
        }
        Some(())
    }
}

impl Peering {
    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        match property {
            "peeringState" => self.state = Known::Value(PeeringState::parse(value.text()?)?),
            "allowVirtualNetworkAccess" => self.allow_virtual_network_access = value.truth()?,
            "allowForwardedTraffic" => self.allow_forwarded_traffic = value.truth()?,
            "allowGatewayTransit" => self.allow_gateway_transit = value.truth()?,
            "useRemoteGateways" => self.use_remote_gateways = value.truth()?,
            _ => return None,
        }
        Some(())
    }
}
