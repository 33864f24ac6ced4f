//! What does a private endpoint say: where it is, what it leads to, and in which state?

use crate::{DnsName, Known, ResourceId, Value};
use std::net::IpAddr;

/// A private endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateEndpoint {
    /// The subnet that its addresses come from.
    pub subnet: Option<ResourceId>,
    /// What it leads to.
    pub connections: Vec<PrivateLinkServiceConnection>,
    /// Its NICs.
    pub network_interfaces: Vec<ResourceId>,
    /// `applicationSecurityGroups` that its addresses are members of.
    pub application_security_groups: Vec<ResourceId>,
    /// `customDnsConfigs`: names and addresses. May be empty while a zone group is attached.
    pub custom_dns_configs: Vec<CustomDnsConfig>,
    /// `provisioningState`.
    pub provisioning_state: Known<String>,
}

/// One connection of a private endpoint to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateLinkServiceConnection {
    /// Its name.
    pub name: String,
    /// `privateLinkServiceId`.
    pub target: Option<ResourceId>,
    /// The sub-resources, such as `account`.
    pub group_ids: Vec<String>,
    /// The state, as the endpoint's side shows it.
    pub state: Known<ConnectionState>,
    /// True when it is listed among the manual connections.
    pub manual: bool,
}

/// The state of a private endpoint connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConnectionState {
    /// The only one that passes traffic.
    Approved,
    /// Waits for the owner of the service.
    Pending,
    /// The owner said no.
    Rejected,
    /// The owner removed it.
    Disconnected,
}

/// A name and its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomDnsConfig {
    /// The public name.
    pub fqdn: DnsName,
    /// The endpoint's addresses for it.
    pub addresses: Vec<IpAddr>,
}

/// The DNS zone group of an endpoint: keeps its records in private zones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateDnsZoneGroup {
    /// One for each zone.
    pub configs: Vec<PrivateDnsZoneConfig>,
}

/// One zone of a zone group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateDnsZoneConfig {
    /// Its name.
    pub name: String,
    /// The zone.
    pub zone: Option<ResourceId>,
}

impl Default for PrivateEndpoint {
    fn default() -> Self {
        Self {
            subnet: None,
            connections: Vec::new(),
            network_interfaces: Vec::new(),
            application_security_groups: Vec::new(),
            custom_dns_configs: Vec::new(),
            provisioning_state: None.into(),
        }
    }
}

spelled!(ConnectionState: Approved, Pending, Rejected, Disconnected);

impl PrivateEndpoint {
    /// `privateLinkServiceConnectionState.status` sets the state of every connection.
    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        match property {
            "privateLinkServiceConnectionState.status" => {
                let state = ConnectionState::parse(value.text()?)?;
                for connection in &mut self.connections {
                    connection.state = Known::Value(state);
                }
            }
            "provisioningState" => self.provisioning_state = Known::Value(value.text()?.to_owned()),
            _ => return None,
        }
        Some(())
    }
}
