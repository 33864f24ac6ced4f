//! Which addresses does the service tag `VirtualNetwork` stand for at a subnet?

use super::Side;
use super::sides::Match;
use crate::gateways::{Learnt, kept_out, learnt};
use crate::networks::network_of;
use crate::route::{self, Routing};
use ipnet::IpNet;
use model::resource::{Peering, Route, Subnet, VirtualNetwork};
use model::{Extent, Fact, Kind, Known, Mark, ResourceId, Snapshot};

/// What the tag holds.
pub(super) static TAG: Fact = Fact {
    id: "virtual-network-tag",
    text: "The tag VirtualNetwork holds the address space of the network and of its peers, what is connected through a gateway, and the prefixes of user routes.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/service-tags-overview.md, read 2026-11-22",
};

/// The prefixes of the tag, at one subnet.
#[derive(Debug)]
pub(super) struct VirtualNetworkTag {
    /// Own space, and that of peers.
    space: Vec<IpNet>,
    /// Prefixes of the subnet's user routes.
    routed: Vec<IpNet>,
    /// What lies behind gateways whose routes the subnet keeps out: whether it belongs to the tag then is not
    /// documented.
    unsure: Vec<IpNet>,
    /// True when there is a default route: that it puts everything into the tag is documented in words only.
    default_route: bool,
    /// True when there may be more: a gateway's or a hub's prefixes, or routes that are not known.
    more: bool,
}

impl VirtualNetworkTag {
    pub(super) fn of(snapshot: &Snapshot, subnet: &ResourceId) -> Self {
        let network = network_of(subnet);
        let joined = network.as_ref().map(|network| joined(snapshot, network)).unwrap_or_default();
        let table = snapshot.find::<Subnet>(subnet).and_then(|subnet| subnet.route_table.as_ref());
        let hidden = |table| matches!(snapshot.coverage().of_children(table, Kind::Route), Extent::Missing(_));
        let of_user = table.into_iter().flat_map(|table| snapshot.children::<Route>(table));
        let prefixes = of_user.filter_map(|(_, route)| route.prefix);
        let (wide, narrow): (Vec<IpNet>, Vec<IpNet>) = prefixes.partition(|prefix| prefix.prefix_len() == 0);
        let learnt = network.as_ref().map(|network| learnt(snapshot, network)).unwrap_or_default();
        let hidden = joined.more || table.is_some_and(hidden) || network.is_none();
        let Learnt { known, more, others, route_server: _ } = learnt;
        let behind: Vec<IpNet> = known.into_iter().map(|brought| brought.prefix).collect();
        let mut space = joined.space;
        let unsure = match kept_out(snapshot, subnet) {
            Some(_) => behind,
            None => {
                space.extend(behind);
                Vec::new()
            }
        };
        let more = hidden || more.is_some() || others.is_some();
        Self { space, routed: narrow, unsure, default_route: !wide.is_empty(), more }
    }

    /// Whether an end of a packet is in the tag.
    pub(super) fn holds(&self, side: &Side) -> Match {
        match side {
            Side::PublicFrontEnd | Side::SignIn if self.default_route => Match::Unknown,
            Side::PublicFrontEnd | Side::SignIn => Match::No,
            Side::Prefixes(own) => {
                let within = |known: &[IpNet], own: &IpNet| known.iter().any(|net| net.contains(own));
                let inside = own.iter().all(|own| within(&self.space, own) || within(&self.routed, own));
                let touches = |own: &IpNet| {
                    let mut all = self.space.iter().chain(&self.routed).chain(&self.unsure);
                    all.any(|net| net.contains(own) || own.contains(net))
                };
                match (own.is_empty(), inside, own.iter().any(touches)) {
                    (false, true, _) => Match::Yes,
                    (false, false, false) if !self.more && !self.default_route => Match::No,
                    _ => Match::Unknown,
                }
            }
        }
    }

    /// Whether a public front end lies outside, on the internet.
    pub(super) fn outside(&self, side: &Side) -> Match {
        match self.holds(side) {
            Match::No => Match::Yes,
            Match::Yes => Match::No,
            Match::Unknown => Match::Unknown,
        }
    }
}

#[derive(Default)]
struct Joined {
    space: Vec<IpNet>,
    /// True when whether a peer belongs to it is not known.
    more: bool,
}

/// The address space of a network, and of the peers that it has access to.
fn joined(snapshot: &Snapshot, network: &ResourceId) -> Joined {
    let space = |id: &ResourceId| {
        let found = snapshot.find::<VirtualNetwork>(id);
        found.into_iter().flat_map(|network| network.address_space.iter().copied()).collect::<Vec<IpNet>>()
    };
    let mut joined = Joined { space: space(network), more: false };
    if let Extent::Missing(_) = snapshot.coverage().of_children(network, Kind::Peering) {
        joined.more = true;
    }
    for remote in snapshot.children::<Peering>(network).filter_map(|(_, half)| half.remote.as_ref()) {
        match route::over_peering(snapshot, network, remote).outcome {
            Known::Value(Routing::Peering(_)) => joined.space.extend(space(remote)),
            Known::Value(_) => {}
            Known::Unknown(_) => joined.more = true,
        }
    }
    joined
}
