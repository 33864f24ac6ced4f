//! What does an Azure AI services account say: its name, its public side, its connections?

use crate::resource::{Access, ConnectionState};
use crate::{Known, ResourceId, Value};
use ipnet::IpNet;
use std::net::IpAddr;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CognitiveServicesAccount {
    /// `kind`: `OpenAI`, `AIServices`, …
    pub kind: Option<String>,
    /// `customSubDomainName`; `None` when the account has none.
    pub custom_subdomain: Option<String>,
    /// `publicNetworkAccess`.
    pub public_network_access: Known<PublicNetworkAccess>,
    /// `networkAcls`; `None` when absent, which allows every network.
    pub network_acls: Option<NetworkAcls>,
    /// `disableLocalAuth`.
    pub disable_local_auth: Known<bool>,
    /// `networkInjections` for agents: the subnet that they run in, where it is one of the owner.
    pub agent_subnet: Option<ResourceId>,
    /// `restrictOutboundNetworkAccess`: the account may call the hosts of its list only.
    pub restrict_outbound: Known<bool>,
    /// `allowedFqdnList`: that list, as it is written.
    pub allowed_hosts: Vec<String>,
}

/// The public-access switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublicNetworkAccess {
    /// Open, subject to the network ACLs.
    Enabled,
    /// Closed.
    Disabled,
    /// Left to a network security perimeter.
    SecuredByPerimeter,
}

/// The network rules of the public side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkAcls {
    /// What happens to a source that no rule names.
    pub default_action: Access,
    /// `ipRules`.
    pub ip_rules: Vec<IpNet>,
    /// `virtualNetworkRules`: subnets.
    pub virtual_network_rules: Vec<VirtualNetworkRule>,
    /// `bypass`.
    pub bypass: Option<String>,
}

/// A rule that lets a subnet in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualNetworkRule {
    /// The subnet.
    pub subnet: ResourceId,
    /// `ignoreMissingVnetServiceEndpoint`: the rule could be made although the subnet had no service endpoint.
    pub ignore_missing_endpoint: bool,
    /// `state`, such as `Succeeded` or `NetworkSourceDeleted`, where it is told.
    pub state: Option<String>,
}

/// A private endpoint connection as the account sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateEndpointConnection {
    /// The endpoint.
    pub private_endpoint: Option<ResourceId>,
    /// `privateLinkServiceConnectionState.status`.
    pub state: Known<ConnectionState>,
}

/// What an account says of its private-link sub-resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateLinkResource {
    /// The group id.
    pub group_id: Option<String>,
    /// `requiredZoneNames`.
    pub required_zone_names: Vec<String>,
}

impl Default for CognitiveServicesAccount {
    fn default() -> Self {
        Self {
            kind: None,
            custom_subdomain: None,
            public_network_access: None.into(),
            network_acls: None,
            disable_local_auth: None.into(),
            agent_subnet: None,
            restrict_outbound: None.into(),
            allowed_hosts: Vec::new(),
        }
    }
}

spelled!(PublicNetworkAccess: Enabled, Disabled, SecuredByPerimeter);

impl NetworkAcls {
    /// No rules, with this default.
    pub fn without_rules(default_action: Access) -> Self {
        Self { default_action, ip_rules: Vec::new(), virtual_network_rules: Vec::new(), bypass: None }
    }

    /// The rule that names a subnet.
    pub fn rule_of(&self, subnet: &ResourceId) -> Option<&VirtualNetworkRule> {
        self.virtual_network_rules.iter().find(|rule| rule.subnet == *subnet)
    }

    /// The addresses in place of those that are named now.
    fn set_addresses(&mut self, value: &Value) -> Option<()> {
        self.ip_rules = listed(value, |text| {
            let prefix = text.parse::<IpNet>().ok();
            prefix.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
        })?;
        Some(())
    }

    /// The subnets in place of those that are named now; a rule that stays keeps what it says.
    fn set_subnets(&mut self, value: &Value) -> Option<()> {
        let subnets = listed(value, ResourceId::parse)?;
        let rule = |subnet: ResourceId| {
            let old = self.rule_of(&subnet).cloned();
            old.unwrap_or(VirtualNetworkRule { subnet, ignore_missing_endpoint: false, state: None })
        };
        self.virtual_network_rules = subnets.into_iter().map(rule).collect();
        Some(())
    }
}

/// A list with commas; no value is an empty one.
fn listed<T>(value: &Value, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    match value {
        Value::Nothing => Some(Vec::new()),
        value => value.text()?.split(',').map(|text| read(text.trim())).collect(),
    }
}

impl CognitiveServicesAccount {
    /// The rules of the public side, made where there are none.
    fn acls(&mut self) -> &mut NetworkAcls {
        self.network_acls.get_or_insert(NetworkAcls::without_rules(Access::Allow))
    }

    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        match property {
            "publicNetworkAccess" => {
                self.public_network_access = Known::Value(PublicNetworkAccess::parse(value.text()?)?);
            }
            "disableLocalAuth" => self.disable_local_auth = Known::Value(value.truth()?),
            "customSubDomainName" => {
                self.custom_subdomain = match value {
                    Value::Nothing => None,
                    value => Some(value.text()?.to_owned()),
                };
            }
            "networkInjections.subnetArmId" => self.agent_subnet = value.id()?,
            "networkAcls.defaultAction" => self.acls().default_action = Access::parse(value.text()?)?,
            "networkAcls.bypass" => {
                self.acls().bypass = match value {
                    Value::Nothing => None,
                    value => Some(value.text()?.to_owned()),
                };
            }
            "restrictOutboundNetworkAccess" => self.restrict_outbound = Known::Value(value.truth()?),
            "allowedFqdnList" => self.allowed_hosts = listed(value, |text| Some(text.to_owned()))?,
            "networkAcls.ipRules" => self.acls().set_addresses(value)?,
            "networkAcls.virtualNetworkRules" => self.acls().set_subnets(value)?,
            _ => return None,
        }
        Some(())
    }
}

impl PrivateEndpointConnection {
    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        if property != "privateLinkServiceConnectionState.status" {
            return None;
        }
        self.state = Known::Value(ConnectionState::parse(value.text()?)?);
        Some(())
    }
}
