//! Is the record in one zone and the network linked to another of the same name?

use crate::asked::{Asked, answers, confidence, group, link_to};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::{Change, FactRef, ResourceId};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// Two private DNS zones have the name that the service needs. The endpoint's record is in one of
    /// them; the network whose resolver answers is linked to the other.
    ///
    /// ## Why it breaks
    ///
    /// A name of a zone is unique in its resource group only: a portal or a template that does not find
    /// the zone makes another. Azure DNS asks the linked zone and no other, and it lacks the record: the
    /// name does not exist, or with fallback to the internet the answer is public.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A linked zone without the record is also `dns-record-missing-in-linked-zone`: there no zone has it.
    /// A network that is linked to neither of the two is `dns-zone-not-linked-to-resolving-vnet`.
    ///
    /// ## How to repair
    ///
    /// Link the network to the zone that has the records, in place of the other: Azure refuses to link both.
    /// Then move what the other still holds, and delete it.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns-integration.md (zones of one name are to be
    /// merged). Seen in github.com/MicrosoftDocs/azure-docs issue 53153.
    pub struct DnsDuplicateZones = {
        code: "DNS017",
        name: "dns-duplicate-zones",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "Two zones share a name: the record is in one, the virtual network is linked to the other.",
        needs: [PrivateDnsZone, VirtualNetworkLink, RecordSet, PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for DnsDuplicateZones {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = Asked::of(cx, trace) else { return };
        let Some(empty) = asked.lacking_zone() else { return };
        let Some(full) = asked.twin_with_record(cx, empty) else { return };
        let Some(confidence) = confidence(cx, asked.because, &[]) else { return };
        let network = &asked.network;
        let title = format!("{} is linked to the zone in {}, not {}", network.name(), place(empty), place(full));
        let label = &asked.service.label;
        let shown = [
            Evidence::fact(
                format!("zone {} in {} has the record {label}", full.name(), group(full)),
                &FactRef::new(full, "A", label.clone()),
            ),
            Evidence::fact(
                format!("another zone of that name is in {} and lacks it", group(empty)),
                &FactRef::new(empty, "virtualNetworkLinks", network.name()),
            ),
        ];
        let mut changes: Vec<Change> = link_to(cx, empty, network).cloned().map(Change::Delete).into_iter().collect();
        if link_to(cx, full, network).is_none() {
            changes.push(Change::link_zone(full, network));
        }
        // Names that only the other zone has would be lost.
        let held = answers(cx, full);
        let lost = answers(cx, empty).iter().any(|id| !held.iter().any(|other| other.name() == id.name()));
        let safety = if lost { Safety::Review } else { Safety::Safe };
        let remedy =
            Remedy::new(format!("link {} to the zone in {} instead", network.name(), group(full)), safety, changes)
                .needing("Microsoft.Network/privateDnsZones/virtualNetworkLinks/write", &group(full))
                .needing("Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete", &group(empty))
                .needing("Microsoft.Network/virtualNetworks/join/action", network.name())
                .saying("between the two commands the names of the zone are answered publicly")
                .saying(format!("then merge {} of {} into the other zone", empty.name(), group(empty)));
        let finding = Finding { confidence, ..Finding::new(Self::META, title) };
        out.push(finding.on(empty).on(full).shown_by(shown).shown_by(asked.evidence()).repaired_by(remedy));
    }
}

fn place(zone: &ResourceId) -> &str {
    zone.resource_group().unwrap_or("another group")
}
