//! What does a Databricks workspace say: its public side, and which private endpoints lead to it?

use super::{ConnectionState, PublicNetworkAccess};
use crate::{Known, ResourceId, Value};

/// A Databricks workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabricksWorkspace {
    /// `publicNetworkAccess`.
    pub public_network_access: Known<PublicNetworkAccess>,
    /// `requiredNsgRules`: `AllRules`, `NoAzureDatabricksRules` or `NoAzureServiceRules`, where it is told.
    pub required_nsg_rules: Option<String>,
    /// `privateEndpointConnections`: those of other subscriptions are among them.
    pub connections: Known<Vec<WorkspaceConnection>>,
}

/// A private endpoint connection as the workspace sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceConnection {
    /// Its name.
    pub name: String,
    /// The private endpoint.
    pub private_endpoint: Option<ResourceId>,
    /// `groupIds`: `databricks_ui_api` or `browser_authentication`.
    pub group_ids: Vec<String>,
    /// `privateLinkServiceConnectionState.status`.
    pub state: Known<ConnectionState>,
}

impl WorkspaceConnection {
    /// True when it is for that sub-resource.
    pub fn is_for(&self, group: &str) -> bool {
        self.group_ids.iter().any(|id| id.eq_ignore_ascii_case(group))
    }
}

impl DatabricksWorkspace {
    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        if property != "publicNetworkAccess" {
            return None;
        }
        self.public_network_access = Known::Value(PublicNetworkAccess::parse(value.text()?)?);
        Some(())
    }
}

impl Default for DatabricksWorkspace {
    fn default() -> Self {
        Self { public_network_access: None.into(), required_nsg_rules: None, connections: None.into() }
    }
}
