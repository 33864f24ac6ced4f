//! How is something measured written down, so that it can be read back whole?

use super::proxied::ProxiedSeen;
use super::sign_in::SignInSeen;
use super::words::{DnsRole, Transport};
use model::observation as seen;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// Something measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Observation {
    /// When (RFC 3339).
    pub at: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What.
    pub seen: Seen,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Seen {
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

/// How something ended: a word, and the words of whoever said so where there are some.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ended<W> {
    /// The word.
    pub word: W,
    /// The words of the operating system, library or server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// Settings that decide what a client on this host would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientSeen {
    /// Endpoint variables that are set: name and value.
    pub endpoint_variables: Vec<(String, String)>,
    /// Variables that are set and hold a key: their names alone; absent when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_variables: Vec<String>,
    /// Proxy variables that are set, without credentials: name and value.
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

/// One question to one DNS server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DnsSeen {
    /// The server asked.
    pub server: SocketAddr,
    /// Why it was asked.
    #[serde(default = "configured")]
    pub role: DnsRole,
    /// Over what the answer came.
    pub transport: Transport,
    /// The name asked for.
    pub name: String,
    /// True for AAAA, false for A.
    pub ipv6: bool,
    /// How it ended.
    pub outcome: Ended<DnsWord>,
    /// The aliases followed, in order: owner, target, TTL in seconds.
    pub chain: Vec<(String, String, u32)>,
    /// Addresses at the end of the chain, with TTL in seconds.
    pub addresses: Vec<(IpAddr, u32)>,
    /// The owner of the SOA record in the authority section.
    pub soa: Option<String>,
    /// How long "there is none" may be kept, in seconds; absent when the answer does not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negative_ttl: Option<u32>,
    /// The AA bit.
    pub authoritative: bool,
}

/// The role in reports that do not tell it.
fn configured() -> DnsRole {
    DnsRole::Configured
}

/// One question to the resolver of the operating system (`getaddrinfo`), which most programs use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolverSeen {
    /// The name asked for.
    pub name: String,
    /// How it ended.
    pub outcome: Ended<ResolverWord>,
    /// The addresses, in its order.
    pub addresses: Vec<IpAddr>,
}

/// How a question to the resolver of the operating system ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ResolverWord {
    Answered,
    Failed,
    TimedOut,
    Unavailable,
}

/// How a DNS question ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DnsWord {
    Answered,
    NoData,
    Nxdomain,
    Failed,
    TimedOut,
    Unreachable,
    Garbage,
    Loop,
}

/// One connection attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TcpSeen {
    /// The address dialled.
    pub address: SocketAddr,
    /// The SOCKS5 server that it was dialled through.
    pub through: Option<SocketAddr>,
    /// Our own address on the connection.
    pub local: Option<SocketAddr>,
    /// How it ended.
    pub outcome: Ended<TcpWord>,
}

/// How a connection attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TcpWord {
    Connected,
    TimedOut,
    Refused,
    Reset,
    Unreachable,
    Tunnel,
}

/// One TLS handshake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsSeen {
    /// The address.
    pub address: SocketAddr,
    /// The name asked for (SNI) and verified.
    pub server_name: String,
    /// How it ended.
    pub outcome: Ended<TlsWord>,
    /// Protocol version.
    pub version: Option<String>,
    /// The chain, leaf first.
    pub chain: Vec<CertificateSeen>,
    /// What each verifier said.
    pub verdicts: Vec<ChainVerdict>,
}

/// How a handshake ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TlsWord {
    Verified,
    NotTrusted,
    Failed,
    Closed,
    TimedOut,
}

/// One certificate of a chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateSeen {
    /// Subject.
    pub subject: String,
    /// Issuer.
    pub issuer: String,
    /// DNS and IP names of the subject alternative name.
    pub names: Vec<String>,
    /// Not before (RFC 3339).
    pub not_before: String,
    /// Not after (RFC 3339).
    pub not_after: String,
}

/// What one verifier said of a chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChainVerdict {
    /// Which roots: `system`, `extra` or `public`.
    pub roots: String,
    /// Why it does not trust the chain for the name; null when it does.
    pub problem: Option<Ended<ChainWord>>,
}

/// Why a chain was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ChainWord {
    WrongName,
    UnknownIssuer,
    Expired,
    NoRoots,
    Other,
}

/// One request on the connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HttpSeen {
    /// The address.
    pub address: SocketAddr,
    /// Method and path.
    pub request: String,
    /// What it carried to prove who calls: `key` or `token`; absent when it carried nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialWord>,
    /// How it ended.
    pub outcome: Ended<HttpWord>,
    /// Status code; 0 when there is none.
    pub status: u16,
    /// Headers that matter, names in lower case: name and value.
    pub headers: Vec<(String, String)>,
    /// The start of the body.
    pub body: String,
    /// True when the body was longer.
    pub truncated: bool,
}

/// What a request carried to prove who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CredentialWord {
    Key,
    Token,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum HttpWord {
    Answered,
    Garbage,
    Closed,
    TimedOut,
}

pub(super) fn ended<W>(word: W) -> Ended<W> {
    Ended { word, words: None }
}

pub(super) fn saying<W>(word: W, words: &str) -> Ended<W> {
    Ended { word, words: Some(words.to_owned()) }
}

impl From<&model::Observation> for Observation {
    fn from(own: &model::Observation) -> Self {
        let seen = match &own.seen {
            seen::Seen::Client(client) => Seen::Client(client.into()),
            seen::Seen::Dns(dns) => Seen::Dns(dns.into()),
            seen::Seen::Resolver(resolver) => Seen::Resolver(resolver.into()),
            seen::Seen::Tcp(tcp) => Seen::Tcp(tcp.into()),
            seen::Seen::Tls(tls) => Seen::Tls(tls.into()),
            seen::Seen::Http(http) => Seen::Http(http.into()),
            seen::Seen::Proxied(proxied) => Seen::Proxied(Box::new(proxied.as_ref().into())),
            seen::Seen::SignIn(sign_in) => Seen::SignIn(sign_in.into()),
        };
        Self { at: own.at.clone(), took_ms: u64::try_from(own.took.as_millis()).unwrap_or(u64::MAX), seen }
    }
}

impl From<&seen::ClientSeen> for ClientSeen {
    fn from(own: &seen::ClientSeen) -> Self {
        let own = own.clone();
        Self {
            endpoint_variables: own.endpoint_variables,
            key_variables: own.key_variables,
            proxy_variables: own.proxy_variables,
            hosts_entries: own.hosts_entries,
            servers: own.servers,
            search: own.search,
            ndots: own.ndots,
            resolver_problem: own.resolver_problem,
        }
    }
}

impl From<&seen::DnsSeen> for DnsSeen {
    fn from(own: &seen::DnsSeen) -> Self {
        use seen::DnsOutcome as From;
        Self {
            server: own.server,
            role: own.role.into(),
            transport: own.transport.into(),
            name: own.name.to_string(),
            ipv6: own.ipv6,
            outcome: match &own.outcome {
                From::Answered => ended(DnsWord::Answered),
                From::NoData => ended(DnsWord::NoData),
                From::NxDomain => ended(DnsWord::Nxdomain),
                From::Failed(words) => saying(DnsWord::Failed, words),
                From::TimedOut => ended(DnsWord::TimedOut),
                From::Unreachable(words) => saying(DnsWord::Unreachable, words),
                From::Garbage(words) => saying(DnsWord::Garbage, words),
                From::Loop => ended(DnsWord::Loop),
            },
            chain: own.chain.iter().map(|(owner, alias, ttl)| (owner.to_string(), alias.to_string(), *ttl)).collect(),
            addresses: own.addresses.clone(),
            soa: own.soa.as_ref().map(ToString::to_string),
            negative_ttl: own.negative_ttl,
            authoritative: own.authoritative,
        }
    }
}

impl From<&seen::ResolverSeen> for ResolverSeen {
    fn from(own: &seen::ResolverSeen) -> Self {
        use seen::ResolverOutcome as From;
        Self {
            name: own.name.to_string(),
            outcome: match &own.outcome {
                From::Answered => ended(ResolverWord::Answered),
                From::Failed(words) => saying(ResolverWord::Failed, words),
                From::TimedOut => ended(ResolverWord::TimedOut),
                From::Unavailable(words) => saying(ResolverWord::Unavailable, words),
            },
            addresses: own.addresses.clone(),
        }
    }
}

impl From<&seen::TcpSeen> for TcpSeen {
    fn from(own: &seen::TcpSeen) -> Self {
        use seen::TcpOutcome as From;
        Self {
            address: own.address,
            through: own.through,
            local: own.local,
            outcome: match &own.outcome {
                From::Connected => ended(TcpWord::Connected),
                From::TimedOut => ended(TcpWord::TimedOut),
                From::Refused => ended(TcpWord::Refused),
                From::Reset => ended(TcpWord::Reset),
                From::Unreachable(words) => saying(TcpWord::Unreachable, words),
                From::Tunnel(words) => saying(TcpWord::Tunnel, words),
            },
        }
    }
}

impl From<&seen::TlsSeen> for TlsSeen {
    fn from(own: &seen::TlsSeen) -> Self {
        use seen::TlsOutcome as From;
        Self {
            address: own.address,
            server_name: own.server_name.to_string(),
            outcome: match &own.outcome {
                From::Verified => ended(TlsWord::Verified),
                From::NotTrusted => ended(TlsWord::NotTrusted),
                From::Failed(words) => saying(TlsWord::Failed, words),
                From::Closed => ended(TlsWord::Closed),
                From::TimedOut => ended(TlsWord::TimedOut),
            },
            version: own.version.clone(),
            chain: own.chain.iter().map(CertificateSeen::from).collect(),
            verdicts: own.verdicts.iter().map(ChainVerdict::from).collect(),
        }
    }
}

impl From<&seen::CertificateSeen> for CertificateSeen {
    fn from(own: &seen::CertificateSeen) -> Self {
        let own = own.clone();
        Self {
            subject: own.subject,
            issuer: own.issuer,
            names: own.names,
            not_before: own.not_before,
            not_after: own.not_after,
        }
    }
}

impl From<&seen::ChainVerdict> for ChainVerdict {
    fn from(own: &seen::ChainVerdict) -> Self {
        use seen::ChainProblem as From;
        let problem = own.problem.as_ref().map(|problem| match problem {
            From::WrongName => ended(ChainWord::WrongName),
            From::UnknownIssuer => ended(ChainWord::UnknownIssuer),
            From::Expired => ended(ChainWord::Expired),
            From::NoRoots => ended(ChainWord::NoRoots),
            From::Other(words) => saying(ChainWord::Other, words),
        });
        Self { roots: own.roots.clone(), problem }
    }
}

impl From<&seen::HttpSeen> for HttpSeen {
    fn from(own: &seen::HttpSeen) -> Self {
        use seen::HttpOutcome as From;
        Self {
            address: own.address,
            request: own.request.clone(),
            credential: own.credential.map(|kind| match kind {
                seen::CredentialKind::Key => CredentialWord::Key,
                seen::CredentialKind::Token => CredentialWord::Token,
            }),
            outcome: match &own.outcome {
                From::Answered => ended(HttpWord::Answered),
                From::Garbage(words) => saying(HttpWord::Garbage, words),
                From::Closed => ended(HttpWord::Closed),
                From::TimedOut => ended(HttpWord::TimedOut),
            },
            status: own.status,
            headers: own.headers.clone(),
            body: own.body.clone(),
            truncated: own.truncated,
        }
    }
}
