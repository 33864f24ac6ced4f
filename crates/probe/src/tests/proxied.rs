//! Is the call handed to the proxy that the variables name, and what the proxy does with it understood?

use super::servers::{self, Service, answer_401, hold};
use super::{HOST, LOOPBACK, measured, pinned};
use crate::Plan;
use model::observation::{ClientSeen, HttpOutcome, ProxiedSeen, ProxyOutcome, TlsOutcome};
use std::io::{Read, Write, copy};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a proxy was asked, up to the blank line.
fn request(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read_exact(&mut byte).is_err() {
            break;
        }
        head.extend(byte);
    }
    String::from_utf8(head).unwrap()
}

/// A proxy that keeps what it is asked and answers this.
fn answering(answer: &'static str) -> (Service, Arc<Mutex<String>>) {
    let asked = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&asked);
    let service = servers::tcp(move |mut stream| {
        *kept.lock().unwrap() = request(&mut stream);
        let _ = stream.write_all(answer.as_bytes());
        if !answer.is_empty() {
            hold(stream);
        }
    });
    (service, asked)
}

/// A plan whose client has this proxy variable; nothing answers directly.
fn with(name: &str, value: &str) -> Plan {
    let plan = pinned(servers::closed_port());
    let client = ClientSeen { proxy_variables: vec![(name.to_owned(), value.to_owned())], ..plan.client };
    Plan { client, stage_timeout: Duration::from_millis(500), ..plan }
}

fn proxied(plan: &Plan) -> ProxiedSeen {
    measured(plan).proxied.unwrap()
}

#[test]
fn the_name_is_handed_over_and_tls_goes_through() {
    let authority = servers::Authority::new();
    let service = servers::service(authority.certificate(&[HOST]), answer_401);
    let behind = service.address;
    let asked = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&asked);
    let proxy = servers::tcp(move |mut stream| {
        *kept.lock().unwrap() = request(&mut stream);
        let mut target = servers::connect(behind);
        stream.write_all(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n").unwrap();
        let (mut from, mut to) = (stream.try_clone().unwrap(), target.try_clone().unwrap());
        std::thread::spawn(move || copy(&mut from, &mut to));
        let _ = copy(&mut target, &mut stream);
    });
    let mut plan = with("HTTPS_PROXY", &format!("http://***@{}", proxy.address));
    plan.extra_roots = Some(authority.pem());
    plan.stage_timeout = Duration::from_secs(10);
    let seen = proxied(&plan);
    assert_eq!((&seen.outcome, seen.proxy), (&ProxyOutcome::Opened, Some(proxy.address)));
    assert_eq!(seen.tls.unwrap().outcome, TlsOutcome::Verified);
    let http = seen.http.unwrap();
    assert_eq!((http.outcome, http.status, http.credential), (HttpOutcome::Answered, 401, None));
    let asked = asked.lock().unwrap().clone();
    assert!(asked.starts_with(&format!("CONNECT {HOST}:{} HTTP/1.1\r\nHost: {HOST}:", plan.target.port)), "{asked}");
    assert!(!asked.to_lowercase().contains("authorization"), "{asked}");
}

#[test]
fn what_a_proxy_answers() {
    let of = |answer| {
        let (proxy, _) = answering(answer);
        proxied(&with("https_proxy", &format!("http://{}", proxy.address))).outcome
    };
    assert_eq!(of("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), ProxyOutcome::WantsCredentials);
    assert_eq!(of("HTTP/1.1 403 Forbidden\r\n\r\nno"), ProxyOutcome::Refused("403 Forbidden".to_owned()));
    assert_eq!(of("HTTP/1.0 503\r\n\r\n"), ProxyOutcome::NoWay("503".to_owned()));
    assert!(matches!(of("HTTP/1.1 200 OK\r\n\r\nhello"), ProxyOutcome::Garbage(words) if words.contains("before")));
    assert!(matches!(of("SSH-2.0-x\r\n\r\n"), ProxyOutcome::Garbage(words) if words.contains("HTTP")));
    assert!(matches!(of(""), ProxyOutcome::Garbage(_) | ProxyOutcome::Unreachable(_)));
    assert_eq!(of("HTTP/1.1 200"), ProxyOutcome::TimedOut);
}

#[test]
fn a_proxy_that_is_not_there() {
    let closed = SocketAddr::new(LOOPBACK, servers::closed_port());
    let outcome = proxied(&with("ALL_PROXY", &format!("http://{closed}"))).outcome;
    assert!(matches!(outcome, ProxyOutcome::Unreachable(words) if words.contains("refuses")));
    let named = proxied(&with("ALL_PROXY", &format!("http://localhost:{}", closed.port()))).outcome;
    assert!(matches!(named, ProxyOutcome::Unreachable(_)));
}

#[test]
fn what_is_not_tried_says_why() {
    for (value, why) in [
        ("http://127.0.0.1", "no port"),
        ("socks5://127.0.0.1:1080", "socks5h"),
        ("http://no host:1", "no host"),
        ("http://proxy.example:3128", "have no address"),
    ] {
        let seen = proxied(&with("HTTPS_PROXY", value));
        assert!(matches!(&seen.outcome, ProxyOutcome::NotTried(words) if words.contains(why)), "{seen:?}");
    }
}

#[test]
fn a_socks5_proxy_resolves_the_name() {
    let proxy = servers::tcp(|mut stream| {
        let mut greeting = [0; 3];
        stream.read_exact(&mut greeting).unwrap();
        stream.write_all(&[5, 0]).unwrap();
        let mut request = vec![0; 4 + 1 + HOST.len() + 2];
        stream.read_exact(&mut request).unwrap();
        // The name itself, and "host unreachable".
        assert_eq!(&request[5..5 + HOST.len()], HOST.as_bytes());
        stream.write_all(&[5, 4, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        hold(stream);
    });
    let seen = proxied(&with("all_proxy", &format!("socks5h://{}", proxy.address)));
    assert!(matches!(seen.outcome, ProxyOutcome::NoWay(words) if words.contains("unreachable")));
}

#[test]
fn nothing_is_handed_over_where_the_host_is_exempt() {
    let mut plan = with("HTTPS_PROXY", "http://127.0.0.1:1");
    plan.client.proxy_variables.push(("NO_PROXY".to_owned(), HOST.to_owned()));
    assert_eq!(measured(&plan).proxied, None);
    assert_eq!(measured(&with("HTTP_PROXY", "http://127.0.0.1:1")).proxied, None);
}

#[test]
fn a_proxy_that_never_answers_does_not_outlive_the_deadline() {
    let silent = servers::tcp(hold);
    let mut plan = with("HTTPS_PROXY", &format!("http://{}", silent.address));
    plan.stage_timeout = Duration::from_secs(3600);
    plan.deadline = Duration::from_millis(300);
    assert_eq!(proxied(&plan).outcome, ProxyOutcome::TimedOut);
}
