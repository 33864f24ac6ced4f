//! What does a search service say: its public side, and the private ways that it asked others for?

use crate::resource::{ConnectionState, PublicNetworkAccess};
use crate::{Known, ResourceId, Value};
use ipnet::IpNet;

/// A search service (Azure AI Search).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchService {
    /// `publicNetworkAccess`.
    pub public_network_access: Known<PublicNetworkAccess>,
    /// `networkRuleSet.ipRules`: the only public addresses that are let in; empty for no restriction.
    pub ip_rules: Vec<IpNet>,
    /// `networkRuleSet.bypass`, such as `AzureServices`; `None` when it says nothing.
    pub bypass: Option<String>,
}

/// A shared private link: the private way of a search service to another resource, which the owner of that one
/// approves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedPrivateLink {
    /// `privateLinkResourceId`: the resource that it leads to.
    pub target: Option<ResourceId>,
    /// `groupId`: the sub-resource, such as `openai_account`.
    pub group_id: Option<String>,
    /// `status`: what the owner of the other resource decided.
    pub status: Known<ConnectionState>,
    /// `provisioningState`, such as `Succeeded`, `Updating` or `Incomplete`.
    pub provisioning_state: Known<String>,
    /// `resourceRegion`, where it is told.
    pub region: Option<String>,
}

impl Default for SearchService {
    fn default() -> Self {
        Self { public_network_access: None.into(), ip_rules: Vec::new(), bypass: None }
    }
}

impl Default for SharedPrivateLink {
    fn default() -> Self {
        Self { target: None, group_id: None, status: None.into(), provisioning_state: None.into(), region: None }
    }
}

impl SearchService {
    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        match property {
            "publicNetworkAccess" => {
                self.public_network_access = Known::Value(PublicNetworkAccess::parse(value.text()?)?);
            }
            "networkRuleSet.bypass" => {
                self.bypass = match value {
                    Value::Nothing => None,
                    value => Some(value.text()?.to_owned()),
                };
            }
            _ => return None,
        }
        Some(())
    }
}

impl SharedPrivateLink {
    /// True while Azure still makes, changes or removes it.
    pub fn is_under_way(&self) -> bool {
        let under_way = |state: &String| ["updating", "deleting"].contains(&state.to_ascii_lowercase().as_str());
        self.provisioning_state.value().is_some_and(under_way)
    }

    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        match property {
            "status" => self.status = Known::Value(ConnectionState::parse(value.text()?)?),
            "provisioningState" => self.provisioning_state = Known::Value(value.text()?.to_owned()),
            "groupId" => self.group_id = Some(value.text()?.to_owned()),
            _ => return None,
        }
        Some(())
    }
}
