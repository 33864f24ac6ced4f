//! What does the pretend service answer to a request? Pure: the sockets are in `loopback`.
//!
//! Status, code and message are those that `azure-facts.md` §5.2 collected, row by row; what is
//! not in that table is marked as believed. The network rules are asked before the keys.

mod answer;
mod refusals;

pub(crate) use answer::ServiceAnswer;

use crate::dns::REGIONAL;
use crate::estate::{Arrival, Estate, PublicSide, service_name};
use crate::tokens::{Caller, Tokens};
use answer::{coded, listing, plain};
use http::{HeaderMap, Method};
use model::resource::CognitiveServicesAccount;
use model::{DnsName, ResourceId};

/// Audiences of tokens that the service takes.
const AUDIENCES: [&str; 2] = ["https://cognitiveservices.azure.com", "https://ai.azure.com"];

/// The one deployment of every account.
const DEPLOYMENT: &str = "gpt-4o";

/// One request to the service.
pub(crate) struct ServiceRequest<'r> {
    pub(crate) method: &'r Method,
    pub(crate) path: &'r str,
    pub(crate) query: &'r str,
    pub(crate) headers: &'r HeaderMap,
}

/// The key of an account in a lab. It is no secret: labs hold nothing.
pub fn key_of(account: &str) -> String {
    format!("lab-key-{}", account.to_ascii_lowercase())
}

/// Answers one request that came in this way.
pub(crate) fn respond(
    estate: &Estate,
    tokens: &Tokens,
    arrival: &Arrival,
    request: &ServiceRequest<'_>,
) -> ServiceAnswer {
    let Some(host) = request.host() else {
        return coded(404, "404", "Resource not found");
    };
    if let Some(other) = crate::others::named(estate, &host) {
        return refusals::respond(&other, tokens, arrival, request);
    }
    if host.is_within(REGIONAL) {
        return regional(estate, tokens, arrival, request);
    }
    let found = service_name(&host).and_then(|(label, _)| estate.account_named(label));
    let Some((id, account)) = found else {
        // Believed: a name of no account is an unknown resource.
        return coded(404, "404", "Resource not found");
    };
    if let Some(refusal) = network(estate, arrival, id, account) {
        return refusal;
    }
    credential(tokens, request, id, account).unwrap_or_else(|| content(request))
}

/// The rules of the network: the public side's, or that the endpoint is this account's.
fn network(
    estate: &Estate,
    arrival: &Arrival,
    id: &ResourceId,
    account: &CognitiveServicesAccount,
) -> Option<ServiceAnswer> {
    match arrival {
        Arrival::Private(through) if through == id => None,
        // Believed wording: a front end of another account.
        Arrival::Private(_) | Arrival::Nowhere => {
            Some(coded(403, "403", "Traffic is not from an approved private endpoint.").denied())
        }
        Arrival::Public(subnet) => match estate.public_side(account, subnet.as_ref()) {
            PublicSide::Open => None,
            PublicSide::Closed => {
                Some(coded(403, "403", "Public access is disabled. Please configure private endpoint.").denied())
            }
            // Other services say this; of this one it is believed.
            PublicSide::Perimeter => {
                Some(coded(403, "403", "This request is not authorized by network security perimeter."))
            }
            PublicSide::NotListed => {
                Some(coded(403, "403", "Access denied due to Virtual Network/Firewall rules.").denied())
            }
        },
    }
}

/// The regional host knows the account by its key only.
fn regional(estate: &Estate, tokens: &Tokens, arrival: &Arrival, request: &ServiceRequest<'_>) -> ServiceAnswer {
    let owner = request
        .key()
        .and_then(|key| estate.snapshot().all::<CognitiveServicesAccount>().find(|(id, _)| key_of(id.name()) == key));
    match owner {
        Some((id, account)) if matches!(arrival, Arrival::Private(_)) || estate.is_restricted(id, account) => plain(
            403,
            r#"{"code":"403","message":"A Virtual Network is configured for this resource. Please use the correct endpoint for making requests. Check https://aka.ms/cogsvc-vnet for more details."}"#,
        ),
        Some((id, account)) => credential(tokens, request, id, account).unwrap_or_else(|| content(request)),
        None if request.key().is_some() => wrong_key(),
        None if request.bearer().is_some_and(|token| of_service(tokens, token).is_some()) => no_subdomain(),
        None => no_token(),
    }
}

/// Why the caller is not let in, if so.
fn credential(
    tokens: &Tokens,
    request: &ServiceRequest<'_>,
    id: &ResourceId,
    account: &CognitiveServicesAccount,
) -> Option<ServiceAnswer> {
    if let Some(key) = request.key() {
        if account.disable_local_auth.is(&true) {
            let message = "Key based authentication is disabled for this resource.";
            return Some(coded(403, "AuthenticationTypeDisabled", message));
        }
        return (key != key_of(id.name())).then(wrong_key);
    }
    let caller = request.bearer().and_then(|token| of_service(tokens, token));
    match caller {
        None => Some(no_token()),
        Some(Caller::WithoutRoles) => Some(no_role()),
        // A name of its own is what the account was found by.
        Some(Caller::WithRoles) => None,
    }
}

/// Whose token it is, if it is one for the service.
fn of_service(tokens: &Tokens, token: &str) -> Option<Caller> {
    of_audience(tokens, token, &AUDIENCES)
}

/// Whose token it is, if it is for one of these audiences.
fn of_audience(tokens: &Tokens, token: &str, audiences: &[&str]) -> Option<Caller> {
    tokens.caller(token, |audience| audiences.contains(&audience))
}

fn no_role() -> ServiceAnswer {
    coded(401, "PermissionDenied", "Principal does not have access to API/Operation.")
}

fn no_subdomain() -> ServiceAnswer {
    coded(
        400,
        "BadRequest",
        "Please provide a custom subdomain for token authentication, otherwise API key is required.",
    )
}

fn wrong_key() -> ServiceAnswer {
    coded(
        401,
        "401",
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an \
         active subscription and use a correct regional API endpoint for your resource.",
    )
}

/// Also the answer to no credential at all (believed; the table has it for a missing token).
fn no_token() -> ServiceAnswer {
    plain(
        401,
        r#"{"statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired."}"#,
    )
}

/// What a caller who is let in gets.
fn content(request: &ServiceRequest<'_>) -> ServiceAnswer {
    let segments: Vec<&str> = request.path.split('/').filter(|segment| !segment.is_empty()).collect();
    let versioned = request.query.split('&').any(|pair| pair.starts_with("api-version="));
    match (request.method, segments.as_slice()) {
        (&Method::GET, ["openai", "v1", "models"]) => listing(DEPLOYMENT),
        (&Method::GET, ["openai", "models" | "deployments"]) if versioned => listing(DEPLOYMENT),
        (&Method::POST, ["openai", "deployments", name, "chat", "completions"]) if versioned => {
            if *name == DEPLOYMENT {
                answer::completion()
            } else {
                answer::no_deployment()
            }
        }
        (&Method::POST, ["openai", "v1", "chat", "completions"]) => answer::completion(),
        _ => coded(404, "404", "Resource not found"),
    }
}

impl<'r> ServiceRequest<'r> {
    fn header(&self, name: &str) -> Option<&'r str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The host without its port.
    fn host(&self) -> Option<DnsName> {
        let text = self.header("host")?;
        DnsName::parse(text.split(':').next()?).ok()
    }

    fn key(&self) -> Option<&'r str> {
        self.header("api-key").or_else(|| self.header("ocp-apim-subscription-key"))
    }

    fn bearer(&self) -> Option<&'r str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }
}

#[cfg(test)]
mod tests;
