//! Is there a zone with a name that is almost right?

use super::dns_zone_absent::new_zone;
use crate::asked::{Asked, confidence, group};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::{Change, FactRef, Kind};
use path::Trace;
use std::sync::Arc;

check! {
    /// ## What it finds
    ///
    /// A zone holds the endpoint's record or belongs to its zone group, but its name is not the one that
    /// the service's alias has, and the right zone does not exist. Zone, record and link are all there,
    /// and still public DNS answers.
    ///
    /// ## Why it breaks
    ///
    /// Azure DNS compares the alias that public DNS gives with the names of the linked zones, letter by
    /// letter. `privatelink.openai.azure.net` never answers for `…privatelink.openai.azure.com`.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Without any such zone it is `dns-zone-absent`. When the right zone exists as well, it is its link
    /// or its record that is missing.
    ///
    /// ## How to repair
    ///
    /// Create the zone under the right name, link it, and move the zone group to it. The mis-named zone can
    /// go when nothing else uses it.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns.md (table of zones). Seen in
    /// github.com/hashicorp/terraform-provider-azurerm issue 9408.
    pub struct DnsWrongZoneName = {
        code: "DNS010",
        name: "dns-wrong-zone-name",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The zone has a name that is almost right, so its records are never asked for.",
        needs: [PrivateDnsZone, VirtualNetworkLink, PrivateEndpoint, NetworkInterface, PrivateDnsZoneGroup, RecordSet],
        since: "0.1.0",
    }
}

impl Check for DnsWrongZoneName {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = Asked::of(cx, trace).filter(Asked::is_unlinked) else { return };
        if !asked.zones(cx).is_empty() {
            return;
        }
        let Some(wrong) = asked.misnamed_zone(cx) else { return };
        let Some(confidence) = confidence(cx, asked.because, &[Kind::PrivateDnsZone]) else { return };
        let right = new_zone(cx, &asked);
        let id = right.id.clone();
        let title = format!("zone {} should be named {}", wrong.name(), id.name());
        let evidence = Evidence::fact(
            format!(
                "zone {} is no zone of Private Link; the alias of {} is {}",
                wrong.name(),
                asked.service.host,
                asked.service.alias
            ),
            &FactRef::new(wrong, "", ""),
        );
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
