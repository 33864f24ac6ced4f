//! Are only some of the three zones of an AI services account in place?

use crate::asked::{confidence, group};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::{
    CognitiveServicesAccount, PrivateDnsZone, PrivateDnsZoneConfig, PrivateDnsZoneGroup, PrivateEndpoint,
    PrivateLinkResource, VirtualNetworkLink,
};
use model::{Because, Body, Change, FactRef, Kind, Resource, ResourceId};
use std::sync::Arc;

check! {
    /// ## What it finds
    ///
    /// An account of kind `AIServices` has a private endpoint whose zone group keeps some of the zones that
    /// the account needs, and not all of them; or all are kept, and one is not linked to a network that the
    /// others are linked to.
    ///
    /// ## Why it breaks
    ///
    /// Such an account answers on `openai.azure.com`, `cognitiveservices.azure.com` and
    /// `services.ai.azure.com`. A chat call over the first works while agents, which use the last, go
    /// publicly and are refused, or do not resolve at all.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A record that is missing from a zone of the group is `dns-partial-records-multi-fqdn`. An account of
    /// kind `OpenAI` may rightly have fewer zones, and is not accused. A record written by hand in place of
    /// the zone group is no fault.
    ///
    /// ## How to repair
    ///
    /// Add the missing zones to the zone group, and link them wherever the others are linked.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns.md (three zones for
    /// Microsoft.CognitiveServices/accounts). Seen in github.com/microsoft-foundry/foundry-samples issue 660.
    pub struct DnsFoundryNeedsThreeZones = {
        code: "DNS011",
        name: "dns-foundry-needs-three-zones",
        stage: Some(model::Stage::Dns),
        severity: Fragile,
        summary: "An AI services account answers on three names, and not all three zones are in place.",
        needs: [
            CognitiveServicesAccount,
            PrivateLinkResource,
            PrivateDnsZone,
            VirtualNetworkLink,
            RecordSet,
            PrivateEndpoint,
            NetworkInterface,
            PrivateDnsZoneGroup,
        ],
        since: "0.1.0",
    }
}

impl Check for DnsFoundryNeedsThreeZones {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (id, endpoint) in cx.all::<PrivateEndpoint>() {
            let Some(target) = endpoint.connections.iter().find_map(|connection| connection.target.as_ref()) else {
                continue;
            };
            let required = required(cx, target);
            let Some((group_id, found)) = cx.children::<PrivateDnsZoneGroup>(id).next() else { continue };
            let named = |name: &&String| grouped(found, name).is_some();
            let (kept, missing): (Vec<&String>, Vec<&String>) = required.iter().partition(named);
            let missing: Vec<&String> = missing.into_iter().filter(|name| !is_by_hand(cx, id, name.as_str())).collect();
            if kept.is_empty() {
                continue;
            }
            if missing.is_empty() {
                let zones: Vec<&ResourceId> = kept.iter().filter_map(|name| grouped(found, name)).collect();
                out.findings.extend(unlinked(cx, id, &zones));
            } else if let Some(beside) = grouped(found, kept[0]) {
                out.findings.extend(ungrouped(cx, (id, target), (group_id, found), beside, &missing));
            }
        }
    }
}

/// The zones that an account of this kind needs: what it says itself, else what the table says.
fn required(cx: &Cx<'_>, target: &ResourceId) -> Vec<String> {
    let kind = cx.find::<CognitiveServicesAccount>(target).and_then(|account| account.kind.as_deref());
    if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("AIServices")) {
        return Vec::new();
    }
    let own = cx.children::<PrivateLinkResource>(target).map(|(_, resource)| &resource.required_zone_names);
    if let Some(names) = own.into_iter().find(|names| !names.is_empty()) {
        return names.clone();
    }
    let mut rows = model::private_link_zones().iter();
    let row = rows
        .find(|row| row.cloud == "AzureCloud" && row.resource_type == Kind::CognitiveServicesAccount.resource_type());
    row.map_or_else(Vec::new, |row| row.zones.iter().map(|zone| (*zone).to_owned()).collect())
}

fn grouped<'g>(group: &'g PrivateDnsZoneGroup, name: &str) -> Option<&'g ResourceId> {
    let mut zones = group.configs.iter().filter_map(|config| config.zone.as_ref());
    zones.find(|zone| zone.name().eq_ignore_ascii_case(name))
}

/// True when some zone of this name has a record for the endpoint without its zone group.
fn is_by_hand(cx: &Cx<'_>, endpoint: &ResourceId, zone_name: &str) -> bool {
    let names = path::platform::served_names(cx.snapshot(), endpoint);
    let mut zones = cx.all::<PrivateDnsZone>().filter(|(zone, _)| zone.name().eq_ignore_ascii_case(zone_name));
    zones.any(|(zone, _)| {
        names.iter().any(|(name, addresses)| {
            let service = path::client::service(name).filter(|service| service.zone.eq_ignore_ascii_case(zone_name));
            let record = service.and_then(|service| path::dns::record_for(cx.snapshot(), zone, &service.alias));
            record.is_some_and(|(_, set)| set.addresses().iter().any(|address| addresses.contains(address)))
        })
    })
}

/// The zones that the group does not name.
fn ungrouped(
    cx: &Cx<'_>,
    (endpoint, target): (&ResourceId, &ResourceId),
    (group_id, found): (&ResourceId, &PrivateDnsZoneGroup),
    beside: &ResourceId,
    missing: &[&String],
) -> Option<Finding> {
    let confidence = confidence(cx, &Because::new(""), &[Kind::PrivateDnsZoneGroup])?;
    let mut group_after = found.clone();
    let mut changes = Vec::new();
    for name in missing {
        let known: Vec<&ResourceId> =
            cx.all::<PrivateDnsZone>().map(|(id, _)| id).filter(|id| id.name().eq_ignore_ascii_case(name)).collect();
        let near = known.iter().find(|id| id.resource_group() == beside.resource_group()).or(known.first());
        let zone = match near {
            Some(zone) => (*zone).clone(),
            None => created(cx, beside, name, &mut changes)?,
        };
        group_after.configs.push(PrivateDnsZoneConfig { name: name.replace('.', "-"), zone: Some(zone) });
    }
    let mut resource = Resource::new(group_id.clone(), Body::PrivateDnsZoneGroup(group_after));
    if let Some(old) = cx.resource(group_id) {
        resource.document = Arc::clone(&old.document);
    }
    changes.push(Change::Put(Arc::new(resource)));
    let list = missing.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let title = format!("zone group of {} lacks {list}", endpoint.name());
    let remedy = Remedy::new(
        format!("let zone group {} keep the records of {list} too", group_id.name()),
        Safety::Safe,
        changes,
    )
    .needing("Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write", endpoint.name())
    .needing("Microsoft.Network/privateDnsZones/join/action", &list);
    let finding = Finding { confidence, ..Finding::new(DnsFoundryNeedsThreeZones::META, title) }
        .on(endpoint)
        .on(target)
        .shown_by([
            Evidence::fact(
                format!("{} is of kind AIServices and answers on the name of each zone", target.name()),
                &FactRef::new(target, "kind", "AIServices"),
            ),
            Evidence::fact(
                format!("zone group {} names {}, not {list}", group_id.name(), beside.name()),
                &FactRef::new(group_id, "privateDnsZoneConfigs", beside.name()),
            ),
        ]);
    Some(finding.repaired_by(remedy))
}

/// A new zone beside another, linked wherever that one is.
fn created(cx: &Cx<'_>, beside: &ResourceId, name: &str, changes: &mut Vec<Change>) -> Option<ResourceId> {
    let kind = Kind::PrivateDnsZone.resource_type();
    let id = ResourceId::new(beside.subscription()?, beside.resource_group()?, kind, &[name]);
    changes.push(Change::Put(Arc::new(Resource {
        location: Some(Arc::from("global")),
        ..Resource::new(id.clone(), Body::PrivateDnsZone(PrivateDnsZone::default()))
    })));
    let links = cx.children::<VirtualNetworkLink>(beside).filter_map(|(_, link)| link.virtual_network.as_ref());
    changes.extend(links.map(|network| Change::link_zone(&id, network)));
    Some(id)
}

/// Zones of the group that are not linked to a network which others of them are linked to.
fn unlinked(cx: &Cx<'_>, endpoint: &ResourceId, zones: &[&ResourceId]) -> Vec<Finding> {
    let Some(confidence) = confidence(cx, &Because::new(""), &[Kind::VirtualNetworkLink]) else { return Vec::new() };
    let networks = |zone: &ResourceId| -> Vec<&ResourceId> {
        cx.children::<VirtualNetworkLink>(zone).filter_map(|(_, link)| link.virtual_network.as_ref()).collect()
    };
    // A zone of the same name elsewhere may be the one that the network is linked to.
    let hears = |network: &ResourceId, zone: &ResourceId| {
        let twins = cx.all::<PrivateDnsZone>().map(|(id, _)| id);
        twins.filter(|id| id.name().eq_ignore_ascii_case(zone.name())).any(|id| networks(id).contains(&network))
    };
    let mut all: Vec<(&ResourceId, &ResourceId)> =
        zones.iter().flat_map(|zone| networks(zone).into_iter().map(|network| (network, *zone))).collect();
    all.sort_unstable();
    all.dedup_by_key(|(network, _)| *network);
    let whole = |zone: &ResourceId| {
        let extent = cx.snapshot().coverage().of_children(zone, Kind::VirtualNetworkLink);
        cx.find::<PrivateDnsZone>(zone).is_some() && extent.is_whole()
    };
    let mut findings = Vec::new();
    for (network, linked) in all {
        for zone in zones.iter().filter(|zone| whole(zone) && !hears(network, zone)) {
            let title = format!("{} is linked to {}, not to {}", network.name(), linked.name(), zone.name());
            let fact = FactRef::new(zone, "virtualNetworkLinks", format!("none to {}", network.name()));
            let text = format!("zone {} holds names of {} and is not linked", zone.name(), endpoint.name());
            let remedy = Remedy::new(
                format!("link {} to {}", zone.name(), network.name()),
                Safety::Safe,
                vec![Change::link_zone(zone, network)],
            )
            .needing("Microsoft.Network/privateDnsZones/virtualNetworkLinks/write", &group(zone))
            .needing("Microsoft.Network/virtualNetworks/join/action", network.name());
            let finding = Finding { confidence, ..Finding::new(DnsFoundryNeedsThreeZones::META, title) };
            findings.push(finding.on(zone).on(network).shown_by([Evidence::fact(text, &fact)]).repaired_by(remedy));
        }
    }
    findings
}
