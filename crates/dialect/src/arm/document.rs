//! How are typed values laid over a document that already says other things?
//!
//! Output only: documents are read through [`View`](super::view::View).

use model::ResourceId;
use serde_json::{Map, Value, json};

/// A JSON object that is being written.
pub(super) type Object = Map<String, Value>;

/// Members that stay beside `properties` when az's flat shape is turned into ARM's.
const OUTSIDE: [&str; 16] = [
    "id",
    "name",
    "type",
    "location",
    "tags",
    "kind",
    "sku",
    "identity",
    "zones",
    "plan",
    "etag",
    "extendedLocation",
    "managedBy",
    "systemData",
    "apiVersion",
    "properties",
];

/// Brings an object into ARM's shape: everything but the envelope lies below `properties`.
pub(super) fn nest(object: &mut Object) {
    if object.get("properties").is_some_and(Value::is_object) {
        return;
    }
    let (outside, mut inside): (Object, Object) =
        std::mem::take(object).into_iter().partition(|(name, _)| OUTSIDE.contains(&name.as_str()));
    *object = outside;
    inside.remove("resourceGroup");
    object.insert("properties".to_owned(), Value::Object(inside));
}

/// The `properties` of an object in ARM's shape.
pub(super) fn properties(object: &mut Object) -> &mut Object {
    within(object, "properties")
}

/// An object below this one, made when it is absent or something else.
pub(super) fn within<'o>(object: &'o mut Object, name: &str) -> &'o mut Object {
    let slot = object.entry(name).or_insert_with(|| Value::Object(Object::new()));
    if !slot.is_object() {
        *slot = Value::Object(Object::new());
    }
    match slot {
        Value::Object(inner) => inner,
        _ => unreachable!("the slot was made an object above"),
    }
}

/// Sets a member, or removes it when there is no value.
pub(super) fn set(object: &mut Object, name: &str, value: Option<Value>) {
    // Another spelling of the same member must not stay beside this one.
    let others: Vec<String> =
        object.keys().filter(|known| known.eq_ignore_ascii_case(name) && *known != name).cloned().collect();
    for other in others {
        object.remove(&other);
    }
    match value {
        Some(value) => {
            object.insert(name.to_owned(), value);
        }
        None => {
            object.remove(name);
        }
    }
}

/// A reference: `{"id": "…"}`.
pub(super) fn reference(id: &ResourceId) -> Value {
    json!({ "id": id.as_str() })
}

/// Sets a reference, or removes it; what else the old one said of the same resource stays.
pub(super) fn set_reference(object: &mut Object, name: &str, id: Option<&ResourceId>) {
    let same = object
        .get(name)
        .and_then(|old| old.get("id"))
        .and_then(Value::as_str)
        .and_then(ResourceId::parse)
        .is_some_and(|old| Some(&old) == id);
    if !same {
        set(object, name, id.map(reference));
    }
}

/// Sets a list of references; an empty one where there was none stays away.
pub(super) fn set_references(object: &mut Object, name: &str, ids: &[ResourceId]) {
    if !ids.is_empty() || object.contains_key(name) {
        set(object, name, Some(ids.iter().map(reference).collect()));
    }
}

/// Texts of anything that prints.
pub(super) fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Value {
    values.into_iter().map(|value| Value::String(value.to_string())).collect()
}

/// A list of named sub-objects laid over the old list: of an old item with the same name, what we
/// do not know stays. Each new item is a name and a function that writes its `properties`.
pub(super) fn merge_named<T>(
    object: &mut Object,
    list: &str,
    items: &[T],
    name: impl Fn(&T) -> &str,
    fill: impl Fn(&T, &mut Object),
) {
    let old = match object.remove(list) {
        Some(Value::Array(old)) => old,
        _ => Vec::new(),
    };
    let known = |wanted: &str| {
        old.iter().filter_map(Value::as_object).find(|item| {
            item.get("name").and_then(Value::as_str).is_some_and(|known| known.eq_ignore_ascii_case(wanted))
        })
    };
    let new = items.iter().map(|item| {
        let mut written = known(name(item)).cloned().unwrap_or_default();
        nest(&mut written);
        set(&mut written, "name", Some(Value::String(name(item).to_owned())));
        fill(item, properties(&mut written));
        Value::Object(written)
    });
    object.insert(list.to_owned(), new.collect());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flat_shape_is_nested() {
        let Value::Object(mut flat) = json!({"id": "x", "location": "eastus", "resourceGroup": "g", "a": 1}) else {
            unreachable!("an object literal");
        };
        nest(&mut flat);
        assert_eq!(Value::Object(flat), json!({"id": "x", "location": "eastus", "properties": {"a": 1}}));
    }
}
