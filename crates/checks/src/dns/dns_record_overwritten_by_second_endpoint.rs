//! Do two endpoints of one service write the same record?

use crate::asked::{Asked, confidence};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Severity, Sink, check};
use model::resource::{PrivateDnsZoneGroup, PrivateEndpoint};
use model::{Change, FactRef, Key, ResourceId};
use path::dns::Answer;
use path::route::Routing;
use path::{Detail, Trace};
use std::collections::BTreeMap;

check! {
    /// ## What it finds
    ///
    /// Two private endpoints lead to the same resource, as for two regions, and the zone groups of both keep
    /// its record in the same zone.
    ///
    /// ## Why it breaks
    ///
    /// The record has one name and two writers: the last one wins. The networks that reach only the other
    /// endpoint then get an address that they have no way to, a time-out; after the next deployment it is the
    /// other way round. Deleting one endpoint takes the record from both.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// An address that no NIC has is `dns-record-stale-ip`. Two endpoints of *different* resources in one
    /// zone have records of their own. Two endpoints whose records are in different zones are as they should be.
    ///
    /// ## How to repair
    ///
    /// Keep a zone of the same name for each region or view, with its own endpoint's record, and link each
    /// network to the one of its view.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns.md (a second registration removes the first). Seen
    /// in github.com/CDCgov/prime-reportstream pull request 2256.
    pub struct DnsRecordOverwrittenBySecondEndpoint = {
        code: "DNS007",
        name: "dns-record-overwritten-by-second-endpoint",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "Two endpoints of one service write the same record in one zone; the last writer wins.",
        needs: [PrivateDnsZone, VirtualNetworkLink, RecordSet, PrivateEndpoint, NetworkInterface, PrivateDnsZoneGroup],
        since: "0.1.0",
    }
}

impl Check for DnsRecordOverwrittenBySecondEndpoint {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    /// The record leads to an endpoint that the client has no way to, though it reaches another writer.
    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = Asked::of(cx, trace) else { return };
        let Answer::Private { zone, record, addresses } = &asked.resolution.answer else { return };
        let no_path = trace.steps().any(|step| matches!(step.detail, Detail::Route(Routing::NoPath)));
        if !no_path || !addresses.iter().all(|address| asked.is_own(*address)) {
            return;
        }
        let writers = writers(cx, &asked.target, zone);
        let near = asked
            .reached(cx, true)
            .into_iter()
            .find(|(id, own)| writers.contains(&id) && own.iter().all(|address| !addresses.contains(address)));
        let Some((endpoint, right)) = near else { return };
        let Some(confidence) = confidence(cx, asked.because, &[]) else { return };
        let list = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let says = Evidence::fact(
            format!("record {} says {list}; {} is within reach", record.name(), endpoint.name()),
            &FactRef::new(record, "aRecords", list),
        );
        let found = Finding { confidence, ..finding(&writers, &[zone], record.name()) };
        let own = right.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let change = Change::put_record(zone, record.name(), right.clone());
        let remedy = Remedy::new(format!("put {own} into record {}", record.name()), Safety::Review, vec![change])
            .needing("Microsoft.Network/privateDnsZones/A/write", zone.name())
            .saying("the clients of the other endpoint lose theirs, until the other writes again: this only wins time")
            .saying(LASTING);
        out.push(found.shown_by([says]).shown_by(asked.evidence()).repaired_by(remedy));
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        let mut targets: BTreeMap<&ResourceId, usize> = BTreeMap::new();
        for (_, endpoint) in cx.all::<PrivateEndpoint>() {
            for target in endpoint.connections.iter().filter_map(|connection| connection.target.as_ref()) {
                *targets.entry(target).or_default() += 1;
            }
        }
        for (target, _) in targets.into_iter().filter(|(_, count)| *count > 1) {
            out.findings.extend(shared(cx, target));
        }
    }
}

const LASTING: &str =
    "the lasting repair is a zone of the same name for each view, linked to the networks of that view";

/// Two endpoints of a resource that share a zone: it works for whoever reaches the last writer.
fn shared(cx: &Cx<'_>, target: &ResourceId) -> Option<Finding> {
    let zones: Vec<&ResourceId> = groups(cx, target).into_iter().map(|(_, zone)| zone).collect();
    let mut twice: Vec<&ResourceId> =
        zones.iter().copied().filter(|zone| writers(cx, target, zone).len() > 1).collect();
    twice.sort_unstable();
    twice.dedup();
    let writers = writers(cx, target, twice.first()?);
    let remedy = Remedy::manual("keep a zone for each view", vec![LASTING.to_owned()]);
    let finding = Finding { severity: Severity::Fragile, ..finding(&writers, &twice, target.name()) };
    Some(finding.repaired_by(remedy))
}

/// The endpoints of a resource with each zone that their zone groups name, for the same sub-resource.
fn groups<'s>(cx: &Cx<'s>, target: &ResourceId) -> Vec<(&'s ResourceId, &'s ResourceId)> {
    let endpoints = cx.by::<PrivateEndpoint>(&Key::LeadsTo(target.clone()));
    endpoints
        .into_iter()
        .flat_map(|(id, _)| {
            let configs = cx.children::<PrivateDnsZoneGroup>(id).flat_map(|(_, group)| &group.configs);
            configs.filter_map(move |config| Some((id, config.zone.as_ref()?)))
        })
        .collect()
}

/// The endpoints whose zone groups write the same names of a resource into a zone.
fn writers<'s>(cx: &Cx<'s>, target: &ResourceId, zone: &ResourceId) -> Vec<&'s ResourceId> {
    let all: Vec<&ResourceId> =
        groups(cx, target).into_iter().filter(|(_, named)| *named == zone).map(|(id, _)| id).collect();
    let names = |id: &ResourceId| -> Vec<_> {
        let served = path::platform::served_names(cx.snapshot(), id).into_iter();
        let of_zone = served.filter_map(|(name, _)| path::client::service(&name));
        of_zone.filter(|service| service.zone.eq_ignore_ascii_case(zone.name())).map(|service| service.label).collect()
    };
    let shares = |id: &&ResourceId| {
        let own = names(id);
        all.iter().any(|other| other != id && names(other).iter().any(|name| own.contains(name)))
    };
    all.iter().copied().filter(|id| shares(id)).collect()
}

fn finding(writers: &[&ResourceId], zones: &[&ResourceId], record: &str) -> Finding {
    let names = writers.iter().map(|id| id.name()).collect::<Vec<_>>().join(" and ");
    let title = format!("{names} write the same record, {record}");
    let mut finding = Finding::new(DnsRecordOverwrittenBySecondEndpoint::META, title);
    for writer in writers {
        finding = finding.on(writer);
    }
    let shown = zones.iter().flat_map(|zone| {
        writers.iter().map(move |writer| {
            let text = format!("the zone group of {} keeps records in {}", writer.name(), zone.name());
            Evidence::fact(text, &FactRef::new(writer, "privateDnsZoneGroups", zone.name()))
        })
    });
    finding.shown_by(shown.collect::<Vec<_>>())
}
