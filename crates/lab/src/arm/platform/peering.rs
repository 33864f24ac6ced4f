//! How do the two halves of a peering know of each other?

use super::id_at;
use crate::store::Store;
use model::ResourceId;
use serde_json::{Value, json};

/// A half whose writer says no state is Connected when the other half exists, else Initiated.
pub(super) fn after_put(store: &mut Store, id: &ResourceId) {
    let said = store.raw(id).and_then(|document| document.pointer("/properties/peeringState")).is_some();
    if said {
        return;
    }
    let other = other_half(store, id);
    let state = if other.is_some() { "Connected" } else { "Initiated" };
    set_state(store, id, state);
    if let Some(other) = other {
        set_state(store, &other, state);
    }
}

/// The half that stays is Disconnected.
pub(super) fn before_delete(store: &mut Store, id: &ResourceId) {
    if let Some(other) = other_half(store, id) {
        set_state(store, &other, "Disconnected");
    }
}

fn other_half(store: &Store, id: &ResourceId) -> Option<ResourceId> {
    let own = id.parent()?;
    let remote = remote(store.raw(id)?)?;
    store
        .children(&remote, "virtualNetworkPeerings")
        .find(|(_, half)| self::remote(half).as_ref() == Some(&own))
        .map(|(half, _)| half.clone())
}

fn remote(half: &Value) -> Option<ResourceId> {
    id_at(half, "/properties/remoteVirtualNetwork/id")
}

fn set_state(store: &mut Store, id: &ResourceId, state: &str) {
    if let Some(properties) = store.properties_mut(id) {
        properties.insert("peeringState".to_owned(), json!(state));
    }
}
