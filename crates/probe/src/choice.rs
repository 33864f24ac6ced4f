//! Which addresses are dialled: what a client with these settings would dial.
//!
//! A hosts-file pin comes before DNS and replaces it. Otherwise the first usable server in order
//! decides, the way system resolvers do it: addresses are taken, "there is no such name" is final,
//! and a server that failed or kept silent makes the next one count.

use crate::plan::{Plan, distinct};
use model::observation::{DnsOutcome, DnsSeen};
use model::{DnsName, Host};
use std::net::{IpAddr, SocketAddr};

/// More addresses than this are not dialled.
const MOST: usize = 4;

/// Where a connection goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    /// To an address.
    Address(SocketAddr),
    /// To a name that the SOCKS5 server resolves.
    FarSide(DnsName, u16),
}

/// What can be dialled without waiting for DNS, or `None` when DNS decides.
pub(crate) fn at_once(plan: &Plan) -> Option<Vec<Destination>> {
    let port = plan.target.port;
    let name = match &plan.target.host {
        Host::Address(address) => return Some(destinations([*address], port)),
        Host::Name(name) => name,
    };
    if !plan.client.hosts_entries.is_empty() {
        return Some(destinations(plan.client.hosts_entries.iter().copied(), port));
    }
    if !plan.deciding_servers().is_empty() {
        return None;
    }
    Some(plan.socks5.map(|_| Destination::FarSide(name.clone(), port)).into_iter().collect())
}

/// The addresses with the port, each once, at most four, both families represented.
pub(crate) fn destinations(addresses: impl IntoIterator<Item = IpAddr>, port: u16) -> Vec<Destination> {
    let addresses = distinct(addresses);
    let of = |ipv6: bool| addresses.iter().filter(move |address| address.is_ipv6() == ipv6).count();
    let (most_v4, most_v6) = match (of(false), of(true)) {
        (v4, v6) if v4 + v6 <= MOST => (v4, v6),
        (v4, v6) if v6 <= MOST / 2 => (v4.min(MOST - v6), v6),
        (v4, v6) => (v4.min(MOST / 2), v6.min(MOST - v4.min(MOST / 2))),
    };
    let (mut left_v4, mut left_v6) = (most_v4, most_v6);
    addresses
        .into_iter()
        .filter(|address| {
            let left = if address.is_ipv6() { &mut left_v6 } else { &mut left_v4 };
            let keep = *left > 0;
            *left = left.saturating_sub(1);
            keep
        })
        .map(|address| Destination::Address(SocketAddr::new(address, port)))
        .collect()
}

/// What the deciding servers have said so far.
pub(crate) struct Answers {
    servers: Vec<[Option<Said>; 2]>,
}

#[derive(Clone)]
enum Said {
    Addresses(Vec<IpAddr>),
    NoSuchName,
    NoSuchRecord,
    Nothing,
}

/// Whether it is clear what is dialled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// An answer that could decide is still missing.
    Wait,
    /// These are dialled; none when the name has no address.
    Dial(Vec<IpAddr>),
}

impl Answers {
    /// Nothing said yet by so many servers.
    pub(crate) fn of(servers: usize) -> Self {
        Self { servers: vec![[None, None]; servers] }
    }

    /// Takes one answer; answers of other servers than the deciding ones are passed over.
    pub(crate) fn hear(&mut self, server: usize, seen: &DnsSeen) {
        let said = match &seen.outcome {
            DnsOutcome::Answered => Said::Addresses(seen.addresses.iter().map(|(address, _)| *address).collect()),
            DnsOutcome::NxDomain | DnsOutcome::Loop => Said::NoSuchName,
            DnsOutcome::NoData => Said::NoSuchRecord,
            DnsOutcome::Failed(_) | DnsOutcome::TimedOut | DnsOutcome::Unreachable(_) | DnsOutcome::Garbage(_) => {
                Said::Nothing
            }
        };
        if let Some(answers) = self.servers.get_mut(server) {
            answers[usize::from(seen.ipv6)] = Some(said);
        }
    }

    /// What follows from what was said.
    pub(crate) fn decision(&self) -> Decision {
        for answers in &self.servers {
            let [Some(v4), Some(v6)] = answers else { return Decision::Wait };
            let addresses: Vec<IpAddr> = [v4, v6]
                .into_iter()
                .flat_map(|said| if let Said::Addresses(addresses) = said { &addresses[..] } else { &[] })
                .copied()
                .collect();
            let none = matches!(v4, Said::NoSuchName)
                || matches!(v6, Said::NoSuchName)
                || matches!((v4, v6), (Said::NoSuchRecord, Said::NoSuchRecord));
            if none || !addresses.is_empty() {
                return Decision::Dial(addresses);
            }
        }
        Decision::Dial(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::observation::Transport;

    fn seen(ipv6: bool, outcome: DnsOutcome, addresses: &[&str]) -> DnsSeen {
        DnsSeen {
            server: SocketAddr::from(([127, 0, 0, 1], 53)),
            transport: Transport::Udp,
            name: DnsName::parse("yourresource.openai.azure.com").unwrap(),
            ipv6,
            outcome,
            chain: Vec::new(),
            addresses: addresses.iter().map(|address| (address.parse().unwrap(), 10)).collect(),
            soa: None,
            authoritative: false,
        }
    }

    fn shown(addresses: &[&str]) -> Vec<String> {
        destinations(addresses.iter().map(|address| address.parse().unwrap()), 443)
            .iter()
            .map(|destination| match destination {
                Destination::Address(address) => address.ip().to_string(),
                Destination::FarSide(name, _) => name.to_string(),
            })
            .collect()
    }

    #[test]
    fn at_most_four_of_both_families() {
        assert_eq!(shown(&["10.0.0.1", "10.0.0.1"]), ["10.0.0.1"]);
        assert_eq!(
            shown(&["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"]),
            ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]
        );
        assert_eq!(
            shown(&["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "fd00::1"]),
            ["10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1"]
        );
        assert_eq!(
            shown(&["10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1", "fd00::2", "fd00::3"]),
            ["10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2"]
        );
        assert_eq!(
            shown(&["10.0.0.1", "fd00::1", "fd00::2", "fd00::3", "fd00::4"]),
            ["10.0.0.1", "fd00::1", "fd00::2", "fd00::3"]
        );
    }

    #[test]
    fn the_first_usable_server_decides() {
        let mut answers = Answers::of(2);
        answers.hear(1, &seen(false, DnsOutcome::Answered, &["10.1.2.4"]));
        answers.hear(1, &seen(true, DnsOutcome::NoData, &[]));
        assert_eq!(answers.decision(), Decision::Wait, "the first server has not spoken");
        answers.hear(0, &seen(false, DnsOutcome::TimedOut, &[]));
        assert_eq!(answers.decision(), Decision::Wait, "it may still give an IPv6 address");
        answers.hear(0, &seen(true, DnsOutcome::Failed("SERVFAIL".to_owned()), &[]));
        assert_eq!(answers.decision(), Decision::Dial(vec!["10.1.2.4".parse().unwrap()]));
        answers.hear(7, &seen(true, DnsOutcome::NoData, &[]));
    }

    #[test]
    fn no_such_name_is_final() {
        let mut answers = Answers::of(2);
        answers.hear(0, &seen(false, DnsOutcome::NxDomain, &[]));
        answers.hear(0, &seen(true, DnsOutcome::TimedOut, &[]));
        assert_eq!(answers.decision(), Decision::Dial(Vec::new()));
    }

    #[test]
    fn a_server_that_answers_one_family_only_and_fails_the_other_is_passed_over() {
        let mut answers = Answers::of(1);
        answers.hear(0, &seen(false, DnsOutcome::TimedOut, &[]));
        answers.hear(0, &seen(true, DnsOutcome::NoData, &[]));
        assert_eq!(answers.decision(), Decision::Dial(Vec::new()));
        assert_eq!(Answers::of(0).decision(), Decision::Dial(Vec::new()));
    }
}
