//! What does the service answer to one request?

use crate::bound::{bounded, words};
use crate::clock::{Limits, Stopwatch};
use crate::credential::{Credential, Post};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{HeaderMap, Method, Request};
use hyper_util::rt::TokioIo;
use model::observation::{HttpOutcome, HttpSeen, Seen};
use model::{Observation, Target};
use std::error::Error;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::client::TlsStream;

/// How much of the body is kept.
const BODY: usize = 4096;
/// How much is buffered for status line and headers.
const HEAD: usize = 64 * 1024;
/// More headers are not kept.
const MOST_HEADERS: usize = 32;
/// And no longer values.
const LONGEST_VALUE: usize = 512;

/// Headers that say who answered and why.
const HEADERS: [&str; 13] = [
    "server",
    "date",
    "content-type",
    "apim-request-id",
    "x-ms-request-id",
    "x-ms-region",
    "x-ms-error-code",
    "policy-id",
    "www-authenticate",
    "location",
    "retry-after",
    "via",
    "x-cache",
];

/// What is asked for: the plan's GET, and the credential if there is one.
pub(crate) struct Asking {
    pub(crate) target: Target,
    pub(crate) path: String,
    pub(crate) credential: Option<Credential>,
}

/// Sends the request over a verified connection; the credential only to an address that may have it.
pub(crate) async fn ask<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: TlsStream<S>,
    address: SocketAddr,
    asking: &Asking,
    limits: Limits,
) -> Observation {
    let watch = Stopwatch::start();
    let credential = asking.credential.as_ref().filter(|own| own.recipients.allow(address.ip()));
    let post = credential.and_then(|credential| credential.post.as_ref());
    let (method, path) = post.map_or(("GET", &asking.path), |post| ("POST", &post.path));
    let mut seen = HttpSeen {
        address,
        request: format!("{method} {}", without_secrets(path)),
        credential: credential.map(|credential| credential.kind),
        outcome: HttpOutcome::TimedOut,
        status: 0,
        headers: Vec::new(),
        body: String::new(),
        truncated: false,
    };
    match request(&asking.target, path, credential, post) {
        Ok(request) => exchange(stream, request, limits.stage_end(), &mut seen).await,
        Err(error) => {
            seen.outcome = HttpOutcome::Garbage(format!("the request cannot be written: {}", words(&error)));
        }
    }
    if let Some(credential) = &asking.credential {
        unecho(&mut seen, credential.secret.reveal());
    }
    watch.stop(Seen::Http(seen))
}

/// Takes a secret out of a reply that repeats it.
fn unecho(seen: &mut HttpSeen, secret: &str) {
    let told = |text: &String| text.replace(secret, "***");
    seen.body = told(&seen.body);
    seen.headers.iter_mut().for_each(|(_, value)| *value = told(value));
    if let HttpOutcome::Garbage(words) = &seen.outcome {
        seen.outcome = HttpOutcome::Garbage(told(words));
    }
}

fn request(
    target: &Target,
    path: &str,
    credential: Option<&Credential>,
    post: Option<&Post>,
) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let mut request = Request::builder()
        .method(if post.is_some() { Method::POST } else { Method::GET })
        .uri(path)
        .header(HOST, target.to_string())
        .header(USER_AGENT, concat!("privpath/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "application/json")
        .header(CONNECTION, "close");
    if let Some((name, value)) = credential.and_then(Credential::header) {
        request = request.header(name, value);
    }
    match post {
        None => request.body(Full::default()),
        Some(post) => {
            let body = Bytes::copy_from_slice(post.body.as_bytes());
            request.header(CONTENT_TYPE, "application/json").body(Full::new(body))
        }
    }
}

/// The path as it may be told: a query may carry a key, so only the value of `api-version` is kept.
fn without_secrets(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let told = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if !name.eq_ignore_ascii_case("api-version") => format!("{name}=***"),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", told.collect::<Vec<_>>().join("&"))
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: TlsStream<S>,
    request: Request<Full<Bytes>>,
    end: Instant,
    seen: &mut HttpSeen,
) {
    let handshake = http1::Builder::new().max_buf_size(HEAD).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = match handshake {
        Ok(parts) => parts,
        Err(error) => {
            seen.outcome = outcome(&error);
            return;
        }
    };
    let driver = tokio::spawn(connection);
    match timeout_at(end, sender.send_request(request)).await {
        Err(_) => {}
        Ok(Err(error)) => seen.outcome = outcome(&error),
        Ok(Ok(response)) => {
            seen.outcome = HttpOutcome::Answered;
            seen.status = response.status().as_u16();
            seen.headers = kept(response.headers());
            let (body, truncated) = start_of(response.into_body(), end).await;
            seen.body = body;
            seen.truncated = truncated;
        }
    }
    driver.abort();
}

/// The start of the body, and whether it was longer or stopped too early. What comes after is never
/// read, however much it is.
async fn start_of(mut body: Incoming, end: Instant) -> (String, bool) {
    let mut start = Vec::new();
    let complete = loop {
        if start.len() > BODY || Instant::now() >= end {
            break false;
        }
        match timeout_at(end, body.frame()).await {
            Err(_) | Ok(Some(Err(_))) => break false,
            Ok(None) => break true,
            Ok(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    start.extend_from_slice(&data[..data.len().min(BODY + 1)]);
                }
            }
        }
    };
    let truncated = !complete || start.len() > BODY;
    start.truncate(BODY);
    // Replaced characters are longer than the bytes they stand for.
    (bounded(&String::from_utf8_lossy(&start), BODY), truncated)
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| HEADERS.contains(&name.as_str()))
        .take(MOST_HEADERS)
        .map(|(name, value)| {
            (name.as_str().to_owned(), bounded(&String::from_utf8_lossy(value.as_bytes()), LONGEST_VALUE))
        })
        .collect()
}

/// What an error before any response means.
fn outcome(error: &hyper::Error) -> HttpOutcome {
    if error.is_parse() {
        return HttpOutcome::Garbage(words(error));
    }
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(inner) = cause {
        if let Some(error) = inner.downcast_ref::<io::Error>() {
            return match error.kind() {
                ErrorKind::InvalidData => HttpOutcome::Garbage(words(error)),
                ErrorKind::TimedOut => HttpOutcome::TimedOut,
                _ => HttpOutcome::Closed,
            };
        }
        cause = inner.source();
    }
    HttpOutcome::Closed
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn a_query_is_told_without_its_values() {
        assert_eq!(without_secrets("/a"), "/a");
        assert_eq!(without_secrets("/a?api-version=1&api-key=k&flag"), "/a?api-version=1&api-key=***&flag");
    }
}
