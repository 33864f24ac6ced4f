//! What does the sign-in host of the tenant give to an application: for its secret, or for a federated token?

use super::exchange::{Lost, To, exchange};
use super::managed::encoded;
use super::{Refusal, Surroundings, reply, set, unset};
use http::header::{ACCEPT, CONTENT_TYPE, HOST};
use http_body_util::Full;
use hyper::body::Bytes;
use model::Secret;
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::time::Instant;

/// The sign-in host of the public cloud.
const AUTHORITY: &str = "https://login.microsoftonline.com";

/// `AZURE_CLIENT_SECRET`, for the application in `AZURE_CLIENT_ID` of the tenant in `AZURE_TENANT_ID`.
pub(super) fn by_secret(
    around: &Surroundings<'_>,
    audience: &str,
    on: &Runtime,
    end: Instant,
) -> Result<Secret, Refusal> {
    let Some(secret) = set(around, "AZURE_CLIENT_SECRET") else {
        if set(around, "AZURE_CLIENT_CERTIFICATE_PATH").is_some() {
            let why = "AZURE_CLIENT_CERTIFICATE_PATH is set, and signing in with a certificate is not built here";
            return Err(Refusal::Failed(why.to_owned()));
        }
        return Err(Refusal::Absent("AZURE_CLIENT_SECRET is not set".to_owned()));
    };
    if let Some(why) = unset(around, &["AZURE_TENANT_ID", "AZURE_CLIENT_ID"]) {
        return Err(Refusal::Absent(why));
    }
    let proof = format!("client_secret={}", encoded(&secret));
    ask(around, audience, (&proof, &secret), on, end)
}

/// `AZURE_FEDERATED_TOKEN_FILE`: the token that a cluster or a pipeline writes for a workload.
pub(super) fn by_federation(
    around: &Surroundings<'_>,
    audience: &str,
    on: &Runtime,
    end: Instant,
) -> Result<Secret, Refusal> {
    if let Some(why) = unset(around, &["AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID", "AZURE_CLIENT_ID"]) {
        return Err(Refusal::Absent(why));
    }
    let path = set(around, "AZURE_FEDERATED_TOKEN_FILE").unwrap_or_default();
    let text = (around.file)(&path)
        .map_err(|why| Refusal::Failed(format!("the file in AZURE_FEDERATED_TOKEN_FILE cannot be read: {why}")))?;
    let assertion = text.trim();
    if !reply::usable(assertion) {
        return Err(Refusal::Failed("the file in AZURE_FEDERATED_TOKEN_FILE holds no token".to_owned()));
    }
    let kind = encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let proof = format!("client_assertion_type={kind}&client_assertion={}", encoded(assertion));
    ask(around, audience, (&proof, assertion), on, end)
}

/// The way to the host is looked for before the event loop runs: whoever measures it has one of his own.
fn ask(
    around: &Surroundings<'_>,
    audience: &str,
    (proof, secret): (&str, &str),
    on: &Runtime,
    end: Instant,
) -> Result<Secret, Refusal> {
    let tenant = set(around, "AZURE_TENANT_ID").unwrap_or_default();
    // The SDKs refuse other characters as well: the tenant becomes part of the address.
    if !tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)) {
        return Err(Refusal::Failed("AZURE_TENANT_ID is no tenant: letters, digits, `-` and `.`".to_owned()));
    }
    let (host, port) = authority(around)?;
    let client = encoded(&set(around, "AZURE_CLIENT_ID").unwrap_or_default());
    let scope = encoded(&format!("{audience}/.default"));
    let form = format!("grant_type=client_credentials&client_id={client}&scope={scope}&{proof}");
    let named = if port == 443 { host.clone() } else { format!("{host}:{port}") };
    let request = http::Request::post(format!("/{tenant}/oauth2/v2.0/token"))
        .header(HOST, &named)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::new(Bytes::from(form)))
        .map_err(|why| Refusal::Failed(format!("the request cannot be written: {why}")))?;
    let unreached = |why: String| Refusal::Unreached {
        host: host.clone(),
        words: format!("the sign-in host {named} is out of reach ({why})"),
    };
    let address = (around.reach)(&host, port).map_err(unreached)?;
    let tls = Arc::new(around.roots.client_config().map_err(|why| Refusal::Failed(why.to_string()))?);
    match on.block_on(exchange(To::Tls(address, &host, tls), request, (end, end))) {
        Ok(reply) => reply::token(&reply, &[secret]),
        Err(Lost::Unreached(why)) => Err(unreached(why)),
        Err(Lost::Unanswered(why)) => Err(Refusal::Failed(format!("the sign-in host {named} gives no reply: {why}"))),
    }
}

/// Host and port of the sign-in host: `AZURE_AUTHORITY_HOST`, as the SDKs read it, else that of the public cloud.
fn authority(around: &Surroundings<'_>) -> Result<(String, u16), Refusal> {
    let text = set(around, "AZURE_AUTHORITY_HOST").unwrap_or_else(|| AUTHORITY.to_owned());
    let url = if text.contains("://") { text } else { format!("https://{text}") };
    let wrong = || Refusal::Failed("AZURE_AUTHORITY_HOST is no https:// URL of a host".to_owned());
    let uri: http::Uri = url.trim_end_matches('/').parse().map_err(|_| wrong())?;
    let plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    match uri.host().filter(|host| plain && !host.is_empty() && uri.scheme_str() == Some("https")) {
        Some(host) => Ok((host.to_owned(), uri.port_u16().unwrap_or(443))),
        None => Err(wrong()),
    }
}
