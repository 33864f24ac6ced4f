//! Does the service answer as the table of the facts says, row by row?

use super::{ServiceRequest, key_of, respond};
use crate::estate::{Arrival, Estate};
use crate::store::Store;
use crate::tokens::Tokens;
use http::{HeaderMap, HeaderValue, Method};
use model::ResourceId;
use serde_json::{Value, json};

const ACCOUNTS: &str = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts";
const MODELS: &str = "/openai/models?api-version=2024-10-21";

fn account(name: &str) -> ResourceId {
    ResourceId::parse(&format!("{ACCOUNTS}/{name}")).unwrap()
}

/// The accounts `one` with these properties and `two`, open.
fn estate(properties: &Value) -> Estate {
    let mut store = Store::new("S");
    let mut one = json!({ "location": "eastus", "properties": { "customSubDomainName": "one" } });
    for (name, value) in properties.as_object().unwrap() {
        one["properties"][name] = value.clone();
    }
    store.put(&account("one"), one).unwrap();
    let two = json!({ "location": "eastus", "properties": { "customSubDomainName": "two", "publicNetworkAccess": "Enabled" } });
    store.put(&account("two"), two).unwrap();
    Estate::read(&store)
}

fn ask(properties: &Value, arrival: &Arrival, host: &str, key: Option<&str>, target: &str) -> (u16, String) {
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_str(host).unwrap());
    if let Some(key) = key {
        headers.insert("api-key", HeaderValue::from_str(key).unwrap());
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = ServiceRequest { method: &Method::GET, path, query, headers: &headers };
    let answer = respond(&estate(properties), &Tokens::new().unwrap(), arrival, &request);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let words = body.pointer("/error/message").or_else(|| body.get("message")).and_then(Value::as_str);
    (answer.status, words.unwrap_or_default().to_owned())
}

#[test]
fn network_rules_come_before_keys() {
    let public = Arrival::Public(None);
    let closed = json!({ "publicNetworkAccess": "Disabled" });
    let rules = json!({ "publicNetworkAccess": "Enabled", "networkAcls": { "defaultAction": "Deny" } });
    let host = "one.openai.azure.com";
    for key in [None, Some("wrong"), Some("lab-key-one")] {
        let (status, words) = ask(&closed, &public, host, key, MODELS);
        assert_eq!((status, words.as_str()), (403, "Public access is disabled. Please configure private endpoint."));
        let (status, words) = ask(&rules, &public, host, key, MODELS);
        assert_eq!((status, words.as_str()), (403, "Access denied due to Virtual Network/Firewall rules."));
    }
    let listed = json!({ "networkAcls": { "defaultAction": "Deny", "ipRules": [{ "value": "198.51.100.0/24" }] } });
    assert_eq!(ask(&listed, &public, host, Some("lab-key-one"), MODELS).0, 200);
}

#[test]
fn keys_and_paths() {
    let inside = Arrival::Private(account("one"));
    let closed = json!({ "publicNetworkAccess": "Disabled" });
    let host = "one.cognitiveservices.azure.com";
    assert_eq!(ask(&closed, &inside, host, Some(&key_of("one")), MODELS).0, 200);
    assert_eq!(ask(&closed, &inside, host, Some(&key_of("two")), MODELS).0, 401);
    assert_eq!(ask(&closed, &inside, host, None, MODELS).0, 401);
    assert_eq!(ask(&closed, &inside, host, Some("lab-key-one"), "/openai/models").0, 404);
    assert_eq!(ask(&closed, &inside, host, Some("lab-key-one"), "/nothing").1, "Resource not found");
    let entra = json!({ "publicNetworkAccess": "Disabled", "disableLocalAuth": true });
    assert_eq!(ask(&entra, &inside, host, Some("lab-key-one"), MODELS).0, 403);
}

#[test]
fn an_endpoint_leads_to_its_own_account_only() {
    let inside = Arrival::Private(account("two"));
    let (status, words) = ask(&json!({}), &inside, "one.openai.azure.com", Some("lab-key-one"), MODELS);
    assert_eq!((status, words.as_str()), (403, "Traffic is not from an approved private endpoint."));
    assert_eq!(ask(&json!({}), &inside, "nobody.openai.azure.com", None, MODELS).0, 404);
}

#[test]
fn the_regional_host_knows_accounts_by_key() {
    let public = Arrival::Public(None);
    let host = "eastus.api.cognitive.microsoft.com";
    let closed = json!({ "publicNetworkAccess": "Disabled" });
    let (status, words) = ask(&closed, &public, host, Some("lab-key-one"), MODELS);
    assert!(status == 403 && words.starts_with("A Virtual Network is configured"), "{words}");
    assert_eq!(ask(&closed, &public, host, Some("lab-key-two"), MODELS).0, 200);
    assert_eq!(ask(&closed, &public, host, None, MODELS).0, 401);
    assert_eq!(ask(&closed, &public, host, Some("wrong"), MODELS).0, 401);
}

/// What a service of another type answers: status and body.
fn ask_another(kind: &str, host: &str, properties: &Value, arrival: Way, target: &str) -> (u16, String) {
    let id = ResourceId::parse(&format!("/subscriptions/S/resourceGroups/rg/providers/{kind}/one")).unwrap();
    let mut store = Store::new("S");
    store.put(&id, json!({ "location": "eastus", "properties": properties })).unwrap();
    let mut tokens = Tokens::new().unwrap();
    let token = tokens.issue("https://vault.azure.net").unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_str(host).unwrap());
    headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = ServiceRequest { method: &Method::GET, path, query, headers: &headers };
    let arrival = match arrival {
        Way::Publicly => Arrival::Public(None),
        Way::ByItsEndpoint => Arrival::Private(id),
        Way::ByAnothersEndpoint => Arrival::Private(account("two")),
    };
    let answer = respond(&Estate::read(&store), &tokens, &arrival, &request);
    (answer.status, answer.body)
}

#[derive(Clone, Copy)]
enum Way {
    Publicly,
    ByItsEndpoint,
    ByAnothersEndpoint,
}

#[test]
fn services_of_other_types_refuse_in_their_own_words() {
    let closed = json!({ "publicNetworkAccess": "Disabled" });
    let rules = json!({ "publicNetworkAccess": "Enabled", "networkAcls": { "defaultAction": "Deny", "ipRules": [] } });
    let open = json!({ "publicNetworkAccess": "Enabled" });
    let registry = "client with IP \\u0027198.51.100.10\\u0027 is not allowed access";
    // Type, name, what is asked for, the words while it is closed, the words of its rules, what is answered inside.
    let rows = [
        (
            "Microsoft.KeyVault/vaults",
            "one.vault.azure.net",
            "/secrets/s",
            "ForbiddenByConnection",
            "ForbiddenByFirewall",
            200,
        ),
        (
            "Microsoft.Web/sites",
            "one.azurewebsites.net",
            "/",
            "has blocked your access",
            "has blocked your access",
            200,
        ),
        (
            "Microsoft.Storage/storageAccounts",
            "one.blob.core.windows.net",
            "/c",
            "AuthorizationFailure",
            "AuthorizationFailure",
            200,
        ),
        (
            "Microsoft.ContainerRegistry/registries",
            "one.azurecr.io",
            "/oauth2/token?service=one.azurecr.io",
            registry,
            registry,
            401,
        ),
    ];
    for (kind, host, target, when_closed, by_rules, inside) in rows {
        let answered = |properties: &Value, way| ask_another(kind, host, properties, way, target);
        for (properties, way, words) in [
            (&closed, Way::Publicly, when_closed),
            (&rules, Way::Publicly, by_rules),
            (&open, Way::ByAnothersEndpoint, when_closed),
        ] {
            let (status, body) = answered(properties, way);
            assert!(status == 403 && body.contains(words), "{kind}: {status} {body}");
        }
        for (properties, way) in [(&open, Way::Publicly), (&closed, Way::ByItsEndpoint), (&rules, Way::ByItsEndpoint)] {
            assert_eq!(answered(properties, way).0, inside, "{kind}");
        }
    }
    assert_eq!(rows.len(), super::refusals::TABLE.len(), "every row of the table is played");
}

#[test]
fn a_closed_registry_asks_for_a_token_before_it_refuses() {
    let closed = json!({ "publicNetworkAccess": "Disabled" });
    let kind = "Microsoft.ContainerRegistry/registries";
    assert_eq!(ask_another(kind, "one.azurecr.io", &closed, Way::Publicly, "/v2/").0, 401);
}
