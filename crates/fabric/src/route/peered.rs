//! Does a packet get from one virtual network to another by their peering?

use super::Routing;
use super::facts::{NOT_TRANSITIVE, SYSTEM_ROUTE};
use crate::gateways::{KEPT_OUT, kept_out, learnt};
use crate::hubs;
use crate::networks::peering;
use crate::platform::PEERING_HALVES;
use model::resource::{Peering, PeeringState, VirtualNetwork};
use model::{Because, Decided, Extent, FactRef, Kind, Known, ResourceId, Snapshot, Why};

/// From `network` to `remote`, which is another one: over a peering whose halves both work, or not at all.
pub(crate) fn over_peering(snapshot: &Snapshot, network: &ResourceId, remote: &ResourceId) -> Decided<Routing> {
    from_subnet(snapshot, None, network, remote)
}

/// The same for what is sent in one subnet, whose route table may keep routes of gateways out.
pub(super) fn from_subnet(
    snapshot: &Snapshot,
    subnet: Option<&ResourceId>,
    network: &ResourceId,
    remote: &ResourceId,
) -> Decided<Routing> {
    let Some((id, half)) = peering(snapshot, network, remote) else {
        return unpeered(snapshot, subnet, network, remote);
    };
    let back = peering(snapshot, remote, network);
    if let Some(broken) = broken(id, half, network, remote) {
        return or_by_hub(snapshot, network, broken);
    }
    let text = format!("{} is peered with {}", network.name(), remote.name());
    let mut because = Because::new(text).fact(state_of(id, half)).rule(&SYSTEM_ROUTE);
    if let Some((other, half)) = back {
        match broken_back(other, half, network) {
            Some(broken) => return or_by_hub(snapshot, network, broken),
            None => because = because.fact(state_of(other, half)),
        }
    }
    Decided::value(Routing::Peering(id.clone()), because)
}

fn state_of(id: &ResourceId, half: &Peering) -> FactRef {
    FactRef::new(id, "peeringState", half.state.value().map_or("unknown", |state| state.word()))
}

/// What a peering that does not work comes to: no path, unless a virtual hub may lead there.
fn or_by_hub(snapshot: &Snapshot, network: &ResourceId, broken: Decided<Routing>) -> Decided<Routing> {
    match hubs::hub(snapshot, network).filter(|_| broken.outcome == Known::Value(Routing::NoPath)) {
        Some(hung) => {
            Decided::unknown(Why::Unsupported, Because { rules: Vec::new(), ..broken.because }.part(hung.because))
        }
        None => broken,
    }
}

/// What the half that leads there lacks.
fn broken(id: &ResourceId, half: &Peering, network: &ResourceId, remote: &ResourceId) -> Option<Decided<Routing>> {
    let fact = state_of(id, half);
    match &half.state {
        Known::Value(PeeringState::Connected) if half.allow_virtual_network_access => None,
        Known::Value(PeeringState::Connected) => {
            let text = format!("peering {} does not allow access to {}", id.name(), remote.name());
            let fact = FactRef::new(id, "allowVirtualNetworkAccess", "false");
            Some(Decided::value(Routing::NoPath, Because::new(text).fact(fact).rule(&NOT_TRANSITIVE)))
        }
        Known::Value(state) => {
            let names = (network.name(), remote.name());
            let text = format!("peering {} from {} to {} is {}", id.name(), names.0, names.1, state.word());
            Some(Decided::value(Routing::NoPath, Because::new(text).fact(fact).rule(&PEERING_HALVES)))
        }
        Known::Unknown(why) => {
            let text = format!("the state of peering {} is {}", id.name(), why.words());
            Some(Decided::unknown(*why, Because::new(text)))
        }
    }
}

/// What the half that leads back lacks. Its own state says more than the other half's, which Azure
/// updates later.
fn broken_back(id: &ResourceId, half: &Peering, network: &ResourceId) -> Option<Decided<Routing>> {
    match &half.state {
        Known::Value(PeeringState::Connected) if half.allow_virtual_network_access => None,
        Known::Value(PeeringState::Connected) => {
            let text = format!(
                "peering {} does not allow access to {}, and whether replies need that is not known",
                id.name(),
                network.name()
            );
            let fact = FactRef::new(id, "allowVirtualNetworkAccess", "false");
            Some(Decided::unknown(Why::Unsupported, Because::new(text).fact(fact)))
        }
        Known::Value(state) => {
            let text =
                format!("peering {}, the half that leads back to {}, is {}", id.name(), network.name(), state.word());
            Some(Decided::value(Routing::NoPath, Because::new(text).fact(state_of(id, half)).rule(&PEERING_HALVES)))
        }
        Known::Unknown(_) => None,
    }
}

/// Without a peering there is no way, unless gateways bring routes there.
fn unpeered(
    snapshot: &Snapshot,
    subnet: Option<&ResourceId>,
    network: &ResourceId,
    remote: &ResourceId,
) -> Decided<Routing> {
    if let Extent::Missing(why) = snapshot.coverage().of_children(network, Kind::Peering) {
        let text = format!("the peerings of {} are {}", network.name(), why.words());
        return Decided::unknown(why, Because::new(text));
    }
    let text = format!("{} is not peered with {}", network.name(), remote.name());
    let because = Because::new(text).fact(FactRef::new(network, "virtualNetworkPeerings", ""));
    let space = snapshot.find::<VirtualNetwork>(remote).map_or(&[][..], |found| &found.address_space);
    let learnt = learnt(snapshot, network);
    let Some(part) = learnt.towards(space) else {
        return Decided::value(Routing::NoPath, because.rule(&NOT_TRANSITIVE));
    };
    match subnet.filter(|_| learnt.others.is_none()).and_then(|subnet| kept_out(snapshot, subnet)) {
        Some(switch) => {
            let part = Because::new("its route table keeps out what gateways bring").fact(switch).rule(&KEPT_OUT);
            Decided::value(Routing::NoPath, because.rule(&NOT_TRANSITIVE).part(part))
        }
        None => Decided::unknown(Why::Unsupported, because.part(part)),
    }
}
