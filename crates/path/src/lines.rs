//! How is an observation told in one line? Text from the wire is made harmless here.

use model::observation::{
    ChainProblem, DnsOutcome, DnsRole, DnsSeen, HttpOutcome, HttpSeen, Seen, TcpOutcome, TcpSeen, TlsOutcome, TlsSeen,
    Transport,
};
use model::{Decided, Known, Observation, Status, visible};

pub(crate) fn dns_line(seen: &DnsSeen, took: Option<std::time::Duration>) -> String {
    let asked = match seen.role {
        DnsRole::Beside => " (for comparison)",
        DnsRole::Configured | DnsRole::Again | DnsRole::Searched => "",
    };
    let mut line = format!("{}{asked} says {}", seen.server, seen.name);
    for (_, alias, _) in &seen.chain {
        line = format!("{line} → {alias}");
    }
    let end = match &seen.outcome {
        DnsOutcome::Answered => {
            let addresses = seen.addresses.iter().map(|(address, _)| address.to_string());
            addresses.collect::<Vec<_>>().join(", ")
        }
        DnsOutcome::NoData => format!("no {} record", if seen.ipv6 { "AAAA" } else { "A" }),
        DnsOutcome::NxDomain => match &seen.soa {
            Some(zone) => format!("NXDOMAIN (zone {zone})"),
            None => "NXDOMAIN".to_owned(),
        },
        DnsOutcome::Failed(code) => visible(code).into_owned(),
        DnsOutcome::TimedOut => "nothing: no answer in time".to_owned(),
        DnsOutcome::Unreachable(words) => format!("nothing: {}", visible(words)),
        DnsOutcome::Garbage(words) => format!("something that is no DNS answer: {}", visible(words)),
        DnsOutcome::Loop => "aliases that go round in a circle".to_owned(),
    };
    line = format!("{line} → {end}");
    if seen.transport == Transport::Tcp {
        line = format!("{line}, over TCP as the answer over UDP was cut short");
    }
    match took {
        Some(took) => format!("{line} ({} ms)", took.as_millis()),
        None => line,
    }
}

pub(crate) fn tcp_line(seen: &TcpSeen, observations: &[Observation]) -> String {
    let took = observations.iter().find(|own| matches!(&own.seen, Seen::Tcp(tcp) if tcp == seen)).map(|own| own.took);
    let what = match &seen.outcome {
        TcpOutcome::Connected => "connected".to_owned(),
        TcpOutcome::TimedOut => "timed out".to_owned(),
        TcpOutcome::Refused => "refused (RST)".to_owned(),
        TcpOutcome::Reset => "accepted and reset".to_owned(),
        TcpOutcome::Unreachable(words) => format!("unreachable: {}", visible(words)),
        TcpOutcome::Tunnel(words) => format!("not dialled, the tunnel failed: {}", visible(words)),
    };
    format!("TCP {} {what} ({} ms)", seen.address, took.unwrap_or_default().as_millis())
}

pub(crate) fn tls_line(seen: &TlsSeen) -> (Status, String) {
    let leaf = seen.chain.first();
    let issuer = leaf.map_or_else(String::new, |leaf| format!(", issued by {}", visible(&leaf.issuer)));
    match &seen.outcome {
        TlsOutcome::Verified => {
            let version = seen.version.as_deref().unwrap_or("TLS");
            (Status::Pass, format!("{version}, certificate trusted{issuer}"))
        }
        TlsOutcome::NotTrusted => {
            let problem = seen.verdicts.iter().find_map(|verdict| verdict.problem.as_ref());
            let why = match (fabric::tls::peer(seen), problem) {
                (Decided { outcome: Known::Value(_), because }, _) => visible(&because.text).into_owned(),
                (_, Some(ChainProblem::NoRoots)) => "this host has no root certificates to judge by".to_owned(),
                (_, Some(ChainProblem::Other(words))) => visible(words).into_owned(),
                _ => "the certificate is not trusted".to_owned(),
            };
            (Status::Fail, why)
        }
        TlsOutcome::Failed(words) => (Status::Fail, format!("the TLS handshake failed: {}", visible(words))),
        TlsOutcome::Closed => (Status::Fail, "the peer closed the connection during the TLS handshake".to_owned()),
        TlsOutcome::TimedOut => (Status::Fail, "no TLS answer in time".to_owned()),
    }
}

pub(crate) fn http_line(seen: &HttpSeen) -> String {
    match &seen.outcome {
        HttpOutcome::Answered => {
            let body: String = seen.body.chars().take(90).collect();
            let more = if seen.body.chars().count() > 90 || seen.truncated { "…" } else { "" };
            format!("HTTP {} {}{more}", seen.status, visible(body.trim()))
        }
        HttpOutcome::Garbage(words) => format!("no HTTP answer: {}", visible(words)),
        HttpOutcome::Closed => "the peer closed the connection without an HTTP answer".to_owned(),
        HttpOutcome::TimedOut => "no HTTP answer in time".to_owned(),
    }
}

/// What is not shown: a second answer, which is told where it differs; a name of the search list without
/// addresses; an AAAA answer without an address that only repeats what the A answer of the same server
/// says.
pub(crate) fn says_nothing_new(seen: &DnsSeen, names: &[&DnsSeen]) -> bool {
    let of_same = |other: &DnsSeen| (other.server, other.role, &other.name) == (seen.server, seen.role, &seen.name);
    let twin = || names.iter().any(|other| !other.ipv6 && of_same(other) && other.outcome == seen.outcome);
    let repeats = seen.ipv6 && seen.addresses.is_empty() && (seen.outcome == DnsOutcome::NoData || twin());
    match seen.role {
        DnsRole::Again => true,
        DnsRole::Searched => seen.addresses.is_empty(),
        DnsRole::Configured | DnsRole::Beside => repeats,
    }
}
