//! Do packets from outside of Azure get through a gateway to an endpoint?

use super::Routing;
use super::facts::FROM_PREMISES;
use crate::endpoint::Arrival;
use crate::reach::{Place, reaches};
use model::resource::Subnet;
use model::{Because, Decided, FactRef, Known, OnPremises, Snapshot, Why};
use std::net::IpAddr;

/// The plain case: a gateway in the endpoint's network or in a peer that lends it, without a route
/// table of its own. What the place itself routes into the tunnel is not known to Azure.
pub(super) fn to_endpoint(
    snapshot: &Snapshot,
    site: &OnPremises,
    address: IpAddr,
    arrival: &Arrival,
) -> Decided<Routing> {
    let Decided { outcome, because } = reaches(snapshot, Place::Site(site), Place::Network(&arrival.network));
    match (outcome, &site.network) {
        (Known::Unknown(why), _) => Decided::unknown(why, because),
        (Known::Value(true), Some(gateway)) => {
            let subnet = gateway.child("subnets", GATEWAY_SUBNET);
            let table = snapshot.find::<Subnet>(&subnet).and_then(|subnet| subnet.route_table.as_ref());
            if let Some(table) = table {
                let text = format!("what route table {} of the gateway does is not modelled yet", table.name());
                let fact = FactRef::new(&subnet, "routeTable.id", table.as_str());
                return Decided::unknown(Why::Unsupported, because.part(Because::new(text).fact(fact)));
            }
            Decided::value(Routing::Gateway(gateway.clone()), because.rule(&FROM_PREMISES))
        }
        (Known::Value(_), _) => {
            let text = format!("no gateway leads from {} to {address}", site.name);
            Decided::value(Routing::NoPath, Because { text, ..because })
        }
    }
}

/// What Azure wants the subnet of a gateway to be called.
const GATEWAY_SUBNET: &str = "GatewaySubnet";
