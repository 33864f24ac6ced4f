//! Are some names of an endpoint registered, and others not?

use crate::asked::confidence;
use crate::registered::{Registered, is_whole, keeps, registered};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Severity, Sink, check};
use model::{Because, Change, FactRef, Kind, ResourceId};

check! {
    /// ## What it finds
    ///
    /// A private endpoint serves several names, as its NIC says. Some of them have their record, and others have
    /// none in a zone that its zone group names, or in which another of its names has a record by hand.
    ///
    /// ## Why it breaks
    ///
    /// The clients of a service use all of its names: a container registry logs in at one and pulls layers
    /// from another, a database answers on one and is read on those of its regions, a web app is deployed
    /// through `scm`. One of them resolves and works; the other does not exist.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// When the asked name itself lacks its record, it is `dns-record-missing-in-linked-zone`. A zone that
    /// the zone group does not name is another matter: an account of AI services is then
    /// `dns-foundry-needs-three-zones`.
    ///
    /// ## How to repair
    ///
    /// Put the missing records back, or make the zone group anew.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns.md (the NIC of an endpoint holds its names and
    /// addresses). Seen in github.com/Azure/azure-cosmos-dotnet-v3 issue 4174.
    pub struct DnsPartialRecordsMultiFqdn = {
        code: "DNS009",
        name: "dns-partial-records-multi-fqdn",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The service needs several names, and some of them have no record.",
        needs: [PrivateDnsZone, RecordSet, PrivateEndpoint, NetworkInterface, PrivateDnsZoneGroup],
        since: "0.1.0",
    }
}

impl Check for DnsPartialRecordsMultiFqdn {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        let all = registered(cx);
        for names in all.chunk_by(|one, next| one.endpoint == next.endpoint) {
            let (present, missing) = halves(cx, names);
            if present.is_empty() {
                continue;
            }
            let Some(confidence) = confidence(cx, &Because::new(""), &[Kind::RecordSet]) else { continue };
            for name in missing {
                out.push(Finding { confidence, ..finding(name, &present) });
            }
        }
    }
}

/// The names of one endpoint that have a record and those that have none, in zones that are to hold its
/// records: its zone group names them, or somebody keeps a record of it there by hand. A name that has a record in
/// one zone of several of that name is not missing.
fn halves<'r, 's>(cx: &Cx<'_>, names: &'r [Registered<'s>]) -> (Vec<&'r Registered<'s>>, Vec<&'r Registered<'s>>) {
    let is_right = |name: &&Registered<'_>| name.is_right();
    let by_hand = |zone: &ResourceId| names.iter().filter(is_right).any(|name| name.zone == zone);
    let meant = |name: &&Registered<'_>| keeps(cx, name.endpoint, name.zone) || by_hand(name.zone);
    let (present, missing): (Vec<_>, Vec<_>) = names.iter().filter(meant).partition(|name| name.record.is_some());
    let is_missing =
        |name: &&Registered<'_>| is_whole(cx, name.zone) && !present.iter().any(|other| other.fqdn == name.fqdn);
    let missing = missing.into_iter().filter(is_missing).collect();
    (present, missing)
}

fn finding(name: &Registered<'_>, present: &[&Registered<'_>]) -> Finding {
    let Registered { fqdn, service, addresses, zone, endpoint, .. } = name;
    let list = name.list();
    let title = format!("{fqdn} has no record; {} has", present[0].fqdn);
    let lacking = FactRef::new(zone, "A", format!("no {}", service.label));
    // A name with an address of its own is a part of the service; others are further names of a part that resolves.
    let is_part = !present.iter().any(|other| other.addresses.iter().any(|address| addresses.contains(address)));
    let severity = if is_part { Severity::Broken } else { Severity::Fragile };
    let remedy = Remedy::new(
        format!("put record {} with {list} into {}", service.label, zone.name()),
        Safety::Safe,
        vec![Change::put_record(zone, &service.label, addresses.clone())],
    )
    .needing("Microsoft.Network/privateDnsZones/A/write", zone.name())
    .saying("making the zone group anew would register it too, and takes its other records away for a moment");
    Finding { severity, ..Finding::new(DnsPartialRecordsMultiFqdn::META, title) }
        .on(&zone.child("A", &service.label))
        .on(endpoint)
        .shown_by([
            Evidence::fact(format!("zone {} has no record {}", zone.name(), service.label), &lacking),
            Evidence::fact(
                format!("endpoint {} serves {fqdn} at {list}", endpoint.name()),
                &FactRef::new(endpoint, "customDnsConfigs", fqdn.to_string()),
            ),
        ])
        .repaired_by(remedy)
}
