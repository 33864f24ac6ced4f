//! How does ARM spell a Databricks workspace?

use super::private_endpoint::{read_state, write_state};
use crate::arm::document::{Object, properties, set, set_reference};
use crate::arm::view::View;
use model::resource::{DatabricksWorkspace, PublicNetworkAccess, WorkspaceConnection};
use model::{Known, ResourceId};
use serde_json::Value;
use std::borrow::Cow;

/// Where a workspace lists its connections.
const CONNECTIONS: &str = "privateEndpointConnections";

pub(super) fn read(view: &View<'_>) -> DatabricksWorkspace {
    // A list that a whole workspace does not have is empty; a reference says nothing.
    let is_whole = view.has("workspaceId") || view.has("provisioningState") || view.has(CONNECTIONS);
    let connection = |connection: View<'_>| {
        let inner = connection.properties();
        WorkspaceConnection {
            name: connection.text("name").map_or_else(String::new, Cow::into_owned),
            private_endpoint: inner.id("privateEndpoint"),
            group_ids: inner.texts("groupIds").into_iter().map(Cow::into_owned).collect(),
            state: read_state(&inner),
        }
    };
    DatabricksWorkspace {
        public_network_access: view
            .word("publicNetworkAccess", PublicNetworkAccess::parse, "Enabled or Disabled")
            .into(),
        required_nsg_rules: view.text("requiredNsgRules").map(Cow::into_owned),
        connections: is_whole.then(|| view.objects(CONNECTIONS).map(connection).collect()).into(),
    }
}

pub(super) fn write(id: &ResourceId, workspace: &DatabricksWorkspace, document: &mut Object) {
    let inner = properties(document);
    if let Known::Value(public) = workspace.public_network_access {
        set(inner, "publicNetworkAccess", Some(public.word().into()));
    }
    if let Some(rules) = &workspace.required_nsg_rules {
        set(inner, "requiredNsgRules", Some(rules.clone().into()));
    }
    let Known::Value(connections) = &workspace.connections else { return };
    let written = |connection: &WorkspaceConnection| {
        let own = id.child(CONNECTIONS, &connection.name);
        let mut item = Object::new();
        set(&mut item, "id", Some(own.as_str().into()));
        set(&mut item, "name", Some(own.name().into()));
        set(&mut item, "type", Some(own.resource_type().into()));
        let inner = properties(&mut item);
        set_reference(inner, "privateEndpoint", connection.private_endpoint.as_ref());
        set(inner, "groupIds", Some(connection.group_ids.iter().cloned().collect()));
        write_state(&connection.state, inner);
        Value::Object(item)
    };
    set(inner, CONNECTIONS, Some(connections.iter().map(written).collect()));
}

#[cfg(test)]
mod tests {
    use crate::arm::Reader;
    use model::resource::{ConnectionState, DatabricksWorkspace, PublicNetworkAccess};
    use model::{Body, Known};

    fn read(properties: &str) -> DatabricksWorkspace {
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Databricks/workspaces/analytics";
        let mut reader = Reader::new();
        reader.document(&format!(r#"{{"id": "{id}", "properties": {properties}}}"#), "workspace.json");
        let mut reading = reader.finish();
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        assert!(!reading.resources[0].document.contains("CANARY"), "{}", reading.resources[0].document);
        match reading.resources.remove(0).body {
            Body::DatabricksWorkspace(workspace) => workspace,
            other => panic!("a workspace, not {other:?}"),
        }
    }

    /// After the answer to a GET of a workspace in the examples of Azure's specification of Databricks, with names
    /// of ours.
    #[test]
    fn each_connection_says_what_it_is_for_and_whether_it_is_approved() {
        let workspace = read(
            r#"{"managedResourceGroupId": "/subscriptions/s/resourceGroups/managed", "provisioningState": "Succeeded",
            "publicNetworkAccess": "Disabled", "requiredNsgRules": "NoAzureDatabricksRules",
            "parameters": {"enableNoPublicIp": {"type": "Bool", "value": true}, "resourceTags": {"value": {"token": "CANARY"}}},
            "privateEndpointConnections": [{"name": "analytics.0", "id":
              "/subscriptions/s/resourceGroups/g/providers/Microsoft.Databricks/workspaces/analytics/privateEndpointConnections/analytics.0",
              "type": "Microsoft.Databricks/workspaces/privateEndpointConnections", "properties": {
              "privateEndpoint": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/pe"},
              "groupIds": ["databricks_ui_api"], "privateLinkServiceConnectionState": {"status": "Approved",
              "description": "", "actionsRequired": "None"}, "provisioningState": "Succeeded"}}]}"#,
        );
        assert_eq!(workspace.public_network_access, Known::Value(PublicNetworkAccess::Disabled));
        assert_eq!(workspace.required_nsg_rules.as_deref(), Some("NoAzureDatabricksRules"));
        let Known::Value(connections) = &workspace.connections else { panic!("its connections are known") };
        assert!(connections[0].is_for("databricks_ui_api") && !connections[0].is_for("browser_authentication"));
        assert_eq!(connections[0].state, Known::Value(ConnectionState::Approved));
    }

    #[test]
    fn a_list_that_is_not_there_is_empty_in_a_whole_workspace_only() {
        assert_eq!(read(r#"{"provisioningState": "Succeeded"}"#).connections, Known::Value(Vec::new()));
        assert_eq!(read("{}"), DatabricksWorkspace::default());
    }
}
