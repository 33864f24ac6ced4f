//! Which addresses are dialled: what a client with these settings would dial.
//!
//! A hosts-file pin comes before DNS and replaces it. Otherwise the first usable server in order
//! decides, the way system resolvers do it: the names of the search list come first where they do for a
//! client, addresses are taken, "there is no such name" is final, and a server that failed or kept
//! silent makes the next one count. Where none is usable, the resolver of the system decides.

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
    match plan.socks5 {
        Some(_) if plan.deciding_servers().is_empty() => Some(vec![Destination::FarSide(name.clone(), port)]),
        _ => None,
    }
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

/// What the deciding servers have said so far, and the resolver of the system.
pub(crate) struct Answers {
    /// For each server, each name in the order that a client tries them, and both families.
    servers: Vec<Vec<[Option<Said>; 2]>>,
    system: Spoken,
}

#[derive(Clone)]
enum Said {
    Addresses(Vec<IpAddr>),
    NoSuchName,
    NoSuchRecord,
    Nothing,
}

/// Whether the resolver of the system was heard.
enum Spoken {
    /// Nobody asked it.
    NotAsked,
    /// It was asked.
    Awaited,
    /// These addresses are its answer; none when it has none.
    Said(Vec<IpAddr>),
}

/// Whether it is clear what is dialled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// An answer that could decide is still missing.
    Wait,
    /// This server decided.
    Server {
        /// Which of the deciding servers.
        server: usize,
        /// Which of the names it was asked for.
        name: usize,
        /// What is dialled; none when the name has no address.
        addresses: Vec<IpAddr>,
    },
    /// No server said anything usable; the resolver of the system may have.
    System(Vec<IpAddr>),
}

impl Answers {
    /// Nothing said yet by so many servers about so many names.
    pub(crate) fn of(servers: usize, names: usize) -> Self {
        Self { servers: vec![vec![[None, None]; names]; servers], system: Spoken::NotAsked }
    }

    /// The resolver of the system is asked too.
    pub(crate) fn await_system(&mut self) {
        self.system = Spoken::Awaited;
    }

    /// True when the resolver of the system was asked and has not spoken.
    pub(crate) fn awaits_system(&self) -> bool {
        matches!(self.system, Spoken::Awaited)
    }

    /// Takes the answer of the resolver of the system.
    pub(crate) fn hear_system(&mut self, addresses: &[IpAddr]) {
        self.system = Spoken::Said(addresses.to_vec());
    }

    /// Takes one answer of a deciding server.
    pub(crate) fn hear(&mut self, server: usize, name: usize, seen: &DnsSeen) {
        let said = match &seen.outcome {
            DnsOutcome::Answered => Said::Addresses(seen.addresses.iter().map(|(address, _)| *address).collect()),
            DnsOutcome::NxDomain | DnsOutcome::Loop => Said::NoSuchName,
            DnsOutcome::NoData => Said::NoSuchRecord,
            DnsOutcome::Failed(_) | DnsOutcome::TimedOut | DnsOutcome::Unreachable(_) | DnsOutcome::Garbage(_) => {
                Said::Nothing
            }
        };
        if let Some(answers) = self.servers.get_mut(server).and_then(|names| names.get_mut(name)) {
            answers[usize::from(seen.ipv6)] = Some(said);
        }
    }

    /// What follows from what was said.
    pub(crate) fn decision(&self) -> Decision {
        for (server, names) in self.servers.iter().enumerate() {
            for (name, answers) in names.iter().enumerate() {
                let [Some(v4), Some(v6)] = answers else { return Decision::Wait };
                let addresses: Vec<IpAddr> = [v4, v6]
                    .into_iter()
                    .flat_map(|said| if let Said::Addresses(addresses) = said { &addresses[..] } else { &[] })
                    .copied()
                    .collect();
                let none = matches!(v4, Said::NoSuchName)
                    || matches!(v6, Said::NoSuchName)
                    || matches!((v4, v6), (Said::NoSuchRecord, Said::NoSuchRecord));
                // A name of the search list that does not exist makes a client try the next one.
                let last = name + 1 == names.len();
                if !addresses.is_empty() || (none && last) {
                    return Decision::Server { server, name, addresses };
                }
            }
        }
        match &self.system {
            Spoken::NotAsked => Decision::System(Vec::new()),
            Spoken::Awaited => Decision::Wait,
            Spoken::Said(addresses) => Decision::System(addresses.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::observation::{DnsRole, Transport};

    fn seen(ipv6: bool, outcome: DnsOutcome, addresses: &[&str]) -> DnsSeen {
        DnsSeen {
            server: SocketAddr::from(([127, 0, 0, 1], 53)),
            role: DnsRole::Configured,
            transport: Transport::Udp,
            name: DnsName::parse("yourresource.openai.azure.com").unwrap(),
            ipv6,
            outcome,
            chain: Vec::new(),
            addresses: addresses.iter().map(|address| (address.parse().unwrap(), 10)).collect(),
            soa: None,
            negative_ttl: None,
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

    fn by(server: usize, name: usize, addresses: &[&str]) -> Decision {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        Decision::Server { server, name, addresses }
    }

    #[test]
    fn the_first_usable_server_decides() {
        let mut answers = Answers::of(2, 1);
        answers.hear(1, 0, &seen(false, DnsOutcome::Answered, &["10.1.2.4"]));
        answers.hear(1, 0, &seen(true, DnsOutcome::NoData, &[]));
        assert_eq!(answers.decision(), Decision::Wait, "the first server has not spoken");
        answers.hear(0, 0, &seen(false, DnsOutcome::TimedOut, &[]));
        assert_eq!(answers.decision(), Decision::Wait, "it may still give an IPv6 address");
        answers.hear(0, 0, &seen(true, DnsOutcome::Failed("SERVFAIL".to_owned()), &[]));
        assert_eq!(answers.decision(), by(1, 0, &["10.1.2.4"]));
        answers.hear(7, 7, &seen(true, DnsOutcome::NoData, &[]));
    }

    #[test]
    fn no_such_name_is_final() {
        let mut answers = Answers::of(2, 1);
        answers.hear(0, 0, &seen(false, DnsOutcome::NxDomain, &[]));
        answers.hear(0, 0, &seen(true, DnsOutcome::TimedOut, &[]));
        assert_eq!(answers.decision(), by(0, 0, &[]));
    }

    #[test]
    fn a_server_that_answers_one_family_only_and_fails_the_other_is_passed_over() {
        let mut answers = Answers::of(1, 1);
        answers.hear(0, 0, &seen(false, DnsOutcome::TimedOut, &[]));
        answers.hear(0, 0, &seen(true, DnsOutcome::NoData, &[]));
        assert_eq!(answers.decision(), Decision::System(Vec::new()));
        assert_eq!(Answers::of(0, 1).decision(), Decision::System(Vec::new()));
    }

    #[test]
    fn a_name_of_the_search_list_with_addresses_captures_the_host_name() {
        let mut answers = Answers::of(1, 3);
        let none = |ipv6| seen(ipv6, DnsOutcome::NxDomain, &[]);
        for ipv6 in [false, true] {
            answers.hear(0, 0, &none(ipv6));
            answers.hear(0, 2, &seen(ipv6, DnsOutcome::Answered, &["20.62.61.1"]));
        }
        assert_eq!(answers.decision(), Decision::Wait, "the second name may still capture it");
        answers.hear(0, 1, &seen(false, DnsOutcome::Answered, &["10.9.9.9"]));
        answers.hear(0, 1, &none(true));
        assert_eq!(answers.decision(), by(0, 1, &["10.9.9.9"]));
        answers.hear(0, 1, &none(false));
        assert!(matches!(answers.decision(), Decision::Server { name: 2, .. }), "the host name itself");
    }

    #[test]
    fn the_resolver_of_the_system_decides_when_no_server_does() {
        let mut answers = Answers::of(1, 1);
        answers.await_system();
        assert_eq!(answers.decision(), Decision::Wait);
        for ipv6 in [false, true] {
            answers.hear(0, 0, &seen(ipv6, DnsOutcome::TimedOut, &[]));
        }
        assert_eq!(answers.decision(), Decision::Wait);
        answers.hear_system(&["10.1.2.4".parse().unwrap()]);
        assert_eq!(answers.decision(), Decision::System(vec!["10.1.2.4".parse().unwrap()]));
        for ipv6 in [false, true] {
            answers.hear(0, 0, &seen(ipv6, DnsOutcome::NxDomain, &[]));
        }
        assert_eq!(answers.decision(), by(0, 0, &[]), "a server that answers is not overruled");
    }
}
