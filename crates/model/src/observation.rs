//! What was measured, from where, when? Pure values: `probe` fills them, nobody judges here.
//!
//! Texts that came from the wire are kept as they came (bounded); they are made harmless with
//! [`visible`](crate::visible) where they are shown.

use crate::{DnsName, Host};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Something measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// When, RFC 3339 with milliseconds, UTC.
    pub at: String,
    /// How long it took.
    pub took: Duration,
    /// What.
    pub seen: Seen,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The client's own settings.
    Client(ClientSeen),
    /// One question to one DNS server.
    Dns(DnsSeen),
    /// One question to the resolver of the operating system.
    Resolver(ResolverSeen),
    /// One connection attempt.
    Tcp(TcpSeen),
    /// One TLS handshake.
    Tls(TlsSeen),
    /// One request on that connection.
    Http(HttpSeen),
    /// The same call, handed to the proxy that the client's variables name.
    Proxied(Box<ProxiedSeen>),
    /// The way to the host at which the client signs in.
    SignIn(SignInSeen),
}

/// Settings that decide what a client on this host would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientSeen {
    /// Endpoint variables that are set: name and value (never a key or token).
    pub endpoint_variables: Vec<(String, String)>,
    /// Variables that are set and hold a key: their names alone. No value is ever read.
    pub key_variables: Vec<String>,
    /// Proxy variables that are set, as written but without credentials: name and value.
    pub proxy_variables: Vec<(String, String)>,
    /// Hosts-file entries for the asked host.
    pub hosts_entries: Vec<IpAddr>,
    /// Configured DNS servers, in order.
    pub servers: Vec<SocketAddr>,
    /// Search list.
    pub search: Vec<String>,
    /// `ndots`.
    pub ndots: u32,
    /// Why the resolver configuration could not be read, if so.
    pub resolver_problem: Option<String>,
}

impl ClientSeen {
    /// The names that resolver libraries try before the name itself, in order: when it has fewer dots
    /// than `ndots`, one for each domain of the search list.
    pub fn tried_before(&self, name: &DnsName) -> Vec<DnsName> {
        let dots = u32::try_from(name.labels().count().saturating_sub(1)).unwrap_or(u32::MAX);
        if dots >= self.ndots {
            return Vec::new();
        }
        let domains = self.search.iter().map(|domain| domain.trim_end_matches('.')).filter(|domain| !domain.is_empty());
        domains.filter_map(|domain| DnsName::below(name.as_str(), domain).ok()).collect()
    }
}

/// The transport of a DNS exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// UDP.
    Udp,
    /// TCP, because the UDP answer was truncated.
    Tcp,
}

/// Why a DNS question was asked, and so what its answer may decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DnsRole {
    /// A server of the client, asked for the name itself: the first that gives a usable answer decides.
    Configured,
    /// The server that decided, asked the same once more: does its answer stay?
    Again,
    /// A server of the client, asked for a name that the search list makes of the host name and that a
    /// client tries before. With addresses it decides.
    Searched,
    /// A server asked for comparison only. It never decides.
    Beside,
}

/// One question to one DNS server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsSeen {
    /// The server asked.
    pub server: SocketAddr,
    /// Why it was asked.
    pub role: DnsRole,
    /// Over what the answer came.
    pub transport: Transport,
    /// The name asked for.
    pub name: DnsName,
    /// True for AAAA, false for A.
    pub ipv6: bool,
    /// What came back.
    pub outcome: DnsOutcome,
    /// The aliases followed, in order: owner, target, TTL in seconds.
    pub chain: Vec<(DnsName, DnsName, u32)>,
    /// Addresses at the end of the chain, with TTL.
    pub addresses: Vec<(IpAddr, u32)>,
    /// The owner of the SOA record in the authority section, if there was one.
    pub soa: Option<DnsName>,
    /// How long "there is none" may be kept, in seconds, when the answer says so: the smaller of the
    /// TTL of that SOA record and its MINIMUM (RFC 2308).
    pub negative_ttl: Option<u32>,
    /// The AA bit.
    pub authoritative: bool,
}

/// One question to the resolver of the operating system (`getaddrinfo`), which most programs use: it
/// follows the hosts file, name service modules, and the rules of VPN clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolverSeen {
    /// The name asked for.
    pub name: DnsName,
    /// What came back.
    pub outcome: ResolverOutcome,
    /// The addresses, in its order.
    pub addresses: Vec<IpAddr>,
}

/// How a question to the resolver of the operating system ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolverOutcome {
    /// Addresses came back.
    Answered,
    /// It has no address for the name; its words.
    Failed(String),
    /// No answer in time.
    TimedOut,
    /// There is no such resolver to ask; why.
    Unavailable(String),
}

/// How a DNS question ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DnsOutcome {
    /// Addresses came back.
    Answered,
    /// The name exists but has no such record.
    NoData,
    /// The name does not exist.
    NxDomain,
    /// Another response code, such as `SERVFAIL`.
    Failed(String),
    /// No answer in time.
    TimedOut,
    /// The server could not be reached: an ICMP error or a closed port.
    Unreachable(String),
    /// What came back was no DNS answer to this question.
    Garbage(String),
    /// The aliases go round in a circle or are too many.
    Loop,
}

/// How a TCP connection attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TcpOutcome {
    /// Connected.
    Connected,
    /// No answer in time: dropped somewhere.
    TimedOut,
    /// RST to our SYN: something answered and said no.
    Refused,
    /// Accepted and then reset.
    Reset,
    /// No route, network or host unreachable; the operating system's words.
    Unreachable(String),
    /// The proxy or tunnel on the way failed, not the target.
    Tunnel(String),
}

/// One connection attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TcpSeen {
    /// The address dialled.
    pub address: SocketAddr,
    /// The SOCKS5 server that it was dialled through.
    pub through: Option<SocketAddr>,
    /// Our own address on the connection.
    pub local: Option<SocketAddr>,
    /// How it ended.
    pub outcome: TcpOutcome,
}

/// One certificate of a chain, leaf first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSeen {
    /// Subject, RFC 4514 text.
    pub subject: String,
    /// Issuer, RFC 4514 text.
    pub issuer: String,
    /// DNS and IP names of the subject alternative name.
    pub names: Vec<String>,
    /// Not before, RFC 3339.
    pub not_before: String,
    /// Not after, RFC 3339.
    pub not_after: String,
}

/// What one verifier said of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainVerdict {
    /// Which roots: `system`, `extra` (those that the caller named), or `public` (those that every system
    /// should have, for comparison).
    pub roots: String,
    /// `None` when it trusts the chain for the name; else why not.
    pub problem: Option<ChainProblem>,
}

/// Why a chain was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainProblem {
    /// The chain is trusted but for other names.
    WrongName,
    /// No trusted root signed it.
    UnknownIssuer,
    /// Out of its time.
    Expired,
    /// There are no roots to judge by.
    NoRoots,
    /// Anything else, in the verifier's words.
    Other(String),
}

/// How a handshake ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsOutcome {
    /// Complete, and at least one verifier trusts the chain for the name.
    Verified,
    /// Complete, but no verifier trusts the chain for the name. No credential was sent.
    NotTrusted,
    /// The handshake failed; words of the TLS library.
    Failed(String),
    /// The peer closed or reset the connection during the handshake.
    Closed,
    /// No answer in time.
    TimedOut,
}

/// One TLS handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSeen {
    /// The address.
    pub address: SocketAddr,
    /// The name asked for (SNI) and verified.
    pub server_name: Host,
    /// How it ended.
    pub outcome: TlsOutcome,
    /// Protocol version, such as `TLSv1.3`.
    pub version: Option<String>,
    /// The chain, leaf first.
    pub chain: Vec<CertificateSeen>,
    /// What each verifier said.
    pub verdicts: Vec<ChainVerdict>,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpOutcome {
    /// A response came.
    Answered,
    /// What came was no HTTP response.
    Garbage(String),
    /// The peer closed the connection.
    Closed,
    /// No answer in time.
    TimedOut,
}

/// What a request carries to prove who calls. The secret itself is nowhere among the observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialKind {
    /// A key of the account, in the header `api-key`.
    Key,
    /// A token of Microsoft Entra ID, in the header `Authorization`.
    Token,
}

/// One request on the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSeen {
    /// The address.
    pub address: SocketAddr,
    /// Method and path.
    pub request: String,
    /// What it carried to prove who calls; `None` when it carried nothing.
    pub credential: Option<CredentialKind>,
    /// How it ended.
    pub outcome: HttpOutcome,
    /// Status code; 0 when there is none.
    pub status: u16,
    /// Headers that matter, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The start of the body: at most 4096 bytes, lossy UTF-8.
    pub body: String,
    /// True when the body was longer.
    pub truncated: bool,
}

/// The way to the host at which a client of Microsoft Entra ID signs in. No secret goes to a host that is not reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInSeen {
    /// The host.
    pub host: Host,
    /// Its port.
    pub port: u16,
    /// The address at which the way ended; `None` when it did not come to that.
    pub address: Option<SocketAddr>,
    /// How it ended.
    pub outcome: SignInOutcome,
}

/// How the way to a sign-in host ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInOutcome {
    /// It was reached, and showed a certificate that is trusted for its name.
    Reached,
    /// Its name has no address here; why.
    NoAddress(String),
    /// No answer in time.
    TimedOut,
    /// Somebody answered and refused the connection.
    Refused,
    /// Somebody reset or closed the connection.
    Reset,
    /// No route, network or host unreachable; the words of the operating system.
    Unreachable(String),
    /// Somebody answered with a certificate that is not trusted for the name; whoever issued it.
    NotTrusted(String),
    /// TLS failed otherwise; the words of the TLS library.
    Failed(String),
}

/// The same call, handed to the proxy that the client's variables name. It carries no credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxiedSeen {
    /// What names the proxy: the variable and its value, without credentials.
    pub variable: (String, String),
    /// The address of the proxy that was dialled; `None` when it did not come to that.
    pub proxy: Option<SocketAddr>,
    /// What the proxy did with the call.
    pub outcome: ProxyOutcome,
    /// The handshake with whoever answered through the proxy. Its address says nothing: the proxy chose it.
    pub tls: Option<TlsSeen>,
    /// The request through the proxy. Its address says nothing.
    pub http: Option<HttpSeen>,
}

/// What a proxy did with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyOutcome {
    /// It opened a way to the target.
    Opened,
    /// It wants to know who calls (407, or a SOCKS5 server that wants authentication).
    WantsCredentials,
    /// It does not let the call through; its status or words.
    Refused(String),
    /// It found no way to the target; its status or words.
    NoWay(String),
    /// It was not reached; why.
    Unreachable(String),
    /// It did not answer in time.
    TimedOut,
    /// It answered, and not as such a proxy does; how.
    Garbage(String),
    /// This kind of proxy was not tried; why.
    NotTried(String),
}
