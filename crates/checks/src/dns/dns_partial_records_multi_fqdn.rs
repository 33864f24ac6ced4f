//! Are some names of an endpoint registered, and others not?

use crate::asked::confidence;
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Severity, Sink, check};
use model::resource::{PrivateDnsZone, PrivateDnsZoneGroup, PrivateEndpoint};
use model::{Because, Change, DnsName, FactRef, Kind, ResourceId};
use path::client::{self, Service};
use path::dns::record_for;
use std::net::IpAddr;

check! {
    /// ## What it finds
    ///
    /// A private endpoint serves several names. Its zone group names the zones, and some of the names have
    /// their record there while others have none.
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
        for (endpoint, _) in cx.all::<PrivateEndpoint>() {
            let names = names(cx, endpoint);
            let (present, missing): (Vec<&Name>, Vec<&Name>) = names.iter().partition(|name| name.is_registered);
            if present.is_empty() {
                continue;
            }
            let Some(confidence) = confidence(cx, &Because::new(""), &[Kind::RecordSet]) else { continue };
            for name in missing {
                out.push(Finding { confidence, ..finding(endpoint, name, &present) });
            }
        }
    }
}

/// A name of an endpoint, and the zone that should hold it.
struct Name {
    fqdn: DnsName,
    service: Service,
    addresses: Vec<IpAddr>,
    zone: ResourceId,
    is_registered: bool,
}

/// The names whose zones the zone group of an endpoint names, as far as their records are known.
fn names(cx: &Cx<'_>, endpoint: &ResourceId) -> Vec<Name> {
    let groups = cx.children::<PrivateDnsZoneGroup>(endpoint);
    let zones: Vec<&ResourceId> =
        groups.flat_map(|(_, group)| &group.configs).filter_map(|config| config.zone.as_ref()).collect();
    let whole = |zone: &ResourceId| {
        let extent = cx.snapshot().coverage().of_children(zone, Kind::RecordSet);
        cx.find::<PrivateDnsZone>(zone).is_some() && extent.is_whole()
    };
    let served = path::platform::served_names(cx.snapshot(), endpoint);
    let of = |(fqdn, addresses): (DnsName, Vec<IpAddr>)| {
        let service = client::service(&fqdn).filter(|service| service.host == fqdn)?;
        let fits = |zone: &&ResourceId| zone.name().eq_ignore_ascii_case(service.zone);
        let zone = zones.iter().copied().find(fits).filter(|zone| whole(zone))?.clone();
        let is_registered = record_for(cx.snapshot(), &zone, &service.alias).is_some();
        Some(Name { fqdn, service, addresses, zone, is_registered })
    };
    served.into_iter().filter_map(of).collect()
}

fn finding(endpoint: &ResourceId, name: &Name, present: &[&Name]) -> Finding {
    let Name { fqdn, service, addresses, zone, .. } = name;
    let list = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
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
