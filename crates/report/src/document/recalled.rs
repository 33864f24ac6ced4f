//! How does what a document says was measured become an observation again?

use super::observation::{
    CertificateSeen, ChainVerdict, ChainWord, ClientSeen, CredentialWord, DnsSeen, DnsWord, Ended, HttpSeen, HttpWord,
    Observation, ResolverSeen, ResolverWord, Seen, TcpSeen, TcpWord, TlsSeen, TlsWord,
};
use model::observation as own;
use model::{DnsName, Host, InvalidName};
use std::time::Duration;

impl TryFrom<Observation> for model::Observation {
    type Error = InvalidName;

    fn try_from(read: Observation) -> Result<Self, InvalidName> {
        let seen = match read.seen {
            Seen::Client(seen) => own::Seen::Client(seen.into()),
            Seen::Dns(seen) => own::Seen::Dns(seen.try_into()?),
            Seen::Resolver(seen) => own::Seen::Resolver(seen.try_into()?),
            Seen::Tcp(seen) => own::Seen::Tcp(seen.into()),
            Seen::Tls(seen) => own::Seen::Tls(seen.try_into()?),
            Seen::Http(seen) => own::Seen::Http(seen.into()),
            Seen::Proxied(seen) => own::Seen::Proxied(Box::new((*seen).try_into()?)),
            Seen::SignIn(seen) => own::Seen::SignIn(seen.try_into()?),
        };
        Ok(Self { at: read.at, took: Duration::from_millis(read.took_ms), seen })
    }
}

/// The words of whoever said so; empty where the document has none.
fn words<W>(ended: Ended<W>) -> (W, String) {
    (ended.word, ended.words.unwrap_or_default())
}

impl From<ClientSeen> for own::ClientSeen {
    fn from(read: ClientSeen) -> Self {
        Self {
            endpoint_variables: read.endpoint_variables,
            key_variables: read.key_variables,
            proxy_variables: read.proxy_variables,
            hosts_entries: read.hosts_entries,
            servers: read.servers,
            search: read.search,
            ndots: read.ndots,
            resolver_problem: read.resolver_problem,
        }
    }
}

impl TryFrom<DnsSeen> for own::DnsSeen {
    type Error = InvalidName;

    fn try_from(read: DnsSeen) -> Result<Self, InvalidName> {
        use own::DnsOutcome as To;
        let chain = read
            .chain
            .iter()
            .map(|(owner, alias, ttl)| Ok::<_, InvalidName>((DnsName::parse(owner)?, DnsName::parse(alias)?, *ttl)));
        Ok(Self {
            server: read.server,
            role: read.role.into(),
            transport: read.transport.into(),
            name: DnsName::parse(&read.name)?,
            ipv6: read.ipv6,
            outcome: match words(read.outcome) {
                (DnsWord::Answered, _) => To::Answered,
                (DnsWord::NoData, _) => To::NoData,
                (DnsWord::Nxdomain, _) => To::NxDomain,
                (DnsWord::Failed, words) => To::Failed(words),
                (DnsWord::TimedOut, _) => To::TimedOut,
                (DnsWord::Unreachable, words) => To::Unreachable(words),
                (DnsWord::Garbage, words) => To::Garbage(words),
                (DnsWord::Loop, _) => To::Loop,
            },
            chain: chain.collect::<Result<_, _>>()?,
            addresses: read.addresses,
            soa: read.soa.as_deref().map(DnsName::parse).transpose()?,
            negative_ttl: read.negative_ttl,
            authoritative: read.authoritative,
        })
    }
}

impl TryFrom<ResolverSeen> for own::ResolverSeen {
    type Error = InvalidName;

    fn try_from(read: ResolverSeen) -> Result<Self, InvalidName> {
        use own::ResolverOutcome as To;
        Ok(Self {
            name: DnsName::parse(&read.name)?,
            outcome: match words(read.outcome) {
                (ResolverWord::Answered, _) => To::Answered,
                (ResolverWord::Failed, words) => To::Failed(words),
                (ResolverWord::TimedOut, _) => To::TimedOut,
                (ResolverWord::Unavailable, words) => To::Unavailable(words),
            },
            addresses: read.addresses,
        })
    }
}

impl From<TcpSeen> for own::TcpSeen {
    fn from(read: TcpSeen) -> Self {
        use own::TcpOutcome as To;
        Self {
            address: read.address,
            through: read.through,
            local: read.local,
            outcome: match words(read.outcome) {
                (TcpWord::Connected, _) => To::Connected,
                (TcpWord::TimedOut, _) => To::TimedOut,
                (TcpWord::Refused, _) => To::Refused,
                (TcpWord::Reset, _) => To::Reset,
                (TcpWord::Unreachable, words) => To::Unreachable(words),
                (TcpWord::Tunnel, words) => To::Tunnel(words),
            },
        }
    }
}

impl TryFrom<TlsSeen> for own::TlsSeen {
    type Error = InvalidName;

    fn try_from(read: TlsSeen) -> Result<Self, InvalidName> {
        use own::TlsOutcome as To;
        Ok(Self {
            address: read.address,
            server_name: Host::parse(&read.server_name)?,
            outcome: match words(read.outcome) {
                (TlsWord::Verified, _) => To::Verified,
                (TlsWord::NotTrusted, _) => To::NotTrusted,
                (TlsWord::Failed, words) => To::Failed(words),
                (TlsWord::Closed, _) => To::Closed,
                (TlsWord::TimedOut, _) => To::TimedOut,
            },
            version: read.version,
            chain: read.chain.into_iter().map(Into::into).collect(),
            verdicts: read.verdicts.into_iter().map(Into::into).collect(),
        })
    }
}

impl From<CertificateSeen> for own::CertificateSeen {
    fn from(read: CertificateSeen) -> Self {
        Self {
            subject: read.subject,
            issuer: read.issuer,
            names: read.names,
            not_before: read.not_before,
            not_after: read.not_after,
        }
    }
}

impl From<ChainVerdict> for own::ChainVerdict {
    fn from(read: ChainVerdict) -> Self {
        use own::ChainProblem as To;
        let problem = read.problem.map(|problem| match words(problem) {
            (ChainWord::WrongName, _) => To::WrongName,
            (ChainWord::UnknownIssuer, _) => To::UnknownIssuer,
            (ChainWord::Expired, _) => To::Expired,
            (ChainWord::NoRoots, _) => To::NoRoots,
            (ChainWord::Other, words) => To::Other(words),
        });
        Self { roots: read.roots, problem }
    }
}

impl From<HttpSeen> for own::HttpSeen {
    fn from(read: HttpSeen) -> Self {
        use own::HttpOutcome as To;
        Self {
            address: read.address,
            request: read.request,
            credential: read.credential.map(|word| match word {
                CredentialWord::Key => own::CredentialKind::Key,
                CredentialWord::Token => own::CredentialKind::Token,
            }),
            outcome: match words(read.outcome) {
                (HttpWord::Answered, _) => To::Answered,
                (HttpWord::Garbage, words) => To::Garbage(words),
                (HttpWord::Closed, _) => To::Closed,
                (HttpWord::TimedOut, _) => To::TimedOut,
            },
            status: read.status,
            headers: read.headers,
            body: read.body,
            truncated: read.truncated,
        }
    }
}
