//! Does anything that a server sends, or does not send, make the binary panic, hang or believe it?
//!
//! Undetermined (3), or blocked (1) where the stop itself was seen; never as expected, never past
//! the deadline.

use crate::servers::{self, Secure, Way, dns, dns_saying, flood, hold, no_dns, service, socks5, tcp};
use crate::world::{Ran, World, run};
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

const URL: &str = "https://yourresource.openai.azure.com";
/// What is allowed on top of a deadline: the start of the process on a busy machine.
const GRACE: Duration = Duration::from_secs(2);

/// Asks this DNS server, with a second for each stage.
fn asking(server: &str) -> Ran {
    run(&["check", URL, "--dns", server, "--timeout", "1", "--deadline", "3"]).within(Duration::from_secs(3) + GRACE)
}

/// Calls a TCP server that acts like this.
fn calling(act: impl Fn(TcpStream) + Send + Sync + 'static) -> Ran {
    let url = format!("{URL}:{}", tcp(act).port());
    let server = dns_saying([127, 0, 0, 1]);
    run(&["check", &url, "--dns", &server, "--timeout", "1", "--deadline", "3"]).within(Duration::from_secs(3) + GRACE)
}

/// Calls a service with a certificate that is trusted, and which answers like this.
fn served(act: impl Fn(&mut Secure) + Send + Sync + 'static) -> Ran {
    served_in(5, act)
}

/// The same with these seconds for each stage.
fn served_in(seconds: u64, act: impl Fn(&mut Secure) + Send + Sync + 'static) -> Ran {
    let service = service("yourresource.openai.azure.com", act);
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, &service.authority).unwrap();
    let world = World::new().with("SSL_CERT_FILE", roots.to_str().unwrap());
    let url = format!("{URL}:{}", service.address.port());
    let server = dns_saying([127, 0, 0, 1]);
    let timeout = seconds.to_string();
    let words = ["check", &url, "--dns", &server, "--timeout", &timeout, "--deadline", "8"];
    // The stages before the one that hangs are done at once.
    world.run(&words).within(Duration::from_secs(seconds) + GRACE)
}

#[test]
fn a_dead_dns_server_is_told_at_once() {
    asking(&no_dns()).ended(3).within(GRACE);
}

#[test]
fn a_silent_dns_server_costs_one_stage() {
    asking(&dns(|_| Vec::new())).ended(3);
}

#[test]
fn the_deadline_of_the_whole_beats_that_of_a_stage() {
    let (server, other) = (dns(|_| Vec::new()), dns(|_| Vec::new()));
    let words = ["check", URL, "--dns", &server, "--dns", &other, "--timeout", "30", "--deadline", "1"];
    run(&words).ended(3).within(Duration::from_secs(1) + GRACE);
}

#[test]
fn a_dns_server_that_fails_is_not_a_missing_name() {
    asking(&dns(|query| vec![query.failure()])).ended(3).said("SERVFAIL").never_said("NXDOMAIN");
}

#[test]
fn garbage_on_port_53() {
    std::thread::scope(|scope| {
        for packet in [&b"SSH-2.0-nothing\r\n"[..], &[], &[0xff; 512], &[0; 12], &[0x81; 11]] {
            scope.spawn(move || asking(&dns(move |_| vec![packet.to_vec(); 20])).ended(3));
        }
    });
}

#[test]
fn an_alias_of_itself_ends() {
    let ran = asking(&dns(|query| vec![query.alias_of_itself()]));
    assert!(ran.code == 1 || ran.code == 3, "{ran:?}");
    ran.said("circle");
}

#[test]
fn aliases_without_end_end() {
    let ran = asking(&dns(|query| vec![query.alias_of_a_longer_name()]));
    assert!(ran.code == 1 || ran.code == 3, "{ran:?}");
}

#[test]
fn garbage_on_port_443() {
    for bytes in
        [&b"SSH-2.0-nothing\r\n"[..], b"HTTP/1.1 400 Bad Request\r\n\r\n", &[0; 64], &[0x16, 3, 3, 0xff, 0xff, 0]]
    {
        calling(move |mut stream| {
            let _ = stream.write_all(bytes);
            hold(stream);
        })
        .ended(3);
    }
}

#[test]
fn a_stream_without_end_on_port_443() {
    calling(|mut stream| flood(&mut stream, &[0x16, 3, 3, 0x40, 0, 2])).ended(3);
}

#[test]
fn silence_on_port_443() {
    calling(hold).ended(3).said("time");
}

#[test]
fn a_connection_that_is_closed_at_once() {
    calling(drop).ended(3);
}

#[test]
fn a_body_without_end() {
    for head in ["Content-Type: text/plain\r\n\r\n", "Content-Length: 9999999999999\r\n\r\n"] {
        let head = format!("HTTP/1.1 200 OK\r\n{head}");
        served(move |secure| {
            let _ = secure.write_all(head.as_bytes());
            flood(secure, &[b'x'; 4096]);
        })
        .ended(3)
        .said("HTTP 200");
    }
    served(|secure| {
        let _ = secure.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        flood(secure, b"4\r\nxxxx\r\n");
    })
    .ended(3)
    .said("HTTP 200");
}

#[test]
fn a_head_without_end() {
    served(|secure| {
        let _ = secure.write_all(b"HTTP/1.1 200 OK\r\n");
        flood(secure, b"X-More: more\r\n");
    })
    .ended(3);
}

#[test]
fn what_is_no_http() {
    for bytes in [&b"SSH-2.0-nothing\r\n\r\n"[..], &[0; 64], b"HTTP/1.1 999999 Odd\r\n\r\n", b"HTTP/1.1"] {
        served(move |secure| {
            let _ = secure.write_all(bytes);
            secure.conn.send_close_notify();
            let _ = secure.flush();
        })
        .ended(3);
    }
}

#[test]
fn silence_after_the_request() {
    served_in(1, |secure| hold(&mut secure.sock)).ended(3).said("TLSv1.3");
}

#[test]
fn escape_codes_from_the_wire_stay_text() {
    // The world of each run refuses any escape code in what is written.
    let evil = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{202e}";
    let ran = served(move |secure| {
        let head = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n";
        let body = format!("{{\"error\":{{\"code\":\"403\",\"message\":\"{evil}\"}}}}");
        let _ = write!(secure, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
        let _ = secure.flush();
    });
    assert!(!ran.all().contains(['\u{202e}', '\u{9b}', '\u{7}']), "{ran:?}");
    ran.said("HTTP 403");
}

#[test]
fn escape_codes_in_a_header_are_no_http() {
    let head = "HTTP/1.1 403 Forbidden\r\nX-Ms-Error: \u{1b}[2J\r\nContent-Length: 0\r\n\r\n";
    served(move |secure| {
        let _ = secure.write_all(head.as_bytes());
        let _ = secure.flush();
    })
    .ended(3);
}

#[test]
fn a_socks5_server_that_misbehaves() {
    let dns = dns_saying([10, 1, 2, 4]);
    let garbage = tcp(|mut stream| flood(&mut stream, b"HTTP/1.1 200 OK\r\n")).to_string();
    let silent = tcp(hold).to_string();
    let dead = servers::closed().to_string();
    for proxy in [garbage, silent, dead, socks5(Way::Code(1)), socks5(Way::Code(77))] {
        let words = ["check", URL, "--dns", &dns, "--socks5", &proxy, "--timeout", "1", "--deadline", "3"];
        run(&words).ended(3).within(Duration::from_secs(3) + GRACE);
    }
    // It took the request and never answers: that is about the target.
    let proxy = socks5(Way::Silent);
    let words = ["check", URL, "--dns", &dns, "--socks5", &proxy, "--timeout", "1", "--deadline", "3"];
    run(&words).ended(3).said("timed out").within(Duration::from_secs(3) + GRACE);
}
