//! Does a linked zone lack the record that its zone group should keep?

use crate::asked::{Asked, confidence};
use crate::registered::{Registered, is_linked, is_whole, keeps, registered};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::{PrivateDnsZoneGroup, ResolutionPolicy, VirtualNetworkLink};
use model::{Because, Change, FactRef, Kind};
use path::Trace;
use path::dns::Answer;

check! {
    /// ## What it finds
    ///
    /// The zone is linked and the endpoint has a DNS zone group, but the zone has no record for the
    /// asked name.
    ///
    /// ## Why it breaks
    ///
    /// A linked zone answers for everything below it: no record means NXDOMAIN, even if public DNS has
    /// the name. With fallback to the internet on the link (`NxDomainRedirect`) the missing record hides
    /// behind a public answer instead.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A public answer without the zone being linked is `dns-zone-not-linked-to-resolving-vnet`: read the
    /// link and its policy before blaming it. An endpoint without a zone group is
    /// `dns-zone-group-missing`. A record that is in another zone of the same name is
    /// `dns-duplicate-zones`. A service that has its endpoints in other networks only is
    /// `dns-privatelink-cname-no-endpoint-here`: no record would help.
    ///
    /// ## How to repair
    ///
    /// Put the record back; or, when the zone group does not name this zone, add the zone to the group.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns.md (caution), dns/private-dns-fallback.md.
    pub struct DnsRecordMissingInLinkedZone = {
        code: "DNS005",
        name: "dns-record-missing-in-linked-zone",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The linked zone has no record for a name of the endpoint, so the name does not exist.",
        needs: [PrivateDnsZone, VirtualNetworkLink, RecordSet, PrivateEndpoint, NetworkInterface, PrivateDnsZoneGroup],
        since: "0.1.0",
    }
}

impl Check for DnsRecordMissingInLinkedZone {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = Asked::of(cx, trace) else { return };
        let Some(zone) = asked.lacking_zone() else { return };
        if asked.twin_with_record(cx, zone).is_some() || asked.is_out_of_reach(cx) {
            return;
        }
        let (endpoint, addresses) = &asked.endpoints[0];
        let Some((group, found)) = cx.children::<PrivateDnsZoneGroup>(endpoint).next() else { return };
        let Some(confidence) = confidence(cx, asked.because, &[]) else { return };
        let covers = found.configs.iter().any(|config| config.zone.as_ref() == Some(zone));
        let effect = match asked.resolution.answer {
            Answer::Public { .. } => "and fallback answers publicly",
            _ => "NXDOMAIN",
        };
        let title = format!("zone {} has no record {} ({effect})", zone.name(), asked.service.label);
        let list = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let should = FactRef::new(endpoint, "networkInterfaces", list.clone());
        let named = FactRef::new(group, "privateDnsZoneConfigs", if covers { zone.name() } else { "other zones" });
        let finding = Finding { confidence, ..Finding::new(Self::META, title) }
            .on(zone)
            .on(endpoint)
            .shown_by([
                Evidence::fact(format!("the record should say {list}: the address of {}", endpoint.name()), &should),
                Evidence::fact(format!("zone group {} of {} exists", group.name(), endpoint.name()), &named),
            ])
            .shown_by(asked.evidence());
        let register = Remedy::new(
            format!("let zone group {} keep the records of {} too", group.name(), zone.name()),
            Safety::Safe,
            asked.group_with(cx, zone, None).into_iter().collect(),
        )
        .needing("Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write", endpoint.name())
        .needing("Microsoft.Network/privateDnsZones/join/action", zone.name());
        let write = Remedy::new(
            format!("put record {} with {list} into {}", asked.service.label, zone.name()),
            Safety::Safe,
            vec![Change::put_record(zone, &asked.service.label, addresses.clone())],
        )
        .needing("Microsoft.Network/privateDnsZones/A/write", zone.name())
        .saying(format!(
            "making zone group {} anew would register it too, and takes its other records away for a moment",
            group.name()
        ));
        let remedy = if covers { write } else { register };
        out.push(finding.repaired_by(remedy));
    }

    /// No name of an endpoint has its record, though its zone group is to keep them. When only some of them
    /// lack it, it is another code.
    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        let all = registered(cx);
        for names in all.chunk_by(|one, next| one.endpoint == next.endpoint) {
            let kept = names.iter().filter(|name| keeps(cx, name.endpoint, name.zone) && is_linked(cx, name.zone));
            let kept: Vec<&Registered<'_>> = kept.collect();
            if kept.iter().all(|name| name.record.is_none() && is_whole(cx, name.zone)) {
                out.findings.extend(kept.iter().filter_map(|name| nothing_kept(cx, name)));
            }
        }
    }
}

fn nothing_kept(cx: &Cx<'_>, name: &Registered<'_>) -> Option<Finding> {
    let Registered { endpoint, service, zone, addresses, .. } = name;
    let confidence = confidence(cx, &Because::new(""), &[Kind::RecordSet])?;
    let (group, _) = cx.children::<PrivateDnsZoneGroup>(endpoint).next()?;
    let list = name.list();
    let mut links = cx.children::<VirtualNetworkLink>(zone);
    let falls_back = links.all(|(_, link)| link.resolution_policy == ResolutionPolicy::NxDomainRedirect);
    let effect = if falls_back { "and fallback answers publicly" } else { "NXDOMAIN" };
    let title = format!("zone {} has no record {} ({effect})", zone.name(), service.label);
    let kept = FactRef::new(group, "privateDnsZoneConfigs", zone.name());
    let should = FactRef::new(endpoint, "networkInterfaces", list.clone());
    let finding = Finding::new(DnsRecordMissingInLinkedZone::META, title).on(zone).on(endpoint).shown_by([
        Evidence::fact(format!("the record should say {list}: the address of {}", endpoint.name()), &should),
        Evidence::fact(format!("zone group {} of {} exists", group.name(), endpoint.name()), &kept),
    ]);
    let change = Change::put_record(zone, &service.label, addresses.clone());
    let remedy = Remedy::new(
        format!("put record {} with {list} into {}", service.label, zone.name()),
        Safety::Safe,
        vec![change],
    );
    let remedy = remedy.needing("Microsoft.Network/privateDnsZones/A/write", zone.name()).saying(format!(
        "making zone group {} anew would register it too, and takes its other records away for a moment",
        group.name()
    ));
    Some(Finding { confidence, ..finding.repaired_by(remedy) })
}
