//! Which virtual networks hear each other, and which addresses are whose?

use ipnet::IpNet;
use model::resource::{Peering, PeeringState, VirtualNetwork};
use model::{Because, Decided, Extent, Fact, FactRef, Kind, Known, Mark, OnPremises, ResourceId, Snapshot, Why};
use std::net::IpAddr;

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

pub(crate) static NOT_TRANSITIVE: Fact = Fact {
    id: "peering-is-not-transitive",
    text: "A network hears a private endpoint from its own network or over a peering that is Connected; peering is not transitive.",
    mark: Mark::Recorded,
    source: "failure mode route-no-path-to-pe-vnet: plan-private-endpoints lab and azure-privatelink-routing topologies, read 2026-11-22",
};

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
    let (here, there) = (from.name(), to.name());
    if let Some((id, half)) = peering(snapshot, from, to) {
        let state = half.state.value().map_or("unknown", |state| state.word());
        let fact = FactRef::new(id, "peeringState", state);
        return match &half.state {
            Known::Value(PeeringState::Connected) if half.allow_virtual_network_access => {
                Decided::value(true, Because::new(format!("{here} is peered with {there}")).fact(fact))
            }
            Known::Value(PeeringState::Connected) => {
                let fact = FactRef::new(id, "allowVirtualNetworkAccess", "false");
                let text = format!("peering {} does not allow access to {there}", id.name());
                Decided::value(false, Because::new(text).fact(fact).rule(&NOT_TRANSITIVE))
            }
            Known::Value(_) => {
                let text = format!("peering {} from {here} to {there} is {state}", id.name());
                Decided::value(false, Because::new(text).fact(fact).rule(&NOT_TRANSITIVE))
            }
            Known::Unknown(why) => {
                Decided::unknown(*why, Because::new(format!("the state of peering {} is {}", id.name(), why.words())))
            }
        };
    }
    if let Extent::Missing(why) = snapshot.coverage().of_children(from, Kind::Peering) {
        return Decided::unknown(why, Because::new(format!("the peerings of {here} are {}", why.words())));
    }
    let text = format!("{here} is not peered with {there}");
    let because = Because::new(text).fact(FactRef::new(from, "virtualNetworkPeerings", ""));
    if snapshot.children::<Peering>(from).next().is_some() {
        let part = Because::new("whether another network forwards between them is not modelled yet");
        return Decided::unknown(Why::Unsupported, because.part(part));
    }
    Decided::value(false, because.rule(&NOT_TRANSITIVE))
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

/// The virtual network of a subnet.
pub fn network_of(subnet: &ResourceId) -> Option<ResourceId> {
    subnet.parent()
}

/// True for an address that the internet routes: not private (RFC 1918, RFC 6598, RFC 4193), not
/// loopback, not link-local. Says nothing about whose it is.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let shared = first == 100 && (64..128).contains(&second);
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || shared)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(IpAddr::V4(v4)),
            None => {
                let first = v6.segments()[0];
                let local = first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80;
                !(v6.is_loopback() || v6.is_unspecified() || local)
            }
        },
    }
}

/// True for RFC 1918 addresses, which App Service sends into its network without route-all.
pub(crate) fn is_rfc1918(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(v4) if v4.is_private())
}

/// One half of a peering from `from` to `to`, with its id.
pub(crate) fn peering<'s>(
    snapshot: &'s Snapshot,
    from: &ResourceId,
    to: &ResourceId,
) -> Option<(&'s ResourceId, &'s Peering)> {
    snapshot.children::<Peering>(from).find(|(_, peering)| peering.remote.as_ref() == Some(to))
}

/// The networks that `network` is peered with and connected to, with the half that leads there.
pub(crate) fn peers<'s>(
    snapshot: &'s Snapshot,
    network: &ResourceId,
) -> impl Iterator<Item = (&'s ResourceId, &'s ResourceId)> {
    snapshot
        .children::<Peering>(network)
        .filter(|(_, peering)| peering.state.is(&PeeringState::Connected))
        .filter_map(|(id, peering)| Some((id, peering.remote.as_ref()?)))
}

/// The address space of a network and of its connected peers.
pub(crate) fn reachable_space(snapshot: &Snapshot, network: &ResourceId) -> Vec<IpNet> {
    let mut networks = vec![network];
    networks.extend(peers(snapshot, network).map(|(_, remote)| remote));
    networks
        .into_iter()
        .filter_map(|id| snapshot.find::<VirtualNetwork>(id))
        .flat_map(|network| network.address_space.iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses() {
        for public in ["52.1.2.3", "203.0.113.10", "2603:1030::1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "10.1.2.4",
            "172.31.0.1",
            "192.168.1.1",
            "100.64.2.4",
            "127.0.0.1",
            "169.254.1.1",
            "fd00::1",
            "::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        assert!(is_public("100.128.0.1".parse().unwrap()));
    }
}
