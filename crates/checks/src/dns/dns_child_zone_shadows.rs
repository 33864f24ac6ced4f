//! Does a zone below the right one answer in its place?

use crate::asked::{Asked, answers, confidence, link_to, silent_zone};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::{Change, DnsName, FactRef};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// The zone of the service has the record, and a second zone whose name lies below it is linked too.
    /// The asked name falls into that child zone, which lacks it.
    ///
    /// ## Why it breaks
    ///
    /// Of the linked zones that hold a name the one with the longest name answers, and it answers alone.
    /// Zone groups write all their records into the parent zone, such as `app.scm` into
    /// `privatelink.azurewebsites.net`: a zone `scm.privatelink.azurewebsites.net` stays empty and hides
    /// them.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// One name of the service resolves and another does not, which looks like
    /// `dns-record-missing-in-linked-zone`; here the record is there, in the parent. A zone that carries the
    /// public suffix is `dns-service-zone-override`.
    ///
    /// ## How to repair
    ///
    /// Unlink the child zone from the network, then delete it.
    ///
    /// ## Sources
    ///
    /// Seen in github.com/MicrosoftDocs/azure-docs issue 115364 and github.com/Azure/azure-cli issue 25814.
    pub struct DnsChildZoneShadows = {
        code: "DNS016",
        name: "dns-child-zone-shadows",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "A separate child zone hides the records that the zone group writes in the parent zone.",
        needs: [PrivateDnsZone, VirtualNetworkLink, RecordSet, PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for DnsChildZoneShadows {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = Asked::of(cx, trace) else { return };
        let Some(child) = silent_zone(asked.resolution) else { return };
        let below = DnsName::parse(child.name()).is_ok_and(|name| name.is_within(asked.service.zone));
        if !below || child.name().eq_ignore_ascii_case(asked.service.zone) {
            return;
        }
        let Some(parent) = asked.zones(cx).into_iter().find(|zone| asked.has_right_record(cx, zone)) else { return };
        let Some(link) = link_to(cx, child, &asked.network) else { return };
        let Some(confidence) = confidence(cx, asked.because, &[]) else { return };
        let label = &asked.service.label;
        let title = format!("zone {} hides record {label} of {}", child.name(), parent.name());
        let record = FactRef::new(parent, "A", label.clone());
        let evidence = Evidence::fact(format!("zone {} has the record {label}", parent.name()), &record);
        let mut changes = vec![Change::Delete(link.clone())];
        if link_to(cx, parent, &asked.network).is_none() {
            changes.push(Change::link_zone(parent, &asked.network));
        }
        // What the child zone does answer would be lost.
        let safety = if answers(cx, child).is_empty() { Safety::Safe } else { Safety::Review };
        let title_of_remedy = format!("unlink {} from {}", child.name(), asked.network.name());
        let remedy = Remedy::new(title_of_remedy, safety, changes)
            .needing("Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete", child.name())
            .saying(format!("then delete {}: what it should hold is in {}", child.name(), parent.name()));
        let finding = Finding { confidence, ..Finding::new(Self::META, title) };
        out.push(finding.on(child).on(parent).shown_by([evidence]).shown_by(asked.evidence()).repaired_by(remedy));
    }
}
