//! Is the right zone there, but not linked to the network whose resolver answers?

use crate::asked::{Asked, confidence, group};
use crate::servers::{linked_to_client_only, unlinked_rule};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::Change;
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// The private DNS zone of the service exists, but it is not linked to the virtual network that
    /// the client asks for names. Public DNS answers instead, and the call leaves over the public way.
    ///
    /// ## Why it breaks
    ///
    /// A zone is invisible to a virtual network until it is linked to it. Peering does not carry the
    /// link. With public access disabled the service answers 403; with public access open everything
    /// seems to work, silently over the public way; with egress to the internet denied it is a time-out.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// *No zone at all* is `dns-zone-absent`. *Linked, and no record*: NXDOMAIN, or with fallback to the
    /// internet the same public answer: `dns-record-missing-in-linked-zone`. *Custom DNS servers*: then
    /// the network of the server must be linked, not that of the client. A proxy that resolves publicly
    /// gives the same 403 while DNS is perfect.
    ///
    /// ## How to repair
    ///
    /// Link the zone to the network, without registration. Advice on the web speaks of a peering option
    /// "use remote virtual network's DNS servers": there is none.
    ///
    /// ## Sources
    ///
    /// Azure documentation: dns/private-dns-virtual-network-links.md,
    /// private-link/private-endpoint-dns-integration.md.
    pub struct DnsZoneNotLinkedToResolvingVnet = {
        code: "DNS003",
        name: "dns-zone-not-linked-to-resolving-vnet",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The zone is not linked to the virtual network whose resolver answers the client.",
        needs: [PrivateDnsZone, VirtualNetworkLink, PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for DnsZoneNotLinkedToResolvingVnet {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = Asked::of(cx, trace).filter(Asked::is_unlinked) else { return };
        // Their own checks say more.
        if linked_to_client_only(cx, trace, &asked).is_some() || unlinked_rule(cx, &asked).is_some() {
            return;
        }
        let zones = asked.zones(cx);
        let Some(zone) = zones.iter().find(|zone| asked.has_right_record(cx, zone)).or(zones.first()) else { return };
        let Some(confidence) = confidence(cx, asked.because, &[]) else { return };
        let network = &asked.network;
        let links = model::FactRef::new(zone, "virtualNetworkLinks", format!("none to {}", network.name()));
        let evidence = Evidence::fact(format!("zone {} exists in {}", zone.name(), group(zone)), &links);
        let title = format!("zone {} is not linked to {}", zone.name(), network.name());
        let remedy = Remedy::new(
            format!("link {} to {}", zone.name(), network.name()),
            Safety::Safe,
            vec![Change::link_zone(zone, network)],
        )
        .needing("Microsoft.Network/privateDnsZones/virtualNetworkLinks/write", &group(zone))
        .needing("Microsoft.Network/virtualNetworks/join/action", network.name());
        let finding = Finding { confidence, ..Finding::new(Self::META, title) };
        out.push(finding.on(zone).on(network).shown_by([evidence]).shown_by(asked.evidence()).repaired_by(remedy));
    }
}
