//! What does a SOCKS5 server (RFC 1928, no authentication) say of a connection to the target?
//!
//! What fails between us and the server is the tunnel's fault; what the server reports of its own
//! attempt, or its silence after it took the request, is about the target.

use crate::bound::words;
use crate::choice::Destination;
use model::observation::TcpOutcome;
use std::io;
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

const VERSION: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const CONNECT: u8 = 1;

/// A stream to the destination, or how the attempt ended.
pub(crate) async fn connect(proxy: SocketAddr, to: &Destination, end: Instant) -> Result<TcpStream, TcpOutcome> {
    let mut stream = match timeout_at(end, greeted(proxy)).await {
        Ok(greeted) => greeted?,
        Err(_) => return Err(tunnel(proxy, "it does not answer in time")),
    };
    match timeout_at(end, request(&mut stream, to)).await {
        Ok(Ok(Ok(()))) => Ok(stream),
        Ok(Ok(Err(code))) => Err(refused(proxy, code)),
        Ok(Err(error)) => Err(tunnel(proxy, &words(&error))),
        Err(_) => Err(TcpOutcome::TimedOut),
    }
}

/// A connection to the server that has agreed to talk without authentication.
async fn greeted(proxy: SocketAddr) -> Result<TcpStream, TcpOutcome> {
    let failed = |error: io::Error| tunnel(proxy, &words(&error));
    let mut stream = TcpStream::connect(proxy).await.map_err(failed)?;
    let _ = stream.set_nodelay(true);
    stream.write_all(&[VERSION, 1, NO_AUTHENTICATION]).await.map_err(failed)?;
    let mut answer = [0; 2];
    stream.read_exact(&mut answer).await.map_err(failed)?;
    match answer {
        [VERSION, NO_AUTHENTICATION] => Ok(stream),
        [VERSION, _] => Err(tunnel(proxy, "it wants authentication, which is not supported")),
        _ => Err(tunnel(proxy, "it does not speak SOCKS5")),
    }
}

/// Asks for the connection: the reply code when it did not come about.
async fn request(stream: &mut TcpStream, to: &Destination) -> io::Result<Result<(), u8>> {
    let mut request = vec![VERSION, CONNECT, 0];
    match to {
        Destination::Address(address) => match address.ip() {
            IpAddr::V4(address) => {
                request.push(1);
                request.extend_from_slice(&address.octets());
            }
            IpAddr::V6(address) => {
                request.push(4);
                request.extend_from_slice(&address.octets());
            }
        },
        Destination::FarSide(name, _) => {
            request.push(3);
            // A DNS name has at most 253 characters.
            request.push(u8::try_from(name.as_str().len()).unwrap_or(u8::MAX));
            request.extend_from_slice(name.as_str().as_bytes());
        }
    }
    request.extend_from_slice(&to.address().port().to_be_bytes());
    stream.write_all(&request).await?;

    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    if head[0] != VERSION {
        return Err(io::Error::other("it does not speak SOCKS5"));
    }
    if head[1] != 0 {
        return Ok(Err(head[1]));
    }
    let length = match head[3] {
        1 => 4,
        4 => 16,
        3 => usize::from(stream.read_u8().await?),
        other => return Err(io::Error::other(format!("its reply has an address of the unknown type {other}"))),
    };
    let mut bound = vec![0; length + 2];
    stream.read_exact(&mut bound).await?;
    Ok(Ok(()))
}

/// What a reply code says of the target.
fn refused(proxy: SocketAddr, code: u8) -> TcpOutcome {
    match code {
        3 => TcpOutcome::Unreachable(format!("network unreachable, says the SOCKS5 server {proxy}")),
        4 => TcpOutcome::Unreachable(format!("host unreachable, says the SOCKS5 server {proxy}")),
        5 => TcpOutcome::Refused,
        6 => TcpOutcome::TimedOut,
        1 => tunnel(proxy, "general failure (code 1)"),
        2 => tunnel(proxy, "its rules do not allow the connection (code 2)"),
        7 => tunnel(proxy, "it cannot connect at all (code 7)"),
        8 => tunnel(proxy, "it does not know this type of address (code 8)"),
        other => tunnel(proxy, &format!("it answers with the unknown code {other}")),
    }
}

fn tunnel(proxy: SocketAddr, what: &str) -> TcpOutcome {
    TcpOutcome::Tunnel(format!("the SOCKS5 server {proxy}: {what}"))
}
