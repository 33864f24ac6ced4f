//! Do packets from outside of Azure get through a gateway to an endpoint?

use super::facts::FROM_PREMISES;
use super::user::{Found, user_route};
use super::{Routing, overridden};
use crate::endpoint::Arrival;
use crate::networks::GATEWAY_SUBNET;
use crate::reach::{Place, not_lent, reaches};
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
    match (outcome, &site.network) {
        (Known::Value(true), Some(gateway)) => {
            let base = Decided::value(Routing::Gateway(gateway.clone()), because.rule(&FROM_PREMISES));
            overridden(snapshot, &entry(snapshot, site, gateway), address, arrival, base)
        }
        (Known::Unknown(Why::Unsupported), Some(gateway)) => {
            no_way(snapshot, site, gateway, address, arrival).unwrap_or(Decided::unknown(Why::Unsupported, because))
        }
        (Known::Unknown(why), _) => Decided::unknown(why, because),
        (Known::Value(_), _) => {
            let text = format!("{}: no way leads to {address}", because.text);
            Decided::value(Routing::NoPath, Because { text, ..because })
        }
    }
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

/// No way, where no peering lends the gateway to the endpoint's network and no user route takes the packet
/// to an appliance.
fn no_way(
    snapshot: &Snapshot,
    site: &OnPremises,
    gateway: &ResourceId,
    address: IpAddr,
    arrival: &Arrival,
) -> Option<Decided<Routing>> {
    if !matches!(user_route(snapshot, &entry(snapshot, site, gateway), address), Found::None) {
        return None;
    }
    let because = not_lent(snapshot, site, gateway, &arrival.network)?;
    let text = format!("{}: no way leads to {address}", because.text);
    Some(Decided::value(Routing::NoPath, Because { text, ..because }))
}
