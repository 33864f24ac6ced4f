//! What comes into being with a shared private link of a search service, and who learns what its owner decided?
//!
//! Its endpoint stands in a subscription of Azure's own, where nobody can look: all that the other side sees is a
//! connection whose endpoint has an id of somewhere else.

use super::{SHARED_LINK, id_at, set_status};
use crate::store::Store;
use model::ResourceId;
use serde_json::{Value, json};

/// The subscription of Azure's own in which the endpoints stand.
const AZURES_OWN: &str = "00000000-0000-0000-0000-00000000005e";

/// A new link waits for approval, and the account at its other end is shown a connection.
pub(super) fn after_put(store: &mut Store, id: &ResourceId) {
    let Some(properties) = store.properties_mut(id) else { return };
    properties.entry("provisioningState").or_insert_with(|| json!("Succeeded"));
    let status =
        properties.entry("status").or_insert_with(|| json!("Pending")).as_str().unwrap_or("Pending").to_owned();
    let target = store.raw(id).and_then(|link| id_at(link, "/properties/privateLinkResourceId"));
    let (Some(target), Some(endpoint)) = (target, endpoint_of(id)) else { return };
    if !store.has(&target) {
        return;
    }
    let connection = connection_of(store, &target, &endpoint)
        .unwrap_or_else(|| target.child("privateEndpointConnections", &format!("{}.shared", endpoint.name())));
    if let Some(mut known) = store.raw(&connection).cloned() {
        set_status(&mut known, &status);
        let _ = store.put(&connection, known);
        return;
    }
    let body = json!({ "properties": {
        "privateEndpoint": { "id": endpoint.as_str() }, "groupIds": ["account"],
        "privateLinkServiceConnectionState": { "status": status, "description": "" },
    } });
    // The store refuses only when it is full.
    let _ = store.put(&connection, body);
}

/// A link that goes takes its connection along.
pub(super) fn before_delete(store: &mut Store, id: &ResourceId) {
    let target = store.raw(id).and_then(|link| id_at(link, "/properties/privateLinkResourceId"));
    if let (Some(target), Some(endpoint)) = (target, endpoint_of(id))
        && let Some(connection) = connection_of(store, &target, &endpoint)
    {
        store.delete(&connection);
    }
}

/// What the owner of the account decided is the status of the link.
pub(super) fn tell(store: &mut Store, service: &ResourceId, endpoint: &ResourceId, status: &str) {
    let scope = format!("/subscriptions/{}", store.subscription());
    let leads = |id: &ResourceId, link: &Value| {
        id.resource_type().eq_ignore_ascii_case(SHARED_LINK)
            && endpoint_of(id).as_ref() == Some(endpoint)
            && id_at(link, "/properties/privateLinkResourceId").as_ref() == Some(service)
    };
    let found = store.below(&scope).find(|(id, link)| leads(id, link)).map(|(id, _)| id.clone());
    if let Some(properties) = found.and_then(|id| store.properties_mut(&id)) {
        properties.insert("status".to_owned(), json!(status));
    }
}

/// The endpoint of a link, as the other side is told of it.
fn endpoint_of(id: &ResourceId) -> Option<ResourceId> {
    let name = format!("{}.{}", id.parent()?.name(), id.name());
    Some(ResourceId::new(AZURES_OWN, "azures-own", "Microsoft.Network/privateEndpoints", &[&name]))
}

fn connection_of(store: &Store, target: &ResourceId, endpoint: &ResourceId) -> Option<ResourceId> {
    let mut connections = store.children(target, "privateEndpointConnections");
    let its = |document: &Value| id_at(document, "/properties/privateEndpoint/id").as_ref() == Some(endpoint);
    connections.find(|(_, document)| its(document)).map(|(id, _)| id.clone())
}
