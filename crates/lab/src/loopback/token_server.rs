//! Where do programs on a host get the tokens of its managed identity? From a server on the host, over plain
//! HTTP, as on a real one.

use super::serve::{Response, WholeRequest, accept, json, plain};
use crate::arm::{Answer, Request, identity};
use crate::state::Shared;
use model::Vantage;
use tokio::net::TcpListener;

/// Serves the host of a vantage, or that of the operator, for ever.
pub(crate) async fn serve(listener: TcpListener, vantage: Option<Vantage>, shared: Shared) {
    accept(listener, |stream| {
        let (shared, vantage) = (shared.clone(), vantage.clone());
        plain(stream, move |request: WholeRequest| {
            let response = answered(&shared, vantage.as_ref(), request);
            async move { response }
        })
    })
    .await;
}

fn answered(shared: &Shared, vantage: Option<&Vantage>, request: WholeRequest) -> Response {
    if matches!(vantage, Some(Vantage::OnPremises(_) | Vantage::Internet)) {
        return json(400, r#"{"error":"invalid_request","error_description":"Identity not found"}"#);
    }
    let WholeRequest { parts, body } = request;
    let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let request = Request::new(parts.method, path, parts.headers, body);
    let answer = request.and_then(|request| identity::of_host(&mut shared.lock(), &request));
    let answer = answer.unwrap_or_else(|| Answer::error(404, "NotFound", "This host answers token requests only."));
    json(answer.status, &answer.body.map_or_else(String::new, |body| body.to_string()))
}
