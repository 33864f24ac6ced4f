//! How does the ARM API come onto a socket?

use super::serve::{Response, WholeRequest, accept, https, json};
use crate::arm::{Answer, Request};
use crate::state::Shared;
use http::header::HeaderValue;
use rustls::ServerConfig;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// Serves for ever.
pub(super) async fn serve(listener: TcpListener, tls: Arc<ServerConfig>, shared: Shared, down: Arc<Notify>) {
    accept(listener, |stream| {
        let (shared, tls, down) = (shared.clone(), Arc::clone(&tls), Arc::clone(&down));
        async move {
            let ending = Arc::new(AtomicBool::new(false));
            let asked = Arc::clone(&ending);
            let respond = move |request: WholeRequest| {
                let (response, ends) = respond(&shared, request);
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

fn respond(shared: &Shared, request: WholeRequest) -> (Response, bool) {
    let WholeRequest { parts, body } = request;
    let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let answer = match Request::new(parts.method, path, parts.headers, body) {
        Some(request) => shared.arm(&request),
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
