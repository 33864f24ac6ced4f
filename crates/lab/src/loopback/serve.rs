//! How are connections accepted and requests read, whoever answers them?

use super::{Deadline, limits, within};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// The largest body of a request.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// A request with its body read.
pub(super) struct WholeRequest {
    pub(super) parts: http::request::Parts,
    pub(super) body: Vec<u8>,
}

/// A response to send.
pub(super) type Response = http::Response<Full<Bytes>>;

/// Accepts for ever; each connection runs beside the others, up to a number.
pub(crate) async fn accept<Work>(listener: TcpListener, handle: impl Fn(TcpStream) -> Work)
where
    Work: Future<Output = ()> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file handles, most likely: others may close theirs meanwhile.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        if stream.set_nodelay(true).is_err() {
            continue;
        }
        let work = handle(stream);
        tokio::spawn(async move {
            work.await;
            drop(place);
        });
    }
}

/// TLS and then requests, until the client has no more.
pub(super) async fn https<Stream, Work>(
    stream: Stream,
    tls: Arc<ServerConfig>,
    respond: impl Fn(WholeRequest) -> Work + Clone + Send + 'static,
) where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    Work: Future<Output = Response> + Send,
{
    let Some(Ok(stream)) = within(Deadline::HANDSHAKE, TlsAcceptor::from(tls).accept(stream)).await else { return };
    plain(stream, respond).await;
}

/// Requests, until the client has no more.
pub(super) async fn plain<Stream, Work>(stream: Stream, respond: impl Fn(WholeRequest) -> Work + Clone + Send + 'static)
where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    Work: Future<Output = Response> + Send,
{
    let service = service_fn(move |request: http::Request<Incoming>| {
        let respond = respond.clone();
        async move { Ok::<_, Infallible>(answered(request, respond).await) }
    });
    // What a client does wrong ends its own connection and is nobody else's concern.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Deadline::IDLE)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answered<Work: Future<Output = Response>>(
    request: http::Request<Incoming>,
    respond: impl Fn(WholeRequest) -> Work,
) -> Response {
    let (parts, body) = request.into_parts();
    match within(Deadline::IDLE, Limited::new(body, LARGEST_BODY).collect()).await {
        Some(Ok(body)) => respond(WholeRequest { parts, body: body.to_bytes().into() }).await,
        _ => json(
            413,
            "{\"error\":{\"code\":\"RequestEntityTooLarge\",\"message\":\"The body is too large or too slow.\"}}",
        ),
    }
}

/// A JSON response.
pub(super) fn json(status: u16, body: &str) -> Response {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(body.as_bytes())));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let kind = http::HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    response
}
