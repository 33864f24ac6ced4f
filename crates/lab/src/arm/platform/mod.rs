//! What does the platform do by itself when a resource is written or deleted?

mod connection;
mod endpoint;
mod in_use;
mod peering;
mod refusals;
mod shared_link;
mod zone_group;

use super::answer::Answer;
use crate::store::Store;
use model::ResourceId;
use serde_json::{Value, json};

const ZONE_GROUP: &str = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups";
const ENDPOINT: &str = "Microsoft.Network/privateEndpoints";
const ACCOUNT: &str = "Microsoft.CognitiveServices/accounts";
const CONNECTION: &str = "Microsoft.CognitiveServices/accounts/privateEndpointConnections";
const SHARED_LINK: &str = "Microsoft.Search/searchServices/sharedPrivateLinkResources";
const LINK: &str = "Microsoft.Network/privateDnsZones/virtualNetworkLinks";
const PEERING: &str = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings";

/// Why a write is refused, if it is.
pub(super) fn check(store: &Store, id: &ResourceId, body: &Value) -> Option<Answer> {
    let own = match kind(id) {
        ZONE_GROUP => zone_group::check(store, id, body),
        _ => None,
    };
    own.or_else(|| refusals::refusal(store, id, body))
}

/// Why a deletion is refused, if it is.
pub(super) fn check_delete(store: &Store, id: &ResourceId) -> Option<Answer> {
    in_use::refusal(store, id)
}

/// Before a document is replaced.
pub(super) fn before_put(store: &mut Store, id: &ResourceId) {
    if kind(id) == ZONE_GROUP && store.has(id) {
        zone_group::remove_records(store, id);
    }
}

/// After a document was written.
pub(super) fn after_put(store: &mut Store, id: &ResourceId) {
    match kind(id) {
        ZONE_GROUP => zone_group::write_records(store, id),
        ENDPOINT => endpoint::after_put(store, id),
        CONNECTION => connection::after_put(store, id),
        PEERING => peering::after_put(store, id),
        SHARED_LINK => shared_link::after_put(store, id),
        LINK => {
            if let Some(properties) = store.properties_mut(id) {
                properties.insert("virtualNetworkLinkState".to_owned(), json!("Completed"));
            }
        }
        _ => {}
    }
}

/// Before a document is deleted.
pub(super) fn before_delete(store: &mut Store, id: &ResourceId) {
    match kind(id) {
        ZONE_GROUP => zone_group::remove_records(store, id),
        ENDPOINT => endpoint::before_delete(store, id),
        ACCOUNT => connection::before_service_delete(store, id),
        CONNECTION => connection::before_delete(store, id),
        PEERING => peering::before_delete(store, id),
        SHARED_LINK => shared_link::before_delete(store, id),
        _ => {}
    }
}

fn kind(id: &ResourceId) -> &'static str {
    let own = id.resource_type();
    [ZONE_GROUP, ENDPOINT, ACCOUNT, CONNECTION, LINK, PEERING, SHARED_LINK]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(&own))
        .unwrap_or_default()
}

/// Sets the state of a connection, whatever was there before.
fn set_status(connection: &mut Value, status: &str) {
    let patch = json!({ "properties": { "privateLinkServiceConnectionState": { "status": status } } });
    super::resources::merge(connection, &patch);
}

/// The id in a text at a JSON pointer.
fn id_at(document: &Value, pointer: &str) -> Option<ResourceId> {
    document.pointer(pointer)?.as_str().and_then(ResourceId::parse)
}

/// The entries of an array at a JSON pointer.
fn entries<'d>(document: &'d Value, pointer: &str) -> &'d [Value] {
    document.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
