//! Is there no zone of the right name at all?

use crate::asked::{Asked, confidence, group};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::PrivateDnsZone;
use model::{Body, Change, FactRef, Kind, Resource, ResourceId};
use path::Trace;
use std::sync::Arc;

check! {
    /// ## What it finds
    ///
    /// The service has a private endpoint, but the private DNS zone that its name needs does not exist
    /// in the snapshot. Public DNS answers.
    ///
    /// ## Why it breaks
    ///
    /// Public DNS gives the name its privatelink alias and then the public address. Only a private zone
    /// of exactly the alias's suffix can answer the alias with the endpoint's address.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A zone with a name that is almost right is `dns-wrong-zone-name`. A zone that exists and is not
    /// linked is `dns-zone-not-linked-to-resolving-vnet`. A zone in a subscription that the snapshot
    /// lacks looks the same: the confidence is `inferred` unless the snapshot says that it holds all zones.
    ///
    /// ## How to repair
    ///
    /// Create the zone, link it to the network that resolves, and let a DNS zone group of the endpoint
    /// keep the record.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns.md (table of zones),
    /// dns/private-dns-virtual-network-links.md.
    pub struct DnsZoneAbsent = {
        code: "DNS002",
        name: "dns-zone-absent",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "No private DNS zone with the name that the service needs exists.",
        needs: [PrivateDnsZone, VirtualNetworkLink, PrivateEndpoint, NetworkInterface, PrivateDnsZoneGroup],
        since: "0.1.0",
    }
}

impl Check for DnsZoneAbsent {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = Asked::of(cx, trace).filter(Asked::is_unlinked) else { return };
        let held = asked.misnamed_zone(cx).is_some() || asked.sovereign_zone(cx).is_some();
        if held || !asked.zones(cx).is_empty() {
            return;
        }
        let Some(confidence) = confidence(cx, asked.because, &[Kind::PrivateDnsZone]) else { return };
        let zone = new_zone(cx, &asked);
        let title = format!("no zone {} exists", zone.id.name());
        let absent = FactRef::new(&zone.id, "", "");
        let evidence = Evidence::fact(format!("the snapshot has no private DNS zone {}", zone.id.name()), &absent);
        let id = zone.id.clone();
        let mut changes = vec![Change::Put(Arc::new(zone)), Change::link_zone(&id, &asked.network)];
        changes.extend(asked.group_with(cx, &id, None));
        let title_of_remedy =
            format!("create {}, link it to {} and register the endpoint", id.name(), asked.network.name());
        let remedy = Remedy::new(title_of_remedy, Safety::Safe, changes)
            .needing("Microsoft.Network/privateDnsZones/write", &group(&id))
            .needing("Microsoft.Network/virtualNetworks/join/action", asked.network.name())
            .needing("Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write", asked.endpoints[0].0.name())
            .saying(
                "if the zone exists in another subscription, link that one instead: two zones of one name drift apart",
            );
        let finding = Finding { confidence, ..Finding::new(Self::META, title) };
        out.push(finding.on(&asked.network).shown_by([evidence]).shown_by(asked.evidence()).repaired_by(remedy));
    }
}

/// Where zones of the estate are kept already, else beside the network.
pub(crate) fn new_zone(cx: &Cx<'_>, asked: &Asked<'_>) -> Resource {
    let beside = |id: &ResourceId| Some((id.subscription()?.to_owned(), id.resource_group()?.to_owned()));
    let (subscription, group) = cx
        .all::<PrivateDnsZone>()
        .map(|(id, _)| id)
        .chain([&asked.network])
        .find_map(beside)
        .unwrap_or_else(|| ("SUBSCRIPTION".to_owned(), "RESOURCE-GROUP".to_owned()));
    let kind = Kind::PrivateDnsZone.resource_type();
    let id = ResourceId::new(&subscription, &group, kind, &[asked.service.zone]);
    Resource {
        location: Some(Arc::from("global")),
        ..Resource::new(id, Body::PrivateDnsZone(PrivateDnsZone::default()))
    }
}
