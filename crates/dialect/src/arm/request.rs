//! Which ARM request makes a change? Read-modify-write: the whole document, with one thing changed;
//! for documents that hold secrets, which a snapshot never has, the one thing alone.

use super::api_version;
use super::document::{Object, properties, set};
use super::kind::NESTED;
use super::write::write;
use model::resource::{ApiManagement, WebApp};
use model::{Body, Change, Kind, Known, Method, Request, Resource, ResourceId, Snapshot};
use serde_json::{Value, json};

/// Members of a document that a request does not repeat.
const READ_ONLY: [&str; 5] = ["id", "name", "type", "etag", "systemData"];
const READ_ONLY_INSIDE: [&str; 6] =
    ["provisioningState", "resourceGuid", "fqdn", "isAutoRegistered", "etag", "uniqueId"];

/// The request that makes a change to the estate of `snapshot`, as it is before the change. `None`
/// for a change outside Azure, and for a `Set` of something that is not there or cannot be set.
pub fn request(change: &Change, snapshot: &Snapshot) -> Option<Request> {
    match change {
        Change::Outside(_) => None,
        Change::Delete(id) => {
            let kind = Kind::of_type(&id.resource_type());
            Some(Request { method: Method::Delete, resource: id.clone(), api_version: api_version(kind), body: None })
        }
        Change::Put(resource) => Some(put(resource, snapshot)),
        Change::Set(fact, value) => {
            let old = snapshot.get(&fact.resource)?;
            Some(put(&old.with(&fact.property, value)?, snapshot))
        }
    }
}

fn put(resource: &Resource, snapshot: &Snapshot) -> Request {
    let kind = resource.kind();
    // The snapshot never holds settings or keys: writing such a document whole would wipe them.
    let (method, body) = match (&resource.body, snapshot.get(&resource.id)) {
        (Body::WebApp(app), Some(old)) => (Method::Patch, patch_app(app, &old.body)),
        (Body::CognitiveServicesAccount(_) | Body::SearchService(_), Some(old)) => {
            (Method::Patch, patch(resource, old))
        }
        (Body::ApiManagement(service), Some(_)) => (Method::Patch, patch_gateway(service)),
        _ => (Method::Put, whole(resource, snapshot)),
    };
    Request {
        method,
        resource: resource.id.clone(),
        api_version: api_version(kind),
        body: Some(Value::Object(body).to_string().into()),
    }
}

fn whole(resource: &Resource, snapshot: &Snapshot) -> Object {
    let mut document = write(resource);
    for member in READ_ONLY {
        set(&mut document, member, None);
    }
    match resource.kind() {
        Kind::Other => return document,
        // Private DNS lives nowhere, and ARM wants to hear it.
        Kind::PrivateDnsZone | Kind::VirtualNetworkLink if resource.location.is_none() => {
            set(&mut document, "location", Some("global".into()));
        }
        _ => {}
    }
    let inner = properties(&mut document);
    for member in READ_ONLY_INSIDE {
        set(inner, member, None);
    }
    embed(resource, snapshot, inner);
    document
}

/// The children that ARM nests: a document without them would delete them.
fn embed(resource: &Resource, snapshot: &Snapshot, inner: &mut Object) {
    for nested in NESTED.iter().filter(|nested| nested.parent == resource.kind()) {
        // These are changed through requests of their own; the parent ignores them.
        if [Kind::PrivateEndpointConnection, Kind::SharedPrivateLink].contains(&nested.child) {
            set(inner, nested.member, None);
            continue;
        }
        if !snapshot.coverage().of_children(&resource.id, nested.child).is_whole() {
            continue;
        }
        let of_this = |child: &&std::sync::Arc<Resource>| child.id.parent().as_ref() == Some(&resource.id);
        let children: Vec<Value> =
            snapshot.of_kind(nested.child).filter(of_this).map(|child| Value::Object(write(child))).collect();
        set(inner, nested.member, Some(Value::Array(children)));
    }
}

/// What differs from the resource as it is.
fn patch(new: &Resource, old: &Resource) -> Object {
    let understood = |resource: &Resource| {
        let mut document = write(&Resource { document: "".into(), ..resource.clone() });
        std::mem::take(properties(&mut document))
    };
    let before = understood(old);
    let changed = understood(new).into_iter().filter(|(member, value)| before.get(member) != Some(value));
    let mut document = Object::new();
    document.insert("properties".to_owned(), Value::Object(changed.collect()));
    document
}

/// The network of an API Management service; its certificates stay as they are.
fn patch_gateway(service: &ApiManagement) -> Object {
    let mut document = Object::new();
    let inner = properties(&mut document);
    if let Known::Value(mode) = service.mode {
        inner.insert("virtualNetworkType".to_owned(), mode.word().into());
    }
    let subnet = service.subnet.as_ref().map(|subnet| json!({ "subnetResourceId": subnet.as_str() }));
    inner.insert("virtualNetworkConfiguration".to_owned(), subnet.into());
    document
}

/// What can be changed of an app that exists.
fn patch_app(app: &WebApp, old: &Body) -> Object {
    let mut inner = Object::new();
    if let Known::Value(subnet) = &app.subnet {
        inner.insert("virtualNetworkSubnetId".to_owned(), subnet.as_ref().map(ResourceId::as_str).into());
    }
    if let Known::Value(route_all) = app.route_all {
        inner.insert("vnetRouteAllEnabled".to_owned(), route_all.into());
        inner.insert("outboundVnetRouting".to_owned(), json!({ "applicationTraffic": route_all }));
    }
    for (traffic, member) in [(&app.content_share, "contentShareTraffic"), (&app.image, "imagePullTraffic")] {
        let Some(Known::Value(routed)) = traffic.as_ref().map(|traffic| &traffic.through_network) else { continue };
        let routing = inner.entry("outboundVnetRouting").or_insert_with(|| json!({}));
        routing[member] = (*routed).into();
    }
    if matches!(old, Body::WebApp(old) if old.dns_servers != app.dns_servers) {
        let servers: Vec<String> = app.dns_servers.iter().map(ToString::to_string).collect();
        inner.insert("dnsConfiguration".to_owned(), json!({ "dnsServers": servers }));
    }
    let mut document = Object::new();
    document.insert("properties".to_owned(), Value::Object(inner));
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Coverage;

    #[test]
    fn an_account_is_patched_with_what_differs_and_nothing_else() {
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a";
        let text = format!(
            r#"{{"id": "{id}", "kind": "OpenAI", "properties": {{"customSubDomainName": "a",
                "publicNetworkAccess": "Enabled", "apiProperties": {{"qnaAzureSearchEndpointKey": "k"}}}}}}"#
        );
        let mut reader = crate::arm::Reader::new();
        reader.document(&text, "account.json");
        let snapshot = Snapshot::new(reader.finish().resources, Coverage::complete());
        let account = ResourceId::parse(id).unwrap();
        let change = Change::set(&account, "publicNetworkAccess", "Disabled");
        let request = request(&change, &snapshot).unwrap();
        assert_eq!(request.method, Method::Patch);
        assert_eq!(request.body.as_deref(), Some(r#"{"properties":{"publicNetworkAccess":"Disabled"}}"#));
    }
}
