//! How does the service come onto a connection that reached its front end?

use super::serve::{Response, WholeRequest, https, json};
use crate::estate::Arrival;
use crate::service::{ServiceRequest, respond};
use crate::state::Shared;
use http::header::HeaderValue;
use rustls::ServerConfig;
use std::sync::Arc;
use tokio::net::TcpStream;

/// Serves one connection. What the estate says is asked anew for every request.
pub(crate) async fn serve(stream: TcpStream, arrival: Arrival, tls: Arc<ServerConfig>, shared: Shared) {
    let respond = move |request: WholeRequest| {
        let response = answered(&shared, &arrival, &request);
        async move { response }
    };
    https(stream, tls, respond).await;
}

fn answered(shared: &Shared, arrival: &Arrival, request: &WholeRequest) -> Response {
    let parts = &request.parts;
    let asked = ServiceRequest {
        method: &parts.method,
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
    };
    let state = shared.lock();
    let answer = respond(&state.estate(), &state.tokens, arrival, &asked);
    drop(state);
    let mut response = json(answer.status, &answer.body);
    let headers = response.headers_mut();
    let id = crate::random::bytes().map_or_else(|_| String::new(), |bytes| crate::random::guid(&bytes));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(answer.request_id, id);
    }
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    if let Some(policy) = answer.policy {
        headers.insert("policy-id", HeaderValue::from_static(policy));
    }
    response
}
