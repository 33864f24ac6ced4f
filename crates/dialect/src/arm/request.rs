//! Which ARM request makes a change? Read-modify-write: the whole document, with one thing changed.

use super::api_version;
use super::document::{Object, properties, set};
use super::kind::NESTED;
use super::write::write;
use model::resource::WebApp;
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
    let (method, body) = match &resource.body {
        // The snapshot never holds an app's settings: writing the whole site would wipe them.
        Body::WebApp(app) if snapshot.get(&resource.id).is_some() => (Method::Patch, patch_app(app)),
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
        // Connections are changed through requests of their own; the account ignores them.
        if nested.child == Kind::PrivateEndpointConnection {
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

/// What can be changed of an app that exists.
fn patch_app(app: &WebApp) -> Object {
    let mut inner = Object::new();
    if let Known::Value(subnet) = &app.subnet {
        inner.insert("virtualNetworkSubnetId".to_owned(), subnet.as_ref().map(ResourceId::as_str).into());
    }
    if let Known::Value(route_all) = app.route_all {
        inner.insert("vnetRouteAllEnabled".to_owned(), route_all.into());
        inner.insert("outboundVnetRouting".to_owned(), json!({ "applicationTraffic": route_all }));
    }
    let mut document = Object::new();
    document.insert("properties".to_owned(), Value::Object(inner));
    document
}
