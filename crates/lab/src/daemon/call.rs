//! How do we speak to a lab that runs already? One blocking request over its own TLS.
#![allow(clippy::disallowed_types, reason = "a connection to a lab on 127.0.0.1")]

use crate::Access;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(2);
/// A network that is built anew takes its time; the tool that waits for it does, too.
const LONG_PATIENCE: Duration = Duration::from_secs(20);
/// The longest answer that is read.
const LARGEST: u64 = 4 * 1024 * 1024;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// An HTTP status, and what came with it.
    Answered(u16, String),
    /// Nobody listens there, or somebody else does.
    Gone,
    /// Something listens but says nothing in time.
    Slow,
}

/// Sends one request with the token of the lab. Only ever to the loopback interface.
pub(super) fn call(access: &Access, method: &str, path: &str, body: &str) -> Outcome {
    let address = access.arm.strip_prefix("https://").and_then(|place| place.parse::<SocketAddr>().ok());
    let Some(address) = address.filter(|address| address.ip().is_loopback()) else { return Outcome::Gone };
    match exchange(access, address, &format!("{method} {path}"), body) {
        Ok(Some((status, body))) => Outcome::Answered(status, body),
        Err(why) if matches!(why.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock) => Outcome::Slow,
        Ok(None) | Err(_) => Outcome::Gone,
    }
}

fn exchange(access: &Access, address: SocketAddr, start: &str, body: &str) -> std::io::Result<Option<(u16, String)>> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(if body.is_empty() { PATIENCE } else { LONG_PATIENCE }))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let Some(tls) = verified(access, address) else { return Ok(None) };
    let mut stream = StreamOwned::new(tls, stream);
    let request = format!(
        "{start} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        access.token,
        body.len()
    );
    stream.write_all(request.as_bytes())?;
    let mut text = Vec::new();
    match stream.take(LARGEST).read_to_end(&mut text) {
        // A lab that ends says so and is gone, without the farewell of TLS.
        Err(why) if why.kind() != ErrorKind::UnexpectedEof => Err(why),
        _ => Ok(answer(&String::from_utf8_lossy(&text))),
    }
}

/// Status and body, if it is whole.
fn answer(text: &str) -> Option<(u16, String)> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let length = head.lines().filter_map(|line| line.split_once(':'));
    let mut length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.next()?.1.trim().parse().ok()?;
    (body.len() == length).then(|| (status, body.to_owned()))
}

fn verified(access: &Access, address: SocketAddr) -> Option<ClientConnection> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(access.ca_pem.as_bytes()).ok()?).ok()?;
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), ServerName::from(address.ip())).ok()
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn an_answer_is_whole_or_none() {
        assert_eq!(answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), Some((200, "{}".to_owned())));
        for broken in ["", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}", "HTTP/1.1 200 OK\r\n\r\n{}", "\r\n\r\n"] {
            assert_eq!(answer(broken), None, "{broken:?}");
        }
    }
}
