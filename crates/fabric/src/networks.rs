//! Which virtual networks hear each other, and which addresses are whose?

use model::resource::{Peering, PeeringState};
use model::{ResourceId, Snapshot};
use std::net::IpAddr;

/// What Azure wants the subnet of a gateway to be called.
pub(crate) const GATEWAY_SUBNET: &str = "GatewaySubnet";

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
