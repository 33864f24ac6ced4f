//! How does one request travel? One kept HTTP/1.1 connection over verified TLS.

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// The largest body that is read.
pub(crate) const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// A connection that can take a request.
pub(crate) type Connection = SendRequest<Full<Bytes>>;

/// A response, read whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

/// Where ARM is and how to trust it.
pub(crate) struct Place {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) name: ServerName<'static>,
    pub(crate) tls: Arc<rustls::ClientConfig>,
}

impl Place {
    /// Connects and verifies.
    pub(crate) async fn connect(&self) -> Result<Connection, String> {
        let address = (self.host.trim_start_matches('[').trim_end_matches(']'), self.port);
        let stream = tokio::net::TcpStream::connect(address)
            .await
            .map_err(|why| format!("connecting to {}:{} failed: {why}", self.host, self.port))?;
        stream.set_nodelay(true).map_err(|why| format!("the socket cannot be set up: {why}"))?;
        let stream = TlsConnector::from(Arc::clone(&self.tls))
            .connect(self.name.clone(), stream)
            .await
            .map_err(|why| format!("TLS with {}:{} failed: {why}", self.host, self.port))?;
        let (sender, driver) =
            handshake(TokioIo::new(stream)).await.map_err(|why| format!("HTTP cannot start: {why}"))?;
        tokio::spawn(driver);
        Ok(sender)
    }
}

/// Sends one request and reads the whole answer.
pub(crate) async fn exchange(
    connection: &mut Connection,
    request: http::Request<Full<Bytes>>,
) -> Result<Answer, String> {
    let (parts, body) =
        connection.send_request(request).await.map_err(|why| format!("the exchange failed: {why}"))?.into_parts();
    let body = Limited::new(body, LARGEST_BODY)
        .collect()
        .await
        .map_err(|why| format!("the body cannot be read (at most {LARGEST_BODY} bytes are): {why}"))?
        .to_bytes();
    Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
}
