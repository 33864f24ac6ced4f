//! How does the endpoint's side learn what the owner of the service decided?

use super::{id_at, set_status, shared_link};
use crate::store::Store;
use model::ResourceId;
use serde_json::Value;

/// The lists of connections of an endpoint: approved automatically, and by hand.
pub(super) const LISTS: [&str; 2] = ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"];

/// The state of the service's side is copied to the endpoint's side.
pub(super) fn after_put(store: &mut Store, id: &ResourceId) {
    let Some(document) = store.raw(id) else { return };
    let status = document.pointer("/properties/privateLinkServiceConnectionState/status").and_then(Value::as_str);
    if let Some(status) = status.map(str::to_owned) {
        tell(store, id, &status);
    }
}

/// A connection that its owner removes leaves a Disconnected endpoint.
pub(super) fn before_delete(store: &mut Store, id: &ResourceId) {
    tell(store, id, "Disconnected");
}

/// A service that is deleted takes its connections along.
pub(super) fn before_service_delete(store: &mut Store, service: &ResourceId) {
    let all = store.children(service, "privateEndpointConnections").map(|(id, _)| id.clone());
    for connection in all.collect::<Vec<_>>() {
        before_delete(store, &connection);
    }
}

fn tell(store: &mut Store, id: &ResourceId, status: &str) {
    let endpoint = store.raw(id).and_then(|document| id_at(document, "/properties/privateEndpoint/id"));
    let (Some(service), Some(endpoint)) = (id.parent(), endpoint) else { return };
    if !store.has(&endpoint) {
        shared_link::tell(store, &service, &endpoint, status);
    }
    let Some(properties) = store.has(&endpoint).then(|| store.properties_mut(&endpoint)).flatten() else { return };
    for list in LISTS {
        let connections = properties.get_mut(list).and_then(Value::as_array_mut);
        for connection in connections.into_iter().flatten() {
            if id_at(connection, "/properties/privateLinkServiceId").as_ref() == Some(&service) {
                set_status(connection, status);
            }
        }
    }
}
