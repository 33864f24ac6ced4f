//! What does a Network Watcher say, and which flow logs does it keep? Azure makes one watcher for each region with a
//! network. The lab keeps what is said of flow logs; it writes none.

use super::answer::Answer;
use super::lists;
use super::request::Request;
use super::resources::no_object;
use crate::store::{Store, is_name};
use http::Method;
use model::ResourceId;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The group that Azure makes for them.
const GROUP: &str = "NetworkWatcherRG";
const KIND: &str = "Microsoft.Network/networkWatchers";

/// Answers what follows `providers` when it is about Network Watchers; `None` when it is not.
pub(super) fn handle(store: &mut Store, request: &Request, tail: &[&str]) -> Option<Answer> {
    let folded: Vec<String> = tail.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    let ["microsoft.network", "networkwatchers", rest @ ..] = folded.as_slice() else { return None };
    let all = all(store);
    let [name, below @ ..] = rest else {
        return Some(if request.method == Method::GET { lists::page(request, &all) } else { Answer::no_method() });
    };
    let own = |one: &&Value| one["name"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(name));
    let Some((watcher, id)) = all.iter().find(own).and_then(|one| Some((one, ResourceId::parse(one["id"].as_str()?)?)))
    else {
        return Some(missing());
    };
    Some(match (&request.method, below) {
        (&Method::GET, []) => Answer::document(200, watcher.clone()),
        (&Method::GET, ["flowlogs"]) => lists::page(request, &flow_logs(store, &id)),
        (&Method::POST, ["queryflowlogstatus"]) => match request.object() {
            Some(body) => Answer::document(200, status(store, &id, &body)),
            None => no_object(),
        },
        (method, ["flowlogs", _]) => flow_log(store, request, method, &id.child("flowLogs", tail[tail.len() - 1])),
        _ => Answer::no_method(),
    })
}

fn missing() -> Answer {
    Answer::error(404, "ResourceNotFound", "There is no such Network Watcher or flow log.")
}

/// One flow log is read, written or deleted.
fn flow_log(store: &mut Store, request: &Request, method: &Method, id: &ResourceId) -> Answer {
    match *method {
        Method::GET => store.get(id).map_or_else(missing, |document| Answer::document(200, document)),
        Method::DELETE => Answer::empty(if store.delete(id) { 200 } else { 204 }),
        Method::PUT => match request.object() {
            Some(body) => written(store, id, body),
            None => no_object(),
        },
        _ => Answer::no_method(),
    }
}

fn written(store: &mut Store, id: &ResourceId, body: Value) -> Answer {
    if !is_name(id.name()) {
        return Answer::error(400, "InvalidResourceName", "The flow log has no usable name.");
    }
    let named = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).and_then(ResourceId::parse);
    for pointer in ["/properties/targetResourceId", "/properties/storageId"] {
        let Some(to) = named(pointer) else {
            return Answer::error(400, "InvalidRequestFormat", &format!("{pointer} of a flow log has to be an id."));
        };
        if !store.has(&to) {
            let words = format!("Resource {to} referenced by resource {id} was not found.");
            return Answer::error(400, "InvalidResourceReference", &words);
        }
    }
    let group = named("/properties/targetResourceId")
        .is_some_and(|to| to.resource_type().eq_ignore_ascii_case("Microsoft.Network/networkSecurityGroups"));
    if group && !store.has(id) {
        let words = "New flow logs of network security groups cannot be created since 2025-06-30; create one of the \
                     virtual network.";
        return Answer::error(400, "BadRequest", words);
    }
    match store.put(id, body) {
        Ok(created) => Answer::document(if created { 201 } else { 200 }, store.get(id).unwrap_or_default()),
        Err(words) => Answer::error(400, "InvalidRequestFormat", &words),
    }
}

fn flow_logs(store: &Store, watcher: &ResourceId) -> Vec<Value> {
    store.children(watcher, "flowLogs").map(|(_, document)| document.clone()).collect()
}

/// One for each region.
fn all(store: &Store) -> Vec<Value> {
    let subscription = store.subscription();
    let networks = store.below(&format!("/subscriptions/{subscription}"));
    let networks =
        networks.filter(|(id, _)| id.resource_type().eq_ignore_ascii_case("Microsoft.Network/virtualNetworks"));
    let location = |document: &Value| Some(document.get("location")?.as_str()?.replace(' ', "").to_ascii_lowercase());
    let regions: BTreeSet<String> = networks.filter_map(|(_, document)| location(document)).collect();
    let watcher = |region: &String| {
        let name = format!("NetworkWatcher_{region}");
        json!({
            "id": format!("/subscriptions/{subscription}/resourceGroups/{GROUP}/providers/{KIND}/{name}"),
            "name": name, "type": KIND, "location": region, "properties": { "provisioningState": "Succeeded" },
        })
    };
    regions.iter().map(watcher).collect()
}

/// The status of the flow log of a resource, as the older interface tells it.
fn status(store: &Store, watcher: &ResourceId, body: &Value) -> Value {
    let target = body.get("targetResourceId").cloned().unwrap_or(Value::Null);
    let id = |value: &Value| value.as_str().and_then(ResourceId::parse);
    let is_its = |log: &&Value| id(&log["properties"]["targetResourceId"]).is_some_and(|to| Some(to) == id(&target));
    let logs = flow_logs(store, watcher);
    let found = logs.iter().find(is_its).map(|log| &log["properties"]);
    let of = |name: &str, otherwise: Value| found.and_then(|own| own.get(name)).cloned().unwrap_or(otherwise);
    json!({ "targetResourceId": target, "properties": {
        "storageId": of("storageId", json!("")), "enabled": of("enabled", json!(found.is_some())),
        "retentionPolicy": of("retentionPolicy", json!({ "days": 0, "enabled": false })),
        "format": of("format", json!({ "type": "JSON", "version": 1 })),
    } })
}
