//! How does the ARM API show the configuration of a web app? `config/web` and the settings are
//! views of the site's own document.

use super::answer::Answer;
use super::request::Request;
use super::resources::{merge, no_object, write};
use crate::state::State;
use http::Method;
use model::ResourceId;
use serde_json::{Map, Value, json};

/// Answers paths below `sites/NAME/config`; `None` for any other path.
pub(super) fn handle(state: &mut State, request: &Request, id: &ResourceId) -> Option<Answer> {
    let key = id.key();
    let (site, view) = key.split_once("/config/").filter(|(site, _)| site.contains("/microsoft.web/sites/"))?;
    let site = state.store().spelled(&ResourceId::parse(site)?);
    if !state.store().has(&site) {
        return Some(Answer::not_found(&site));
    }
    match (view, &request.method) {
        ("web", &Method::GET) => Some(Answer::document(200, web(state, &site))),
        ("web", &Method::PUT | &Method::PATCH) => Some(match request.object() {
            Some(body) => change(state, request, &site, &body),
            None => no_object(),
        }),
        ("appsettings/list", &Method::POST) => Some(Answer::document(200, settings(state, &site))),
        _ => Some(Answer::no_method()),
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

/// `vnetRouteAllEnabled` and `outboundVnetRouting.applicationTraffic` are one bit; az sends texts.
fn change(state: &mut State, request: &Request, site: &ResourceId, body: &Value) -> Answer {
    let mut document = state.store().get(site).unwrap_or_default();
    let mut held = body.get("properties").cloned().unwrap_or_else(|| json!({}));
    let enabled = match held.get("vnetRouteAllEnabled") {
        Some(Value::Bool(enabled)) => Some(*enabled),
        Some(Value::String(text)) => text.to_ascii_lowercase().parse().ok(),
        _ => None,
    };
    if let Some(enabled) = enabled {
        held["vnetRouteAllEnabled"] = json!(enabled);
        let same = json!({ "properties": {
            "vnetRouteAllEnabled": enabled, "outboundVnetRouting": { "applicationTraffic": enabled },
        } });
        merge(&mut document, &same);
    }
    merge(&mut document, &json!({ "properties": { "siteConfig": held } }));
    let answer = write(state.store_mut(), request, site, document);
    if answer.is_success() { Answer::document(200, web(state, site)) } else { answer }
}

fn settings(state: &State, site: &ResourceId) -> Value {
    let document = state.store().raw(site);
    let listed = document.and_then(|document| document.pointer("/properties/siteConfig/appSettings")?.as_array());
    let pairs: Map<String, Value> = listed
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((pair.get("name")?.as_str()?.to_owned(), pair.get("value")?.clone())))
        .collect();
    json!({ "id": format!("{site}/config/appsettings"), "name": "appsettings", "properties": pairs })
}
