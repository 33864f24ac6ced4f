//! What does a name resolve to, asked from where a vantage stands?
//!
//! Azure DNS with linked zones (`walk`): records, wildcards, aliases, NXDOMAIN, fallback to the
//! internet, forwarding rulesets (`rulesets`). DNS servers of the estate's owner and inbound endpoints
//! of DNS Private Resolvers (`servers`): what nobody declared that they forward is an unknown, unless
//! they were seen to answer this very name (`seen`).
//! What the chain of a measured public answer tells is in `tail`.

mod cluster;
mod facts;
mod rulesets;
mod seen;
mod servers;
mod tail;
mod walk;
mod zones;

pub use facts::RULESET_REGION;
pub use rulesets::{Matched, matched, matching, may_link};
pub use seen::seen_past_azure;
pub use tail::{Tail, tail};
pub use zones::{LinkedZone, linked_zones, record_for, zone_name};

use crate::networks::is_public;
use crate::standing::{AZURE_DNS, Servers, Standing};
use model::{Because, Decided, DnsName, Known, ResourceId, Snapshot, Why};
use std::net::IpAddr;

/// How a name resolves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The names in order: the one asked for, then each alias.
    pub chain: Vec<DnsName>,
    /// The answer for the last of them.
    pub answer: Answer,
    /// The network whose Azure DNS gave it; `None` when no network's did.
    pub network: Option<ResourceId>,
    /// The servers that the question went through before: the client's own first.
    pub through: Vec<IpAddr>,
}

/// The end of a resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A record of a linked private zone.
    Private {
        /// The zone.
        zone: ResourceId,
        /// The record set.
        record: ResourceId,
        /// Its addresses.
        addresses: Vec<IpAddr>,
    },
    /// Public DNS answers.
    Public {
        /// True when public DNS carries the privatelink alias for the name.
        aliased: bool,
        /// The linked zone that lacks the name and lets public DNS answer (`NxDomainRedirect`).
        fallback: Option<ResourceId>,
    },
    /// A linked private zone says that the name does not exist.
    NxDomain {
        /// The zone.
        zone: ResourceId,
    },
    /// The host's own hosts file answers; DNS is not asked.
    Pinned(IpAddr),
    /// What a server was seen to answer, where nothing is declared.
    Seen {
        /// The addresses; empty when it said that there are none.
        addresses: Vec<IpAddr>,
    },
    /// No server answers: they send the question in a circle.
    Circle,
    /// No server answers: none that is asked hears the question.
    Silent,
}

impl Answer {
    /// True when a client sees no difference.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Private { addresses: one, .. }, Self::Private { addresses: other, .. }) => one == other,
            (Self::Seen { addresses }, other) | (other, Self::Seen { addresses }) => other.shows_as(addresses),
            (Self::Public { .. }, Self::Public { .. })
            | (Self::NxDomain { .. }, Self::NxDomain { .. })
            | (Self::Circle | Self::Silent, Self::Circle | Self::Silent) => true,
            _ => self == other,
        }
    }

    /// The addresses that are dialled; none where they are not known, or there are none.
    pub fn addresses(&self) -> &[IpAddr] {
        match self {
            Self::Private { addresses, .. } | Self::Seen { addresses } => addresses,
            Self::Pinned(address) => std::slice::from_ref(address),
            Self::Public { .. } | Self::NxDomain { .. } | Self::Circle | Self::Silent => &[],
        }
    }

    /// True when a client that sees these addresses may be seeing this.
    fn shows_as(&self, seen: &[IpAddr]) -> bool {
        let public = |addresses: &[IpAddr]| !addresses.is_empty() && addresses.iter().all(|one| is_public(*one));
        match self {
            Self::Private { addresses, .. } | Self::Seen { addresses } => {
                let within = |one: &[IpAddr], other: &[IpAddr]| one.iter().all(|address| other.contains(address));
                let same = within(addresses, seen) && within(seen, addresses);
                same || (matches!(self, Self::Seen { .. }) && public(addresses) && public(seen))
            }
            Self::Public { .. } => public(seen),
            Self::NxDomain { .. } => seen.is_empty(),
            Self::Pinned(address) => seen == std::slice::from_ref(address),
            Self::Circle | Self::Silent => false,
        }
    }

    /// What a client sees, in a word or two.
    pub fn words(&self) -> String {
        match self {
            Self::Private { addresses, .. } => listed(addresses),
            Self::Public { .. } => "a public address".to_owned(),
            Self::Seen { addresses } if !addresses.is_empty() => listed(addresses),
            Self::Seen { .. } | Self::NxDomain { .. } => "that there is no such name".to_owned(),
            Self::Pinned(address) => address.to_string(),
            Self::Circle | Self::Silent => "nothing".to_owned(),
        }
    }
}

/// What `name` resolves to from here.
pub fn resolve(snapshot: &Snapshot, standing: &Standing, name: &DnsName) -> Decided<Resolution> {
    if let Some(address) = snapshot.client().hosts.get(name.as_str()) {
        let answer = Answer::Pinned(*address);
        let resolution = Resolution { chain: vec![name.clone()], answer, network: None, through: Vec::new() };
        return Decided::value(resolution, Because::new(format!("the hosts file pins {name} to {address}")));
    }
    let trail = Trail::default();
    if let Some(cluster) = &standing.cluster
        && let Some(decided) = cluster::overridden(snapshot, standing, cluster, name)
    {
        return decided;
    }
    match (&standing.servers, &standing.network) {
        (Servers::Custom(_), _) => agreed(by_server(snapshot, standing, name), name),
        (Servers::Public, _) | (Servers::Azure, None) => walk::azure(snapshot, None, name, &trail),
        (Servers::Azure, Some(network)) => {
            let decided = walk::azure(snapshot, Some(network), name, &trail);
            seen::weighed(snapshot, AZURE_DNS, standing.place(), name, decided)
        }
    }
}

fn listed(addresses: &[IpAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What each configured server answers. Empty unless the vantage has servers of its own, and asks them.
pub fn by_server(snapshot: &Snapshot, standing: &Standing, name: &DnsName) -> Vec<(IpAddr, Decided<Resolution>)> {
    let Servers::Custom(servers) = &standing.servers else { return Vec::new() };
    let cluster = standing.cluster.as_ref();
    if cluster.is_some_and(|cluster| cluster::overridden(snapshot, standing, cluster, name).is_some()) {
        return Vec::new();
    }
    let ask = |server: &IpAddr| {
        let decided = servers::ask(snapshot, *server, standing.place(), name, &Trail::default());
        (*server, Decided { because: decided.because.rule(&facts::CUSTOM), ..decided })
    };
    servers.iter().map(ask).collect()
}

/// Where a question was asked before: server and name.
type Trail = Vec<(IpAddr, DnsName)>;

/// One answer when all servers that answer agree. A silent one is passed over.
fn agreed(answers: Vec<(IpAddr, Decided<Resolution>)>, name: &DnsName) -> Decided<Resolution> {
    let silent = |decided: &Decided<Resolution>| {
        decided.outcome.value().is_some_and(|resolution| resolution.answer == Answer::Silent)
    };
    let (quiet, speaking): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(_, decided)| silent(decided));
    let mut quiet = quiet.into_iter().map(|(_, decided)| decided);
    let mut speaking = speaking.into_iter();
    let Some((first_server, first)) = speaking.next() else {
        return match quiet.next() {
            Some(first) => passed_over(first, quiet),
            None => Decided::unknown(Why::NotCollected, Because::new("no DNS server is configured")),
        };
    };
    for (server, other) in speaking {
        let (Known::Value(one), Known::Value(two)) = (&first.outcome, &other.outcome) else {
            return if first.outcome.value().is_none() { first } else { other };
        };
        if !one.answer.is_like(&two.answer) {
            let (one, two) = (one.answer.words(), two.answer.words());
            let text = format!("the servers disagree about {name}: {first_server} says {one}, {server} says {two}");
            return Decided::unknown(Why::Unresolved, Because::new(text).part(first.because).part(other.because));
        }
    }
    passed_over(first, quiet)
}

/// A decision, with why other servers said nothing.
fn passed_over(decided: Decided<Resolution>, silent: impl Iterator<Item = Decided<Resolution>>) -> Decided<Resolution> {
    let Decided { outcome, mut because } = decided;
    for (number, other) in silent.enumerate() {
        if number == 0 {
            because = because.rule(&facts::SILENT);
        }
        because = because.part(other.because);
    }
    Decided { outcome, because }
}

fn network_name(network: Option<&ResourceId>) -> &str {
    network.map_or("no virtual network", ResourceId::name)
}

#[cfg(test)]
mod tests;
