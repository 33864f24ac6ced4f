//! Does a private zone carry the public suffix of a service?

use crate::asked::{answers, confidence, silent_zone};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Severity, Sink, check};
use model::resource::{PrivateDnsZone, VirtualNetworkLink};
use model::{Because, Change, DnsName, FactRef, ResourceId, Stage};
use path::{Trace, client};

check! {
    /// ## What it finds
    ///
    /// A private DNS zone is named like the public suffix of a service, such as `openai.azure.com`, and is
    /// linked to a network.
    ///
    /// ## Why it breaks
    ///
    /// A linked zone answers for everything below it. The few names that somebody wrote into it resolve;
    /// every other resource of the service, yours or anybody's, does not exist for that network.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A name that does not exist because the *privatelink* zone lacks it is
    /// `dns-record-missing-in-linked-zone`. A private zone for one whole host name hides that host only, and
    /// is no fault of this kind.
    ///
    /// ## How to repair
    ///
    /// Register the endpoint in the privatelink zone, link that one, and unlink and delete this one.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns.md (do not override a zone in active use). Seen
    /// in github.com/MicrosoftDocs/azure-docs issue 63610.
    pub struct DnsServiceZoneOverride = {
        code: "DNS015",
        name: "dns-service-zone-override",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "A private zone carries the public suffix itself and hides every other name below it.",
        needs: [PrivateDnsZone, VirtualNetworkLink, RecordSet],
        since: "0.1.0",
    }
}

impl Check for DnsServiceZoneOverride {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(zone) = trace.resolution().and_then(silent_zone).filter(|zone| is_public_suffix(zone)) else { return };
        let because = trace.at(Stage::Dns).next().map(|step| &step.because);
        out.findings.extend(because.and_then(|because| finding(cx, zone, because)));
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (zone, _) in cx.all::<PrivateDnsZone>().filter(|(zone, _)| is_public_suffix(zone)) {
            // Nothing has failed yet: names beside those in the zone will.
            let found = finding(cx, zone, &Because::new(""));
            out.findings.extend(found.map(|found| Finding { severity: Severity::Fragile, ..found }));
        }
    }
}

/// True for a zone that is named like the public names of a service end.
fn is_public_suffix(zone: &ResourceId) -> bool {
    let mut suffixes = model::private_link_zones().iter().flat_map(|row| &row.forwarders);
    suffixes.any(|suffix| suffix.eq_ignore_ascii_case(zone.name()))
}

/// The zone that the endpoints of this public suffix belong in.
fn right_zone(zone: &ResourceId) -> &'static str {
    let name = DnsName::below("name", zone.name()).ok();
    name.and_then(|name| client::service(&name)).map_or("the privatelink zone", |service| service.zone)
}

fn finding(cx: &Cx<'_>, zone: &ResourceId, because: &Because) -> Option<Finding> {
    let links: Vec<&ResourceId> = cx.children::<VirtualNetworkLink>(zone).map(|(id, _)| id).collect();
    let confidence = confidence(cx, because, &[]).filter(|_| !links.is_empty())?;
    let held = answers(cx, zone);
    let title = format!("zone {} hides every name below it that it lacks", zone.name());
    let fact = FactRef::new(zone, "", "");
    let names = match held.as_slice() {
        [] => "no name".to_owned(),
        [one] => format!("{} only", one.name()),
        many => format!("{} names only", many.len()),
    };
    let shown = links.iter().map(|link| {
        let networks = cx.find::<VirtualNetworkLink>(link).and_then(|link| link.virtual_network.as_ref());
        let network = networks.map_or("a network", ResourceId::name);
        let text = format!("zone {} is linked to {network}", zone.name());
        Evidence::fact(text, &FactRef::new(link, "virtualNetwork.id", network))
    });
    // What the zone does answer would be lost.
    let safety = if held.is_empty() { Safety::Safe } else { Safety::Review };
    let changes = links.iter().map(|link| Change::Delete((*link).clone())).collect();
    let remedy = Remedy::new(format!("unlink {}", zone.name()), safety, changes)
        .needing("Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete", zone.name())
        .saying(format!(
            "names that it should answer belong in {}, by a zone group of their endpoints",
            right_zone(zone)
        ));
    let finding = Finding { confidence, ..Finding::new(DnsServiceZoneOverride::META, title) }
        .on(zone)
        .shown_by([Evidence::fact(format!("{} is a public suffix; the zone answers {names}", zone.name()), &fact)])
        .shown_by(shown.collect::<Vec<_>>())
        .shown_by(Evidence::of(because));
    Some(finding.repaired_by(remedy))
}
