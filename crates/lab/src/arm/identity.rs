//! Where does a client get a token, and how does it find that place?

use super::answer::Answer;
use super::request::Request;
use crate::state::State;
use crate::tokens::{TENANT, Tokens};
use serde_json::json;

/// Endpoints that need no token themselves; `None` when the path is none of them.
pub(crate) fn handle(state: &mut State, request: &Request) -> Option<Answer> {
    match request.path.to_ascii_lowercase().as_str() {
        "/msi/token" => Some(managed_identity(state, request)),
        "/metadata/endpoints" => Some(discovery(request)),
        _ => None,
    }
}

/// The shape of App Service: `GET $IDENTITY_ENDPOINT?resource=…&api-version=2019-08-01`.
fn managed_identity(state: &mut State, request: &Request) -> Answer {
    if request.method != http::Method::GET {
        return Answer::no_method();
    }
    if request.header("x-identity-header").is_none() {
        return Answer::error(400, "BadRequest", "The header X-IDENTITY-HEADER is missing.");
    }
    let Some(resource) = request.query("resource").filter(|resource| !resource.is_empty()) else {
        return Answer::error(400, "BadRequest", "The query has no `resource`.");
    };
    let Some(token) = state.tokens.issue(resource) else {
        return Answer::error(400, "BadRequest", "The lab has issued tokens for too many resources.");
    };
    let body = json!({
        "access_token": token, "expires_on": Tokens::expires_on().to_string(), "resource": resource,
        "token_type": "Bearer", "client_id": crate::random::stable_guid("lab identity"),
    });
    Answer::document(200, body)
}

/// What `az cloud register --endpoint-resource-manager` reads.
fn discovery(request: &Request) -> Answer {
    let base = request.base();
    let body = json!({
        "name": "lab", "resourceManager": base, "portal": base, "graphAudience": format!("{base}/"),
        "graph": base, "graphEndpoint": base, "galleryEndpoint": base, "media": base, "batch": base,
        "authentication": { "loginEndpoint": base, "audiences": [format!("{base}/")], "tenant": TENANT },
        "suffixes": {},
    });
    Answer::document(200, body)
}
