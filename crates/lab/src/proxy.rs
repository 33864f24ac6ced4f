//! Where does the lab play a proxy, and what does one do with a call? It resolves the name itself, from where
//! it stands.
//!
//! A proxy is where the client's variables say that one is: at the address of a virtual machine of the estate.
//! It knows CONNECT only and asks for no credentials.

use crate::dns::{Ending, Wanted, resolve};
use crate::estate::Estate;
use model::resource::NetworkInterface;
use model::{Host, ProxyScheme, ProxyUrl, Vantage, proxy_variables};
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest head of a request.
const HEAD: usize = 8 * 1024;

/// Answers to CONNECT.
pub(crate) const OPENED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";
const NO_SUCH_NAME: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
pub(crate) const NO_WAY: &[u8] = b"HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const CONNECT_ONLY: &[u8] =
    b"HTTP/1.1 405 Method Not Allowed\r\nAllow: CONNECT\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// The proxies that the client's variables name: the machine that each is on, and where it listens.
pub(crate) fn played(estate: &Estate) -> Vec<(Vantage, SocketAddr)> {
    let named = proxy_variables(&estate.client().environment);
    let urls = named.iter().filter_map(|(name, value)| {
        let exceptions = name.eq_ignore_ascii_case("NO_PROXY");
        ProxyUrl::parse(value).filter(|url| !exceptions && url.scheme == ProxyScheme::Http)
    });
    let mut found = Vec::new();
    for url in urls {
        let (Host::Address(address), Some(port)) = (url.host, url.port) else { continue };
        let Some(machine) = machine_at(estate, address) else { continue };
        let one = (machine, SocketAddr::new(address, port));
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

fn machine_at(estate: &Estate, address: IpAddr) -> Option<Vantage> {
    let mut cards = estate.snapshot().all::<NetworkInterface>();
    let (_, card) = cards.find(|(_, card)| card.addresses().any(|own| own == address))?;
    card.virtual_machine.clone().map(Vantage::VirtualMachine)
}

/// Reads the request, and finds the address that it means for a proxy at this place; where there is none, the
/// client has been told.
pub(crate) async fn asked<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    estate: &Estate,
    at: &Vantage,
) -> Option<SocketAddr> {
    let head = head(stream).await?;
    let line = head.lines().next()?;
    let mut words = line.split(' ');
    let (method, to) = (words.next()?, words.next()?);
    if method != "CONNECT" {
        stream.write_all(CONNECT_ONLY).await.ok()?;
        return None;
    }
    let (host, port) = to.rsplit_once(':')?;
    let (host, port) = (Host::parse(host).ok()?, port.parse().ok()?);
    let address = match host {
        Host::Address(address) => Some(address),
        Host::Name(name) => {
            let resolution = resolve(estate, &estate.place(at), &name, Wanted::A);
            (resolution.ending == Ending::Answered).then(|| resolution.addresses().next()).flatten()
        }
    };
    if address.is_none() {
        stream.write_all(NO_SUCH_NAME).await.ok()?;
    }
    Some(SocketAddr::new(address?, port))
}

/// The head of a request; `None` when none comes.
async fn head<S: AsyncRead + Unpin>(stream: &mut S) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= HEAD {
            return None;
        }
        // One byte at a time: what follows belongs to the tunnel.
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}
