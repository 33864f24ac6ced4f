//! Was a DNS server seen to answer this very name, asked by somebody who means the same server?
//!
//! An address alone names no server: 10.0.0.4 exists in many networks. What was seen counts where both
//! askers lead to one and the same network or place. It says what the server answers to this name, and
//! nothing about any other.

use super::servers::heard;
use super::tail::Tail;
use super::{Answer, Resolution, Trail, tail, walk};
use crate::networks::{is_public, peers};
use crate::reach::Place;
use crate::standing::AZURE_DNS;
use model::resource::VirtualNetwork;
use model::{AnswerSeen, Asker, Because, Decided, DnsName, Known, OnPremises, ResourceId, Snapshot, Why};
use std::net::IpAddr;

/// A decision from what is declared, next to what the server was seen to answer. What is not known is
/// known then; where the two differ, neither is believed.
pub(super) fn weighed(
    snapshot: &Snapshot,
    server: IpAddr,
    from: Place<'_>,
    name: &DnsName,
    decided: Decided<Resolution>,
) -> Decided<Resolution> {
    let Some(seen) = Seen::of(snapshot, server, from, name) else { return decided };
    let Known::Value(resolution) = &decided.outcome else {
        return seen.told(snapshot, server, from, name);
    };
    let answer = &resolution.answer;
    // That nothing is heard here is no word about what the server says elsewhere.
    if answer.is_like(&seen.answer()) || (*answer == Answer::Silent && !seen.beside) {
        return decided;
    }
    let text = format!(
        "by what is declared {server} answers {}; it was seen to answer {}, {}: one of the two is out of date",
        answer.words(),
        seen.answer().words(),
        seen.latest.by
    );
    Decided::unknown(Why::Unresolved, Because::new(text).part(decided.because))
}

/// What Azure DNS answers in the network that a server stands in, where the server was seen to give a public
/// answer past the private one that is to be had there. `None` when that is not shown.
pub fn seen_past_azure(
    snapshot: &Snapshot,
    network: &ResourceId,
    server: IpAddr,
    resolution: &Resolution,
) -> Option<(ResourceId, Decided<Resolution>)> {
    let Answer::Seen { addresses } = &resolution.answer else { return None };
    let name = resolution.chain.first()?;
    let aliases = resolution.chain.get(1..)?;
    let public = !addresses.is_empty() && addresses.iter().all(|address| is_public(*address));
    if !public || !matches!(tail(name, aliases), Some((Tail::AfterAlias(_), _))) {
        return None;
    }
    let Some(Holder::Network(holder)) = held(snapshot, server, network) else { return None };
    let view = walk::azure(snapshot, Some(holder), name, &Trail::default());
    let private = matches!(view.outcome.value().map(|view| &view.answer), Some(Answer::Private { .. }));
    private.then(|| (holder.clone(), view))
}

/// Where a server stands, by its address.
#[derive(PartialEq)]
enum Holder<'s> {
    Network(&'s ResourceId),
    Site(&'s OnPremises),
}

struct Seen<'s> {
    latest: &'s AnswerSeen,
    earlier: Vec<&'s AnswerSeen>,
    /// Where the server stands; `None` when only those beside the asker can be said to mean it too.
    holder: Option<Holder<'s>>,
    /// True when the one who saw it asks from where we ask.
    beside: bool,
}

impl<'s> Seen<'s> {
    fn of(snapshot: &'s Snapshot, server: IpAddr, from: Place<'s>, name: &DnsName) -> Option<Self> {
        let own = held_by(snapshot, server, from);
        let is_beside = |asker: &Asker| match (asker, from) {
            (Asker::Network { network, .. }, _) if server == AZURE_DNS => from.network() == Some(network),
            (Asker::Network { network, subnet: Some(subnet) }, Place::Host(host)) => {
                host.network.as_ref() == Some(network) && host.subnet.as_ref() == Some(subnet)
            }
            (Asker::Site(site), Place::Site(own)) => *site == own.name,
            _ => false,
        };
        let is_same = |asker: &Asker| {
            is_beside(asker) || (own.is_some() && server != AZURE_DNS && own == held_by_asker(snapshot, server, asker))
        };
        let about = |seen: &&AnswerSeen| seen.server == server && seen.name == *name && is_same(&seen.asker);
        let mut all = snapshot.client().answers.iter().filter(about);
        let latest = all.next()?;
        Some(Self { latest, earlier: all.collect(), beside: is_beside(&latest.asker), holder: own })
    }

    fn answer(&self) -> Answer {
        Answer::Seen { addresses: self.latest.addresses.clone() }
    }

    /// The answer, where questions from a place arrive.
    fn told(&self, snapshot: &Snapshot, server: IpAddr, from: Place<'_>, name: &DnsName) -> Decided<Resolution> {
        let says = || Decided::value(self.resolution(name), self.because(server, name));
        match &self.holder {
            _ if self.beside => says(),
            Some(Holder::Network(network)) => heard(snapshot, server, from, Place::Network(network), name, says),
            Some(Holder::Site(site)) => heard(snapshot, server, from, Place::Site(site), name, says),
            None => says(),
        }
    }

    fn resolution(&self, name: &DnsName) -> Resolution {
        let chain = std::iter::once(name).chain(&self.latest.aliases).cloned().collect();
        Resolution { chain, answer: self.answer(), network: None, through: Vec::new() }
    }

    fn because(&self, server: IpAddr, name: &DnsName) -> Because {
        let seen = self.latest;
        let text = format!("{server} was seen to answer {}, {}", self.answer().words(), seen.by);
        let mut because = Because::new(text);
        let public = !seen.addresses.is_empty() && seen.addresses.iter().all(|address| is_public(*address));
        if let Some((_, fact)) = tail(name, &seen.aliases).filter(|_| public) {
            because = because.rule(fact);
        }
        for other in &self.earlier {
            let before = Answer::Seen { addresses: other.addresses.clone() };
            if !before.is_like(&self.answer()) {
                let text = format!("before that it was seen to answer {}, {}", before.words(), other.by);
                because = because.part(Because::new(text));
            }
        }
        because
    }
}

/// The network or place that an address belongs to, for who asks from a place: its own, or the one peer
/// that has it. Networks that overlap cannot be peers of one network.
fn held_by<'s>(snapshot: &'s Snapshot, address: IpAddr, from: Place<'s>) -> Option<Holder<'s>> {
    match (from.network(), from) {
        (Some(network), _) => held(snapshot, address, network),
        (None, Place::Site(site)) => of_site(snapshot, address).filter(|_| holds(site, address)),
        (None, _) => None,
    }
}

fn held_by_asker<'s>(snapshot: &'s Snapshot, address: IpAddr, asker: &'s Asker) -> Option<Holder<'s>> {
    match asker {
        Asker::Network { network, .. } => held(snapshot, address, network),
        Asker::Site(name) => {
            let site = snapshot.client().on_premises.get(name)?;
            of_site(snapshot, address).filter(|_| holds(site, address))
        }
    }
}

fn held<'s>(snapshot: &'s Snapshot, address: IpAddr, network: &'s ResourceId) -> Option<Holder<'s>> {
    let has = |network: &ResourceId| {
        let known = snapshot.find::<VirtualNetwork>(network);
        known.is_some_and(|known| known.address_space.iter().any(|prefix| prefix.contains(&address)))
    };
    if has(network) {
        return Some(Holder::Network(network));
    }
    let peer = peers(snapshot, network).map(|(_, peer)| peer).find(|peer| has(peer));
    peer.map(Holder::Network).or_else(|| of_site(snapshot, address))
}

/// The one place outside of Azure that has an address.
fn of_site(snapshot: &Snapshot, address: IpAddr) -> Option<Holder<'_>> {
    snapshot.client().site_of(address).map(Holder::Site)
}

fn holds(site: &OnPremises, address: IpAddr) -> bool {
    site.address_space.iter().any(|prefix| prefix.contains(&address))
}
