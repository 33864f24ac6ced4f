//! How does the ARM API come onto a socket?

use super::serve::{Response, WholeRequest, accept, https, json};
use crate::Network;
use crate::arm::{Answer, Request};
use crate::state::Shared;
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
}

/// Serves for ever.
pub(super) async fn serve(listener: TcpListener, tls: Arc<ServerConfig>, around: Around) {
    accept(listener, |stream| {
        let (around, tls) = (around.clone(), Arc::clone(&tls));
        async move {
            let ending = Arc::new(AtomicBool::new(false));
            let asked = Arc::clone(&ending);
            let down = Arc::clone(&around.down);
            let respond = move |request: WholeRequest| {
                let (response, ends) = respond(&around, request);
                asked.fetch_or(ends, Ordering::Relaxed);
                async move { response }
            };
            https(stream, tls, respond).await;
            // Not before the answer is on its way.
            if ending.load(Ordering::Relaxed) {
                down.notify_one();
            }
        }
    })
    .await;
}

fn respond(around: &Around, request: WholeRequest) -> (Response, bool) {
    let WholeRequest { parts, body } = request;
    let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let answer = match Request::new(parts.method, path, parts.headers, body) {
        Some(request) => answered(around, &request),
        None => Answer::error(400, "BadRequest", "The path or query cannot be decoded."),
    };
    let body = answer.body.as_ref().map_or_else(String::new, ToString::to_string);
    let mut response = json(answer.status, &body);
    let id = crate::random::bytes().map_or_else(|_| String::new(), |bytes| crate::random::guid(&bytes));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-ms-request-id", id);
    }
    if answer.ends {
        response.headers_mut().insert(http::header::CONNECTION, HeaderValue::from_static("close"));
    }
    (response, answer.ends)
}

/// The network has followed the estate before a client hears that its change was made.
fn answered(around: &Around, request: &Request) -> Answer {
    let answer = around.shared.arm(request);
    match &around.network {
        Some(network) if answer.is_success() && request.path == "/lab/counters" => match network.counters() {
            Ok(counters) => Answer { body: serde_json::to_value(counters).ok(), ..answer },
            Err(why) => Answer::error(500, "CountersNotRead", &why.to_string()),
        },
        Some(network) if answer.is_success() && request.method != http::Method::GET => match network.refresh() {
            Ok(()) => answer,
            Err(why) => Answer::error(500, "NetworkNotBuilt", &why.to_string()),
        },
        _ => answer,
    }
}
