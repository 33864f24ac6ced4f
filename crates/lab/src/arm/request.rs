//! What does a client ask of the ARM API? A request taken apart, whatever the client's spelling.

use http::{HeaderMap, Method};
use serde_json::Value;
use std::fmt::Write as _;

/// One request.
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Decoded, doubled slashes collapsed, no slash at the end.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Takes a request apart; `None` when its path cannot be decoded.
    pub(crate) fn new(method: Method, path_and_query: &str, headers: HeaderMap, body: Vec<u8>) -> Option<Self> {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let path = decoded(path)?;
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let path = format!("/{}", segments.join("/"));
        Some(Self { method, path, query: fields(query)?, headers, body })
    }

    /// A value of the query, by name without case.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The bearer token.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The body as a JSON object; `None` when it is none.
    pub(crate) fn object(&self) -> Option<Value> {
        serde_json::from_slice::<Value>(&self.body).ok().filter(Value::is_object)
    }

    /// Scheme, host and port as the client wrote them: links lead back to where it came.
    pub(crate) fn base(&self) -> String {
        let plain = |host: &&str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
        format!("https://{}", self.header("host").filter(plain).unwrap_or("127.0.0.1"))
    }

    /// The segments of the path.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').skip(1).filter(|segment| !segment.is_empty()).collect()
    }
}

/// The fields of a query or a form; `None` when one cannot be decoded.
pub(crate) fn fields(text: &str) -> Option<Vec<(String, String)>> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).take(100);
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(&value.replace('+', " "))?))
        })
        .collect()
}

/// A text as part of a URL.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~()@:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
    out
}

/// Percent-decodes; `None` when what comes out is not UTF-8 or an escape is broken.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            out.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_real_clients() {
        let get = |path: &str| Request::new(Method::GET, path, HeaderMap::new(), Vec::new());
        let request = get("//subscriptions/S//x%20y/?$filter=a%20eq%20%27b%27&Api-Version=1").unwrap();
        assert_eq!(request.path, "/subscriptions/S/x y");
        assert_eq!(request.query("api-version"), Some("1"));
        assert_eq!(request.query("$filter"), Some("a eq 'b'"));
        assert_eq!(encoded("/a b/é?"), "/a%20b/%C3%A9%3F");
        for broken in ["/%", "/%4", "/%zz", "/%ff", "/a?b=%"] {
            assert!(get(broken).is_none(), "{broken}");
        }
    }
}
