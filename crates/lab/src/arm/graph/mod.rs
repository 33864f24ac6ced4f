//! What does Resource Graph answer? Rows of one table, by queries of its simple kind, page by page.

mod query;

use super::answer::Answer;
use super::request::Request;
use super::resources::no_object;
use crate::store::Store;
use crate::tokens::TENANT;
use http::Method;
use model::ResourceId;
use query::Query;
use serde_json::{Map, Value, json};

/// Most rows of a page.
const PAGE: usize = 1_000;

/// The children that have rows of their own.
const CHILDREN: [&str; 1] = ["microsoft.network/privatednszones/virtualnetworklinks"];

/// Answers `POST /providers/Microsoft.ResourceGraph/resources`.
pub(super) fn answer(store: &Store, request: &Request) -> Answer {
    if request.method != Method::POST {
        return Answer::no_method();
    }
    let Some(body) = request.object() else { return no_object() };
    let Some(text) = body.get("query").and_then(Value::as_str) else {
        return invalid("The body has no `query`.");
    };
    let query = match Query::parse(text) {
        Ok(query) => query,
        Err(why) => return invalid(&why),
    };
    let option = |name: &str| body.pointer(&format!("/options/{name}"));
    if option("resultFormat").and_then(Value::as_str).is_some_and(|format| format != "objectArray") {
        return invalid("The lab gives rows as `objectArray` only.");
    }
    let asked = body.get("subscriptions").and_then(Value::as_array);
    let own = |listed: &Vec<Value>| {
        let same = |one: &Value| one.as_str().is_some_and(|id| id.eq_ignore_ascii_case(store.subscription()));
        listed.iter().any(same)
    };
    let rows = if asked.is_none_or(own) { rows(store) } else { Vec::new() };
    let number = |name: &str| match option(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_| name.to_owned()),
        Some(value) => value.as_u64().and_then(|n| usize::try_from(n).ok()).map(Some).ok_or(name.to_owned()),
    };
    match (number("$top"), number("$skip"), number("$skipToken")) {
        (Ok(top), Ok(skip), Ok(token)) => page(&query.run(rows), top, token.or(skip)),
        (Err(name), ..) | (_, Err(name), _) | (_, _, Err(name)) => invalid(&format!("`{name}` cannot be used.")),
    }
}

fn page(rows: &[Value], top: Option<usize>, from: Option<usize>) -> Answer {
    let from = from.unwrap_or(0).min(rows.len());
    let to = from.saturating_add(top.unwrap_or(PAGE).clamp(1, PAGE)).min(rows.len());
    let mut body = json!({
        "totalRecords": rows.len(), "count": to - from, "data": rows[from..to], "facets": [],
        "resultTruncated": "false",
    });
    if to < rows.len() {
        body["$skipToken"] = Value::from(to.to_string());
    }
    Answer::document(200, body)
}

/// The error as Resource Graph nests it.
fn invalid(why: &str) -> Answer {
    Answer::document(
        400,
        json!({ "error": {
            "code": "BadRequest", "message": "Please provide below info when asking for support.",
            "details": [{ "code": "InvalidQuery", "message": why }],
        } }),
    )
}

/// The table `resources`: types and groups are in lower case there.
fn rows(store: &Store) -> Vec<Value> {
    let scope = format!("/subscriptions/{}", store.subscription());
    let listed = store.below(&scope).map(|(id, _)| id).filter(|id| {
        let kind = id.resource_type().to_ascii_lowercase();
        id.parent().is_none() || CHILDREN.contains(&kind.as_str())
    });
    listed.filter_map(|id| Some(row(store, id, store.get(id)?))).collect()
}

fn row(store: &Store, id: &ResourceId, document: Value) -> Value {
    let mut columns = match document {
        Value::Object(document) => document,
        _ => Map::new(),
    };
    columns.remove("etag");
    columns.insert("type".to_owned(), Value::from(id.resource_type().to_ascii_lowercase()));
    let group = id.resource_group().unwrap_or_default().to_ascii_lowercase();
    columns.insert("resourceGroup".to_owned(), Value::from(group));
    columns.insert("subscriptionId".to_owned(), Value::from(store.subscription()));
    columns.insert("tenantId".to_owned(), Value::from(TENANT));
    Value::Object(columns)
}
