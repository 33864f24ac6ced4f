//! What was measured, according to a report that was written elsewhere?
//!
//! The other direction of `observation`: names are checked again, because a file may say anything.

use super::observation::{
    ChainVerdict, ChainWord, DnsSeen, DnsWord, HttpSeen, HttpWord, Observation, Seen, TcpSeen, TcpWord, TlsSeen,
    TlsWord,
};
use super::words::Transport;
use model::observation as seen;
use model::{DnsName, Host, InvalidName};
use std::time::Duration;

impl TryFrom<Observation> for model::Observation {
    type Error = InvalidName;

    fn try_from(own: Observation) -> Result<Self, InvalidName> {
        let seen = match own.seen {
            Seen::Client(client) => seen::Seen::Client(seen::ClientSeen {
                endpoint_variables: client.endpoint_variables,
                proxy_variables: client.proxy_variables,
                hosts_entries: client.hosts_entries,
                servers: client.servers,
                search: client.search,
                ndots: client.ndots,
                resolver_problem: client.resolver_problem,
            }),
            Seen::Dns(dns) => seen::Seen::Dns(of_dns(dns)?),
            Seen::Tcp(tcp) => seen::Seen::Tcp(of_tcp(tcp)),
            Seen::Tls(tls) => seen::Seen::Tls(of_tls(tls)?),
            Seen::Http(http) => seen::Seen::Http(of_http(http)),
        };
        Ok(Self { at: own.at, took: Duration::from_millis(own.took_ms), seen })
    }
}

fn of_dns(own: DnsSeen) -> Result<seen::DnsSeen, InvalidName> {
    use seen::DnsOutcome as To;
    let words = own.outcome.words.unwrap_or_default();
    let chain: Result<Vec<_>, InvalidName> = own
        .chain
        .into_iter()
        .map(|(owner, alias, ttl)| Ok((DnsName::parse(&owner)?, DnsName::parse(&alias)?, ttl)))
        .collect();
    Ok(seen::DnsSeen {
        server: own.server,
        transport: match own.transport {
            Transport::Udp => seen::Transport::Udp,
            Transport::Tcp => seen::Transport::Tcp,
        },
        name: DnsName::parse(&own.name)?,
        ipv6: own.ipv6,
        outcome: match own.outcome.word {
            DnsWord::Answered => To::Answered,
            DnsWord::NoData => To::NoData,
            DnsWord::Nxdomain => To::NxDomain,
            DnsWord::Failed => To::Failed(words),
            DnsWord::TimedOut => To::TimedOut,
            DnsWord::Unreachable => To::Unreachable(words),
            DnsWord::Garbage => To::Garbage(words),
            DnsWord::Loop => To::Loop,
        },
        chain: chain?,
        addresses: own.addresses,
        soa: own.soa.map(|soa| DnsName::parse(&soa)).transpose()?,
        authoritative: own.authoritative,
    })
}

fn of_tcp(own: TcpSeen) -> seen::TcpSeen {
    use seen::TcpOutcome as To;
    let words = own.outcome.words.unwrap_or_default();
    seen::TcpSeen {
        address: own.address,
        through: own.through,
        local: own.local,
        outcome: match own.outcome.word {
            TcpWord::Connected => To::Connected,
            TcpWord::TimedOut => To::TimedOut,
            TcpWord::Refused => To::Refused,
            TcpWord::Reset => To::Reset,
            TcpWord::Unreachable => To::Unreachable(words),
            TcpWord::Tunnel => To::Tunnel(words),
        },
    }
}

fn of_tls(own: TlsSeen) -> Result<seen::TlsSeen, InvalidName> {
    use seen::TlsOutcome as To;
    let words = own.outcome.words.unwrap_or_default();
    let certificate = |own: super::observation::CertificateSeen| seen::CertificateSeen {
        subject: own.subject,
        issuer: own.issuer,
        names: own.names,
        not_before: own.not_before,
        not_after: own.not_after,
    };
    Ok(seen::TlsSeen {
        address: own.address,
        server_name: Host::parse(&own.server_name)?,
        outcome: match own.outcome.word {
            TlsWord::Verified => To::Verified,
            TlsWord::NotTrusted => To::NotTrusted,
            TlsWord::Failed => To::Failed(words),
            TlsWord::Closed => To::Closed,
            TlsWord::TimedOut => To::TimedOut,
        },
        version: own.version,
        chain: own.chain.into_iter().map(certificate).collect(),
        verdicts: own.verdicts.into_iter().map(of_verdict).collect(),
    })
}

fn of_verdict(own: ChainVerdict) -> seen::ChainVerdict {
    use seen::ChainProblem as To;
    let problem = own.problem.map(|problem| match problem.word {
        ChainWord::WrongName => To::WrongName,
        ChainWord::UnknownIssuer => To::UnknownIssuer,
        ChainWord::Expired => To::Expired,
        ChainWord::NoRoots => To::NoRoots,
        ChainWord::Other => To::Other(problem.words.unwrap_or_default()),
    });
    seen::ChainVerdict { roots: own.roots, problem }
}

fn of_http(own: HttpSeen) -> seen::HttpSeen {
    use seen::HttpOutcome as To;
    let words = own.outcome.words.unwrap_or_default();
    seen::HttpSeen {
        address: own.address,
        request: own.request,
        outcome: match own.outcome.word {
            HttpWord::Answered => To::Answered,
            HttpWord::Garbage => To::Garbage(words),
            HttpWord::Closed => To::Closed,
            HttpWord::TimedOut => To::TimedOut,
        },
        status: own.status,
        headers: own.headers,
        body: own.body,
        truncated: own.truncated,
    }
}
