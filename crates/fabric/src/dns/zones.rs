//! Which private zones does a network see, and which record answers a name?

use crate::client::Service;
use crate::hubs::made_by_a_hub;
use crate::networks::peers;
use model::resource::{
    LinkState, PrivateDnsZone, RecordSet, RecordType, ResolutionPolicy, VirtualNetwork, VirtualNetworkLink,
};
use model::{Because, DnsName, Extent, FactRef, Key, Kind, Known, ResourceId, Snapshot, Why};

/// A zone that is linked to a network.
#[derive(Debug, Clone)]
pub struct LinkedZone<'s> {
    /// The zone.
    pub id: ResourceId,
    /// Its name.
    pub name: &'s str,
    /// The link.
    pub link: &'s ResourceId,
    /// What it does with names that it lacks.
    pub policy: ResolutionPolicy,
}

/// The name of a zone: the last segment of its id.
pub fn zone_name(zone: &ResourceId) -> &str {
    zone.name()
}

/// The zones linked to a network. Unknown when links were not collected, so that none may be
/// missed. A link that is still in progress does not count.
pub fn linked_zones<'s>(snapshot: &'s Snapshot, network: &ResourceId) -> Known<Vec<LinkedZone<'s>>> {
    if let Extent::Missing(why) = snapshot.coverage().of(Kind::VirtualNetworkLink) {
        return Known::Unknown(why);
    }
    let mut zones: Vec<LinkedZone<'s>> = Vec::new();
    for (id, link) in snapshot.by::<VirtualNetworkLink>(&Key::LinkedTo(network.clone())) {
        if !link.state.is(&LinkState::InProgress) {
            zones.extend(linked(id, link));
        }
    }
    Known::Value(zones)
}

/// Why it cannot be said that no zone of this service is linked: a zone of that name whose links
/// were not collected, one that a zone group names and the snapshot lacks, or none at all where a part of the
/// estate is not in the snapshot.
pub(super) fn unseen(snapshot: &Snapshot, network: Option<&ResourceId>, service: &Service) -> Option<(Why, Because)> {
    let here = network?;
    let key = Key::zone(service.zone);
    for (zone, _) in snapshot.by::<PrivateDnsZone>(&key) {
        if let Extent::Missing(why) = snapshot.coverage().of_children(zone, Kind::VirtualNetworkLink) {
            let text = format!("whether zone {} is linked to {} is {}", zone.name(), here.name(), why.words());
            return Some((why, Because::new(text).fact(FactRef::new(zone, "virtualNetworkLinks", ""))));
        }
    }
    let grouped = snapshot.grouped_zones(service.zone).find_map(|(zone, group)| {
        if snapshot.find::<PrivateDnsZone>(zone).is_some() {
            return None;
        }
        let place = zone.resource_group().unwrap_or("another resource group");
        let text = format!("zone {} in {place} is not in the snapshot, nor are its links", zone.name());
        Some((Why::NotCollected, Because::new(text).fact(FactRef::new(group, "privateDnsZoneConfigs", zone.as_str()))))
    });
    let any = snapshot.by::<PrivateDnsZone>(&key).next().is_some();
    grouped.or_else(|| if any { None } else { beside_a_peer(snapshot, here, service) })
}

/// Where no zone of a name is known, a network that is peered with this one and not in the snapshot shows that there
/// is more of the estate: zones are often kept beside such a hub.
fn beside_a_peer(snapshot: &Snapshot, here: &ResourceId, service: &Service) -> Option<(Why, Because)> {
    let (peering, remote) = peers(snapshot, here).find(|(peering, remote)| {
        snapshot.find::<VirtualNetwork>(remote).is_none() && !made_by_a_hub(snapshot, peering, remote)
    })?;
    let text = format!(
        "the snapshot has no zone {}, and lacks {} too (subscription {}), which {} is peered with: a zone beside it may be linked",
        service.zone,
        remote.name(),
        remote.subscription().unwrap_or("not named"),
        here.name()
    );
    let fact = FactRef::new(peering, "remoteVirtualNetwork.id", remote.as_str());
    Some((Why::NotCollected, Because::new(text).fact(fact)))
}

fn linked<'s>(id: &'s ResourceId, link: &VirtualNetworkLink) -> Option<LinkedZone<'s>> {
    let zone = id.parent()?;
    let end = zone.as_str().len();
    let start = zone.as_str().rfind('/')? + 1;
    // The link's id begins with the zone's id, so the name can be borrowed from it.
    Some(LinkedZone { name: id.as_str().get(start..end)?, id: zone, link: id, policy: link.resolution_policy })
}

/// The record set of a zone that answers a name: the exact one, else the closest wildcard
/// (RFC 4592). A, AAAA and CNAME only.
pub fn record_for<'s>(
    snapshot: &'s Snapshot,
    zone: &ResourceId,
    name: &DnsName,
) -> Option<(&'s ResourceId, &'s RecordSet)> {
    match said(snapshot, zone, name) {
        Said::Record(id, set) => Some((id, set)),
        Said::NoAddress | Said::Nothing => None,
    }
}

/// What a zone says of a name.
pub(super) enum Said<'s> {
    /// This record set.
    Record(&'s ResourceId, &'s RecordSet),
    /// That it exists and has no address.
    NoAddress,
    /// That it does not exist.
    Nothing,
}

/// What a zone says of a name, wildcards included. The closest name above it that exists decides which
/// wildcard stands in for it.
pub(super) fn said<'s>(snapshot: &'s Snapshot, zone: &ResourceId, name: &DnsName) -> Said<'s> {
    let Some(label) = name.relative_to(zone.name()) else { return Said::Nothing };
    let says = |label: &str| match at(snapshot, zone, label) {
        Some((id, set)) => Some(Said::Record(id, set)),
        None => exists(snapshot, zone, label).then_some(Said::NoAddress),
    };
    let mut label = label;
    if let Some(said) = says(label) {
        return said;
    }
    loop {
        let above = label.split_once('.').map(|(_, above)| above);
        let wildcard = above.map_or_else(|| "*".to_owned(), |above| format!("*.{above}"));
        if let Some(said) = says(&wildcard) {
            return said;
        }
        match above {
            Some(above) if !exists(snapshot, zone, above) => label = above,
            _ => return Said::Nothing,
        }
    }
}

/// The record set of exactly this label that gives an address or an alias.
fn at<'s>(snapshot: &'s Snapshot, zone: &ResourceId, label: &str) -> Option<(&'s ResourceId, &'s RecordSet)> {
    [RecordType::Cname, RecordType::A, RecordType::Aaaa].into_iter().find_map(|kind| {
        let id = zone.child(kind.word(), label);
        let set = snapshot.find::<RecordSet>(&id)?;
        snapshot.get(&id).map(|resource| (&resource.id, set))
    })
}

/// Whether a label has records of any type, or labels below it that have.
fn exists(snapshot: &Snapshot, zone: &ResourceId, label: &str) -> bool {
    label == "@" || snapshot.by::<RecordSet>(&Key::label(zone, label)).next().is_some()
}
