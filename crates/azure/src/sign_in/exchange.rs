//! How does one token request travel? On a connection of its own, within the deadline; no redirect is followed.

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

/// The largest reply that is read: tokens with many groups have some ten thousand characters.
const LARGEST: usize = 256 * 1024;

/// A reply, read whole.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// Where and how a connection goes.
pub(super) enum To<'a> {
    /// Plain HTTP: an endpoint on the host itself.
    Plain(SocketAddr),
    /// TLS, verified for the name.
    Tls(SocketAddr, &'a str, Arc<rustls::ClientConfig>),
}

/// Why there is no reply.
#[derive(Debug)]
pub(super) enum Lost {
    /// Nobody took the connection.
    Unreached(String),
    /// Somebody did, and gave no usable reply.
    Unanswered(String),
}

/// Sends one request. `connect_by` ends the attempt to connect, `end` everything.
pub(super) async fn exchange(
    to: To<'_>,
    request: http::Request<Full<Bytes>>,
    (connect_by, end): (Instant, Instant),
) -> Result<Reply, Lost> {
    let (To::Plain(address) | To::Tls(address, ..)) = &to;
    let unreached = |why: &dyn Display| Lost::Unreached(format!("{address} cannot be reached: {why}"));
    let stream = match timeout_at(connect_by.min(end), TcpStream::connect(address)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(why)) => return Err(unreached(&why)),
        Err(_) => return Err(unreached(&"it is silent")),
    };
    let done = async {
        match &to {
            To::Plain(_) => send(stream, request).await,
            To::Tls(_, host, tls) => {
                let name = ServerName::try_from((*host).to_owned()).map_err(|why| why.to_string())?;
                let connected = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await;
                send(connected.map_err(|why| format!("TLS with {host} failed: {why}"))?, request).await
            }
        }
    };
    match timeout_at(end, done).await {
        Ok(done) => done.map_err(Lost::Unanswered),
        Err(_) => Err(Lost::Unanswered("no reply in time".to_owned())),
    }
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: http::Request<Full<Bytes>>,
) -> Result<Reply, String> {
    let (mut sender, driver) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|why| format!("HTTP cannot start: {why}"))?;
    let driver = tokio::spawn(driver);
    let response = sender.send_request(request).await.map_err(|why| format!("the exchange failed: {why}"))?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), LARGEST).collect().await;
    driver.abort();
    let body = body.map_err(|_| format!("the reply ended early, or has more than {LARGEST} bytes"))?;
    Ok(Reply { status, body: body.to_bytes().to_vec() })
}
