//! How do we ask ARM for a document, a list or a change?

use crate::connection::{Answer, Connection, Place, exchange};
use crate::next_link::{Next, next_link, skip_token};
use crate::retry::{wait_after_loss, wait_before};
use crate::{Error, Roots, Token};
use http::header;
use http_body_util::Full;
use hyper::body::Bytes;
use rustls::pki_types::ServerName;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The most pages that a list may have.
const MOST_PAGES: usize = 2_000;

/// The most text that all pages of a list may have together.
const MOST_TEXT: usize = 512 * 1024 * 1024;

/// A blocking client of one ARM host. Calls from several threads wait for each other.
pub struct Client {
    base: http::Uri,
    place: Place,
    authorization: http::HeaderValue,
    deadline: Duration,
    runtime: tokio::runtime::Runtime,
    kept: Mutex<Option<Connection>>,
}

/// A successful answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status: 200, 201, 202 or 204.
    pub status: u16,
    /// The body, often empty for 202 and 204.
    pub body: String,
}

impl Client {
    /// A client of `base` (`https://host` or `https://host:port`). Connects at the first call.
    pub fn new(base: &str, token: &Token, roots: &Roots) -> Result<Self, Error> {
        let bad = |why: &str| Error::Setup(format!("the address `{}` {why}", model::visible(base)));
        let uri: http::Uri = base
            .trim_end_matches('/')
            .parse()
            .map_err(|_| bad("is not a URL; use https://HOST or https://HOST:PORT"))?;
        if uri.scheme_str() != Some("https") {
            return Err(bad("is not https: a token is sent only over TLS"));
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || base.contains('@') {
            return Err(bad("has more than scheme, host and port"));
        }
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| bad("has no host"))?.to_owned();
        let server_name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(server_name).map_err(|_| bad("has a host that no certificate can name"))?;
        let authorization = token.header().ok_or_else(|| {
            Error::Setup("the token has characters that no token has; pass it without quotes".to_owned())
        })?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|why| Error::Setup(format!("no event loop: {why}")))?;
        let place = Place { port: uri.port_u16().unwrap_or(443), host, name, tls: Arc::new(roots.client_config()?) };
        let deadline = Duration::from_secs(60);
        Ok(Self { base: uri, place, authorization, deadline, runtime, kept: Mutex::new(None) })
    }

    /// The same client with another deadline for each call, retries and all pages of one list
    /// page included (60 seconds unless set).
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// One document.
    pub fn get(&self, path_and_query: &str) -> Result<String, Error> {
        self.call(&http::Method::GET, path_and_query, None).map(|response| response.body)
    }

    /// All pages of a list, each as it came. `path` has no `api-version`.
    pub fn list(&self, path: &str, api_version: &str) -> Result<Vec<String>, Error> {
        let joint = if path.contains('?') { "&" } else { "?" };
        let mut next = format!("{path}{joint}api-version={api_version}");
        let mut pages = Vec::new();
        let (mut text, mut seen) = (0, HashSet::new());
        loop {
            let refused = |message: String| Error::Service {
                request: named(&http::Method::GET, &next),
                status: 200,
                code: "<page>".to_owned(),
                message,
            };
            if pages.len() >= MOST_PAGES || text > MOST_TEXT {
                return Err(refused(format!("the list does not end within {} pages", pages.len())));
            }
            if !seen.insert(next.clone()) {
                return Err(refused("the pages of the list go round in a circle".to_owned()));
            }
            let page = self.get(&next)?;
            let following = next_link(&page, &self.base);
            text += page.len();
            match following {
                Next::Refused(why) => return Err(refused(why)),
                Next::End => {
                    pages.push(page);
                    return Ok(pages);
                }
                Next::At(path) => next = path,
            }
            pages.push(page);
        }
    }

    /// All parts of what an action tells that only reads (`POST …/listSomething`), each as it came. `path` has no
    /// `api-version`.
    pub fn ask(&self, path: &str, api_version: &str) -> Result<Vec<String>, Error> {
        let target = format!("{path}?api-version={api_version}");
        let refused = |message: String| Error::Service {
            request: named(&http::Method::POST, &target),
            status: 200,
            code: "<answer>".to_owned(),
            message,
        };
        let (mut body, mut parts, mut text, mut seen) = ("{}".to_owned(), Vec::new(), 0, HashSet::new());
        loop {
            if parts.len() >= MOST_PAGES || text > MOST_TEXT {
                return Err(refused(format!("the list does not end within {} parts", parts.len())));
            }
            let part = self.call(&http::Method::POST, &target, Some(&body))?.body;
            text += part.len();
            let next = skip_token(&part).map_err(refused)?;
            parts.push(part);
            let Some(token) = next else { return Ok(parts) };
            body = serde_json::json!({ "skipToken": token }).to_string();
            if !seen.insert(token) {
                return Err(refused("the parts of the list go round in a circle".to_owned()));
            }
        }
    }

    /// Sends a change. Any answer that is not a success is an [`Error`].
    pub fn send(&self, request: &model::Request) -> Result<Response, Error> {
        let method = match request.method {
            model::Method::Get => http::Method::GET,
            model::Method::Put => http::Method::PUT,
            model::Method::Patch => http::Method::PATCH,
            model::Method::Delete => http::Method::DELETE,
        };
        let path = format!("{}?api-version={}", escaped(request.resource.as_str(), b""), request.api_version);
        self.call(&method, &path, request.body.as_deref())
    }

    fn call(&self, method: &http::Method, path_and_query: &str, body: Option<&str>) -> Result<Response, Error> {
        let request = named(method, path_and_query);
        let built = || self.build(method, path_and_query, body);
        if let Err(words) = built() {
            return Err(Error::Request { request, words });
        }
        let answer = self.runtime.block_on(async {
            match tokio::time::timeout(self.deadline, self.attempts(&built)).await {
                Ok(done) => done,
                Err(_) => Err(format!("it took longer than {} s", self.deadline.as_secs_f64())),
            }
        });
        let answer = answer.map_err(|words| Error::Transport {
            request: request.clone(),
            words: model::visible(&words).into_owned(),
        })?;
        if !(200..300).contains(&answer.status) {
            return Err(Error::of_response(request, answer.status, &answer.body));
        }
        let body = String::from_utf8(answer.body.into()).map_err(|_| Error::Service {
            request,
            status: answer.status,
            code: "<body>".to_owned(),
            message: "the body is not UTF-8".to_owned(),
        })?;
        Ok(Response { status: answer.status, body })
    }

    fn build(
        &self,
        method: &http::Method,
        path_and_query: &str,
        body: Option<&str>,
    ) -> Result<http::Request<Full<Bytes>>, String> {
        if !path_and_query.starts_with('/') {
            return Err("its path does not begin with `/`".to_owned());
        }
        let authority = self.base.authority().map_or("", http::uri::Authority::as_str);
        let mut builder = http::Request::builder()
            .method(method)
            .uri(plain(path_and_query))
            .header(header::HOST, authority)
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, concat!("privpath/", env!("CARGO_PKG_VERSION")));
        if body.is_some() {
            builder = builder.header(header::CONTENT_TYPE, "application/json");
        }
        builder
            .body(Full::new(Bytes::copy_from_slice(body.unwrap_or_default().as_bytes())))
            .map_err(|why| format!("the path is no part of a URL: {why}"))
    }

    async fn attempts(
        &self,
        request: &dyn Fn() -> Result<http::Request<Full<Bytes>>, String>,
    ) -> Result<Answer, String> {
        let mut attempt = 0;
        loop {
            let (wait, done) = match self.once(request).await {
                Ok(answer) => (wait_before(answer.status, &answer.headers, attempt), Ok(answer)),
                Err(Lost::Unreached(words)) => return Err(words),
                Err(Lost::Unanswered(words)) => (wait_after_loss(attempt), Err(words)),
            };
            let Some(wait) = wait else { return done };
            attempt += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// One exchange: on the kept connection, or on a new one when that has ended meanwhile. Every
    /// method we send may be sent twice without harm.
    async fn once(&self, request: &dyn Fn() -> Result<http::Request<Full<Bytes>>, String>) -> Result<Answer, Lost> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut kept) = kept
            && kept.ready().await.is_ok()
            && let Ok(answer) = exchange(&mut kept, request().map_err(Lost::Unreached)?).await
        {
            self.keep(kept);
            return Ok(answer);
        }
        let mut connection = self.place.connect().await.map_err(Lost::Unreached)?;
        let request = request().map_err(Lost::Unreached)?;
        let answer = exchange(&mut connection, request).await.map_err(Lost::Unanswered)?;
        self.keep(connection);
        Ok(answer)
    }

    fn keep(&self, connection: Connection) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
    }
}

/// Why a request has no answer.
enum Lost {
    /// It was not sent: another attempt would end the same way.
    Unreached(String),
    /// The connection ended before the answer was whole.
    Unanswered(String),
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client").field("base", &self.base).field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// Method and path, as errors show them.
fn named(method: &http::Method, path_and_query: &str) -> String {
    format!("{method} {}", model::visible(path_and_query))
}

/// Path and query with what no URL may hold percent-encoded; what is encoded already stays.
fn plain(path_and_query: &str) -> String {
    escaped(path_and_query, b"?%")
}

/// A text as the path of a URL: names may hold what a URL may not. `also` is kept too.
pub(crate) fn escaped(text: &str, also: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut path = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(&byte) || also.contains(&byte) {
            path.push(char::from(byte));
        } else {
            let digit = |half: u8| char::from(DIGITS[usize::from(half & 15)]);
            path.extend(['%', digit(byte >> 4), digit(byte)]);
        }
    }
    path
}
