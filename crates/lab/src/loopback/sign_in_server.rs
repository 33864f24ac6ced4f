//! How does the sign-in host come onto a connection that reached it? Programs with the token of their pod, or with a
//! secret, get tokens there.

use super::serve::{Response, WholeRequest, https, json};
use crate::arm::{Answer, Request, identity};
use crate::state::Shared;
use rustls::ServerConfig;
use std::sync::Arc;
use tokio::net::TcpStream;

/// Serves one connection.
pub(crate) async fn serve(stream: TcpStream, tls: Arc<ServerConfig>, shared: Shared) {
    let respond = move |request: WholeRequest| {
        let response = answered(&shared, request);
        async move { response }
    };
    https(stream, tls, respond).await;
}

fn answered(shared: &Shared, request: WholeRequest) -> Response {
    let WholeRequest { parts, body } = request;
    let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let request = Request::new(parts.method, path, parts.headers, body);
    let answer = request.and_then(|request| identity::sign_in(&mut shared.lock(), &request));
    let answer = answer.unwrap_or_else(|| Answer::error(404, "NotFound", "This host signs in and does nothing else."));
    json(answer.status, &answer.body.map_or_else(String::new, |body| body.to_string()))
}
