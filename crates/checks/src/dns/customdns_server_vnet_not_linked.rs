//! Is the zone linked to the network of the client, but not to that of the DNS server that asks?

use crate::asked::{Asked, confidence, group};
use crate::servers::{called, linked_to_client_only};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::{Change, FactRef};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// The zone is linked to the virtual network of the client. But the client asks a DNS server that
    /// stands in another network, and that one has no link.
    ///
    /// ## Why it breaks
    ///
    /// Azure DNS answers with the zones that are linked to the network that the question comes from. A
    /// forwarder asks from its own network; the link of the client's network is never looked at.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Neither network linked is `dns-zone-not-linked-to-resolving-vnet`, about the same network. A
    /// server that asks the internet is `customdns-forwarder-bypasses-azure-dns`: there no link helps.
    ///
    /// ## How to repair
    ///
    /// Link the zone to the network of the DNS server. The link of the client's network is then not needed.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns-integration.md,
    /// dns/private-dns-virtual-network-links.md, dns/private-resolver-endpoints-rulesets.md.
    pub struct CustomdnsServerVnetNotLinked = {
        code: "DNS024",
        name: "customdns-server-vnet-not-linked",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The zone is linked to the client's network, but the DNS server asks from one that has no link.",
        needs: [PrivateDnsZone, VirtualNetworkLink, PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for CustomdnsServerVnetNotLinked {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = Asked::of(cx, trace).filter(Asked::is_unlinked) else { return };
        let Some(client) = linked_to_client_only(cx, trace, &asked) else { return };
        let zones = asked.zones(cx);
        let Some(zone) = zones.iter().find(|zone| asked.has_right_record(cx, zone)).or(zones.first()) else { return };
        let Some(confidence) = confidence(cx, asked.because, &[]) else { return };
        let network = &asked.network;
        let server = asked.resolution.through.first().map(|server| called(cx.snapshot(), *server));
        let server = server.unwrap_or_else(|| "the DNS server".to_owned());
        let title = format!("{server} asks from {}, which lacks the zone link", network.name());
        let links = FactRef::new(zone, "virtualNetworkLinks", format!("{}, not {}", client.name(), network.name()));
        let evidence = Evidence::fact(format!("zone {} is linked to {} only", zone.name(), client.name()), &links);
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
