//! How do services of other types answer a caller, by the type of the service?
//!
//! The words of a refusal are those of public threads, which `fabric` names beside its facts. What a caller who is let
//! in gets is made up: an empty object.

use super::answer::{ServiceAnswer, plain};
use super::{ServiceRequest, of_audience};
use crate::address_plan::PUBLIC_SOURCE;
use crate::estate::{Arrival, PublicSide};
use crate::others::Other;
use crate::tokens::{Caller, Tokens};

/// How a type of service refuses.
pub(super) struct Words {
    resource_type: &'static str,
    /// Who its tokens are for, where it asks who calls before it looks at its network rules.
    asks_first: Option<&'static str>,
    /// Where its clients ask for a token: there alone it looks at its network rules, and at any other place it wants a
    /// token first.
    tokens_at: Option<&'static str>,
    content_type: &'static str,
    /// Its public side is closed, or the endpoint is somebody else's.
    closed: &'static str,
    /// Its rules do not name the source.
    not_listed: &'static str,
}

const JSON: &str = "application/json; charset=utf-8";
const BLOCKED: &str = "<!DOCTYPE html><html><head><title>Web App - Unavailable</title></head><body><h1>Error 403 - Forbidden\
</h1><p>The web app you have attempted to reach has blocked your access.</p></body></html>";
const STORAGE: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>AuthorizationFailure</Code><Message>This request is \
not authorized to perform this operation.</Message></Error>";

/// One row for each type. Of `ADDRESS` and `NAME` the address that the call comes from and the service's name are put.
pub(super) const TABLE: [Words; 4] = [
    Words {
        resource_type: "Microsoft.KeyVault/vaults",
        asks_first: Some("https://vault.azure.net"),
        tokens_at: None,
        content_type: JSON,
        closed: r#"{"error":{"code":"Forbidden","message":"Public network access is disabled and request is not from a trusted service nor via an approved private link.\r\nCaller: appid=lab;oid=lab\r\nVault: NAME;location=eastus","innererror":{"code":"ForbiddenByConnection"}}}"#,
        not_listed: r#"{"error":{"code":"Forbidden","message":"Client address is not authorized and caller is not a trusted service.\r\nClient address: ADDRESS\r\nCaller: appid=lab;oid=lab\r\nVault: NAME;location=eastus","innererror":{"code":"ForbiddenByFirewall"}}}"#,
    },
    Words {
        resource_type: "Microsoft.Web/sites",
        asks_first: None,
        tokens_at: None,
        content_type: "text/html",
        closed: BLOCKED,
        not_listed: BLOCKED,
    },
    Words {
        resource_type: "Microsoft.Storage/storageAccounts",
        asks_first: None,
        tokens_at: None,
        content_type: "application/xml",
        closed: STORAGE,
        not_listed: STORAGE,
    },
    Words {
        resource_type: "Microsoft.ContainerRegistry/registries",
        asks_first: None,
        tokens_at: Some("/oauth2/token"),
        content_type: JSON,
        closed: r#"{"errors":[{"code":"DENIED","message":"client with IP \u0027ADDRESS\u0027 is not allowed access. Refer https://aka.ms/acr/firewall to grant access."}]}"#,
        not_listed: r#"{"errors":[{"code":"DENIED","message":"client with IP \u0027ADDRESS\u0027 is not allowed access. Refer https://aka.ms/acr/firewall to grant access."}]}"#,
    },
];

/// Answers one request to a service of another type.
pub(super) fn respond(
    other: &Other<'_>,
    tokens: &Tokens,
    arrival: &Arrival,
    request: &ServiceRequest<'_>,
) -> ServiceAnswer {
    let of_type = |row: &&Words| other.id().resource_type().eq_ignore_ascii_case(row.resource_type);
    let Some(words) = TABLE.iter().find(of_type) else { return plain(200, "{}").of_another(JSON) };
    let caller = words.asks_first.map(|audience| {
        let token = request.bearer()?;
        of_audience(tokens, token, &[audience])
    });
    if words.tokens_at.is_some_and(|place| request.path != place) {
        return no_token_of_a_registry();
    }
    if caller == Some(None) {
        let missing =
            r#"{"error":{"code":"Unauthorized","message":"AKV10000: Request is missing a Bearer or PoP token."}}"#;
        return plain(401, missing).of_another(JSON);
    }
    let refused = |body: &str| {
        let body = body.replace("ADDRESS", &PUBLIC_SOURCE.to_string()).replace("NAME", other.id().name());
        plain(403, &body).of_another(words.content_type)
    };
    let side = match arrival {
        Arrival::Private(through) if through == other.id() => PublicSide::Open,
        Arrival::Private(_) | Arrival::Nowhere => PublicSide::Closed,
        Arrival::Public(_) => other.public_side(),
    };
    match (side, caller.flatten()) {
        (PublicSide::Closed | PublicSide::Perimeter, _) => refused(words.closed),
        (PublicSide::NotListed, _) => refused(words.not_listed),
        (PublicSide::Open, Some(Caller::WithoutRoles)) => refused(
            r#"{"error":{"code":"Forbidden","message":"Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\nCaller: appid=lab;oid=lab\r\nVault: NAME;location=eastus","innererror":{"code":"ForbiddenByRbac"}}}"#,
        ),
        // The lab gives out no tokens of registries.
        (PublicSide::Open, _) if words.tokens_at.is_some() => no_token_of_a_registry(),
        (PublicSide::Open, _) => plain(200, "{}").of_another(JSON),
    }
}

/// What a registry answers to who shows no token of it.
fn no_token_of_a_registry() -> ServiceAnswer {
    let missing = r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required, visit https://aka.ms/acr/authorization for more information."}]}"#;
    plain(401, missing).of_another(JSON)
}
