//! Where does a client get a token, and how does it find that place?

use super::answer::Answer;
use super::request::{Request, fields};
use crate::address_plan::LOGIN;
use crate::state::State;
use crate::tokens::{TENANT, Tokens};
use http::Method;
use serde_json::json;

/// Endpoints that need no token themselves, where the ARM API listens; `None` when the path is none of them.
pub(crate) fn handle(state: &mut State, request: &Request) -> Option<Answer> {
    let folded: Vec<String> = request.segments().iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    match folded.as_slice() {
        ["metadata", "endpoints"] => Some(discovery(request)),
        ["msi", "token"] => Some(of_app(state, request)),
        _ => of_tenant(state, request, &folded),
    }
}

/// What the sign-in host answers, to whoever reaches it.
pub(crate) fn sign_in(state: &mut State, request: &Request) -> Option<Answer> {
    let folded: Vec<String> = request.segments().iter().map(|segment| segment.to_ascii_lowercase()).collect();
    of_tenant(state, request, &folded.iter().map(String::as_str).collect::<Vec<_>>())
}

fn of_tenant(state: &mut State, request: &Request, folded: &[&str]) -> Option<Answer> {
    match folded {
        ["common", "discovery", "instance"] => Some(instance(request)),
        [_, "v2.0", ".well-known", "openid-configuration"] | [_, ".well-known", "openid-configuration"] => {
            Some(configuration(request))
        }
        [_, "oauth2", "v2.0", "token"] | [_, "oauth2", "token"] => Some(credentials(state, request)),
        _ => None,
    }
}

/// Who hears what a host is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeardBy {
    /// Programs on that host of the lab, which nobody but the owner of the lab can start.
    #[cfg(target_os = "linux")]
    Host,
    /// All users of this machine, on its loopback interface.
    Machine,
}

/// The token endpoints that a host has of its own: that of web apps, and that of virtual machines. The second asks
/// for no secret, as in Azure: whoever runs programs on the machine has its identity. Where all users of this machine
/// reach it, it gives no token for the ARM API, with which they could change the lab or end it.
pub(crate) fn of_host(state: &mut State, heard: HeardBy, request: &Request) -> Option<Answer> {
    match request.path.to_ascii_lowercase().as_str() {
        "/msi/token" => Some(of_app(state, request)),
        "/metadata/identity/oauth2/token" => Some(of_machine(state, heard, request)),
        _ => None,
    }
}

/// What a web app asks: it shows the secret that its platform gave it.
fn of_app(state: &mut State, request: &Request) -> Answer {
    match request.header("x-identity-header") {
        None => Answer::error(400, "BadRequest", "The header X-IDENTITY-HEADER is missing."),
        Some(secret) if state.tokens.holds_secret(secret) => managed_identity(state, request),
        Some(_) => Answer::error(
            403,
            "Forbidden",
            "The header X-IDENTITY-HEADER is not the lab's: send what IDENTITY_HEADER holds on its hosts.",
        ),
    }
}

/// What a program on a virtual machine asks, with a header that no browser is made to send.
fn of_machine(state: &mut State, heard: HeardBy, request: &Request) -> Answer {
    let for_arm = request.query("resource").is_some_and(State::is_arm);
    match request.header("metadata").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        true if heard == HeardBy::Machine && for_arm => Answer::error(
            403,
            "Forbidden",
            "Other users of this machine hear this: tokens for the ARM API are for the lab's hosts and its owner.",
        ),
        true => managed_identity(state, request),
        false => Answer::error(400, "BadRequest", "The header Metadata is missing."),
    }
}

/// `GET …?resource=…&api-version=…`, as both kinds of hosts have it.
fn managed_identity(state: &mut State, request: &Request) -> Answer {
    if request.method != Method::GET {
        return Answer::no_method();
    }
    let Some(resource) = request.query("resource").filter(|resource| !resource.is_empty()) else {
        return Answer::error(400, "BadRequest", "The query has no `resource`.");
    };
    let Some(token) = state.tokens.issue(resource) else {
        return Answer::error(400, "BadRequest", "The lab has issued tokens for too many resources.");
    };
    let body = json!({
        "access_token": token, "expires_on": Tokens::expires_on().to_string(), "resource": resource,
        "expires_in": Tokens::LIFETIME.to_string(), "token_type": "Bearer",
        "client_id": crate::random::stable_guid("lab identity"),
    });
    Answer::document(200, body)
}

/// `POST …/token` for an application that has a secret, or for a workload that has the token of its pod. The lab has
/// no directory: every application has the lab's own secret, which its hosts find in `IDENTITY_HEADER`.
fn credentials(state: &mut State, request: &Request) -> Answer {
    if request.method != Method::POST {
        return Answer::no_method();
    }
    let form = fields(&String::from_utf8_lossy(&request.body)).unwrap_or_default();
    let field = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    if field("grant_type") != Some("client_credentials") {
        return refused(
            400,
            "unsupported_grant_type",
            "AADSTS70003: The lab issues tokens for client_credentials only.",
        );
    }
    if field("client_id").is_none_or(str::is_empty) {
        return refused(400, "invalid_request", "AADSTS900144: The request body must contain 'client_id'.");
    }
    match (field("client_secret"), field("client_assertion")) {
        (Some(secret), _) if state.tokens.holds_secret(secret) => {}
        (None, Some(assertion)) if state.tokens.holds_federated(assertion) => {}
        (Some(_), _) => return refused(401, "invalid_client", "AADSTS7000215: Invalid client secret provided."),
        (None, Some(_)) => return refused(401, "invalid_client", "AADSTS700211: No matching federated identity."),
        (None, None) => {
            let words = "AADSTS7000216: 'client_assertion' or 'client_secret' is required.";
            return refused(401, "invalid_client", words);
        }
    }
    let wanted = field("scope").or_else(|| field("resource")).and_then(|scopes| scopes.split_whitespace().next());
    let Some(token) = wanted.and_then(|scope| state.tokens.issue(scope)) else {
        return refused(400, "invalid_scope", "AADSTS70011: The scope is missing or is one too many.");
    };
    let seconds = Tokens::LIFETIME;
    Answer::document(
        200,
        json!({ "token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token }),
    )
}

/// An error as the token endpoint writes it.
fn refused(status: u16, error: &str, description: &str) -> Answer {
    Answer::document(status, json!({ "error": error, "error_description": description }))
}

/// Where a client that knows the tenant finds the rest.
fn configuration(request: &Request) -> Answer {
    let base = request.base();
    let body = json!({
        "issuer": format!("{base}/{TENANT}/v2.0"),
        "token_endpoint": format!("{base}/{TENANT}/oauth2/v2.0/token"),
        "authorization_endpoint": format!("{base}/{TENANT}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/{TENANT}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{base}/{TENANT}/discovery/v2.0/keys"),
        "response_types_supported": ["code"], "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    });
    Answer::document(200, body)
}

/// Which hosts issue tokens for the cloud.
fn instance(request: &Request) -> Answer {
    let base = request.base();
    let metadata = json!({ "preferred_network": LOGIN, "preferred_cache": LOGIN, "aliases": [LOGIN] });
    let body = json!({
        "tenant_discovery_endpoint": format!("{base}/{TENANT}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1", "metadata": [metadata],
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
