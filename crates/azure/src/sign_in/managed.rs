//! Which managed identity does this host have, and what token does its own endpoint give?

use super::exchange::{Lost, Reply, To, exchange};
use super::{Refusal, Surroundings, reply, set, unset};
use http::header::{ACCEPT, HOST};
use http_body_util::Full;
use hyper::body::Bytes;
use model::Secret;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::time::Instant;

/// The instance metadata service of a virtual machine.
const METADATA: &str = "http://169.254.169.254";

/// What moves it elsewhere, for the Azure SDKs too.
const METADATA_VARIABLE: &str = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

/// How long a connection to it may take: on the host it takes none, elsewhere nobody answers.
const METADATA_CONNECT: Duration = Duration::from_secs(1);

/// The identity of an app: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`, which App Service, Functions and
/// Container Apps set.
pub(super) async fn of_app(around: &Surroundings<'_>, audience: &str, end: Instant) -> Result<Secret, Refusal> {
    if let Some(why) = unset(around, &["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]) {
        return Err(Refusal::Absent(why));
    }
    let (endpoint, header) = (set(around, "IDENTITY_ENDPOINT"), set(around, "IDENTITY_HEADER"));
    let (endpoint, header) = (endpoint.unwrap_or_default(), header.unwrap_or_default());
    let place = Place::of(&endpoint).map_err(|why| Refusal::Failed(format!("IDENTITY_ENDPOINT {why}")))?;
    let path = format!("{}?api-version=2019-08-01&{}", place.path, wanted(around, audience));
    let request = place.request(&path).header("x-identity-header", &header);
    let built = request.header("metadata", "true").body(Full::default());
    let request =
        built.map_err(|_| Refusal::Failed("IDENTITY_HEADER has characters that no header may have".to_owned()))?;
    match exchange(To::Plain(place.address), request, (end, end)).await {
        Ok(reply) => identity(&reply, &[&header]),
        Err(Lost::Unreached(why) | Lost::Unanswered(why)) => {
            Err(Refusal::Failed(format!("the endpoint in IDENTITY_ENDPOINT gives no reply: {why}")))
        }
    }
}

/// The identity of a virtual machine, a scale set or a node of a cluster.
pub(super) async fn of_machine(around: &Surroundings<'_>, audience: &str, end: Instant) -> Result<Secret, Refusal> {
    let base = set(around, METADATA_VARIABLE).unwrap_or_else(|| METADATA.to_owned());
    let place = Place::of(&base).map_err(|why| Refusal::Failed(format!("{METADATA_VARIABLE} {why}")))?;
    let path = format!("/metadata/identity/oauth2/token?api-version=2018-02-01&{}", wanted(around, audience));
    let request = place.request(&path).header("metadata", "true").body(Full::<Bytes>::default());
    let request = request.map_err(|why| Refusal::Failed(format!("the request cannot be written: {why}")))?;
    let connect_by = Instant::now() + METADATA_CONNECT;
    match exchange(To::Plain(place.address), request, (connect_by, end)).await {
        Ok(reply) => identity(&reply, &[]),
        Err(Lost::Unreached(_)) => Err(Refusal::Absent("no instance metadata service answers here".to_owned())),
        Err(Lost::Unanswered(why)) => {
            Err(Refusal::Absent(format!("what answers for the instance metadata service is none: {why}")))
        }
    }
}

/// What both endpoints answer; 400 means that the host has no such identity, and the next source is asked.
fn identity(reply: &Reply, secrets: &[&str]) -> Result<Secret, Refusal> {
    match reply.status {
        400 => {
            let words = reply::refused(reply, secrets);
            Err(Refusal::Absent(format!("the host has no such identity ({words})")))
        }
        _ => reply::token(reply, secrets),
    }
}

/// Whose token for whom is asked for. `AZURE_CLIENT_ID` chooses one of several identities.
fn wanted(around: &Surroundings<'_>, audience: &str) -> String {
    let mut query = format!("resource={}", encoded(audience));
    if let Some(client) = set(around, "AZURE_CLIENT_ID") {
        query.push_str("&client_id=");
        query.push_str(&encoded(&client));
    }
    query
}

/// A text as a value of a query or of a form.
pub(super) fn encoded(text: &str) -> String {
    crate::client::escaped(text, b"").replace('&', "%26").replace('+', "%2B").replace('=', "%3D")
}

/// A token endpoint of the host itself. Its requests carry a secret over plain HTTP, so that it has to be an
/// address that does not leave the site.
struct Place {
    address: SocketAddr,
    authority: String,
    path: String,
}

impl Place {
    fn of(url: &str) -> Result<Self, &'static str> {
        let wrong = "is no http:// URL of an endpoint on this host";
        let uri: http::Uri = url.parse().map_err(|_| wrong)?;
        let (Some("http"), Some(host)) = (uri.scheme_str(), uri.host()) else { return Err(wrong) };
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(wrong);
        }
        let ip: IpAddr = match host.trim_start_matches('[').trim_end_matches(']') {
            "localhost" => Ipv4Addr::LOCALHOST.into(),
            literal => literal.parse().map_err(|_| wrong)?,
        };
        if !is_near(ip) {
            return Err("names an address outside of this host: a secret goes there over TLS only");
        }
        let port = uri.port_u16().unwrap_or(80);
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        Ok(Self { address: SocketAddr::new(ip, port), authority, path: uri.path().to_owned() })
    }

    fn request(&self, path: &str) -> http::request::Builder {
        http::Request::builder().uri(path).header(HOST, &self.authority).header(ACCEPT, "application/json")
    }
}

/// Loopback, link-local and private addresses.
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_link_local() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unicast_link_local() || v6.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_leaves_over_plain_http_to_near_addresses_only() {
        for good in ["http://127.0.0.1:41741/msi/token", "http://localhost:1/x", "http://169.254.129.4:8081/msi/token"]
        {
            assert!(Place::of(good).is_ok(), "{good}");
        }
        let bad = ["https://127.0.0.1/", "http://20.1.2.3/msi", "http://evil.example/", "http://a@127.0.0.1/", "x", ""];
        for bad in bad {
            assert!(Place::of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_value_of_a_query_is_encoded() {
        assert_eq!(encoded("a&b=c+d e/f:g%"), "a%26b%3Dc%2Bd%20e/f:g%25");
    }
}
