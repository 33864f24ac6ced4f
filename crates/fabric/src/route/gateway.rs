//! Do packets from outside of Azure get through a gateway to an endpoint?

use super::facts::FROM_PREMISES;
use super::{Routing, elsewhere, over_peering, overridden};
use crate::endpoint::Arrival;
use crate::networks::GATEWAY_SUBNET;
use crate::premises::{attached, not_lent};
use crate::reach::{Place, reaches};
use crate::standing::Standing;
use model::resource::Subnet;
use model::{Because, Decided, Known, OnPremises, ResourceId, Snapshot, Why};
use std::net::IpAddr;

/// Through the gateway of a place: in the endpoint's network, or in a peer that lends it. What the place
/// itself routes into the tunnel is not known to Azure. The route table of the gateway's subnet decides as
/// that of any other sender.
pub(super) fn to_endpoint(
    snapshot: &Snapshot,
    site: &OnPremises,
    address: IpAddr,
    arrival: &Arrival,
) -> Decided<Routing> {
    let Decided { outcome, because } = reaches(snapshot, Place::Site(site), Place::Network(&arrival.network));
    let Some(gateway) = &site.network else {
        let why = outcome.why().unwrap_or(Why::NotCollected);
        return Decided::unknown(why, because);
    };
    if outcome == Known::Value(true) {
        let base = Decided::value(Routing::Gateway(gateway.clone()), because.rule(&FROM_PREMISES));
        return overridden(snapshot, &entry(snapshot, site, gateway), address, arrival, base);
    }
    if attached(snapshot, site, gateway).outcome == Known::Value(true)
        && let Some(because) = not_lent(snapshot, site, gateway, &arrival.network)
    {
        return round(snapshot, (site, gateway), address, arrival, because);
    }
    match outcome {
        Known::Value(_) => no_way(address, because),
        Known::Unknown(why) => Decided::unknown(why, because),
    }
}

/// Where no peering lends the gateway to the endpoint's network, a user route at the gateway decides, or
/// packets get there and no reply comes back.
fn round(
    snapshot: &Snapshot,
    (site, gateway): (&OnPremises, &ResourceId),
    address: IpAddr,
    arrival: &Arrival,
    because: Because,
) -> Decided<Routing> {
    let from = entry(snapshot, site, gateway);
    let base = no_way(address, because);
    match over_peering(snapshot, gateway, &arrival.network).outcome {
        Known::Value(Routing::Peering(_)) => overridden(snapshot, &from, address, arrival, base),
        _ => elsewhere(snapshot, &from, address, base),
    }
}

fn no_way(address: IpAddr, because: Because) -> Decided<Routing> {
    let text = format!("{}: no way leads to {address}", because.text);
    Decided::value(Routing::NoPath, Because { text, ..because })
}

/// Where what a place sends enters Azure: the subnet of the gateway that it is connected to.
pub(crate) fn entry(snapshot: &Snapshot, site: &OnPremises, gateway: &ResourceId) -> Standing {
    let subnet = gateway.child("subnets", GATEWAY_SUBNET);
    Standing {
        network: Some(gateway.clone()),
        subnet: snapshot.find::<Subnet>(&subnet).map(|_| subnet),
        sources: site.address_space.clone(),
        ..Standing::outside()
    }
}
