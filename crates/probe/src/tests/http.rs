//! Are responses kept as they are, bounded, and never waited for too long?

use super::servers::{self, Authority, Secure, answer_401, hold};
use super::{HOST, measured, pinned};
use crate::Plan;
use model::observation::{HttpOutcome, HttpSeen};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn seen(act: impl Fn(String, &mut Secure) + Send + Sync + 'static) -> HttpSeen {
    let authority = Authority::new();
    let service = servers::service(authority.certificate(&[HOST]), act);
    let plan = Plan {
        extra_roots: Some(authority.pem()),
        request: "/openai/models?api-version=2024-10-21".to_owned(),
        stage_timeout: Duration::from_millis(500),
        ..pinned(service.port())
    };
    measured(&plan).http.swap_remove(0)
}

#[test]
fn a_refusal_with_headers_and_body() {
    let requests = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&requests);
    let seen = seen(move |request, secure| {
        kept.lock().unwrap().push_str(&request);
        answer_401(request, secure);
    });
    assert_eq!((seen.outcome, seen.status, seen.truncated), (HttpOutcome::Answered, 401, false));
    assert_eq!(seen.request, "GET /openai/models?api-version=2024-10-21");
    let headers: Vec<(&str, &str)> = seen.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(headers, [("content-type", "application/json"), ("apim-request-id", "1f0c")]);
    assert!(seen.body.contains("GET /openai/models?api-version=2024-10-21 HTTP/1.1"), "{}", seen.body);
    let request = requests.lock().unwrap().to_ascii_lowercase();
    assert!(request.contains("user-agent: privpath/") && request.contains("connection: close"), "{request}");
    assert!(request.contains(&format!("host: {HOST}:")), "{request}");
    assert!(!request.contains("authorization") && !request.contains("api-key"), "{request}");
}

#[test]
fn an_endless_body_ends() {
    let seen = seen(|_, secure| {
        let _ = secure.write_all(b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n");
        while secure.write_all(&[b'x'; 4000]).is_ok() {}
    });
    assert_eq!((seen.outcome, seen.status), (HttpOutcome::Answered, 200));
    assert_eq!((seen.body.len(), seen.truncated), (4096, true));
}

#[test]
fn a_body_that_stops_is_truncated() {
    let seen = seen(|_, secure| {
        secure.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nAccess denied").unwrap();
        secure.flush().unwrap();
        hold(secure);
    });
    assert_eq!((seen.outcome, seen.status), (HttpOutcome::Answered, 403));
    assert_eq!((seen.body.as_str(), seen.truncated), ("Access denied", true));
}

#[test]
fn many_and_long_headers_are_bounded() {
    let seen = seen(|_, secure| {
        let via = format!("Via: {}\r\n", "v".repeat(700)).repeat(60);
        let response = format!("HTTP/1.1 200 OK\r\n{via}Content-Length: 0\r\n\r\n");
        let _ = secure.write_all(response.as_bytes());
    });
    assert_eq!(seen.headers.len(), 32);
    assert!(seen.headers.iter().all(|(_, value)| value.len() == 512));
}

#[test]
fn what_is_no_http() {
    let garbage = seen(|_, secure| {
        secure.write_all(b"SSH-2.0-nothing\r\n").unwrap();
        hold(secure);
    });
    assert!(matches!(garbage.outcome, HttpOutcome::Garbage(words) if !words.is_empty()));
    assert_eq!(garbage.status, 0);

    let closing = seen(|_, secure| {
        secure.conn.send_close_notify();
        let _ = secure.flush();
    });
    assert_eq!(closing.outcome, HttpOutcome::Closed);

    let aborting = seen(|_, _| ());
    assert_eq!(aborting.outcome, HttpOutcome::Closed);

    let silent = seen(|_, secure| hold(secure));
    assert_eq!(silent.outcome, HttpOutcome::TimedOut);

    let endless_head = seen(|_, secure| {
        let _ = secure.write_all(b"HTTP/1.1 200 OK\r\nVia: ");
        while secure.write_all(&[b'x'; 4000]).is_ok() {}
    });
    assert!(matches!(endless_head.outcome, HttpOutcome::Garbage(_)), "{:?}", endless_head.outcome);
}
