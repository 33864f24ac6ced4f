//! What does an HTTP reply say about the way it came, and about who calls? Never by status alone.

use super::replies::{ADDRESS, ASKING_FIRST, DENIALS, NOT_THERE, REFUSALS};
use model::observation::HttpSeen;
use model::{DnsName, Fact};

/// What a reply shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The service's network rules refused the call: it did not come through an approved endpoint.
    NetworkRefusal(Refusal, &'static Fact),
    /// The service itself answered, so TCP, TLS and network rules are good; it does not accept who calls.
    Denied(Denial, &'static Fact),
    /// The service itself answered; it does not have what was asked for.
    NotThere(NotThere, &'static Fact),
    /// The service itself answered: TCP, TLS and network rules are good.
    Reached,
    /// Something answered; nothing shows that it was the service.
    Unclear,
}

/// By which rule the network side of a service refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The public side is closed.
    PublicSide,
    /// The rules of the public side do not name the source.
    Rules,
    /// The call came through no endpoint that this resource approved.
    NotApproved,
    /// A shared regional host was called, and the account answers on its own name only.
    RegionalHost,
    /// A network security perimeter.
    Perimeter,
    /// Key Vault: the call came neither by an approved private link nor from an admitted network.
    VaultConnection,
    /// Key Vault: its rules do not name the public address.
    VaultAddress,
    /// A web app whose public side does not let the source in.
    WebApp,
    /// A container registry whose public side does not let the address in.
    Registry,
    /// By a header alone: one of the rules, not said which.
    Unnamed,
}

/// Why the service does not accept who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Denial {
    /// The key is not one of this resource.
    Key,
    /// The token is missing, expired, or for another audience.
    Token,
    /// The token is good, and its identity has no role for the call.
    Role,
    /// Keys are switched off, and a key was sent.
    KeysDisabled,
    /// Tokens need an account with a custom subdomain.
    NoSubdomain,
    /// Key Vault: the identity has no role for the call.
    VaultRole,
    /// Key Vault: the vault's own access policy does not allow the call.
    VaultPolicy,
}

/// What the service does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotThere {
    /// A deployment of this name.
    Deployment,
    /// This path, or this `api-version`.
    Path,
}

/// Words of a reply, and what they mean together with its status.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phrase<T: 'static> {
    /// The status that they come with.
    pub(super) status: u16,
    /// The words, lower case; any of them, blanks not counted.
    pub(super) words: &'static [&'static str],
    /// What they mean.
    pub(super) means: T,
    /// Where that is known from.
    pub(super) fact: &'static Fact,
}

/// Every phrase that replies are read by, lower case, with the fact that it rests on.
pub fn phrases() -> impl Iterator<Item = (&'static str, &'static Fact)> {
    let pair = |words: &'static [&'static str], fact: &'static Fact| words.iter().map(move |word| (*word, fact));
    let refusals = REFUSALS.iter().flat_map(move |phrase| pair(phrase.words, phrase.fact));
    let denials = DENIALS.iter().flat_map(move |phrase| pair(phrase.words, phrase.fact));
    let missing = NOT_THERE.iter().flat_map(move |phrase| pair(phrase.words, phrase.fact));
    refusals.chain(denials).chain(missing).chain([(POLICY, super::replies::POLICY_REPLY)])
}

/// The value of the header `policy-id`, lower case, of a refusal by network rules.
const POLICY: &str = "throwexceptionduetotrafficdenied";

/// What the reply shows.
pub fn read(reply: &HttpSeen) -> Reading {
    let body = folded(&reply.body);
    let header = |name: &str| {
        reply.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    };
    if let Some(phrase) = said(REFUSALS, reply.status, &body) {
        return Reading::NetworkRefusal(phrase.means, phrase.fact);
    }
    if reply.status == 403 && header("policy-id").is_some_and(|id| id.eq_ignore_ascii_case(POLICY)) {
        return Reading::NetworkRefusal(Refusal::Unnamed, super::replies::POLICY_REPLY);
    }
    if let Some(phrase) = said(DENIALS, reply.status, &body) {
        return Reading::Denied(phrase.means, phrase.fact);
    }
    if let Some(phrase) = said(NOT_THERE, reply.status, &body) {
        return Reading::NotThere(phrase.means, phrase.fact);
    }
    let service_header = header("apim-request-id").or_else(|| header("x-ms-request-id")).is_some();
    if service_header { Reading::Reached } else { Reading::Unclear }
}

/// The fact that a service of this name asks who calls before it looks at its network rules, where that is so: its 401
/// does not show that they let the call in.
pub fn asks_first(host: &DnsName) -> Option<&'static Fact> {
    let types = crate::client::service(host)?.resource_types;
    ASKING_FIRST.iter().find(|(kind, _)| types == [*kind]).map(|(_, fact)| *fact)
}

/// The address that a refusal saw the call come from: `Your IP address is 203.0.113.7.`
pub fn address_seen(body: &str) -> Option<std::net::IpAddr> {
    let body = plain_quotes(&body.to_ascii_lowercase());
    let rest = ADDRESS.iter().find_map(|words| body.split_once(words).map(|(_, rest)| rest))?;
    let end = rest.find(|character: char| !(character.is_ascii_hexdigit() || ".:".contains(character)));
    rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', ':']).parse().ok()
}

fn said<T>(phrases: &'static [Phrase<T>], status: u16, body: &str) -> Option<&'static Phrase<T>> {
    let has = |phrase: &&Phrase<T>| phrase.words.iter().any(|words| body.contains(&folded(words)));
    phrases.iter().filter(|phrase| phrase.status == status).find(has)
}

/// Lower case, without blanks: bodies come with and without a blank after a colon.
fn folded(text: &str) -> String {
    plain_quotes(&text.to_ascii_lowercase()).chars().filter(|character| !character.is_whitespace()).collect()
}

/// With quotation marks as such: some services write them into JSON as `\u0027`.
fn plain_quotes(text: &str) -> String {
    text.replace("\\u0027", "'")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::observation::HttpOutcome;

    fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> HttpSeen {
        HttpSeen {
            address: "127.0.0.1:443".parse().unwrap(),
            request: "GET /".to_owned(),
            credential: None,
            outcome: HttpOutcome::Answered,
            status,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: body.to_owned(),
            truncated: false,
        }
    }

    #[test]
    fn a_403_is_read_and_not_taken_by_its_number() {
        let network = reply(
            403,
            &[],
            r#"{"error":{"code":"403","message": "Public access is disabled. Please configure private endpoint."}}"#,
        );
        assert!(matches!(read(&network), Reading::NetworkRefusal(Refusal::PublicSide, _)));
        let keys = reply(
            403,
            &[("apim-request-id", "1")],
            r#"{"error":{"code":"AuthenticationTypeDisabled","message": "Key based authentication is disabled for this resource."}}"#,
        );
        assert!(matches!(read(&keys), Reading::Denied(Denial::KeysDisabled, _)));
        assert_eq!(read(&reply(403, &[], "<html>blocked by your company</html>")), Reading::Unclear);
        assert_eq!(read(&reply(403, &[("apim-request-id", "1")], "{}")), Reading::Reached);
    }

    #[test]
    fn pages_with_one_title_are_told_apart_and_quotes_are_read_as_services_write_them() {
        let page = |words: &str| format!("<title>Web App - Unavailable</title><h1>Error 403 - {words}</h1>");
        let blocked =
            reply(403, &[], &page("Forbidden</h1><p>The web app you have attempted to reach has blocked your access."));
        assert!(matches!(read(&blocked), Reading::NetworkRefusal(Refusal::WebApp, _)));
        assert_eq!(read(&reply(403, &[], &page("This web app is stopped."))), Reading::Unclear);
        let registry = r#"{"errors":[{"code":"DENIED","message":"client with IP \u0027203.0.113.7\u0027 is not allowed access."}]}"#;
        assert!(matches!(read(&reply(403, &[], registry)), Reading::NetworkRefusal(Refusal::Registry, _)));
    }

    #[test]
    fn a_401_may_be_the_network_and_mostly_is_not() {
        let token = r#"{"statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired."}"#;
        assert!(matches!(read(&reply(401, &[], token)), Reading::Denied(Denial::Token, _)));
        let messaging = "Ip has been prevented to connect to the endpoint.";
        assert!(matches!(read(&reply(401, &[], messaging)), Reading::NetworkRefusal(Refusal::Rules, _)));
        assert_eq!(read(&reply(200, &[], "hello")), Reading::Unclear);
    }

    #[test]
    fn words_under_another_status_say_nothing() {
        let words = "Public access is disabled. Please configure private endpoint.";
        assert_eq!(read(&reply(200, &[], words)), Reading::Unclear);
        assert_eq!(read(&reply(502, &[], words)), Reading::Unclear);
    }

    #[test]
    fn the_address_that_the_service_saw() {
        let address = |body| address_seen(body).map(|address| address.to_string());
        let translator = "Access denied due to Virtual Network/Firewall rules. Your IP address is 203.0.113.7.";
        assert_eq!(address(translator).as_deref(), Some("203.0.113.7"));
        assert_eq!(address("client with IP '203.0.113.7' is not allowed access").as_deref(), Some("203.0.113.7"));
        assert_eq!(address(r"client with IP \u0027203.0.113.7\u0027 is not allowed").as_deref(), Some("203.0.113.7"));
        assert_eq!(address("Your IP address is unknown"), None);
        assert_eq!(address("Your IP address is"), None);
    }
}
