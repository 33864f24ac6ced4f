//! What happens to the call when it is handed to the proxy that the client's variables name?
//!
//! The call goes the way that a program which honours the variables takes: the name is handed over, and the
//! proxy resolves it. No credential is sent, neither one for the service nor one for the proxy: those in a
//! variable are never kept.

use crate::bound::words;
use crate::choice::Destination;
use crate::clock::{Limits, Stopwatch};
use crate::http::Asking;
use crate::plan::Plan;
use crate::system::System;
use crate::tcp::{FAR_SIDE, dial};
use crate::tls::{RootStores, shake};
use crate::{dns, http, socks5};
use model::observation::{DnsRole, HttpSeen, ProxiedSeen, ProxyOutcome, Seen, TcpOutcome, TlsOutcome, TlsSeen};
use model::{DnsName, Host, Observation, Proxied, ProxyScheme, ProxyUrl, Target};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

/// The longest head of an answer to CONNECT.
const HEAD: usize = 16 * 1024;

/// What is handed to whom.
#[derive(Debug, Clone)]
pub(crate) struct Handing {
    variable: (String, String),
    target: Target,
    /// Who is asked for the name of the proxy, and its address where the hosts file or DNS need not be asked.
    servers: Vec<SocketAddr>,
    system: System,
    socks5: Option<SocketAddr>,
}

/// A connection by whatever way.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A way to the target, and the address of the proxy.
type Opened = Result<Box<dyn Stream>, ProxyOutcome>;

impl Handing {
    /// What the plan's client hands over; `None` when its variables name no proxy for the target. Where programs
    /// differ, some hand it over.
    pub(crate) fn of(plan: &Plan) -> Option<Self> {
        let (Proxied::Through { proxy, .. } | Proxied::Differs { proxy, .. }) = plan.client.proxied(&plan.target.host)
        else {
            return None;
        };
        Some(Self {
            variable: proxy.clone(),
            target: plan.target.clone(),
            servers: plan.deciding_servers(),
            system: plan.system,
            socks5: plan.socks5,
        })
    }

    /// What is seen of a call that nobody waits for any longer.
    pub(crate) fn given_up(self) -> Seen {
        seen(&self, None, ProxyOutcome::TimedOut)
    }
}

fn seen(handing: &Handing, proxy: Option<SocketAddr>, outcome: ProxyOutcome) -> Seen {
    Seen::Proxied(Box::new(ProxiedSeen { variable: handing.variable.clone(), proxy, outcome, tls: None, http: None }))
}

/// Makes the call through the proxy, as far as it goes and time is left.
pub(crate) async fn call(handing: &Handing, asking: &Asking, roots: &RootStores, limits: Limits) -> Observation {
    let watch = Stopwatch::start();
    let (url, address) = match reached(handing, limits).await {
        Ok(reached) => reached,
        Err(outcome) => return watch.stop(seen(handing, None, outcome)),
    };
    let stream = match opened(handing, &url, address, roots, limits).await {
        Ok(stream) => stream,
        Err(outcome) => return watch.stop(seen(handing, Some(address), outcome)),
    };
    let (tls, http) = asked(stream, asking, roots, limits).await;
    let (variable, proxy) = (handing.variable.clone(), Some(address));
    watch.stop(Seen::Proxied(Box::new(ProxiedSeen { variable, proxy, outcome: ProxyOutcome::Opened, tls, http })))
}

/// The handshake and the request with whoever answers through the proxy.
async fn asked(
    stream: Box<dyn Stream>,
    asking: &Asking,
    roots: &RootStores,
    limits: Limits,
) -> (Option<TlsSeen>, Option<HttpSeen>) {
    let far = SocketAddr::new(FAR_SIDE, asking.target.port);
    let (shaken, stream) = shake(stream, far, &asking.target.host, roots, limits).await;
    let Seen::Tls(tls) = shaken.seen else { return (None, None) };
    let Some(stream) = stream.filter(|_| !limits.spent()) else { return (Some(tls), None) };
    match http::ask(stream, far, asking, limits).await.seen {
        Seen::Http(http) => (Some(tls), Some(http)),
        _ => (Some(tls), None),
    }
}

/// The proxy and its address.
async fn reached(handing: &Handing, limits: Limits) -> Result<(ProxyUrl, SocketAddr), ProxyOutcome> {
    let not_tried = |why: &str| Err(ProxyOutcome::NotTried(why.to_owned()));
    let Some(url) = ProxyUrl::parse(&handing.variable.1) else {
        return not_tried("its value names no host and port");
    };
    let Some(port) = url.port else {
        return not_tried("its value has no port: curl takes 1080 then (443 for https), Python 80");
    };
    if url.scheme == ProxyScheme::Other {
        return not_tried(
            "programs differ in who resolves the name for this kind of proxy; with socks5h the proxy does, and it can be measured",
        );
    }
    if url.scheme == ProxyScheme::Socks5h && handing.socks5.is_some() {
        return not_tried("a SOCKS5 proxy is not called through another SOCKS5 server (--socks5)");
    }
    let address = match &url.host {
        Host::Address(address) => Some(*address),
        Host::Name(name) => resolved(handing, name, limits).await,
    };
    match (address, handing.system) {
        (Some(address), _) => Ok((url, SocketAddr::new(address, port))),
        // Only the resolver of the system is asked by all programs.
        (None, System::Ask(_)) => Err(ProxyOutcome::Unreachable(format!("no address for {}", url.host))),
        (None, _) => not_tried(&format!("the servers that were asked have no address for {}", url.host)),
    }
}

/// The address of the proxy: by the resolver of the system, which programs ask, else by the servers of the plan.
async fn resolved(handing: &Handing, name: &DnsName, limits: Limits) -> Option<IpAddr> {
    if name.as_str() == "localhost" {
        return Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    if let Some(Observation { seen: Seen::Resolver(seen), .. }) = handing.system.ask(name.clone(), limits).await
        && let Some(address) = seen.addresses.first()
    {
        return Some(*address);
    }
    for server in &handing.servers {
        for ipv6 in [false, true] {
            let asked = dns::Asked { server: *server, role: DnsRole::Beside, name: name.clone(), ipv6 };
            if let Seen::Dns(seen) = dns::ask(asked, limits).await.seen
                && let Some((address, _)) = seen.addresses.first()
            {
                return Some(*address);
            }
        }
    }
    None
}

/// A way to the target, opened by the proxy.
async fn opened(handing: &Handing, url: &ProxyUrl, address: SocketAddr, roots: &RootStores, limits: Limits) -> Opened {
    if url.scheme == ProxyScheme::Socks5h {
        let to = match &handing.target.host {
            Host::Name(name) => Destination::FarSide(name.clone(), handing.target.port),
            Host::Address(host) => Destination::Address(SocketAddr::new(*host, handing.target.port)),
        };
        let stream = socks5::connect(address, &to, limits.stage_end()).await.map_err(of_socks)?;
        return Ok(Box::new(stream));
    }
    let (observation, stream) = dial(&Destination::Address(address), handing.socks5, limits).await;
    let Some(stream) = stream else {
        return Err(match observation.seen {
            Seen::Tcp(tcp) => unreached(tcp.outcome),
            _ => ProxyOutcome::Unreachable("it cannot be dialled".to_owned()),
        });
    };
    if url.scheme == ProxyScheme::Http {
        return connect(stream, &handing.target, limits.stage_end()).await;
    }
    let (observation, stream) = shake(stream, address, &url.host, roots, limits).await;
    match (stream, observation.seen) {
        (Some(stream), _) => connect(stream, &handing.target, limits.stage_end()).await,
        (None, Seen::Tls(TlsSeen { outcome: TlsOutcome::NotTrusted, .. })) => {
            Err(ProxyOutcome::Unreachable("its own certificate is not trusted here".to_owned()))
        }
        _ => Err(ProxyOutcome::Unreachable("the TLS handshake with it fails".to_owned())),
    }
}

fn unreached(outcome: TcpOutcome) -> ProxyOutcome {
    match outcome {
        TcpOutcome::TimedOut => ProxyOutcome::TimedOut,
        TcpOutcome::Refused => ProxyOutcome::Unreachable("it refuses the connection (RST)".to_owned()),
        TcpOutcome::Reset => ProxyOutcome::Unreachable("it accepts the connection and resets it".to_owned()),
        TcpOutcome::Unreachable(words) | TcpOutcome::Tunnel(words) => ProxyOutcome::Unreachable(words),
        TcpOutcome::Connected => ProxyOutcome::Unreachable("it cannot be dialled".to_owned()),
    }
}

/// What a SOCKS5 proxy says, or what is between us and it.
fn of_socks(outcome: TcpOutcome) -> ProxyOutcome {
    match outcome {
        TcpOutcome::Tunnel(words) if words.contains("authentication") => ProxyOutcome::WantsCredentials,
        TcpOutcome::Tunnel(words) if words.contains("rules") => ProxyOutcome::Refused(words),
        TcpOutcome::Tunnel(words) => ProxyOutcome::Unreachable(words),
        TcpOutcome::Unreachable(words) => ProxyOutcome::NoWay(words),
        TcpOutcome::Refused => ProxyOutcome::NoWay("the target refused the connection".to_owned()),
        TcpOutcome::TimedOut => ProxyOutcome::NoWay("the target did not answer it".to_owned()),
        TcpOutcome::Reset | TcpOutcome::Connected => ProxyOutcome::NoWay("the connection was reset".to_owned()),
    }
}

/// Asks an HTTP proxy for a way to the target (RFC 9110, 9.3.6).
async fn connect(stream: impl Stream + 'static, target: &Target, end: Instant) -> Opened {
    let mut stream = stream;
    let to = format!("{}:{}", target.host, target.port);
    let agent = concat!("privpath/", env!("CARGO_PKG_VERSION"));
    let request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\nUser-Agent: {agent}\r\n\r\n");
    let answer = timeout_at(end, async {
        stream.write_all(request.as_bytes()).await.map_err(|error| ProxyOutcome::Unreachable(words(&error)))?;
        head(&mut stream).await
    });
    match answer.await {
        Err(_) => Err(ProxyOutcome::TimedOut),
        Ok(Err(outcome)) => Err(outcome),
        Ok(Ok(head)) => verdict(&head).map_or_else(|| Ok(Box::new(stream) as Box<dyn Stream>), Err),
    }
}

/// The head of the answer. Nobody speaks after it before we do, so what follows it is no tunnel.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, ProxyOutcome> {
    let garbage = |words: &str| ProxyOutcome::Garbage(words.to_owned());
    let mut head = Vec::new();
    loop {
        let mut buffer = [0; 1024];
        let count = stream.read(&mut buffer).await.map_err(|error| ProxyOutcome::Unreachable(words(&error)))?;
        if count == 0 {
            return Err(garbage("it closed the connection without an answer"));
        }
        head.extend_from_slice(&buffer[..count]);
        if let Some(end) = head.windows(4).position(|part| part == b"\r\n\r\n") {
            let more = head.len() > end + 4;
            head.truncate(end);
            // A refusal may have a body, which is not read.
            return if more && verdict(&head).is_none() {
                Err(garbage("it spoke before it was spoken to"))
            } else {
                Ok(head)
            };
        }
        if head.len() > HEAD {
            return Err(garbage("the head of its answer does not end"));
        }
    }
}

/// What the proxy says; `None` when it opened the way.
fn verdict(head: &[u8]) -> Option<ProxyOutcome> {
    let text = String::from_utf8_lossy(head);
    let line = text.lines().next().unwrap_or_default();
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)).filter(|code| code.len() == 3);
    let shown = || words(&line.split_once(' ').map_or(line, |(_, rest)| rest));
    match status.and_then(|code| code.parse::<u16>().ok()) {
        Some(200..=299) => None,
        Some(407) => Some(ProxyOutcome::WantsCredentials),
        Some(500..=599) => Some(ProxyOutcome::NoWay(shown())),
        Some(_) => Some(ProxyOutcome::Refused(shown())),
        None => Some(ProxyOutcome::Garbage("it does not speak HTTP".to_owned())),
    }
}
