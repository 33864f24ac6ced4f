//! What does a network interface say? Addresses, and for an endpoint's NIC the names they serve.

use crate::{DnsName, ResourceId, Value};
use std::net::IpAddr;

/// A network interface.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkInterface {
    /// Its IP configurations.
    pub ip_configurations: Vec<IpConfiguration>,
    /// Its own network security group.
    pub network_security_group: Option<ResourceId>,
    /// `dnsSettings.dnsServers`; empty means those of the virtual network.
    pub dns_servers: Vec<IpAddr>,
    /// The private endpoint that it belongs to.
    pub private_endpoint: Option<ResourceId>,
    /// The virtual machine that it belongs to.
    pub virtual_machine: Option<ResourceId>,
    /// `enableIPForwarding`.
    pub ip_forwarding: bool,
    /// True when its tag `disableSnatOnPL` is `true`: of an appliance that needs no source NAT for endpoints.
    pub returns_through: bool,
}

/// One address of a NIC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IpConfiguration {
    /// Its name.
    pub name: String,
    /// `privateIPAddress`.
    pub address: Option<IpAddr>,
    /// The subnet.
    pub subnet: Option<ResourceId>,
    /// `privateLinkConnectionProperties.groupId`.
    pub group_id: Option<String>,
    /// `privateLinkConnectionProperties.requiredMemberName`.
    pub member: Option<String>,
    /// `privateLinkConnectionProperties.fqdns`: the names that should resolve to the address.
    pub fqdns: Vec<DnsName>,
    /// `applicationSecurityGroups` that it is a member of.
    pub application_security_groups: Vec<ResourceId>,
    /// `loadBalancerBackendAddressPools` that it is a member of.
    pub backend_pools: Vec<ResourceId>,
}

impl NetworkInterface {
    /// All its addresses.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.ip_configurations.iter().filter_map(|configuration| configuration.address)
    }

    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        match property {
            "enableIPForwarding" => self.ip_forwarding = value.truth()?,
            "networkSecurityGroup.id" => self.network_security_group = value.id()?,
            _ => return None,
        }
        Some(())
    }

    /// Its subnet.
    pub fn subnet(&self) -> Option<&ResourceId> {
        self.ip_configurations.iter().find_map(|configuration| configuration.subnet.as_ref())
    }
}
