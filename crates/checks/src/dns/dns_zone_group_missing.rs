//! Does nothing keep the endpoint's records?

use crate::asked::{Asked, confidence};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::PrivateDnsZoneGroup;
use model::{Because, FactRef, Kind};
use path::Trace;
use path::platform::ZONE_GROUP;

check! {
    /// ## What it finds
    ///
    /// The zone of the service exists, the private endpoint has no DNS zone group, and nobody wrote the
    /// record by hand: the name does not resolve to the endpoint.
    ///
    /// ## Why it breaks
    ///
    /// An endpoint does not register itself. A DNS zone group does, at creation and whenever addresses
    /// change. A linked zone without the record answers NXDOMAIN; with fallback to the internet the
    /// answer is public.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// With a zone group in place, a missing record is `dns-record-missing-in-linked-zone`. A hand-made
    /// record with the right address is no fault.
    ///
    /// ## How to repair
    ///
    /// Create a zone group that names the zone by its full id: with a bare name the az command looks for
    /// the zone in the endpoint's resource group.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns-integration.md. Seen in
    /// github.com/hashicorp/terraform-provider-azurerm issue 9408.
    pub struct DnsZoneGroupMissing = {
        code: "DNS004",
        name: "dns-zone-group-missing",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The private endpoint has no DNS zone group, so nothing keeps its records.",
        needs: [PrivateDnsZone, VirtualNetworkLink, RecordSet, PrivateEndpoint, NetworkInterface, PrivateDnsZoneGroup],
        since: "0.1.0",
    }
}

impl Check for DnsZoneGroupMissing {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = Asked::of(cx, trace) else { return };
        let zone = match asked.lacking_zone() {
            Some(zone) if asked.twin_with_record(cx, zone).is_some() || asked.is_out_of_reach(cx) => return,
            Some(zone) => zone.clone(),
            None if asked.is_unlinked() => match asked.zones(cx).as_slice() {
                [] => return,
                zones if zones.iter().any(|zone| asked.has_right_record(cx, zone)) => return,
                zones => zones[0].clone(),
            },
            None => return,
        };
        let (endpoint, _) = &asked.endpoints[0];
        if cx.children::<PrivateDnsZoneGroup>(endpoint).next().is_some() {
            return;
        }
        let Some(confidence) = confidence(cx, asked.because, &[Kind::PrivateDnsZoneGroup]) else { return };
        let title = format!("endpoint {} has no DNS zone group: no record {}", endpoint.name(), asked.service.label);
        let group = FactRef::new(endpoint, "privateDnsZoneGroups", "none");
        let evidence = Evidence::fact(format!("endpoint {} has no DNS zone group", endpoint.name()), &group);
        let finding = Finding { confidence, ..Finding::new(Self::META, title) }
            .on(endpoint)
            .on(&zone)
            .shown_by([evidence])
            .shown_by(asked.evidence())
            .shown_by(Evidence::of(&Because::default().rule(&ZONE_GROUP)));
        let Some(change) = asked.group_with(cx, &zone, None) else { return };
        let remedy = Remedy::new(
            format!("give {} a zone group for {}", endpoint.name(), zone.name()),
            Safety::Safe,
            vec![change],
        )
        .needing("Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write", endpoint.name())
        .needing("Microsoft.Network/privateDnsZones/join/action", zone.name());
        out.push(finding.repaired_by(remedy));
    }
}
