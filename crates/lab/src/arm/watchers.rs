//! What does a Network Watcher say? Azure makes one for each region with a network; the lab's keep no flow logs.

use super::answer::Answer;
use super::lists;
use super::request::Request;
use super::resources::no_object;
use crate::store::Store;
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The group that Azure makes for them.
const GROUP: &str = "NetworkWatcherRG";
const KIND: &str = "Microsoft.Network/networkWatchers";

/// Answers what follows `providers` when it is about Network Watchers; `None` when it is not.
pub(super) fn handle(store: &Store, request: &Request, tail: &[&str]) -> Option<Answer> {
    let folded: Vec<String> = tail.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    let ["microsoft.network", "networkwatchers", rest @ ..] = folded.as_slice() else { return None };
    let all = all(store);
    let find =
        |name: &str| all.iter().find(|one| one["name"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(name)));
    let missing = || Answer::error(404, "ResourceNotFound", "There is no such Network Watcher or flow log.");
    Some(match (&request.method, rest) {
        (&Method::GET, []) => lists::page(request, &all),
        (&Method::GET, [name]) => find(name).map_or_else(missing, |one| Answer::document(200, one.clone())),
        (&Method::GET, [name, "flowlogs"]) if find(name).is_some() => lists::page(request, &[]),
        (&Method::POST, [name, "queryflowlogstatus"]) if find(name).is_some() => match request.object() {
            Some(body) => Answer::document(200, disabled(&body)),
            None => no_object(),
        },
        (&Method::GET, [_, "flowlogs", ..]) => missing(),
        _ => Answer::no_method(),
    })
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

/// The status of flow logs of a group: there are none.
fn disabled(body: &Value) -> Value {
    let target = body.get("targetResourceId").cloned().unwrap_or(Value::Null);
    json!({ "targetResourceId": target, "properties": {
        "storageId": "", "enabled": false, "retentionPolicy": { "days": 0, "enabled": false },
        "format": { "type": "JSON", "version": 1 },
    } })
}
