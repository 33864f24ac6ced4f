//! How does the ARM API show the configuration of a web app? `config/web` and the settings are
//! views of the site's own document.

use super::answer::Answer;
use super::request::Request;
use super::resources::{merge, no_object, write};
use crate::state::State;
use crate::store::Store;
use http::Method;
use model::ResourceId;
use serde_json::{Map, Value, json};

/// What comes before the name of a site.
const SITES: &str = "/providers/microsoft.web/sites/";

/// Where a site's document holds its settings.
const SETTINGS: &str = "/properties/siteConfig/appSettings";

/// How a site is deployed to. Nobody can: clients want to read it all the same.
const PUBLISHING: &str = "<publishData><publishProfile profileName=\"lab - FTP\" publishMethod=\"FTP\" \
                          publishUrl=\"ftp://none.invalid\" userName=\"none\" userPWD=\"\"/></publishData>";

/// Answers a site that is read, and the paths below it; `None` for any other path.
pub(super) fn handle(state: &mut State, request: &Request, path: &str) -> Option<Answer> {
    let folded = path.to_ascii_lowercase();
    let name = folded.find(SITES)? + SITES.len();
    let end = folded[name..].find('/').map_or(folded.len(), |at| name + at);
    let site = state.store().spelled(&ResourceId::parse(path.get(..end)?)?);
    let view = folded[end..].trim_start_matches('/');
    if view.is_empty() && request.method != Method::GET {
        return None;
    }
    if !state.store().has(&site) {
        return Some(Answer::not_found(&site));
    }
    match (view, &request.method) {
        ("", _) => Some(Answer::document(200, shown(state.store(), &site))),
        ("publishxml", &Method::POST) => Some(Answer::xml(PUBLISHING)),
        ("virtualnetworkconnections", &Method::GET) => Some(Answer::document(200, connections(state, &site))),
        ("config/web", &Method::GET) => Some(Answer::document(200, web(state, &site))),
        ("config/web", &Method::PUT | &Method::PATCH) => Some(match request.object() {
            Some(body) => change(state, request, &site, &body),
            None => no_object(),
        }),
        ("config/appsettings/list", &Method::POST) => Some(Answer::document(200, settings(state, &site))),
        ("config/appsettings", &Method::PUT) => Some(match request.object() {
            Some(body) => change_settings(state, request, &site, &body),
            None => no_object(),
        }),
        ("config/slotconfignames", &Method::GET) => Some(Answer::document(200, slot_names(&site))),
        _ => Some(Answer::no_method()),
    }
}

/// A site as it is read: clients of the API rely on what Azure adds. The settings are handed out only when they are
/// posted for.
pub(super) fn shown(store: &Store, site: &ResourceId) -> Value {
    let mut document = store.get(site).unwrap_or_default();
    let plan = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Web/serverfarms/plan-{}",
        site.subscription().unwrap_or_default(),
        site.resource_group().unwrap_or_default(),
        site.name()
    );
    let host = format!("{}.azurewebsites.net", site.name());
    let added = json!({
        "serverFarmId": plan, "sku": "PremiumV3", "state": "Running", "enabled": true, "reserved": true,
        "defaultHostName": host, "hostNames": [host], "enabledHostNames": [host],
        "outboundIpAddresses": "198.51.100.10", "possibleOutboundIpAddresses": "198.51.100.10",
    });
    if let (Some(Value::Object(properties)), Value::Object(added)) = (document.get_mut("properties"), added) {
        for (name, value) in added {
            properties.entry(name).or_insert(value);
        }
    }
    if let Some(object) = document.as_object_mut() {
        object.entry("kind").or_insert_with(|| json!("app,linux"));
    }
    if let Some(settings) = document.pointer_mut(SETTINGS) {
        *settings = Value::Null;
    }
    document
}

/// A site that was read has no settings, and is written back without them: they stay.
pub(super) fn kept_settings(before: Option<&Value>, after: &mut Value) {
    let Some(held) = before.and_then(|before| before.pointer(SETTINGS)) else { return };
    if after.pointer(SETTINGS).is_none_or(Value::is_null) {
        merge(after, &json!({ "properties": { "siteConfig": { "appSettings": held } } }));
    }
}

/// The network that a site is integrated into, as a bare list.
fn connections(state: &State, site: &ResourceId) -> Value {
    let document = state.store().raw(site);
    let subnet = document.and_then(|document| document.pointer("/properties/virtualNetworkSubnetId")?.as_str());
    let Some(subnet) = subnet.and_then(ResourceId::parse) else { return json!([]) };
    let name = subnet.parent().map_or_else(String::new, |network| network.name().to_owned());
    json!([{
        "id": format!("{site}/virtualNetworkConnections/{name}"), "name": name,
        "type": "Microsoft.Web/sites/virtualNetworkConnections",
        "properties": { "vnetResourceId": subnet.as_str(), "isSwift": true },
    }])
}

/// The bit that has three names: whichever a write changes counts, and all say the same afterwards.
pub(super) fn one_bit(before: Option<&Value>, after: &mut Value) {
    const NAMES: [&str; 3] = [
        "/properties/outboundVnetRouting/applicationTraffic",
        "/properties/siteConfig/vnetRouteAllEnabled",
        "/properties/vnetRouteAllEnabled",
    ];
    let read = |document: &Value, name: &str| match document.pointer(name)? {
        Value::Bool(bit) => Some(*bit),
        Value::String(text) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    };
    let now = |name: &&str| read(after, name);
    let changed = |name: &&&str| now(name).is_some() && before.and_then(|before| read(before, name)) != now(name);
    let Some(bit) = NAMES.iter().find(changed).or_else(|| NAMES.iter().find(|name| now(name).is_some())).and_then(now)
    else {
        return;
    };
    let same = json!({ "properties": {
        "vnetRouteAllEnabled": bit, "outboundVnetRouting": { "applicationTraffic": bit },
    } });
    merge(after, &same);
    if let Some(held) = after.pointer_mut(NAMES[1]) {
        *held = json!(bit);
    }
}

fn web(state: &State, site: &ResourceId) -> Value {
    let document = state.store().raw(site).cloned().unwrap_or_default();
    let mut properties = match document.pointer("/properties/siteConfig") {
        Some(Value::Object(held)) => held.clone(),
        _ => Map::new(),
    };
    properties.remove("appSettings");
    let all = ["/properties/vnetRouteAllEnabled", "/properties/outboundVnetRouting/applicationTraffic"];
    if let Some(enabled) = all.iter().find_map(|pointer| document.pointer(pointer)) {
        properties.entry("vnetRouteAllEnabled").or_insert_with(|| enabled.clone());
    }
    json!({
        "id": format!("{site}/config/web"), "name": "web", "type": "Microsoft.Web/sites/config",
        "location": document.get("location").cloned().unwrap_or(Value::Null), "properties": properties,
    })
}

/// az sends truth values as texts.
fn change(state: &mut State, request: &Request, site: &ResourceId, body: &Value) -> Answer {
    let mut document = state.store().get(site).unwrap_or_default();
    let mut held = body.get("properties").cloned().unwrap_or_else(|| json!({}));
    if let Some(Value::String(text)) = held.get("vnetRouteAllEnabled")
        && let Ok(enabled) = text.to_ascii_lowercase().parse::<bool>()
    {
        held["vnetRouteAllEnabled"] = json!(enabled);
    }
    merge(&mut document, &json!({ "properties": { "siteConfig": held } }));
    let answer = write(state.store_mut(), request, site, document);
    if answer.is_success() { Answer::document(200, web(state, site)) } else { answer }
}

/// The settings that are written are all that there are.
fn change_settings(state: &mut State, request: &Request, site: &ResourceId, body: &Value) -> Answer {
    let named = body.get("properties").and_then(Value::as_object).into_iter().flatten();
    let pairs: Vec<Value> = named.map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let mut document = state.store().get(site).unwrap_or_default();
    merge(&mut document, &json!({ "properties": { "siteConfig": { "appSettings": pairs } } }));
    let answer = write(state.store_mut(), request, site, document);
    if answer.is_success() { Answer::document(200, settings(state, site)) } else { answer }
}

/// Which settings stay with a slot: none. az asks before it shows settings.
fn slot_names(site: &ResourceId) -> Value {
    json!({
        "id": format!("{site}/config/slotConfigNames"), "name": "slotConfigNames", "type": "Microsoft.Web/sites/config",
        "properties": { "appSettingNames": null, "azureStorageConfigNames": null, "connectionStringNames": null },
    })
}

fn settings(state: &State, site: &ResourceId) -> Value {
    let document = state.store().raw(site);
    let listed = document.and_then(|document| document.pointer(SETTINGS)?.as_array());
    let pairs: Map<String, Value> = listed
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((pair.get("name")?.as_str()?.to_owned(), pair.get("value")?.clone())))
        .collect();
    json!({ "id": format!("{site}/config/appsettings"), "name": "appsettings", "properties": pairs })
}
