//! Does the record hold an address that the endpoint does not have?

use crate::asked::{Asked, confidence};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::{NetworkInterface, RecordSet};
use model::{Change, FactRef, Kind};
use path::Trace;
use path::dns::Answer;

check! {
    /// ## What it finds
    ///
    /// The name resolves to an address in a linked private zone, but no NIC has that address, while the
    /// service's endpoint has another.
    ///
    /// ## Why it breaks
    ///
    /// An endpoint that was made anew gets a new address; a record that was written by hand stays. Packets
    /// to the old address go nowhere: a time-out, exactly like a security group's.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Compare the address with the endpoint's NIC before blaming a security group or a route. An address
    /// of *another* endpoint is `dns-record-overwritten-by-second-endpoint`.
    ///
    /// ## How to repair
    ///
    /// Put the endpoint's address into the record; better, let a zone group keep it.
    ///
    /// ## Sources
    ///
    /// Seen in github.com/hashicorp/terraform-provider-azurerm issues 25348 and 7726.
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
        let change = Change::put_record(zone, record.name(), right.clone());
        let remedy = Remedy::new(format!("put {list} into record {}", record.name()), Safety::Safe, vec![change])
            .needing("Microsoft.Network/privateDnsZones/A/write", zone.name())
            .saying("a record that a DNS zone group keeps follows the endpoint by itself");
        out.push(finding.repaired_by(remedy));
    }
}
