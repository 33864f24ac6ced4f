//! Does a rule match a packet: yes, no, or can it not be told?

use super::groups::Members;
use super::service_tags;
use super::virtual_network::VirtualNetworkTag;
use super::{Packet, Side};
use crate::networks::{is_public, network_of};
use ipnet::IpNet;
use model::resource::{AddressPrefix, Conditions, Direction, Protocol};
use model::{ResourceId, Snapshot};

/// Whether something matches: yes, no, or it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    No,
    Unknown,
}

pub(super) fn both(one: Match, other: Match) -> Match {
    match (one, other) {
        (Match::No, _) | (_, Match::No) => Match::No,
        (Match::Yes, Match::Yes) => Match::Yes,
        _ => Match::Unknown,
    }
}

fn any(list: impl Iterator<Item = Match>) -> Match {
    list.fold(Match::No, |best, next| match (best, next) {
        (Match::Yes, _) | (_, Match::Yes) => Match::Yes,
        (Match::Unknown, _) | (_, Match::Unknown) => Match::Unknown,
        _ => Match::No,
    })
}

/// A tag that stands for addresses of Azure, and for the same ones wherever it is used.
pub(super) fn service_tag(prefix: &AddressPrefix) -> Option<&str> {
    let AddressPrefix::Tag(name) = prefix else { return None };
    let of_network = ["VirtualNetwork", "Internet"].iter().any(|known| name.eq_ignore_ascii_case(known));
    (!of_network).then_some(name.as_str())
}

/// Where rules are tried: what tags and groups stand for depends on it.
#[derive(Debug)]
pub(super) struct Place<'s> {
    snapshot: &'s Snapshot,
    network: Option<ResourceId>,
    tag: VirtualNetworkTag,
}

impl<'s> Place<'s> {
    /// At the interfaces of a subnet.
    pub(super) fn of(snapshot: &'s Snapshot, subnet: &ResourceId) -> Self {
        Self { snapshot, network: network_of(subnet), tag: VirtualNetworkTag::of(snapshot, subnet) }
    }

    /// What `VirtualNetwork` stands for here.
    pub(super) fn tag(&self) -> &VirtualNetworkTag {
        &self.tag
    }

    /// Whether a rule matches a packet.
    pub(super) fn matches(&self, when: &Conditions, packet: &Packet) -> Match {
        if when.protocol != Protocol::Any && when.protocol != packet.protocol {
            return Match::No;
        }
        if !when.destination_ports.iter().any(|range| range.contains(packet.port)) {
            return Match::No;
        }
        let sources = any(when.sources.iter().map(|prefix| self.side(prefix, &packet.source)));
        let destinations = any(when.destinations.iter().map(|prefix| self.side(prefix, &packet.destination)));
        both(both(sources, destinations), source_ports(when))
    }

    /// The snapshot that prefixes are looked up in.
    pub(super) fn snapshot(&self) -> &'s Snapshot {
        self.snapshot
    }

    /// Whether a rule fails to match for nothing but the service tag of an Azure service.
    pub(super) fn fails_by_tag(&self, when: &Conditions, packet: &Packet) -> bool {
        let without = |prefixes: &[AddressPrefix]| -> Vec<AddressPrefix> {
            let any = |one: &AddressPrefix| if service_tag(one).is_some() { AddressPrefix::Any } else { one.clone() };
            prefixes.iter().map(any).collect()
        };
        let sources = without(&when.sources);
        let destinations = without(&when.destinations);
        if (&sources, &destinations) == (&when.sources, &when.destinations) {
            return false;
        }
        self.matches(&Conditions { sources, destinations, ..when.clone() }, packet) != Match::No
    }

    /// What is not known about a rule that may match, in words that follow a colon.
    pub(super) fn doubt(&self, when: &Conditions, packet: &Packet) -> String {
        let ends =
            [(&when.sources, &packet.source, "source"), (&when.destinations, &packet.destination, "destination")];
        for (prefixes, end, word) in ends {
            if any(prefixes.iter().map(|prefix| self.side(prefix, end))) != Match::Unknown {
                continue;
            }
            let doubtful = prefixes.iter().find(|prefix| self.side(prefix, end) == Match::Unknown);
            return match doubtful {
                Some(AddressPrefix::Group(group)) if is_network_group(group) => {
                    format!("whether network group {} holds the {word} cannot be told", group.name())
                }
                Some(AddressPrefix::Group(group)) => self.members(group).doubt(group),
                Some(AddressPrefix::Tag(tag)) => {
                    let cure = match service_tags::evidence(self.snapshot, tag).is_empty() {
                        true => " (a published list of service tags in the snapshot may tell)",
                        false => "",
                    };
                    format!("whether service tag {tag} holds the {word} cannot be told{cure}")
                }
                _ => format!("whether its {word} is meant cannot be told"),
            };
        }
        "it names source ports, and the client picks its own".to_owned()
    }

    fn side(&self, prefix: &AddressPrefix, side: &Side) -> Match {
        match prefix {
            AddressPrefix::Any => Match::Yes,
            AddressPrefix::Net(net) => net_match(*net, side),
            AddressPrefix::Tag(name) => self.service(name, side),
            AddressPrefix::Group(group) if is_network_group(group) => Match::Unknown,
            AddressPrefix::Group(group) => self.members(group).holds(side),
        }
    }

    fn members(&self, group: &ResourceId) -> Members {
        Members::of(self.snapshot, group, self.network.as_ref())
    }

    fn service(&self, name: &str, side: &Side) -> Match {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("VirtualNetwork") {
            return self.tag.holds(side);
        }
        if let Some(found) = service_tags::platform(name, side) {
            return found;
        }
        if let Some(found) = service_tags::listed(self.snapshot, name, side) {
            return found;
        }
        // Service tags hold public ranges; `Internet` is what lies outside the network.
        match side.kind() {
            Some(Addresses::Public) if is("Internet") => self.tag.outside(side),
            Some(Addresses::Private) => Match::No,
            _ => Match::Unknown,
        }
    }
}

/// True for a group of virtual networks, which a network manager's rules may name.
fn is_network_group(group: &ResourceId) -> bool {
    group.resource_type().eq_ignore_ascii_case("Microsoft.Network/networkManagers/networkGroups")
}

/// The client picks its source port: a rule for some of them matches some connections only.
fn source_ports(when: &Conditions) -> Match {
    match when.source_ports.iter().any(|range| (range.first, range.last) == (0, u16::MAX)) {
        true => Match::Yes,
        false if when.direction == Direction::Inbound && when.source_ports.is_empty() => Match::Yes,
        false => Match::Unknown,
    }
}

/// Whether a prefix holds an end of a packet.
pub(super) fn net_match(net: IpNet, side: &Side) -> Match {
    match side {
        Side::PublicFrontEnd | Side::SignIn if net.prefix_len() == 0 => Match::Yes,
        Side::PublicFrontEnd | Side::SignIn if !is_public(net.addr()) => Match::No,
        Side::PublicFrontEnd | Side::SignIn => Match::Unknown,
        Side::Prefixes(own) => {
            let inside = own.iter().all(|own| net.contains(own));
            let apart = own.iter().all(|own| !net.contains(own) && !own.contains(&net));
            match (own.is_empty(), inside, apart) {
                (false, true, _) => Match::Yes,
                (false, _, true) => Match::No,
                _ => Match::Unknown,
            }
        }
    }
}

/// Which addresses an end of a packet has, when all are alike.
enum Addresses {
    Public,
    Private,
}

impl Side {
    fn kind(&self) -> Option<Addresses> {
        let Self::Prefixes(own) = self else { return Some(Addresses::Public) };
        let public = |net: &IpNet| is_public(net.addr());
        match (own.is_empty(), own.iter().all(public), own.iter().any(public)) {
            (false, true, _) => Some(Addresses::Public),
            (false, _, false) => Some(Addresses::Private),
            _ => None,
        }
    }

    /// True when all its addresses are public.
    pub(super) fn is_public(&self) -> bool {
        matches!(self.kind(), Some(Addresses::Public))
    }
}
