//! Which documents does the estate consist of? Raw ARM JSON, one document for each resource.
//!
//! What ARM shows inside a parent (subnets, peerings, rules, routes, connections) is kept as a
//! document of its own and put back into the parent when that is read. Ids are compared by the
//! folded key of [`ResourceId`].

use model::ResourceId;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::ops::Bound;

/// The collections that a parent's document shows: type of the parent, name of the collection.
const EMBEDDED: [(&str, &str); 6] = [
    ("Microsoft.Network/virtualNetworks", "subnets"),
    ("Microsoft.Network/virtualNetworks", "virtualNetworkPeerings"),
    ("Microsoft.Network/networkSecurityGroups", "securityRules"),
    ("Microsoft.Network/routeTables", "routes"),
    ("Microsoft.CognitiveServices/accounts", "privateEndpointConnections"),
    ("Microsoft.Search/searchServices", "sharedPrivateLinkResources"),
];

/// Most documents that a lab holds.
const MOST: usize = 50_000;

/// The documents of one subscription.
#[derive(Default)]
pub(crate) struct Store {
    subscription: String,
    groups: BTreeMap<String, Value>, // by lower-case name
    documents: BTreeMap<ResourceId, Value>,
    version: u64,
}

impl Store {
    /// Nothing yet.
    pub(crate) fn new(subscription: &str) -> Self {
        Self { subscription: subscription.to_owned(), ..Self::default() }
    }

    /// The subscription.
    pub(crate) fn subscription(&self) -> &str {
        &self.subscription
    }

    /// Grows with every write.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// The document of a resource, with its embedded children.
    pub(crate) fn get(&self, id: &ResourceId) -> Option<Value> {
        let mut document = self.documents.get(id)?.clone();
        let kind = id.resource_type();
        for (_, collection) in EMBEDDED.iter().filter(|(parent, _)| parent.eq_ignore_ascii_case(&kind)) {
            let children = self.children(id, collection).map(|(_, child)| child.clone()).collect();
            properties(&mut document).insert((*collection).to_owned(), Value::Array(children));
        }
        if kind.eq_ignore_ascii_case("Microsoft.Network/privateDnsZones") {
            let links = self.children(id, "virtualNetworkLinks").count();
            // The SOA record set of the zone itself counts; it is not kept as a document.
            let sets = self.below(id.key()).count() - links + 1;
            let counted = properties(&mut document);
            counted.insert("numberOfRecordSets".to_owned(), json!(sets));
            counted.insert("numberOfVirtualNetworkLinks".to_owned(), json!(links));
        }
        Some(document)
    }

    /// The document as kept: without embedded children.
    pub(crate) fn raw(&self, id: &ResourceId) -> Option<&Value> {
        self.documents.get(id)
    }

    /// The properties of a document as kept, to be changed.
    pub(crate) fn properties_mut(&mut self, id: &ResourceId) -> Option<&mut Map<String, Value>> {
        self.version += 1;
        self.documents.get_mut(id).map(properties)
    }

    /// True when there is such a resource.
    pub(crate) fn has(&self, id: &ResourceId) -> bool {
        self.documents.contains_key(id)
    }

    /// The id as it was first written.
    pub(crate) fn spelled(&self, id: &ResourceId) -> ResourceId {
        self.documents.get_key_value(id).map_or_else(|| id.clone(), |(known, _)| known.clone())
    }

    /// Every resource whose key begins with this scope and a slash, in order.
    pub(crate) fn below<'s>(&'s self, scope: &str) -> impl Iterator<Item = (&'s ResourceId, &'s Value)> + use<'s> {
        let prefix = format!("{}/", scope.to_ascii_lowercase());
        let from = (Bound::Included(prefix.as_str()), Bound::Unbounded);
        self.documents.range::<str, _>(from).take_while({
            let prefix = prefix.clone();
            move |(id, _)| id.key().starts_with(&prefix)
        })
    }

    /// The direct children of a resource in one of its collections.
    pub(crate) fn children<'s>(
        &'s self,
        id: &ResourceId,
        collection: &str,
    ) -> impl Iterator<Item = (&'s ResourceId, &'s Value)> + use<'s> {
        let scope = format!("{}/{}", id.key(), collection.to_ascii_lowercase());
        let depth = scope.len() + 1;
        self.below(&scope).filter(move |(child, _)| !child.key()[depth..].contains('/'))
    }

    /// Every top-level resource and every child that no parent shows, each whole.
    pub(crate) fn all(&self) -> Vec<Value> {
        self.documents.keys().filter(|id| !is_embedded(id)).filter_map(|id| self.get(id)).collect()
    }

    /// Creates or replaces a resource; true when it is new. Children in the document replace those
    /// of their collection, a document without the collection leaves them as they are.
    pub(crate) fn put(&mut self, id: &ResourceId, document: Value) -> Result<bool, String> {
        if self.documents.len() >= MOST {
            return Err(format!("the lab holds at most {MOST} resources"));
        }
        let mut document = if document.is_object() { document } else { json!({}) };
        let id = self.spelled(id);
        let kind = id.resource_type();
        let mut children = Vec::new();
        for (_, collection) in EMBEDDED.iter().filter(|(parent, _)| parent.eq_ignore_ascii_case(&kind)) {
            if let Some(Value::Array(listed)) = properties(&mut document).remove(*collection) {
                children.push((*collection, listed));
            }
        }
        self.version += 1;
        let version = self.version;
        if let Some(object) = document.as_object_mut() {
            object.insert("id".to_owned(), json!(id.as_str()));
            object.insert("name".to_owned(), json!(id.name()));
            object.insert("type".to_owned(), json!(kind));
            object.insert("etag".to_owned(), json!(format!("\"{version:08x}\"")));
        }
        properties(&mut document).insert("provisioningState".to_owned(), json!("Succeeded"));
        self.add_group(&id);
        let created = self.documents.insert(id.clone(), document).is_none();
        for (collection, listed) in children {
            self.replace_children(&id, collection, listed)?;
        }
        Ok(created)
    }

    fn replace_children(&mut self, id: &ResourceId, collection: &str, listed: Vec<Value>) -> Result<(), String> {
        let named = |child: &Value| {
            let by_id = child.get("id").and_then(Value::as_str).and_then(ResourceId::parse);
            let name = child.get("name").and_then(Value::as_str).map(str::to_owned);
            name.or_else(|| by_id.map(|id| id.name().to_owned())).filter(|name| is_name(name))
        };
        let mut wanted = Vec::new();
        for child in listed {
            let name = named(&child).ok_or_else(|| format!("an entry of `{collection}` has no name"))?;
            wanted.push((id.child(collection, &name), child));
        }
        let old: Vec<ResourceId> = self.children(id, collection).map(|(child, _)| child.clone()).collect();
        for gone in old.iter().filter(|old| wanted.iter().all(|(kept, _)| kept != *old)) {
            self.delete(gone);
        }
        for (child, document) in wanted {
            self.put(&child, document)?;
        }
        Ok(())
    }

    /// Deletes a resource and all below it; true when it was there.
    pub(crate) fn delete(&mut self, id: &ResourceId) -> bool {
        self.version += 1;
        let below: Vec<ResourceId> = self.below(id.key()).map(|(child, _)| child.clone()).collect();
        for child in below {
            self.documents.remove(&child);
        }
        self.documents.remove(id).is_some()
    }

    /// The resource groups, in order.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &Value> {
        self.groups.values()
    }

    /// One resource group.
    pub(crate) fn group(&self, name: &str) -> Option<&Value> {
        self.groups.get(&name.to_ascii_lowercase())
    }

    /// Creates a resource group; true when it is new.
    pub(crate) fn put_group(&mut self, name: &str, location: &str) -> bool {
        self.version += 1;
        let id = format!("/subscriptions/{}/resourceGroups/{name}", self.subscription);
        let group = json!({
            "id": id, "name": name, "type": "Microsoft.Resources/resourceGroups", "location": location,
            "properties": { "provisioningState": "Succeeded" },
        });
        self.groups.insert(name.to_ascii_lowercase(), group).is_none()
    }

    /// Deletes a resource group and all in it; true when it was there.
    pub(crate) fn delete_group(&mut self, name: &str) -> bool {
        self.version += 1;
        let scope = format!("/subscriptions/{}/resourceGroups/{name}", self.subscription);
        let inside: Vec<ResourceId> = self.below(&scope).map(|(id, _)| id.clone()).collect();
        for id in inside {
            self.documents.remove(&id);
        }
        self.groups.remove(&name.to_ascii_lowercase()).is_some()
    }

    /// A resource that a scenario brings along brings its group along.
    fn add_group(&mut self, id: &ResourceId) {
        if let Some(group) = id.resource_group()
            && self.group(group).is_none()
        {
            let group = group.to_owned();
            self.put_group(&group, "eastus");
        }
    }
}

/// The `properties` of a document, made when there are none.
fn properties(document: &mut Value) -> &mut Map<String, Value> {
    if !document.is_object() {
        *document = json!({});
    }
    let Value::Object(object) = document else { unreachable!("made an object above") };
    let held = object.entry("properties").or_insert_with(|| json!({}));
    if !held.is_object() {
        *held = json!({});
    }
    let Value::Object(properties) = held else { unreachable!("made an object above") };
    properties
}

fn is_embedded(id: &ResourceId) -> bool {
    let kind = id.resource_type();
    EMBEDDED.iter().any(|(parent, collection)| {
        kind.strip_suffix_ignore_case(collection)
            .and_then(|rest| rest.strip_suffix('/'))
            .is_some_and(|rest| rest.eq_ignore_ascii_case(parent))
    })
}

/// True when a text can be the last segment of an id.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 260 && !name.contains('/') && !name.chars().any(char::is_control)
}

trait StripSuffixIgnoreCase {
    fn strip_suffix_ignore_case(&self, suffix: &str) -> Option<&str>;
}

impl StripSuffixIgnoreCase for str {
    fn strip_suffix_ignore_case(&self, suffix: &str) -> Option<&str> {
        let at = self.len().checked_sub(suffix.len())?;
        self.get(at..)?.eq_ignore_ascii_case(suffix).then(|| &self[..at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(rest: &str) -> ResourceId {
        ResourceId::parse(&format!("/subscriptions/S/resourceGroups/rg/providers/Microsoft.Network/{rest}")).unwrap()
    }

    #[test]
    fn children_are_kept_apart_and_shown_in_the_parent() {
        let mut store = Store::new("S");
        let vnet = id("virtualNetworks/v");
        let body = json!({ "properties": { "subnets": [{ "name": "a" }, { "name": "b" }] } });
        assert_eq!(store.put(&vnet, body), Ok(true));
        assert!(store.has(&id("virtualNetworks/V/SUBNETS/A")));
        assert_eq!(store.put(&id("virtualNetworks/v/subnets/c"), json!({ "properties": { "x": 1 } })), Ok(true));
        let shown = store.get(&vnet).unwrap();
        let names: Vec<&str> =
            shown["properties"]["subnets"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(shown["properties"]["virtualNetworkPeerings"], json!([]));
        // Without the collection the children stay; with it they are replaced.
        assert_eq!(store.put(&vnet, json!({ "location": "eastus" })), Ok(false));
        assert_eq!(store.children(&vnet, "subnets").count(), 3);
        store.put(&vnet, json!({ "properties": { "subnets": [{ "name": "C" }] } })).unwrap();
        assert_eq!(store.children(&vnet, "subnets").count(), 1);
        assert!(store.put(&vnet, json!({ "properties": { "subnets": [{ "x": 1 }] } })).is_err());
    }

    #[test]
    fn names_that_begin_alike_are_not_children() {
        let mut store = Store::new("S");
        for name in ["v", "v-2", "v2"] {
            store.put(&id(&format!("virtualNetworks/{name}/subnets/s")), json!({})).unwrap();
            store.put(&id(&format!("virtualNetworks/{name}")), json!({})).unwrap();
        }
        assert!(store.delete(&id("virtualNetworks/V")));
        assert!(!store.delete(&id("virtualNetworks/v")));
        assert_eq!(store.documents.len(), 4);
        assert_eq!(store.all().len(), 2);
    }

    #[test]
    fn zones_count_what_they_hold() {
        let mut store = Store::new("S");
        let zone = id("privateDnsZones/z");
        store.put(&zone, json!({})).unwrap();
        store.put(&zone.child("A", "x"), json!({})).unwrap();
        store.put(&zone.child("virtualNetworkLinks", "l"), json!({})).unwrap();
        let shown = store.get(&zone).unwrap();
        assert_eq!(shown["properties"]["numberOfRecordSets"], 2);
        assert_eq!(shown["properties"]["numberOfVirtualNetworkLinks"], 1);
    }

    #[test]
    fn groups_come_and_go_with_their_resources() {
        let mut store = Store::new("S");
        store.put(&id("privateDnsZones/z"), json!({})).unwrap();
        assert!(store.group("RG").is_some());
        assert!(store.delete_group("Rg"));
        assert!(!store.has(&id("privateDnsZones/z")));
        assert!(store.group("rg").is_none());
    }
}
