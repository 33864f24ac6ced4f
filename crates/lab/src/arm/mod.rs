//! What does the ARM API answer to a request? Pure: the sockets are in `loopback`.

mod answer;
mod graph;
pub(crate) mod identity;
mod lists;
mod operations;
mod platform;
mod providers;
mod request;
mod resources;
mod told;
mod watchers;
mod web_app;

pub(crate) use answer::Answer;
pub(crate) use operations::Operations;
pub(crate) use request::{Request, encoded};

use crate::state::State;
use http::Method;
use model::ResourceId;
use serde_json::json;

/// Answers one request as a real client meets it: slow writes are operations, and documents have their tag in a
/// header, too.
pub(crate) fn serve(state: &mut State, request: &Request) -> Answer {
    let answer = handle(state, request);
    let tag = answer.body.as_ref().and_then(|body| body.get("etag")?.as_str().map(str::to_owned));
    let answer = match tag {
        Some(tag) => answer.with("etag", tag),
        None => answer,
    };
    operations::begun(state, request, answer)
}

/// Answers one request, and changes the estate if it asks for that.
pub(crate) fn handle(state: &mut State, request: &Request) -> Answer {
    if let Some(answer) = identity::handle(state, request) {
        return answer;
    }
    if !request.bearer().is_some_and(|token| state.accepts(token)) {
        let message =
            "Authentication failed. The 'Authorization' header is missing or its token is not one of this lab.";
        return Answer::error(401, "AuthenticationFailed", message);
    }
    let segments = request.segments();
    let folded: Vec<String> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    if let ["lab", rest @ ..] = segments.as_slice() {
        return about_the_lab(request, rest);
    }
    if request.query("api-version").is_none() {
        return Answer::error(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        );
    }
    let before = state.store_version();
    let answer = route(state, request, &segments, &folded);
    if before != state.store_version() {
        state.refresh();
    }
    answer
}

/// The lab's own doors, for whoever holds the token. What is behind most of them, `loopback` knows, which
/// has the sockets and the network.
fn about_the_lab(request: &Request, rest: &[&str]) -> Answer {
    match (&request.method, rest) {
        (&Method::GET, ["status"]) => Answer::document(200, json!({ "status": "running" })),
        (&Method::GET, ["counters"]) => Answer::document(200, json!([])),
        (&Method::POST, ["change"]) => Answer::empty(202),
        (&Method::POST, ["down"]) => Answer { ends: true, ..Answer::document(200, json!({ "status": "ending" })) },
        _ => Answer::error(404, "NotFound", "The lab has no such door."),
    }
}

fn route(state: &mut State, request: &Request, segments: &[&str], folded: &[&str]) -> Answer {
    let subscription = json!({
        "id": format!("/subscriptions/{}", state.store().subscription()),
        "subscriptionId": state.store().subscription(), "tenantId": crate::tokens::TENANT,
        "displayName": "privpath lab", "state": "Enabled",
    });
    match folded {
        ["subscriptions"] => read_only(request, || lists::page(request, &[subscription])),
        ["tenants"] => read_only(request, || {
            let tenant =
                json!({ "id": format!("/tenants/{}", crate::tokens::TENANT), "tenantId": crate::tokens::TENANT });
            lists::page(request, &[tenant])
        }),
        ["subscriptions", id, ..] if !id.eq_ignore_ascii_case(state.store().subscription()) => {
            let message = format!("The subscription '{}' could not be found.", segments[1]);
            Answer::error(404, "SubscriptionNotFound", &message)
        }
        ["providers", "microsoft.resourcegraph", "resources"] => graph::answer(state.store(), request),
        ["subscriptions", _, "providers"] => read_only(request, || providers::all(request)),
        ["subscriptions", _, "providers", _] => read_only(request, || providers::one(segments[3], segments[1])),
        ["subscriptions", _, "providers", _, "locations", _, what @ ("operations" | "operationresults"), number] => {
            operations::polled(&mut state.operations, request, what, number)
        }
        ["subscriptions", _, "providers", "microsoft.network", "locations", _, "servicetags"] => {
            read_only(request, || told::service_tags(state.store()))
        }
        ["subscriptions", _] => read_only(request, || Answer::document(200, subscription)),
        ["subscriptions", _, "resourcegroups"] => read_only(request, || {
            let groups: Vec<_> = state.store().groups().cloned().collect();
            lists::page(request, &groups)
        }),
        ["subscriptions", _, "resources"] => {
            read_only(request, || lists::resources(state.store(), request, &scope(&segments[..2])))
        }
        ["subscriptions", _, "resourcegroups", name] => resources::group(state.store_mut(), request, segments[3], name),
        ["subscriptions", _, "resourcegroups", "networkwatcherrg", "providers", ..] => {
            watchers::handle(state.store_mut(), request, &segments[5..])
                .unwrap_or_else(|| Answer::no_group(segments[3]))
        }
        ["subscriptions", _, "providers", "microsoft.network", "networkwatchers"] => {
            watchers::handle(state.store_mut(), request, &segments[3..]).unwrap_or_else(Answer::no_method)
        }
        ["subscriptions", _, "resourcegroups", group, ..] if state.store().group(group).is_none() => {
            Answer::no_group(segments[3])
        }
        ["subscriptions", _, "resourcegroups", _, "resources"] => {
            read_only(request, || lists::resources(state.store(), request, &scope(&segments[..4])))
        }
        ["subscriptions", _, "providers", "microsoft.storage", "checknameavailability"] => {
            providers::storage_name(state.store(), request)
        }
        ["subscriptions", _, "providers", rest @ ..] => provider(state, request, &segments[..2], rest.len()),
        ["subscriptions", _, "resourcegroups", _, "providers", rest @ ..] => {
            provider(state, request, &segments[..4], rest.len())
        }
        _ => Answer::error(404, "NotFound", "There is no such path."),
    }
}

/// A path with a provider: `rest` segments follow `providers`.
fn provider(state: &mut State, request: &Request, scope_segments: &[&str], rest: usize) -> Answer {
    let segments = request.segments();
    let tail = &segments[segments.len() - rest..];
    match tail {
        [] | [_] => Answer::error(404, "InvalidResourceType", "The path names a provider but no resource type."),
        [namespace, kind] => read_only(request, || {
            lists::of_type(state.store(), request, &scope(scope_segments), &format!("{namespace}/{kind}"))
        }),
        _ => {
            let Some(id) = ResourceId::parse(&request.path) else {
                return Answer::error(400, "InvalidResourceId", "The path is not a resource id.");
            };
            if let Some(answer) = web_app::handle(state, request, &request.path) {
                return answer;
            }
            if tail.len() % 2 == 1 {
                return resources::one(state, request, &id);
            }
            let Some((parent, collection)) = request.path.rsplit_once('/') else { return Answer::not_found(&id) };
            match ResourceId::parse(parent) {
                Some(parent) => resources::collection(state, request, &parent, collection),
                None => Answer::not_found(&id),
            }
        }
    }
}

fn read_only(request: &Request, answer: impl FnOnce() -> Answer) -> Answer {
    if request.method == Method::GET { answer() } else { Answer::no_method() }
}

fn scope(segments: &[&str]) -> String {
    format!("/{}", segments.join("/"))
}

#[cfg(test)]
mod tests;
