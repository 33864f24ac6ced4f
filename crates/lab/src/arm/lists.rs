//! What does a collection hold, page by page?

use super::answer::Answer;
use super::request::{Request, encoded};
use super::web_app;
use crate::store::Store;
use model::ResourceId;
use serde_json::{Value, json};

/// Entries of a page unless `$top` asks for fewer.
const PAGE: usize = 1_000;

/// The resources of a type in a scope (a subscription or a group).
pub(crate) fn of_type(store: &Store, request: &Request, scope: &str, kind: &str) -> Answer {
    let ids = store.below(scope).map(|(id, _)| id).filter(|id| id.resource_type().eq_ignore_ascii_case(kind));
    if kind.eq_ignore_ascii_case("Microsoft.Web/sites") {
        return page(request, &ids.map(|site| web_app::shown(store, site)).collect::<Vec<_>>());
    }
    page(request, &whole(store, ids))
}

/// The children of a resource in one of its collections; empty for a collection that has none.
pub(crate) fn children(store: &Store, request: &Request, parent: &ResourceId, collection: &str) -> Answer {
    if !store.has(parent) {
        return Answer::not_found(parent);
    }
    let zone = parent.resource_type().eq_ignore_ascii_case("Microsoft.Network/privateDnsZones");
    if zone && collection.eq_ignore_ascii_case("ALL") {
        let sets = store.below(parent.key()).map(|(id, _)| id).filter(|id| {
            !id.resource_type().eq_ignore_ascii_case("Microsoft.Network/privateDnsZones/virtualNetworkLinks")
        });
        let mut entries = vec![start_of_authority(parent)];
        entries.extend(whole(store, sets));
        return page(request, &entries);
    }
    if zone && collection.eq_ignore_ascii_case("SOA") {
        return page(request, &[start_of_authority(parent)]);
    }
    page(request, &whole(store, store.children(parent, collection).map(|(id, _)| id)))
}

/// Every resource of a scope in short form, as `…/resources` lists them.
pub(crate) fn resources(store: &Store, request: &Request, scope: &str) -> Answer {
    let filter = match request.query("$filter").map_or(Ok(Vec::new()), conditions) {
        Ok(filter) => filter,
        Err(answer) => return answer,
    };
    let fits = |id: &ResourceId| {
        filter.iter().all(|(what, wanted)| match what.as_str() {
            "resourcegroup" => id.resource_group().is_some_and(|group| group.eq_ignore_ascii_case(wanted)),
            "resourcetype" => id.resource_type().eq_ignore_ascii_case(wanted),
            _ => id.name().eq_ignore_ascii_case(wanted),
        })
    };
    let top = store.below(scope).filter(|(id, _)| id.parent().is_none() && fits(id));
    let entries: Vec<Value> = top
        .map(|(id, document)| {
            let of = |name: &str| document.get(name).cloned().unwrap_or(Value::Null);
            json!({ "id": id.as_str(), "name": id.name(), "type": id.resource_type(), "location": of("location"), "kind": of("kind"), "tags": of("tags") })
        })
        .collect();
    page(request, &entries)
}

/// `resourceGroup eq 'x' and resourceType eq 'y'`: what is compared, in lower case, and the value.
fn conditions(filter: &str) -> Result<Vec<(String, String)>, Answer> {
    let one = |text: &str| {
        let (what, value) = text.trim().split_once(" eq ")?;
        let what = what.trim().to_ascii_lowercase();
        let value = value.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        ["resourcegroup", "resourcetype", "name"].contains(&what.as_str()).then(|| (what, value.to_owned()))
    };
    filter.split(" and ").map(one).collect::<Option<_>>().ok_or_else(|| {
        let words = "The lab understands filters by resourceGroup, resourceType and name only, with `eq` and `and`.";
        Answer::error(400, "InvalidFilterInQueryString", words)
    })
}

/// The record set that every zone has.
pub(crate) fn start_of_authority(zone: &ResourceId) -> Value {
    json!({
        "id": format!("{zone}/SOA/@"), "name": "@", "type": "Microsoft.Network/privateDnsZones/SOA",
        "properties": {
            "fqdn": format!("{}.", zone.name()), "ttl": 3600, "isAutoRegistered": false,
            "soaRecord": {
                "host": "azureprivatedns.net", "email": "azureprivatedns-host.microsoft.com", "serialNumber": 1,
                "refreshTime": 3600, "retryTime": 300, "expireTime": 2_419_200, "minimumTtl": 10,
            },
        },
    })
}

fn whole<'s>(store: &'s Store, ids: impl Iterator<Item = &'s ResourceId>) -> Vec<Value> {
    ids.filter_map(|id| store.get(id)).collect()
}

/// One page of a list, with a link to the next.
pub(crate) fn page(request: &Request, entries: &[Value]) -> Answer {
    let number = |name: &str| match request.query(name) {
        None => Ok(None),
        Some(text) => text.parse::<usize>().map(Some).map_err(|_| {
            Answer::error(400, "InvalidQueryParameter", &format!("The value of `{name}` is not a number."))
        }),
    };
    let (top, from) = match (number("$top"), number("$skipToken")) {
        (Ok(top), Ok(from)) => (top.unwrap_or(PAGE).clamp(1, PAGE), from.unwrap_or(0).min(entries.len())),
        (Err(answer), _) | (_, Err(answer)) => return answer,
    };
    let to = (from + top).min(entries.len());
    let mut body = json!({ "value": entries[from..to] });
    if to < entries.len() {
        let version = request.query("api-version").unwrap_or_default();
        let (base, path, version) = (request.base(), encoded(&request.path), encoded(version));
        let filter = request.query("$filter").map(|filter| format!("&$filter={}", encoded(filter))).unwrap_or_default();
        let link = format!("{base}{path}?api-version={version}{filter}&$top={top}&$skipToken={to}");
        body["nextLink"] = json!(link);
    }
    Answer::document(200, body)
}
