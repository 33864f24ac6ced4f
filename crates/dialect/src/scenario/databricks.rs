//! Which resource does a Databricks workspace of an `[estate]` stand for?

use super::estate::{Builder, Built, word};
use super::file::DatabricksEntry;
use model::resource::{ConnectionState, DatabricksWorkspace, PublicNetworkAccess, WorkspaceConnection};
use model::{Body, Known};

pub(super) const WORKSPACE: &str = "Microsoft.Databricks/workspaces";

/// Adds a workspace with the connections of the endpoints that lead to it.
pub(super) fn build(builder: &mut Builder<'_>, name: &str, entry: &DatabricksEntry) -> Built {
    let at = format!("estate.databricks.{name}");
    let public = word(&at, entry.public.as_deref(), PublicNetworkAccess::parse, PublicNetworkAccess::Disabled)?;
    let mut connections = Vec::new();
    for (endpoint, of) in builder.estate().endpoint.iter().filter(|(_, of)| of.service.as_deref() == Some(name)) {
        let at = format!("estate.endpoint.{endpoint}");
        let state = word(&at, of.state.as_deref(), ConnectionState::parse, ConnectionState::Approved)?;
        connections.push(WorkspaceConnection {
            name: endpoint.clone(),
            private_endpoint: Some(builder.id(&of.group, "Microsoft.Network/privateEndpoints", endpoint)),
            group_ids: of.sub_resource.iter().cloned().collect(),
            state: Known::Value(state),
        });
    }
    let body = DatabricksWorkspace {
        public_network_access: Known::Value(public),
        required_nsg_rules: entry.required_nsg_rules.clone(),
        connections: Known::Value(connections),
    };
    builder.add(builder.id(&entry.group, WORKSPACE, name), Body::DatabricksWorkspace(body));
    builder.priced("premium");
    Ok(())
}
