//! Is a SOCKS5 server used and understood, and told apart from the target?

use super::servers::{self, Service, answer_401, hold};
use super::{HOST, LOOPBACK, measured, pinned, plan};
use crate::{FAR_SIDE, Plan};
use model::observation::{HttpOutcome, TcpOutcome};
use std::io::{Read, Write, copy};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A server that greets as it should, keeps the request and answers with this reply.
fn replying(reply: &'static [u8]) -> (Service, Arc<Mutex<Vec<u8>>>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&requests);
    let service = servers::tcp(move |mut stream| {
        let mut greeting = [0; 3];
        stream.read_exact(&mut greeting).unwrap();
        assert_eq!(greeting, [5, 1, 0]);
        stream.write_all(&[5, 0]).unwrap();
        let mut buffer = [0; 300];
        let length = stream.read(&mut buffer).unwrap();
        kept.lock().unwrap().extend_from_slice(&buffer[..length]);
        stream.write_all(reply).unwrap();
        hold(stream);
    });
    (service, requests)
}

fn through(proxy: SocketAddr) -> Plan {
    Plan { socks5: Some(proxy), stage_timeout: Duration::from_millis(300), ..pinned(443) }
}

fn outcome(plan: &Plan) -> TcpOutcome {
    let seen = measured(plan).tcp.swap_remove(0);
    assert_eq!(seen.through, plan.socks5);
    assert_eq!(seen.local, None);
    seen.outcome
}

#[test]
fn replies() {
    let of = |reply| {
        let (proxy, requests) = replying(reply);
        let outcome = outcome(&through(proxy.address));
        assert_eq!(*requests.lock().unwrap(), [5, 1, 0, 1, 127, 0, 0, 1, 1, 187]);
        outcome
    };
    assert!(matches!(of(&[5, 1, 0, 1, 0, 0, 0, 0, 0, 0]), TcpOutcome::Tunnel(_)));
    assert!(matches!(of(&[5, 2, 0, 1, 0, 0, 0, 0, 0, 0]), TcpOutcome::Tunnel(_)));
    assert!(matches!(of(&[5, 3, 0, 1, 0, 0, 0, 0, 0, 0]), TcpOutcome::Unreachable(_)));
    assert!(matches!(of(&[5, 4, 0, 1, 0, 0, 0, 0, 0, 0]), TcpOutcome::Unreachable(_)));
    assert_eq!(of(&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]), TcpOutcome::Refused);
    assert_eq!(of(&[5, 6, 0, 1, 0, 0, 0, 0, 0, 0]), TcpOutcome::TimedOut);
    assert!(matches!(of(&[5, 99, 0, 1, 0, 0, 0, 0, 0, 0]), TcpOutcome::Tunnel(_)));
    assert!(matches!(of(&[5, 0, 0, 77, 0, 0]), TcpOutcome::Tunnel(_)));
    assert!(matches!(of(b"HTTP/1.1 400"), TcpOutcome::Tunnel(_)));
    assert_eq!(of(&[]), TcpOutcome::TimedOut, "it took the request and waits for the target");
    assert_eq!(of(&[5, 0, 0, 3, 2, b'a', b'b', 1, 187]), TcpOutcome::Connected);
}

#[test]
fn a_server_that_hangs_refuses_or_speaks_otherwise_is_the_tunnels_fault() {
    let silent = servers::tcp(hold);
    assert!(matches!(outcome(&through(silent.address)), TcpOutcome::Tunnel(words) if words.contains("in time")));

    let closed = SocketAddr::new(LOOPBACK, servers::closed_port());
    assert!(matches!(outcome(&through(closed)), TcpOutcome::Tunnel(_)));

    let web = servers::tcp(|mut stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        hold(stream);
    });
    assert!(matches!(outcome(&through(web.address)), TcpOutcome::Tunnel(words) if words.contains("SOCKS5")));

    let strict = servers::tcp(|mut stream| {
        stream.write_all(&[5, 255]).unwrap();
        hold(stream);
    });
    assert!(matches!(outcome(&through(strict.address)), TcpOutcome::Tunnel(words) if words.contains("authentication")));
}

#[test]
fn without_servers_the_far_side_resolves() {
    let (proxy, requests) = replying(&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0]);
    let plan = Plan { socks5: Some(proxy.address), ..plan(HOST, 443) };
    let measured = measured(&plan);
    assert!(measured.dns.is_empty());
    assert_eq!(measured.tcp[0].address, SocketAddr::new(FAR_SIDE, 443));
    assert_eq!(measured.tcp[0].outcome, TcpOutcome::Refused);
    let mut expected = vec![5, 1, 0, 3, u8::try_from(HOST.len()).unwrap()];
    expected.extend_from_slice(HOST.as_bytes());
    expected.extend_from_slice(&443u16.to_be_bytes());
    assert_eq!(*requests.lock().unwrap(), expected);
}

#[test]
fn tls_and_http_go_through_the_tunnel() {
    let authority = servers::Authority::new();
    let service = servers::service(authority.certificate(&[HOST]), answer_401);
    let behind = service.address;
    let proxy = servers::tcp(move |mut stream| {
        let mut greeting = [0; 3];
        stream.read_exact(&mut greeting).unwrap();
        stream.write_all(&[5, 0]).unwrap();
        let mut request = [0; 10];
        stream.read_exact(&mut request).unwrap();
        let mut target = servers::connect(behind);
        stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).unwrap();
        let (mut from, mut to) = (stream.try_clone().unwrap(), target.try_clone().unwrap());
        std::thread::spawn(move || copy(&mut from, &mut to));
        let _ = copy(&mut target, &mut stream);
    });
    let mut plan = pinned(service.port());
    plan.socks5 = Some(proxy.address);
    plan.extra_roots = Some(authority.pem());
    let measured = measured(&plan);
    assert_eq!(measured.tcp[0].outcome, TcpOutcome::Connected);
    assert_eq!((measured.http[0].outcome.clone(), measured.http[0].status), (HttpOutcome::Answered, 401));
}
