//! Who said what of the name? The DNS questions of a measurement, both families together.

use fabric::is_public;
use model::observation::{ClientSeen, DnsOutcome, DnsRole, DnsSeen, ResolverSeen, Seen};
use model::{DnsName, Observation};
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// What one server says of one name.
#[derive(Debug, Clone)]
pub(crate) struct Reply<'o> {
    pub role: DnsRole,
    pub server: SocketAddr,
    pub name: &'o DnsName,
    /// Of A and of AAAA.
    pub families: Vec<&'o DnsSeen>,
}

/// What a reply amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Says {
    Addresses(BTreeSet<IpAddr>),
    NoSuchName,
    NoAddress,
    /// Silence, a failure, or no DNS.
    Nothing,
}

/// All that was said of the name.
#[derive(Debug, Default)]
pub(crate) struct Answers<'o> {
    pub client: Option<&'o ClientSeen>,
    pub resolver: Option<&'o ResolverSeen>,
    pub replies: Vec<Reply<'o>>,
}

/// What one server said of one name, both families together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSaid {
    /// The server.
    pub server: SocketAddr,
    /// The name.
    pub name: DnsName,
    /// The aliases that the answer follows, in order.
    pub aliases: Vec<DnsName>,
    /// The addresses; empty when it said that there are none.
    pub addresses: Vec<IpAddr>,
    /// False when it said something else when it was asked again.
    pub steady: bool,
}

/// What each DNS server said, where it said something usable, in the order of asking.
pub fn said(observations: &[Observation]) -> Vec<ServerSaid> {
    let answers = Answers::of(observations);
    let first = answers.replies.iter().filter(|reply| reply.role != DnsRole::Again);
    let usable = first.filter(|reply| reply.says() != Says::Nothing);
    let steady = |reply: &Reply<'_>| {
        let again =
            answers.of_role(DnsRole::Again).filter(|again| (again.server, again.name) == (reply.server, reply.name));
        again.map(Reply::says).all(|says| says == Says::Nothing || says.is_like(&reply.says()))
    };
    let said = usable.map(|reply| ServerSaid {
        server: reply.server,
        name: reply.name.clone(),
        aliases: reply.aliases(),
        addresses: reply.addresses(),
        steady: steady(reply),
    });
    said.collect()
}

impl<'o> Answers<'o> {
    /// Sorts the observations, in their order.
    pub(crate) fn of(observations: &'o [Observation]) -> Self {
        let mut answers = Self::default();
        for observation in observations {
            match &observation.seen {
                Seen::Client(client) => answers.client = Some(client),
                Seen::Resolver(resolver) => answers.resolver = Some(resolver),
                Seen::Dns(seen) => answers.add(seen),
                Seen::Tcp(_) | Seen::Tls(_) | Seen::Http(_) | Seen::Proxied(_) | Seen::SignIn(_) => {}
            }
        }
        answers
    }

    fn add(&mut self, seen: &'o DnsSeen) {
        let same =
            |reply: &&mut Reply<'o>| (reply.role, reply.server, reply.name) == (seen.role, seen.server, &seen.name);
        match self.replies.iter_mut().find(same) {
            Some(reply) => reply.families.push(seen),
            None => {
                let families = vec![seen];
                self.replies.push(Reply { role: seen.role, server: seen.server, name: &seen.name, families });
            }
        }
    }

    /// The replies to the questions that were asked for this reason.
    pub(crate) fn of_role(&self, role: DnsRole) -> impl Iterator<Item = &Reply<'o>> {
        self.replies.iter().filter(move |reply| reply.role == role)
    }

    /// The reply that a client goes by: of the first of its servers that says something usable, and there
    /// of the first name of the search list that has addresses, else of the name itself. A server that
    /// was asked for comparison never decides.
    pub(crate) fn deciding(&self) -> Option<&Reply<'o>> {
        self.of_role(DnsRole::Configured).find_map(|reply| {
            let mut searched = self.of_role(DnsRole::Searched).filter(|searched| searched.server == reply.server);
            let captured = searched.find(|searched| matches!(searched.says(), Says::Addresses(_)));
            captured.or(Some(reply).filter(|reply| reply.says() != Says::Nothing))
        })
    }
}

impl Reply<'_> {
    /// What it amounts to.
    pub(crate) fn says(&self) -> Says {
        let addresses: BTreeSet<IpAddr> = self.addresses().into_iter().collect();
        let ended = |wanted: &[DnsOutcome]| self.families.iter().filter(|seen| wanted.contains(&seen.outcome)).count();
        if !addresses.is_empty() {
            Says::Addresses(addresses)
        } else if ended(&[DnsOutcome::NxDomain, DnsOutcome::Loop]) > 0 {
            Says::NoSuchName
        } else if ended(&[DnsOutcome::NoData]) == self.families.len() {
            Says::NoAddress
        } else {
            Says::Nothing
        }
    }

    /// Its addresses in order.
    pub(crate) fn addresses(&self) -> Vec<IpAddr> {
        self.families.iter().flat_map(|seen| seen.addresses.iter().map(|(address, _)| *address)).collect()
    }

    /// The aliases that it followed, of the family with addresses if there is one.
    pub(crate) fn aliases(&self) -> Vec<DnsName> {
        let telling = self.families.iter().find(|seen| !seen.addresses.is_empty()).or(self.families.first());
        telling.into_iter().flat_map(|seen| seen.chain.iter().map(|(_, alias, _)| alias.clone())).collect()
    }

    /// The zone that denies the name.
    pub(crate) fn zone(&self) -> Option<&DnsName> {
        self.families.iter().find_map(|seen| seen.soa.as_ref())
    }

    /// For how many seconds a cache may keep it: the longest of its TTLs. `None` when nothing may be kept.
    pub(crate) fn kept(&self) -> Option<u32> {
        let of = |seen: &&DnsSeen| {
            let records = seen.chain.iter().map(|(_, _, ttl)| *ttl).chain(seen.addresses.iter().map(|(_, ttl)| *ttl));
            let denied = matches!(seen.outcome, DnsOutcome::NxDomain | DnsOutcome::NoData);
            records.chain(seen.negative_ttl.filter(|_| denied)).max()
        };
        // That a name with addresses of one family has none of the other changes nothing for anybody.
        let with_addresses = |seen: &&&DnsSeen| !seen.addresses.is_empty();
        let telling: Vec<_> = self.families.iter().filter(with_addresses).collect();
        let telling = if telling.is_empty() { self.families.iter().collect() } else { telling };
        telling.into_iter().filter_map(of).max().filter(|seconds| *seconds > 0)
    }

    /// The server in words: its port only where it is not that of DNS.
    pub(crate) fn server_words(&self) -> String {
        if self.server.port() == 53 { self.server.ip().to_string() } else { self.server.to_string() }
    }
}

impl Says {
    /// That all addresses are public, and there are some.
    pub(crate) fn is_public(&self) -> bool {
        matches!(self, Self::Addresses(addresses) if addresses.iter().all(|address| is_public(*address)))
    }

    /// That there are addresses, and not all are public.
    pub(crate) fn is_inside(&self) -> bool {
        matches!(self, Self::Addresses(addresses) if !addresses.iter().all(|address| is_public(*address)))
    }

    /// True when a client sees no difference that matters: public front ends take turns.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self == other || (self.is_public() && other.is_public())
    }

    /// In words that follow "says".
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Addresses(addresses) => {
                let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                list.join(", ")
            }
            Self::NoSuchName => "that there is no such name".to_owned(),
            Self::NoAddress => "that it has no address".to_owned(),
            Self::Nothing => "nothing".to_owned(),
        }
    }
}
