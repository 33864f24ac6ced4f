//! Does the zone carry the suffix of another Azure cloud?

use super::dns_zone_absent::new_zone;
use crate::asked::{Asked, confidence, group};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::{Change, FactRef, Kind};
use path::Trace;
use std::sync::Arc;

check! {
    /// ## What it finds
    ///
    /// A zone holds the endpoint's record or belongs to its zone group, and its name is that of the same service
    /// in another Azure cloud, such as `privatelink.openai.azure.us`. The zone of this cloud does not exist.
    ///
    /// ## Why it breaks
    ///
    /// The alias that public DNS gives has the suffix of the cloud that the resource lives in. A zone with
    /// another suffix is never asked for it. Tables and templates written for one cloud give it.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A zone name that no cloud has is `dns-wrong-zone-name`. Without any such zone it is `dns-zone-absent`. An
    /// estate that serves two clouds may hold both zones, and then nothing is wrong.
    ///
    /// ## How to repair
    ///
    /// Create the zone with the suffix of this cloud, link it, and move the zone group to it.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns.md (tables of the clouds).
    pub struct DnsSovereignSuffix = {
        code: "DNS020",
        name: "dns-sovereign-suffix",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The zone has the suffix of another Azure cloud.",
        needs: [PrivateDnsZone, VirtualNetworkLink, PrivateEndpoint, NetworkInterface, PrivateDnsZoneGroup, RecordSet],
        since: "0.1.0",
    }
}

impl Check for DnsSovereignSuffix {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = Asked::of(cx, trace).filter(Asked::is_unlinked) else { return };
        if !asked.zones(cx).is_empty() {
            return;
        }
        let Some((wrong, cloud)) = asked.sovereign_zone(cx) else { return };
        let Some(confidence) = confidence(cx, asked.because, &[Kind::PrivateDnsZone]) else { return };
        let right = new_zone(cx, &asked);
        let id = right.id.clone();
        let title = format!("the endpoint's zone is that of {cloud}");
        let text = format!("zone {} never answers for {}", wrong.name(), asked.service.alias);
        let evidence = Evidence::fact(text, &FactRef::new(wrong, "", ""));
        let mut changes = vec![Change::Put(Arc::new(right)), Change::link_zone(&id, &asked.network)];
        changes.extend(asked.group_with(cx, &id, Some(wrong)));
        let remedy =
            Remedy::new(format!("create {}, link it and move the zone group to it", id.name()), Safety::Safe, changes)
                .needing("Microsoft.Network/privateDnsZones/write", &group(&id))
                .needing("Microsoft.Network/virtualNetworks/join/action", asked.network.name())
                .needing("Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write", asked.endpoints[0].0.name())
                .saying(format!("then delete {} if nothing else uses it", wrong.name()));
        let finding = Finding { confidence, ..Finding::new(Self::META, title) };
        out.push(
            finding.on(wrong).on(&asked.network).shown_by([evidence]).shown_by(asked.evidence()).repaired_by(remedy),
        );
    }
}
