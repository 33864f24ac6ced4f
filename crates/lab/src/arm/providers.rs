//! Which kinds of resources are there, and in which versions of the API? Clients ask before they read a resource
//! whose kind they know by name only.

use super::answer::Answer;
use super::lists;
use super::request::Request;
use crate::store::Store;
use dialect::arm::api_version;
use http::Method;
use model::Kind;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What the lab serves and the model does not know: namespace, kind, one version of the API.
const OTHERS: [(&str, &str, &str); 7] = [
    ("Microsoft.Network", "networkManagers/networkGroups", "2024-05-01"),
    ("Microsoft.Network", "networkManagers/securityAdminConfigurations", "2024-05-01"),
    ("Microsoft.Network", "networkWatchers", "2024-05-01"),
    ("Microsoft.Network", "networkWatchers/flowLogs", "2024-05-01"),
    ("Microsoft.Storage", "storageAccounts", "2024-01-01"),
    ("Microsoft.Web", "serverfarms", "2024-04-01"),
    ("Microsoft.Web", "sites/config", "2024-04-01"),
];

/// Namespace, kind and one version of the API of all that can be asked for. The lab itself takes every version.
fn kinds() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let modelled = Kind::ALL.iter().filter_map(|kind| {
        let (namespace, own) = kind.resource_type().split_once('/')?;
        Some((namespace, own, api_version(*kind)))
    });
    modelled.chain(OTHERS)
}

/// All providers.
pub(super) fn all(request: &Request) -> Answer {
    let namespaces: BTreeSet<&str> = kinds().map(|(namespace, ..)| namespace).collect();
    let known: Vec<Value> = namespaces.into_iter().map(|namespace| document(namespace, "")).collect();
    lists::page(request, &known)
}

/// One provider. One that the lab knows nothing of has no kinds.
pub(super) fn one(namespace: &str, subscription: &str) -> Answer {
    Answer::document(200, document(namespace, subscription))
}

/// Whether a storage account may have a name: they are unique, as far as the lab knows.
pub(super) fn storage_name(store: &Store, request: &Request) -> Answer {
    let body = request.object().filter(|_| request.method == Method::POST);
    let Some(name) = body.as_ref().and_then(|body| body.get("name")?.as_str()) else { return Answer::no_method() };
    let scope = format!("/subscriptions/{}", store.subscription());
    let taken = store.below(&scope).any(|(id, _)| {
        id.resource_type().eq_ignore_ascii_case("Microsoft.Storage/storageAccounts") && id.name() == name
    });
    let refused = json!({
        "nameAvailable": false, "reason": "AlreadyExists",
        "message": format!("The storage account named {name} is already taken."),
    });
    Answer::document(200, if taken { refused } else { json!({ "nameAvailable": true }) })
}

fn document(namespace: &str, subscription: &str) -> Value {
    let own = || kinds().filter(|(known, ..)| known.eq_ignore_ascii_case(namespace));
    let shown = own().next().map_or(namespace, |(known, ..)| known);
    let of = |(_, kind, version): (&str, &str, &str)| json!({ "resourceType": kind, "apiVersions": [version], "locations": ["East US", "global"] });
    let kinds: Vec<Value> = own().map(of).collect();
    json!({
        "id": format!("/subscriptions/{subscription}/providers/{shown}"), "namespace": shown,
        "registrationState": "Registered", "resourceTypes": kinds,
    })
}
