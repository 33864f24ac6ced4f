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

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// An HTTP status.
    Answered(u16),
    /// Nobody listens there, or somebody else does.
    Gone,
    /// Something listens but says nothing in time.
    Slow,
}

/// Sends one request with the token of the lab. Only ever to the loopback interface.
pub(super) fn call(access: &Access, method: &str, path: &str) -> Outcome {
    let address = access.arm.strip_prefix("https://").and_then(|place| place.parse::<SocketAddr>().ok());
    let Some(address) = address.filter(|address| address.ip().is_loopback()) else { return Outcome::Gone };
    match exchange(access, address, method, path) {
        Ok(Some(status)) => Outcome::Answered(status),
        Err(why) if matches!(why.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock) => Outcome::Slow,
        Ok(None) | Err(_) => Outcome::Gone,
    }
}

fn exchange(access: &Access, address: SocketAddr, method: &str, path: &str) -> std::io::Result<Option<u16>> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let Some(tls) = verified(access, address) else { return Ok(None) };
    let mut stream = StreamOwned::new(tls, stream);
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        access.token
    );
    stream.write_all(request.as_bytes())?;
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    let status = std::str::from_utf8(&start).ok().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.parse().ok());
    Ok(status)
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
