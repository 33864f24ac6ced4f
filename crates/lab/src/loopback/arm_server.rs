//! How does the ARM API come onto a socket?

use super::serve::{Response, WholeRequest, accept, https, json};
use super::vantages::{self, Ports};
use crate::arm::{Answer, Request};
use crate::chaos::Mishap;
use crate::state::Shared;
use crate::{Network, changing, status};
use http::Method;
use http::header::HeaderValue;
use rustls::ServerConfig;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// What a request may touch.
#[derive(Clone)]
pub(super) struct Around {
    pub(super) shared: Shared,
    /// Follows the estate, if there is one.
    pub(super) network: Option<Arc<Network>>,
    /// Told when a client ends the lab.
    pub(super) down: Arc<Notify>,
    /// The ports of the vantages.
    pub(super) ports: Arc<[Ports]>,
}

/// Where a line of the change language is posted.
const CHANGE: &str = "/lab/change";

/// Serves for ever.
pub(super) async fn serve(listener: TcpListener, tls: Arc<ServerConfig>, around: Around) {
    accept(listener, |stream| {
        let (around, tls) = (around.clone(), Arc::clone(&tls));
        async move {
            let ending = Arc::new(AtomicBool::new(false));
            let asked = Arc::clone(&ending);
            let down = Arc::clone(&around.down);
            let cut = Arc::new(Notify::new());
            let cutting = Arc::clone(&cut);
            let respond = move |request: WholeRequest| {
                let response = respond(&around, request).map(|(response, ends)| {
                    asked.fetch_or(ends, Ordering::Relaxed);
                    response
                });
                let cutting = Arc::clone(&cutting);
                async move {
                    match response {
                        Some(response) => response,
                        None => {
                            cutting.notify_one();
                            std::future::pending().await
                        }
                    }
                }
            };
            tokio::select! {
                () = https(stream, tls, respond) => {}
                () = cut.notified() => {}
            }
            // Not before the answer is on its way.
            if ending.load(Ordering::Relaxed) {
                down.notify_one();
            }
        }
    })
    .await;
}

/// The answer, and whether the lab ends after it; nothing when the connection is to end instead.
fn respond(around: &Around, request: WholeRequest) -> Option<(Response, bool)> {
    let WholeRequest { parts, body } = request;
    let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let answer = match Request::new(parts.method, path, parts.headers, body) {
        Some(request) => match mishap(around, &request) {
            Some(Mishap::Cut) => {
                answered(around, &request);
                return None;
            }
            Some(mishap) => spoiled(mishap),
            None => answered(around, &request),
        },
        None => Answer::error(400, "BadRequest", "The path or query cannot be decoded."),
    };
    let ends = answer.ends;
    Some((written(&answer), ends))
}

/// What happens to a request of the ARM API on a bad day. The lab's own doors have no bad days.
fn mishap(around: &Around, request: &Request) -> Option<Mishap> {
    if request.path.starts_with("/lab/") || request.bearer().is_none() {
        return None;
    }
    around.shared.lock().chaos.as_mut()?.next()
}

/// The answer to a request that was not looked at.
fn spoiled(mishap: Mishap) -> Answer {
    let wait = |answer: Answer| answer.with("retry-after", "1".to_owned());
    match mishap {
        Mishap::Throttled => {
            wait(Answer::error(429, "TooManyRequests", "The request is being throttled. Please try again later."))
        }
        Mishap::Unavailable => wait(Answer::error(503, "ServerBusy", "The server is busy. Please try again later.")),
        Mishap::Failed | Mishap::Cut => Answer::error(500, "InternalServerError", "An error occurred."),
    }
}

/// Status, headers and body.
fn written(answer: &Answer) -> Response {
    let body = answer.xml.clone().or_else(|| answer.body.as_ref().map(ToString::to_string)).unwrap_or_default();
    let mut response = json(answer.status, &body);
    if answer.xml.is_some() {
        let kind = HeaderValue::from_static("application/xml");
        response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    }
    for (name, value) in &answer.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(*name, value);
        }
    }
    let id = crate::random::bytes().map_or_else(|_| String::new(), |bytes| crate::random::guid(&bytes));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-ms-request-id", id);
    }
    if answer.ends {
        response.headers_mut().insert(http::header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The network has followed the estate before a client hears that its change was made.
fn answered(around: &Around, request: &Request) -> Answer {
    let before = around.shared.lock().store_version();
    let answer = match around.shared.arm_as_served(request) {
        answer if answer.is_success() => own_door(around, request).unwrap_or(answer),
        refused => return refused,
    };
    if request.method == Method::GET || answer.ends {
        return answer;
    }
    {
        let mut state = around.shared.lock();
        if request.path != CHANGE && state.store_version() != before {
            state.remember_request(changing::told(&request.method, &request.path));
        }
    }
    match around.network.as_ref().map_or(Ok(()), |network| network.refresh()) {
        Ok(()) => answer,
        Err(why) => Answer::error(
            500,
            "NetworkNotBuilt",
            &format!("the estate was changed, but its network cannot be built so: {}", why.words()),
        ),
    }
}

/// What the lab tells and does beside the ARM API; the token was looked at already.
fn own_door(around: &Around, request: &Request) -> Option<Answer> {
    let network = around.network.as_deref();
    match (&request.method, request.path.as_str()) {
        (&Method::GET, "/lab/status") => {
            let vantages = vantages::now(&around.ports, &around.shared, network);
            let status = status::of(&around.shared.lock(), vantages);
            Some(told("StatusNotWritten", serde_json::to_value(status)))
        }
        (&Method::GET, "/lab/counters") => match network?.counters() {
            Ok(counters) => Some(told("CountersNotWritten", serde_json::to_value(counters))),
            Err(why) => Some(Answer::error(500, "CountersNotRead", &why.words())),
        },
        (&Method::POST, CHANGE) => {
            let text = request.object().and_then(|body| body.get("change")?.as_str().map(str::to_owned));
            let Some(text) = text.filter(|text| !text.chars().any(char::is_control)) else {
                let words = "The body is to be an object with one line of text in `change`.";
                return Some(Answer::error(400, "BadRequest", words));
            };
            Some(changing::line(&around.shared, request.bearer().unwrap_or_default(), &text))
        }
        _ => None,
    }
}

fn told(code: &str, document: serde_json::Result<serde_json::Value>) -> Answer {
    match document {
        Ok(document) => Answer::document(200, document),
        Err(why) => Answer::error(500, code, &why.to_string()),
    }
}
