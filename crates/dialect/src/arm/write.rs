//! What document does ARM have of a resource? Typed values laid over the text it was read from.

use super::document::{Object, nest, set, within};
use super::kind;
use model::{Kind, Resource};
use serde_json::{Map, Value};

/// The document of a resource, in ARM's shape: what we understand, over the document that it was
/// read from, so that everything else it said stays.
pub fn write(resource: &Resource) -> Map<String, Value> {
    let mut document = match serde_json::from_str(&resource.document) {
        Ok(Value::Object(document)) => document,
        _ => Object::new(),
    };
    if resource.kind() == Kind::Other {
        if document.is_empty() {
            envelope(resource, &mut document);
        }
        tier(resource, &mut document);
        return document;
    }
    nest(&mut document);
    envelope(resource, &mut document);
    kind::write(&resource.id, &resource.body, &mut document);
    document
}

fn envelope(resource: &Resource, document: &mut Object) {
    set(document, "id", Some(resource.id.as_str().into()));
    set(document, "name", Some(resource.id.name().into()));
    set(document, "type", Some(resource.id.resource_type().into()));
    if let Some(location) = &resource.location {
        set(document, "location", Some((&**location).into()));
    }
    tier(resource, document);
}

fn tier(resource: &Resource, document: &mut Object) {
    if let Some(sku) = &resource.sku {
        set(within(document, "sku"), "name", Some((&**sku).into()));
    }
}
