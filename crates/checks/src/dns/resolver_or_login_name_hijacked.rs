//! Does a private zone answer for a sign-in host?

use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Safety, Severity, Sink, check};
use model::resource::{PrivateDnsZone, VirtualNetworkLink};
use model::{Because, Change, DnsName, Extent, FactRef, Kind, ResourceId};
use path::auth::{SIGN_IN, sign_in_hosts};
use path::dns::record_for;

check! {
    /// ## What it finds
    ///
    /// A private DNS zone that is linked to a network answers for a sign-in host of Microsoft Entra ID, such as
    /// `login.microsoftonline.com`.
    ///
    /// ## Why it breaks
    ///
    /// A linked zone answers for everything below its name. Without a record the sign-in host does not exist for
    /// that network; with one, all sign-ins go wherever the record says. No token comes, and the first thing that
    /// fails, Key Vault or Azure OpenAI, is blamed.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A sign-in host that resolves and cannot be reached is `entra-egress-blocked`. A zone with the public suffix
    /// of a service is `dns-service-zone-override`. A zone of your own domain answers for no sign-in host.
    ///
    /// ## How to repair
    ///
    /// Unlink the zone, and delete it. A proxy for sign-ins is told to clients, not to DNS.
    ///
    /// ## Sources
    ///
    /// The lab `aca-secret-kv-ref-mi-network-path-h4e` of yeongseon/azure-container-apps-practical-guide.
    pub struct ResolverOrLoginNameHijacked = {
        code: "DNS033",
        name: "resolver-or-login-name-hijacked",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "A private zone captures the sign-in host or another name that should stay public.",
        needs: [PrivateDnsZone, VirtualNetworkLink, RecordSet],
        since: "0.1.0",
    }
}

impl Check for ResolverOrLoginNameHijacked {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (zone, _) in cx.all::<PrivateDnsZone>() {
            let hosts: Vec<DnsName> = sign_in_hosts(zone.name()).collect();
            let links: Vec<(&ResourceId, &VirtualNetworkLink)> = cx.children::<VirtualNetworkLink>(zone).collect();
            let seen = !matches!(cx.snapshot().coverage().of_children(zone, Kind::RecordSet), Extent::Missing(_));
            if let (Some(host), false, true) = (hosts.first(), links.is_empty(), seen) {
                out.findings.extend(captured(cx, zone, host, &links));
            }
        }
    }
}

fn captured(
    cx: &Cx<'_>,
    zone: &ResourceId,
    host: &DnsName,
    links: &[(&ResourceId, &VirtualNetworkLink)],
) -> Option<Finding> {
    let record = record_for(cx.snapshot(), zone, host);
    let because = Because::new(match record {
        Some(_) => format!("zone {} answers for {host}, in place of public DNS", zone.name()),
        None => format!("zone {} has no record for {host}: the sign-in host does not exist here", zone.name()),
    });
    let because = because.fact(FactRef::new(record.map_or(zone, |(id, _)| id), "", "")).rule(&SIGN_IN);
    let confidence = Confidence::at_most(&because)?;
    let title = format!("zone {} captures {host}", zone.name());
    let shown = links.iter().map(|(id, link)| {
        let network = link.virtual_network.as_ref().map_or("a network", ResourceId::name);
        let text = format!("zone {} is linked to {network}", zone.name());
        Evidence::fact(text, &FactRef::new(id, "virtualNetwork.id", network))
    });
    let changes = links.iter().map(|(id, _)| Change::Delete((*id).clone())).collect();
    let remedy = Remedy::new(format!("unlink {}", zone.name()), Safety::Review, changes)
        .needing("Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete", zone.name())
        .saying("names that the zone answers on purpose are then asked of public DNS");
    // Somebody may know what stands behind a record; nothing stands behind none.
    let severity = if record.is_some() { Severity::Fragile } else { Severity::Broken };
    let finding = Finding { confidence, severity, ..Finding::new(ResolverOrLoginNameHijacked::META, title) }.on(zone);
    Some(finding.shown_by(Evidence::of(&because)).shown_by(shown.collect::<Vec<_>>()).repaired_by(remedy))
}
