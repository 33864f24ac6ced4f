//! Does a record belong to an endpoint that is gone?

use crate::asked::{confidence, endpoints};
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Safety, Severity, Sink, check};
use model::resource::{NetworkInterface, PrivateDnsZone, PrivateEndpoint, RecordSet, Subnet};
use model::{Because, Change, DnsName, FactRef, Kind, ResourceId, Stage};
use path::dns::Answer;
use path::{Trace, client};
use std::collections::BTreeSet;
use std::net::IpAddr;

check! {
    /// ## What it finds
    ///
    /// A record in a Private Link zone holds an address of a subnet of the estate that no NIC has, and no
    /// endpoint serves its name.
    ///
    /// ## Why it breaks
    ///
    /// Deleting an endpoint takes only the records that its zone group kept. What was written by hand, or was
    /// kept by a group that was deleted first, stays: whoever asks is led to an address where nothing is, and
    /// one day to whatever gets the address next.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// When the service does have an endpoint, and only at another address, the record is stale:
    /// `dns-record-stale-ip`. An address outside every known network may be an endpoint's in another
    /// subscription, and is not accused. An address that a NIC has is in use, whoever wrote the record.
    ///
    /// ## How to repair
    ///
    /// Delete the record; or make the endpoint anew, with a zone group.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns-integration.md (deleting an endpoint deletes the
    /// records of its zone group).
    pub struct DnsRecordOrphaned = {
        code: "DNS008",
        name: "dns-record-orphaned",
        stage: Some(model::Stage::Dns),
        severity: Fragile,
        summary: "The record belongs to an endpoint that no longer exists.",
        needs: [PrivateDnsZone, RecordSet, PrivateEndpoint, NetworkInterface, Subnet],
        since: "0.1.0",
    }
}

impl Check for DnsRecordOrphaned {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    /// A question that is led to such a record stops there.
    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Answer::Private { record, .. }) = trace.resolution().map(|found| &found.answer) else { return };
        let Some(set) = cx.find::<RecordSet>(record) else { return };
        let because = trace.at(Stage::Dns).next().map(|step| step.because.clone()).unwrap_or_default();
        let found = orphan(cx, record, set, &taken(cx), &because);
        out.findings.extend(found.map(|found| Finding { severity: Severity::Broken, ..found }));
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        let taken = taken(cx);
        for (zone, _) in cx.all::<PrivateDnsZone>() {
            let records = cx.children::<RecordSet>(zone);
            out.findings.extend(records.filter_map(|(id, set)| orphan(cx, id, set, &taken, &Because::new(""))));
        }
    }
}

fn orphan(
    cx: &Cx<'_>,
    record: &ResourceId,
    set: &RecordSet,
    taken: &BTreeSet<IpAddr>,
    because: &Because,
) -> Option<Finding> {
    let zone = record.parent()?;
    let service = client::service(&DnsName::below(record.name(), zone.name()).ok()?)?;
    let address = *set.addresses().first()?;
    let is_own_zone = service.zone.eq_ignore_ascii_case(zone.name()) && !service.label.contains('*');
    if !is_own_zone || set.addresses().iter().any(|address| taken.contains(address)) {
        return None;
    }
    let target = client::target(cx.snapshot(), &service);
    if target.value().and_then(Option::as_ref).is_some_and(|target| !endpoints(cx, target).is_empty()) {
        return None;
    }
    let (subnet, _) =
        cx.all::<Subnet>().find(|(_, subnet)| subnet.prefixes.iter().any(|net| net.contains(&address)))?;
    let creator = set.creator.as_deref().and_then(endpoint_of);
    if creator.is_some_and(|name| cx.all::<PrivateEndpoint>().any(|(id, _)| id.name().eq_ignore_ascii_case(name))) {
        return None;
    }
    // What is no NIC, such as a load balancer, may have the address of a record that was made by hand.
    let most = if creator.is_some() { Confidence::Proven } else { Confidence::Inferred };
    let confidence = confidence(cx, because, &[Kind::NetworkInterface])?.min(most);
    let writer = match creator {
        Some(name) => format!("it was written for endpoint {name}, which is not there"),
        None => "it was written by hand".to_owned(),
    };
    let place = subnet.parent().map_or_else(String::new, |network| format!("{}/", network.name()));
    let says = FactRef::new(record, "aRecords", address.to_string());
    let remedy = Remedy::new(
        format!("delete record {} of {}", record.name(), zone.name()),
        Safety::Review,
        vec![Change::Delete(record.clone())],
    )
    .needing("Microsoft.Network/privateDnsZones/A/delete", zone.name())
    .saying("if the service still needs its private way, make the endpoint anew instead, with a zone group")
    .saying(format!("first see that nothing else has the address {address}, such as a load balancer"));
    let title = format!("record {} says {address}, which no NIC has", record.name());
    let finding = Finding { confidence, ..Finding::new(DnsRecordOrphaned::META, title) }
        .on(record)
        .shown_by([
            Evidence::fact(format!("record {} of {} says {address}; {writer}", record.name(), zone.name()), &says),
            Evidence::fact(
                format!("no NIC has {address}, which is in {place}{}", subnet.name()),
                &FactRef::new(subnet, "addressPrefix", ""),
            ),
        ])
        .shown_by(Evidence::of(because));
    Some(finding.repaired_by(remedy))
}

/// The addresses that NICs have.
fn taken(cx: &Cx<'_>) -> BTreeSet<IpAddr> {
    cx.all::<NetworkInterface>().flat_map(|(_, nic)| nic.addresses()).collect()
}

/// The endpoint that the text of `metadata.creator` names, if it is the text that a zone group leaves.
pub(crate) fn endpoint_of(creator: &str) -> Option<&str> {
    let name = creator.trim().strip_prefix("created by private endpoint ")?;
    name.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::endpoint_of;

    #[test]
    fn the_writer_of_a_record() {
        assert_eq!(endpoint_of("created by private endpoint pe-openai-eastus"), Some("pe-openai-eastus"));
        assert_eq!(endpoint_of("created by private endpoint pe-a with resource guid 1-2"), Some("pe-a"));
        assert_eq!(endpoint_of("created by private endpoint "), None);
        assert_eq!(endpoint_of("somebody"), None);
    }
}
