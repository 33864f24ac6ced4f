//! Which kinds of resources are there, and in which versions of the API? Clients ask before they read a resource
//! whose kind they know by name only.

use super::answer::Answer;
use super::lists;
use super::request::Request;
use crate::store::Store;
use http::Method;
use serde_json::{Value, json};

/// Namespaces, and their kinds with one version of the API each. The lab itself takes every version.
const PROVIDERS: &[(&str, &str, &[&str])] = &[
    ("Microsoft.ApiManagement", "2024-05-01", &["service", "service/backends"]),
    ("Microsoft.Databricks", "2024-05-01", &["workspaces"]),
    (
        "Microsoft.Network",
        "2024-05-01",
        &[
            "virtualNetworks",
            "virtualNetworks/subnets",
            "virtualNetworks/virtualNetworkPeerings",
            "networkSecurityGroups",
            "networkSecurityGroups/securityRules",
            "routeTables",
            "routeTables/routes",
            "networkInterfaces",
            "privateEndpoints",
            "privateEndpoints/privateDnsZoneGroups",
            "privateDnsZones",
            "privateDnsZones/A",
            "privateDnsZones/virtualNetworkLinks",
            "dnsResolvers",
            "dnsForwardingRulesets",
            "networkWatchers",
            "networkWatchers/flowLogs",
            "virtualHubs",
            "virtualHubs/hubVirtualNetworkConnections",
            "virtualHubs/routingIntent",
            "virtualNetworkGateways",
        ],
    ),
    ("Microsoft.CognitiveServices", "2024-10-01", &["accounts", "accounts/privateEndpointConnections"]),
    ("Microsoft.Web", "2024-04-01", &["sites", "sites/config", "serverfarms"]),
    ("Microsoft.Compute", "2024-07-01", &["virtualMachines"]),
    ("Microsoft.Storage", "2024-01-01", &["storageAccounts"]),
];

/// All providers.
pub(super) fn all(request: &Request) -> Answer {
    let known: Vec<Value> = PROVIDERS.iter().map(|(namespace, ..)| document(namespace, "")).collect();
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
    let known = PROVIDERS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(namespace));
    let (namespace, version, kinds) = known.copied().unwrap_or((namespace, "", &[]));
    let kinds: Vec<Value> = kinds
        .iter()
        .map(|kind| json!({ "resourceType": kind, "apiVersions": [version], "locations": ["East US", "global"] }))
        .collect();
    json!({
        "id": format!("/subscriptions/{subscription}/providers/{namespace}"), "namespace": namespace,
        "registrationState": "Registered", "resourceTypes": kinds,
    })
}
