//! Does what one place sends arrive at another? Networks, peerings and gateways; nothing finer.

use crate::networks::peering;
use crate::route::{self, Routing};
use model::resource::{Peering, PeeringState};
use model::{Because, Decided, Fact, FactRef, Known, Mark, OnPremises, ResourceId, Snapshot, Why};

/// Where somebody asks from, or a server stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'s> {
    /// In a virtual network.
    Network(&'s ResourceId),
    /// At a place outside of Azure that reaches it privately.
    Site(&'s OnPremises),
    /// Outside of Azure; nobody says where.
    Outside,
}

static GATEWAY: Fact = Fact {
    id: "gateway-reaches-its-network-and-peers-with-transit",
    text: "A place behind a gateway reaches the gateway's virtual network, and those of its peers that use the gateway (allowGatewayTransit there, useRemoteGateways here).",
    mark: Mark::Documented,
    source: "Azure documentation, vpn-gateway/vpn-gateway-peering-gateway-transit.md and the property reference of peerings, read 2026-11-22",
};

impl Place<'_> {
    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Network(network) => network.name(),
            Self::Site(site) => &site.name,
            Self::Outside => "outside of any virtual network",
        }
    }
}

/// Whether packets from one place arrive at another, as far as networks, peerings and gateways decide;
/// route tables, security groups and firewalls are not looked at.
pub(crate) fn reaches(snapshot: &Snapshot, from: Place<'_>, to: Place<'_>) -> Decided<bool> {
    match (from, to) {
        (Place::Network(one), Place::Network(other)) if one == other => {
            Decided::value(true, Because::new(format!("both are in {}", one.name())))
        }
        (Place::Network(one), Place::Network(other)) => over_peering(snapshot, one, other),
        (Place::Site(one), Place::Site(other)) if one.name == other.name => {
            Decided::value(true, Because::new(format!("both are at {}", one.name)))
        }
        (Place::Site(site), Place::Network(network)) | (Place::Network(network), Place::Site(site)) => {
            over_gateway(snapshot, site, network)
        }
        (Place::Site(_), Place::Site(_)) | (Place::Outside, _) | (_, Place::Outside) => {
            let text = format!("whether {} reaches {} is not known", from.name(), to.name());
            Decided::unknown(Why::NotCollected, Because::new(text))
        }
    }
}

fn over_peering(snapshot: &Snapshot, from: &ResourceId, to: &ResourceId) -> Decided<bool> {
    let Decided { outcome, because } = route::over_peering(snapshot, from, to);
    match outcome {
        // What routes an endpoint adds is beside the point.
        Known::Value(Routing::Peering(_)) => Decided::value(true, Because { rules: Vec::new(), ..because }),
        Known::Value(_) => Decided::value(false, because),
        Known::Unknown(why) => Decided::unknown(why, because),
    }
}

fn over_gateway(snapshot: &Snapshot, site: &OnPremises, network: &ResourceId) -> Decided<bool> {
    let (here, there) = (&site.name, network.name());
    let Some(gateway) = &site.network else {
        let text = format!("whether {here} reaches {there} is not known: nobody says which network's gateway it has");
        return Decided::unknown(Why::NotCollected, Because::new(text));
    };
    if gateway == network {
        let text = format!("{here} is connected to the gateway of {there}");
        return Decided::value(true, Because::new(text).rule(&GATEWAY));
    }
    let (give, take) = (peering(snapshot, gateway, network), peering(snapshot, network, gateway));
    let connected = |half: &Peering| half.state.is(&PeeringState::Connected) && half.allow_virtual_network_access;
    let transit = match (give, take) {
        (Some((give_id, give)), Some((take_id, take))) => {
            let through = give.allow_gateway_transit && take.use_remote_gateways && connected(give) && connected(take);
            through.then_some((give_id, take_id))
        }
        _ => None,
    };
    match transit {
        Some((give, take)) => {
            let text = format!("{here} reaches {there} through the gateway of {}", gateway.name());
            let because = Because::new(text).fact(FactRef::new(give, "allowGatewayTransit", "true"));
            Decided::value(true, because.fact(FactRef::new(take, "useRemoteGateways", "true")).rule(&GATEWAY))
        }
        None => {
            let hub = gateway.name();
            let text = format!(
                "whether {here}, which is connected to the gateway of {hub}, reaches {there} is not known: no peering \
                 of the two lets it through, and whether an appliance does is not modelled yet"
            );
            Decided::unknown(Why::Unsupported, Because::new(text))
        }
    }
}
