//! Does the client keep its promises towards a server of our own on the loopback interface?
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests are the server")]

use crate::{Client, Error, Roots, Token};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const CANARY: &str = "canary-token-that-nobody-may-see";

/// A server that answers each request with the next of these raw responses (the last one for
/// ever) and keeps what it was sent.
struct Server {
    base: String,
    roots: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(responses: impl Fn(usize, u16) -> String + Send + 'static) -> Self {
        let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let roots = key.cert.pem();
        let der = rustls::pki_types::PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![key.cert.der().clone()], der)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (config, kept) = (Arc::new(config), Arc::clone(&requests));
        std::thread::spawn(move || {
            let mut served = 0;
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = rustls::StreamOwned::new(tls, stream);
                while let Some(request) = read_request(&mut stream) {
                    kept.lock().unwrap().push(request);
                    let response = responses(served, port);
                    served += 1;
                    if stream.write_all(response.as_bytes()).is_err() || response.contains("connection: close") {
                        break;
                    }
                }
            }
        });
        Self { base: format!("https://localhost:{port}"), roots, requests }
    }

    fn client(&self) -> Client {
        Client::new(&self.base, &Token::bearer(CANARY), &Roots::Pem(self.roots.clone())).unwrap()
    }

    fn seen(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Head and body of one request (bodies here are short enough to come at once).
fn read_request(stream: &mut impl Read) -> Option<String> {
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

#[test]
fn a_document_comes_and_the_connection_is_kept() {
    let server = Server::start(|served, _| answer("200 OK", "", &format!("{{\"n\":{served}}}")));
    let client = server.client();
    assert_eq!(client.get("/subscriptions/S?api-version=1").unwrap(), "{\"n\":0}");
    assert_eq!(client.get("/x").unwrap(), "{\"n\":1}");
    let seen = server.seen();
    assert!(seen[0].starts_with("GET /subscriptions/S?api-version=1 HTTP/1.1\r\n"), "{}", seen[0]);
    assert!(seen[0].contains(&format!("authorization: Bearer {CANARY}")));
}

#[test]
fn a_closed_connection_is_opened_again() {
    let server = Server::start(|_, _| answer("200 OK", "connection: close\r\n", "{}"));
    let client = server.client();
    for _ in 0..3 {
        assert_eq!(client.get("/x").unwrap(), "{}");
    }
}

#[test]
fn an_action_is_asked_until_it_has_told_all() {
    let server = Server::start(|served, _| match served {
        0 => answer("200 OK", "", r#"{"value":[1],"skipToken":"more \"of\" it"}"#),
        _ => answer("200 OK", "", r#"{"value":[2],"skipToken":""}"#),
    });
    let parts = server.client().ask("/subscriptions/S/x/listIt", "2025-05-01").unwrap();
    assert_eq!(parts.len(), 2);
    let seen = server.seen();
    assert!(seen[0].starts_with("POST /subscriptions/S/x/listIt?api-version=2025-05-01 "), "{}", seen[0]);
    assert!(seen[0].ends_with("\r\n\r\n{}"), "{}", seen[0]);
    assert!(seen[1].ends_with(r#"{"skipToken":"more \"of\" it"}"#), "{}", seen[1]);
    let circle = Server::start(|_, _| answer("200 OK", "", r#"{"value":[],"skipToken":"a"}"#));
    let error = circle.client().ask("/x", "1").unwrap_err().to_string();
    assert!(error.contains("POST /x") && error.contains("circle"), "{error}");
    let forbidden =
        Server::start(|_, _| answer("403 Forbidden", "", r#"{"error":{"code":"AuthorizationFailed","message":"no"}}"#));
    assert!(matches!(forbidden.client().ask("/x", "1"), Err(Error::Forbidden { .. })));
}

#[test]
fn pages_are_followed_in_order() {
    let server = Server::start(|served, port| match served {
        0 => answer(
            "200 OK",
            "",
            &format!("{{\"value\":[1],\"nextLink\":\"https://localhost:{port}/next?$skipToken=a\"}}"),
        ),
        _ => answer("200 OK", "", "{\"value\":[2]}"),
    });
    let pages = server.client().list("/subscriptions/S/providers/P/t", "2025-05-01").unwrap();
    assert_eq!(pages.len(), 2);
    let seen = server.seen();
    assert!(seen[0].starts_with("GET /subscriptions/S/providers/P/t?api-version=2025-05-01 "));
    assert!(seen[1].starts_with("GET /next?$skipToken=a "));
}

#[test]
fn pages_elsewhere_or_in_a_circle_end_the_list() {
    let server = Server::start(|_, _| answer("200 OK", "", "{\"value\":[],\"nextLink\":\"https://evil.example/\"}"));
    let error = server.client().list("/x", "1").unwrap_err();
    assert!(error.to_string().contains("another host (evil.example)"), "{error}");
    let server = Server::start(|_, _| answer("200 OK", "", "{\"value\":[],\"nextLink\":\"/x?api-version=1\"}"));
    let error = server.client().list("/x", "1").unwrap_err();
    assert!(error.to_string().contains("circle"), "{error}");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn errors_say_who_is_at_fault() {
    let body = "{\"error\":{\"code\":\"AuthorizationFailed\",\"message\":\"no \\u001b[31mright\"}}";
    let error_of =
        |status: &'static str| Server::start(move |_, _| answer(status, "", body)).client().get("/x").unwrap_err();
    assert!(matches!(error_of("401 Unauthorized"), Error::Unauthorized { .. }));
    assert!(matches!(error_of("404 Not Found"), Error::NotFound { .. }));
    assert!(matches!(error_of("418 Teapot"), Error::Service { status: 418, .. }));
    let forbidden = error_of("403 Forbidden");
    assert!(matches!(&forbidden, Error::Forbidden { code, .. } if code == "AuthorizationFailed"));
    assert_eq!(forbidden.to_string(), "GET /x: not permitted (AuthorizationFailed: no \\x1b[31mright)");
}

#[test]
fn throttling_is_waited_out() {
    let server = Server::start(|served, _| match served {
        0 => answer("429 Too Many Requests", "retry-after: 0\r\n", "{}"),
        _ => answer("200 OK", "", "{}"),
    });
    assert_eq!(server.client().get("/x").unwrap(), "{}");
    assert_eq!(server.seen().len(), 2);
    let server = Server::start(|_, _| answer("429 Too Many Requests", "retry-after: 0\r\n", "{}"));
    assert!(matches!(server.client().get("/x"), Err(Error::Service { status: 429, .. })));
    assert_eq!(server.seen().len(), 5);
}

#[test]
fn a_change_is_sent_with_its_body() {
    let server = Server::start(|_, _| answer("201 Created", "", "{}"));
    let resource = model::ResourceId::new("S", "rg x", "Microsoft.Network/privateDnsZones", &["z"]);
    let request = model::Request {
        method: model::Method::Put,
        resource,
        api_version: "2024-06-01",
        body: Some("{\"location\":\"global\"}".into()),
    };
    assert_eq!(server.client().send(&request).unwrap().status, 201);
    let seen = server.seen();
    let path = "/subscriptions/S/resourceGroups/rg%20x/providers/Microsoft.Network/privateDnsZones/z";
    assert!(seen[0].starts_with(&format!("PUT {path}?api-version=2024-06-01 HTTP/1.1")), "{}", seen[0]);
    assert!(seen[0].ends_with("{\"location\":\"global\"}"));
}

#[test]
fn silence_untrusted_roots_and_closed_ports_are_transport_errors() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = Server::start(|_, _| answer("200 OK", "", "{}"));
    let client = |base: &str| {
        Client::new(base, &Token::bearer(CANARY), &Roots::Pem(server.roots.clone()))
            .unwrap()
            .with_deadline(Duration::from_millis(100))
    };
    let error = client(&format!("https://{}", silent.local_addr().unwrap())).get("/x").unwrap_err();
    assert!(error.to_string().contains("took longer than 0.1 s"), "{error}");
    let other = Server::start(|_, _| answer("200 OK", "", "{}"));
    let error = client(&other.base).get("/x").unwrap_err();
    assert!(matches!(&error, Error::Transport { words, .. } if words.contains("TLS")), "{error}");
    assert!(other.seen().is_empty());
    let port = silent.local_addr().unwrap();
    drop(silent);
    assert!(matches!(client(&format!("https://{port}")).get("/x"), Err(Error::Transport { .. })));
}

#[test]
fn what_cannot_be_a_client_is_refused() {
    for base in ["", "arm.example", "http://arm.example", "https://", "https://a/b", "https://u:p@a", "https://a?b"] {
        assert!(matches!(Client::new(base, &Token::bearer("t"), &Roots::System), Err(Error::Setup(_))), "{base}");
    }
    let roots = Roots::Pem("no certificate".to_owned());
    assert!(matches!(Client::new("https://a", &Token::bearer("t"), &roots), Err(Error::Setup(_))));
    let error = Client::new("https://a", &Token::bearer(format!("{CANARY}\u{7f}")), &Roots::System).unwrap_err();
    assert!(!error.to_string().contains(CANARY));
}

#[test]
fn the_token_is_never_shown() {
    let server = Server::start(|_, _| answer("500 Oops", "", "not json"));
    let client = server.client();
    let failed = client.get("/x").unwrap_err();
    let bad = client.get("x y").unwrap_err();
    for shown in [
        format!("{client:?}"),
        format!("{:?}", Token::bearer(CANARY)),
        format!("{failed} {failed:?}"),
        format!("{bad} {bad:?}"),
        crate::Redacted::new(CANARY).to_string(),
    ] {
        assert!(!shown.contains("canary"), "{shown}");
    }
}
