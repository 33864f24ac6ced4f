//! What happens when a client reads, writes or deletes one resource?

use super::answer::Answer;
use super::request::Request;
use super::{lists, platform, told, web_app};
use crate::state::State;
use crate::store::{Store, is_name};
use http::Method;
use model::ResourceId;
use serde_json::{Value, json};

/// A resource group: `written` is its name as the client wrote it.
pub(super) fn group(store: &mut Store, request: &Request, written: &str, name: &str) -> Answer {
    match request.method {
        Method::GET => match store.group(name) {
            Some(group) => Answer::document(200, group.clone()),
            None => Answer::no_group(written),
        },
        Method::HEAD => Answer::empty(if store.group(name).is_some() { 204 } else { 404 }),
        Method::PUT => {
            let Some(body) = request.object() else { return no_object() };
            if !is_name(written) {
                return Answer::error(400, "InvalidParameter", "The resource group has no usable name.");
            }
            let location = body.get("location").and_then(Value::as_str).unwrap_or("eastus");
            let status = if store.put_group(written, location) { 201 } else { 200 };
            store.group(name).map_or_else(|| Answer::no_group(written), |group| Answer::document(status, group.clone()))
        }
        Method::DELETE => match store.delete_group(name) {
            true => Answer::empty(200),
            false => Answer::no_group(written),
        },
        _ => Answer::no_method(),
    }
}

/// A collection below a resource, or an action on it.
pub(super) fn collection(state: &State, request: &Request, parent: &ResourceId, collection: &str) -> Answer {
    let store = state.store();
    let account = parent.resource_type().eq_ignore_ascii_case("Microsoft.CognitiveServices/accounts");
    match request.method {
        Method::GET => lists::children(store, request, parent, collection),
        Method::POST if account && collection.eq_ignore_ascii_case("listKeys") && store.has(parent) => {
            let key = crate::service::key_of(parent.name());
            Answer::document(200, json!({ "key1": key, "key2": key }))
        }
        Method::POST => told::effective_admin_rules(store, parent, collection).unwrap_or_else(Answer::no_method),
        _ => Answer::no_method(),
    }
}

/// One resource.
pub(super) fn one(state: &mut State, request: &Request, id: &ResourceId) -> Answer {
    let store = state.store_mut();
    match request.method {
        Method::GET => read(store, id),
        Method::HEAD => Answer::empty(if store.has(id) { 204 } else { 404 }),
        Method::PUT => match request.object() {
            Some(body) => write(store, request, id, body),
            None => no_object(),
        },
        Method::PATCH => match (request.object(), store.get(id)) {
            (None, _) => no_object(),
            (_, None) => Answer::not_found(id),
            (Some(patch), Some(mut document)) => {
                merge(&mut document, &patch);
                write(store, request, id, document)
            }
        },
        Method::DELETE => {
            if !store.has(id) {
                return Answer::empty(204);
            }
            if let Some(refusal) = precondition(store, request, id).or_else(|| platform::check_delete(store, id)) {
                return refusal;
            }
            platform::before_delete(store, id);
            store.delete(id);
            Answer::empty(200)
        }
        _ => Answer::no_method(),
    }
}

fn read(store: &Store, id: &ResourceId) -> Answer {
    if let (Some(zone), "@") = (id.parent(), id.name())
        && id.resource_type().eq_ignore_ascii_case("Microsoft.Network/privateDnsZones/SOA")
        && store.has(&zone)
    {
        return Answer::document(200, lists::start_of_authority(&zone));
    }
    store.get(id).map_or_else(|| Answer::not_found(id), |document| Answer::document(200, document))
}

/// The common way of PUT and PATCH.
pub(super) fn write(store: &mut Store, request: &Request, id: &ResourceId, mut body: Value) -> Answer {
    if id.resource_type().eq_ignore_ascii_case("Microsoft.Web/sites") {
        web_app::one_bit(store.raw(id), &mut body);
        web_app::kept_settings(store.raw(id), &mut body);
    }
    if !is_name(id.name()) {
        return Answer::error(400, "InvalidResourceName", "The resource has no usable name.");
    }
    if let Some(parent) = id.parent()
        && !store.has(&parent)
    {
        let message = format!(
            "Can not perform requested operation on nested resource. Parent resource '{}' not found.",
            parent.name()
        );
        return Answer::error(404, "ParentResourceNotFound", &message);
    }
    if let Some(answer) = precondition(store, request, id).or_else(|| platform::check(store, id, &body)) {
        return answer;
    }
    platform::before_put(store, id);
    match store.put(id, body) {
        Ok(created) => {
            platform::after_put(store, id);
            let document = store.get(id).unwrap_or_default();
            // The storage provider never says 201, and its clients take it for an error.
            let storage = id.resource_type().eq_ignore_ascii_case("Microsoft.Storage/storageAccounts");
            Answer::document(if created && !storage { 201 } else { 200 }, document)
        }
        Err(message) => Answer::error(400, "InvalidRequestFormat", &message),
    }
}

fn precondition(store: &Store, request: &Request, id: &ResourceId) -> Option<Answer> {
    let etag = store.raw(id).and_then(|document| document.get("etag")).and_then(Value::as_str);
    let failed = |header: &str| {
        let message = format!("The condition '*' in the {header} header was not satisfied.");
        Some(Answer::error(412, "PreconditionFailed", &message))
    };
    if request.header("if-none-match").is_some_and(|value| value == "*") && etag.is_some() {
        return failed("If-None-Match");
    }
    match request.header("if-match") {
        Some("*") if etag.is_none() => failed("If-Match"),
        Some(wanted) if wanted != "*" && etag != Some(wanted) => failed("If-Match"),
        _ => None,
    }
}

/// JSON merge patch (RFC 7396).
pub(super) fn merge(document: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *document = patch.clone();
        return;
    };
    if !document.is_object() {
        *document = json!({});
    }
    if let Value::Object(object) = document {
        for (name, value) in patch {
            if value.is_null() {
                object.remove(name);
            } else {
                merge(object.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

/// 400 for a body that is no JSON object.
pub(super) fn no_object() -> Answer {
    Answer::error(400, "InvalidRequestContent", "The request content was invalid: it is not a JSON object.")
}
