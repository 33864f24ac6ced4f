//! How does a connection leave a vantage? A SOCKS5 server (RFC 1928) that knows CONNECT only; what
//! stands at the address is decided by the estate, and nothing is ever dialled.

use super::serve::accept;
use super::{Deadline, service_server, sign_in_server, within};
use crate::address_plan::CONTROL_PLANE;
use crate::dns::{Ending, Wanted, resolve};
use crate::estate::Arrival;
use crate::proxy::{NO_WAY, OPENED, asked};
use crate::state::Shared;
use model::{DnsName, Vantage};
use rustls::ServerConfig;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const VERSION: u8 = 5;
const SUCCEEDED: u8 = 0;
const FAILED: u8 = 1;
const HOST_UNREACHABLE: u8 = 4;
const NOT_SUPPORTED: u8 = 7;
const NO_SUCH_ADDRESS_TYPE: u8 = 8;

/// The port that the service listens on; no other answers anywhere.
const HTTPS: u16 = 443;

/// What is behind the server.
#[derive(Clone)]
pub(super) struct Behind {
    pub(super) vantage: Vantage,
    pub(super) shared: Shared,
    /// How the service proves who it is.
    pub(super) service: Arc<ServerConfig>,
    /// How the sign-in host does.
    pub(super) sign_in: Arc<ServerConfig>,
}

/// Serves for ever.
pub(super) async fn serve(listener: TcpListener, behind: Behind) {
    accept(listener, move |stream| {
        let work = tunnel(stream, behind.clone());
        async move {
            within(Deadline::TUNNEL, work).await;
        }
    })
    .await;
}

/// What a client wants to reach.
enum Destination {
    Address(IpAddr),
    Name(DnsName),
}

/// Where a connection arrives.
enum At {
    Estate(Arrival),
    SignIn,
}

async fn tunnel(mut stream: TcpStream, behind: Behind) {
    let Behind { vantage, shared, service, sign_in } = behind;
    let Some(Some((destination, port))) = within(Deadline::HANDSHAKE, request(&mut stream)).await else { return };
    let target = match &destination {
        Destination::Address(address) => Some(SocketAddr::new(*address, port)),
        Destination::Name(_) => None,
    };
    let estate = shared.estate();
    if let Some((at, _)) = crate::proxy::played(&estate).into_iter().find(|(_, at)| Some(*at) == target) {
        return by_proxy(stream, at, shared, service).await;
    }
    let arrival = {
        let place = estate.place(&vantage);
        let address = match destination {
            Destination::Address(address) => Some(address),
            Destination::Name(name) => {
                let resolution = resolve(&estate, &place, &name, Wanted::A);
                (resolution.ending == Ending::Answered).then(|| resolution.addresses().next()).flatten()
            }
        };
        address.map(|address| match address {
            _ if port != HTTPS => At::Estate(Arrival::Nowhere),
            IpAddr::V4(CONTROL_PLANE) => At::SignIn,
            _ => At::Estate(estate.arrival(&place, address)),
        })
    };
    match arrival {
        None => {
            let _ = reply(&mut stream, HOST_UNREACHABLE).await;
        }
        Some(At::Estate(Arrival::Nowhere)) => silence(&mut stream).await,
        Some(at) if reply(&mut stream, SUCCEEDED).await.is_some() => match at {
            At::Estate(arrival) => service_server::serve(stream, arrival, service, shared).await,
            At::SignIn => sign_in_server::serve(stream, sign_in, shared).await,
        },
        Some(_) => {}
    }
}

/// A call to the proxy on a machine, which goes on from there.
async fn by_proxy(mut stream: TcpStream, at: Vantage, shared: Shared, tls: Arc<ServerConfig>) {
    if reply(&mut stream, SUCCEEDED).await.is_none() {
        return;
    }
    let estate = shared.estate();
    let Some(Some(to)) = within(Deadline::HANDSHAKE, asked(&mut stream, &estate, &at)).await else { return };
    let arrival = if to.port() == HTTPS { estate.arrival(&estate.place(&at), to.ip()) } else { Arrival::Nowhere };
    if arrival == Arrival::Nowhere {
        let _ = stream.write_all(NO_WAY).await;
    } else if stream.write_all(OPENED).await.is_ok() {
        service_server::serve(stream, arrival, tls, shared).await;
    }
}

/// A dropped packet: nothing ever comes back. Ends when the client gives up.
async fn silence(stream: &mut TcpStream) {
    let mut buffer = [0; 1024];
    while matches!(stream.read(&mut buffer).await, Ok(count) if count > 0) {}
}

/// Greeting and request; a reply has been sent when it is `None` and the client was understood.
async fn request(stream: &mut TcpStream) -> Option<(Destination, u16)> {
    if stream.read_u8().await.ok()? != VERSION {
        return None;
    }
    let mut methods = vec![0; usize::from(stream.read_u8().await.ok()?)];
    stream.read_exact(&mut methods).await.ok()?;
    if !methods.contains(&0) {
        stream.write_all(&[VERSION, 0xff]).await.ok()?;
        return None;
    }
    stream.write_all(&[VERSION, 0]).await.ok()?;
    let mut head = [0; 4];
    stream.read_exact(&mut head).await.ok()?;
    let [version, command, _, kind] = head;
    if version != VERSION {
        return None;
    }
    let destination = match kind {
        1 => Ok(Destination::Address(IpAddr::V4(Ipv4Addr::from(stream.read_u32().await.ok()?)))),
        4 => Ok(Destination::Address(IpAddr::V6(Ipv6Addr::from(stream.read_u128().await.ok()?)))),
        3 => {
            let mut name = vec![0; usize::from(stream.read_u8().await.ok()?)];
            stream.read_exact(&mut name).await.ok()?;
            named(&name).ok_or(FAILED)
        }
        _ => Err(NO_SUCH_ADDRESS_TYPE),
    };
    let refusal = match destination {
        Ok(destination) if command == 1 => {
            let port = stream.read_u16().await.ok()?;
            return Some((destination, port));
        }
        Ok(_) => NOT_SUPPORTED,
        Err(code) => code,
    };
    reply(stream, refusal).await;
    None
}

/// A name, or an address that was written as one.
fn named(bytes: &[u8]) -> Option<Destination> {
    let text = std::str::from_utf8(bytes).ok()?;
    match text.parse() {
        Ok(address) => Some(Destination::Address(address)),
        Err(_) => DnsName::parse(text).ok().map(Destination::Name),
    }
}

/// The bound address says nothing: no socket was opened.
async fn reply(stream: &mut TcpStream, code: u8) -> Option<()> {
    stream.write_all(&[VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0]).await.ok()
}
