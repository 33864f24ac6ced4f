//! Does the record hold an address that the endpoint does not have?

use crate::asked::{Asked, confidence};
use crate::dns::dns_record_orphaned::endpoint_of;
use crate::registered::{Registered, is_linked, registered};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::{NetworkInterface, PrivateEndpoint, RecordSet};
use model::{Because, Change, DnsName, FactRef, Kind, ResourceId};
use path::client::Named;
use path::dns::Answer;
use path::endpoint::Serving;
use path::{Detail, Trace};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

check! {
    /// ## What it finds
    ///
    /// A name of an endpoint has a record in a linked private zone, and its address is not the one at which the
    /// endpoint serves that name: no NIC has it, or it belongs to another name of the endpoint, or to another
    /// endpoint. Every name of every endpoint is compared, asked or not: what the NIC of the endpoint says of its
    /// names decides.
    ///
    /// ## Why it breaks
    ///
    /// An endpoint that was made anew gets a new address; a record that was written by hand stays. Packets
    /// to the old address go nowhere: a time-out, exactly like a security group's. A service of several members (a
    /// registry and its data, a database and its regions) has an address for each: at the wrong one the call
    /// arrives at a member that does not have the name.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Compare the address with the endpoint's NIC before blaming a security group or a route. An address
    /// of *another* endpoint of the same service is `dns-record-overwritten-by-second-endpoint`.
    ///
    /// ## How to repair
    ///
    /// Put the endpoint's address into the record; better, let a zone group keep it.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns.md (the NIC of an endpoint holds its names and
    /// addresses). Seen in github.com/hashicorp/terraform-provider-azurerm issues 25348 and 7726.
    pub struct DnsRecordStaleIp = {
        code: "DNS006",
        name: "dns-record-stale-ip",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The record holds an address that no NIC of the endpoint has.",
        needs: [PrivateDnsZone, VirtualNetworkLink, RecordSet, PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for DnsRecordStaleIp {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        out.findings.extend(mixed_up(cx, trace));
        let Some(asked) = Asked::of(cx, trace) else { return };
        let Answer::Private { zone, record, addresses } = &asked.resolution.answer else { return };
        let owned = |address: &std::net::IpAddr| {
            cx.all::<NetworkInterface>().any(|(_, nic)| nic.addresses().any(|own| own == *address))
        };
        let Some(stale) = addresses.iter().find(|address| !owned(address)) else { return };
        let Some((endpoint, right)) = asked.endpoints.iter().find(|(_, addresses)| !addresses.is_empty()) else {
            return;
        };
        let Some(confidence) = confidence(cx, asked.because, &[Kind::NetworkInterface]) else { return };
        let creator = cx.find::<RecordSet>(record).and_then(|set| set.creator.as_deref());
        let by_hand = if creator.is_none() { "; it was written by hand" } else { "" };
        let list = right.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let title = format!("record {} says {stale}; its endpoint is at {list}", record.name());
        let finding = Finding { confidence, ..Finding::new(Self::META, title) }
            .on(record)
            .on(endpoint)
            .shown_by([
                Evidence::fact(
                    format!("record {} of {} says {stale}{by_hand}", record.name(), zone.name()),
                    &FactRef::new(record, "aRecords", stale.to_string()),
                ),
                Evidence::fact(
                    format!("endpoint {} is at {list}", endpoint.name()),
                    &FactRef::new(endpoint, "networkInterfaces", list.clone()),
                ),
            ])
            .shown_by(asked.evidence());
        out.push(finding.repaired_by(repair(zone, record.name(), right)));
    }

    /// The records of every name, asked or not, in zones that somebody asks.
    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        let all = registered(cx);
        let mut served: BTreeMap<&DnsName, BTreeSet<IpAddr>> = BTreeMap::new();
        for name in &all {
            served.entry(&name.fqdn).or_default().extend(&name.addresses);
        }
        let owners: BTreeMap<IpAddr, &ResourceId> = cx
            .all::<NetworkInterface>()
            .flat_map(|(_, nic)| nic.addresses().map(|address| (address, nic.private_endpoint.as_ref())))
            .filter_map(|(address, endpoint)| Some((address, endpoint?)))
            .collect();
        let Some(confidence) = confidence(cx, &Because::new(""), &[Kind::NetworkInterface]) else { return };
        for name in &all {
            let Some((record, set)) = name.record.filter(|_| is_linked(cx, name.zone)) else { continue };
            let right = served.get(&name.fqdn);
            let is_wrong = |address: &&IpAddr| right.is_none_or(|right| !right.contains(*address));
            let Some(wrong) = set.addresses().iter().find(is_wrong) else { continue };
            if !is_of_somebody_unseen(cx, set) {
                let found = sibling(name, (record, set), *wrong, owners.get(wrong).copied());
                out.push(Finding { confidence, ..found });
            }
        }
    }
}

/// True for a record that an endpoint keeps which is not in the snapshot: it may have the address.
fn is_of_somebody_unseen(cx: &Cx<'_>, set: &RecordSet) -> bool {
    let writer = set.creator.as_deref().and_then(endpoint_of);
    writer.is_some_and(|name| !cx.all::<PrivateEndpoint>().any(|(id, _)| id.name().eq_ignore_ascii_case(name)))
}

/// The asked name leads to an address at which its endpoint serves other names.
fn mixed_up(cx: &Cx<'_>, trace: &Trace) -> Option<Finding> {
    let (because, right) = trace.steps().find_map(|step| match &step.detail {
        Detail::Serving(Serving::Elsewhere(right)) => Some((&step.because, right)),
        _ => None,
    })?;
    let Answer::Private { zone, record, addresses } = &trace.resolution()?.answer else { return None };
    let label = record_label(trace)?;
    let wrong = addresses.iter().find(|address| !right.contains(address))?;
    let endpoint = because.facts.iter().map(|fact| &fact.resource).find_map(|nic| {
        let nic = cx.find::<NetworkInterface>(nic)?;
        nic.private_endpoint.as_ref()
    })?;
    let set = cx.find::<RecordSet>(record)?;
    let confidence = confidence(cx, because, &[])?;
    let finding = wrong_address((zone, record, set), &label, *wrong, Some(endpoint), (endpoint, right));
    Some(Finding { confidence, ..finding })
}

/// The label of the asked name in its zone.
fn record_label(trace: &Trace) -> Option<String> {
    match trace.named()? {
        Named::Public(service) | Named::Privatelink(service) => Some(service.label.clone()),
        Named::Regional(_) | Named::Address(_) | Named::Other(_) => None,
    }
}

fn sibling(
    name: &Registered<'_>,
    (record, set): (&ResourceId, &RecordSet),
    wrong: IpAddr,
    owner: Option<&ResourceId>,
) -> Finding {
    wrong_address((name.zone, record, set), &name.service.label, wrong, owner, (name.endpoint, &name.addresses))
}

fn wrong_address(
    (zone, record, set): (&ResourceId, &ResourceId, &RecordSet),
    label: &str,
    wrong: IpAddr,
    owner: Option<&ResourceId>,
    (endpoint, right): (&ResourceId, &[IpAddr]),
) -> Finding {
    let by_hand = if set.creator.is_none() { "; it was written by hand" } else { "" };
    let list = right.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let title = match owner {
        None => format!("record {} says {wrong}; its endpoint is at {list}", record.name()),
        Some(owner) if owner == endpoint => {
            format!("record {} says {wrong}; {} has that name at {list}", record.name(), endpoint.name())
        }
        Some(owner) => format!("record {} says {wrong}, which is {}; its own is {list}", record.name(), owner.name()),
    };
    let finding = Finding::new(DnsRecordStaleIp::META, title).on(record).on(endpoint).shown_by([
        Evidence::fact(
            format!("record {} of {} says {wrong}{by_hand}", record.name(), zone.name()),
            &FactRef::new(record, "aRecords", wrong.to_string()),
        ),
        Evidence::fact(
            format!("endpoint {} serves {label} of {} at {list}", endpoint.name(), zone.name()),
            &FactRef::new(endpoint, "networkInterfaces", list.clone()),
        ),
    ]);
    finding.repaired_by(repair(zone, label, right))
}

fn repair(zone: &ResourceId, label: &str, right: &[IpAddr]) -> Remedy {
    let list = right.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let change = Change::put_record(zone, label, right.to_vec());
    Remedy::new(format!("put {list} into record {label}"), Safety::Safe, vec![change])
        .needing("Microsoft.Network/privateDnsZones/A/write", zone.name())
        .saying("a record that a DNS zone group keeps follows the endpoint by itself")
}
