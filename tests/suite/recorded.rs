//! Is what real `az` prints of an estate read as the estate? Each folder of `tests/recorded` is named after a scenario
//! and holds what az 2.91 printed on the operator's host of a lab that played it.
//!
//! What only an extension of az knows (virtual hubs, network managers) was asked for with `az resource show` and
//! `az rest`. A kind without a recording fails a test.

use model::resource::{EffectiveAdminRules, PrivateDnsZone, RecordSet, VirtualNetworkLink};
use model::{Body, Kind, Resource, ResourceId, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Kinds without a recording, and why.
const UNRECORDED: &[(Kind, &str)] = &[];

/// What az printed of one scenario.
struct Recording {
    scenario: String,
    /// What was read of it.
    read: Snapshot,
    /// What the scenario means.
    meant: Snapshot,
}

fn recordings() -> Vec<Recording> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.iter().map(|folder| recording(folder)).collect()
}

/// Every recording is read without a note, and with no kind unknown.
fn recording(folder: &Path) -> Recording {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let gathered = gather::files(folder).unwrap();
    let problems: Vec<_> = gathered.notes.iter().map(|note| &note.text).collect();
    assert!(problems.is_empty(), "{name}: {problems:?}");
    let strange = gathered.snapshot.iter().find(|resource| resource.kind() == Kind::Other);
    assert!(strange.is_none(), "{name}: {strange:?}");
    let scenario = lab::scenario(&name).unwrap();
    let meant = scenario.healthy.with(&scenario.changes);
    Recording { scenario: name, read: gathered.snapshot, meant }
}

/// What a scenario leaves out and az prints: that no rule applies to a network, and the record that every zone has of
/// itself.
fn goes_without_saying(resource: &Resource) -> bool {
    resource.body == Body::EffectiveAdminRules(EffectiveAdminRules::default())
        || resource.id.resource_type().ends_with("/SOA")
}

/// What a scenario means of a resource, as az tells it: of a zone, how much it holds.
fn told(meant: &Snapshot, resource: &Resource) -> Option<Body> {
    let known = meant.get(&resource.id)?;
    let count = |number: usize| u64::try_from(number).ok();
    Some(match &known.body {
        Body::PrivateDnsZone(_) => Body::PrivateDnsZone(PrivateDnsZone {
            record_sets: count(meant.children::<RecordSet>(&known.id).count() + 1),
            links: count(meant.children::<VirtualNetworkLink>(&known.id).count()),
        }),
        body => body.clone(),
    })
}

#[test]
fn what_az_prints_is_the_estate() {
    let mut others = Vec::new();
    for Recording { scenario, read, meant } in recordings() {
        for resource in read.iter().filter(|resource| !goes_without_saying(resource)) {
            let known = told(&meant, resource).unwrap_or_else(|| panic!("{scenario} has no {}", resource.id));
            if resource.body != known {
                others.push(format!("{scenario}: {:#?}\nis not {known:#?}", resource.body));
            }
            let identity = meant.get(&resource.id).and_then(|known| known.identity.clone());
            assert_eq!(resource.identity, identity, "{scenario}: {}", resource.id);
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}

/// Of a kind that was listed, over the subscription or below a parent, nothing is lost.
#[test]
fn what_az_lists_is_all_there_is() {
    for Recording { scenario, read, meant } in recordings() {
        let count = |snapshot: &Snapshot| {
            let mut lists: BTreeMap<(Kind, Option<ResourceId>), usize> = BTreeMap::new();
            for resource in snapshot.iter().filter(|resource| !goes_without_saying(resource)) {
                *lists.entry((resource.kind(), resource.id.parent())).or_default() += 1;
            }
            lists
        };
        let (read, meant) = (count(&read), count(&meant));
        for (list, number) in &read {
            assert_eq!(Some(number), meant.get(list), "{scenario}: {list:?}");
        }
    }
}

#[test]
fn every_kind_has_a_recording_or_a_reason() {
    let recordings = recordings();
    let kinds = recordings.iter().flat_map(|recording| recording.read.iter().map(|resource| resource.kind()));
    let seen: BTreeSet<Kind> = kinds.collect();
    let excused = |kind: &Kind| UNRECORDED.iter().any(|(known, _)| known == kind);
    let wrong: Vec<_> = Kind::ALL.iter().filter(|kind| seen.contains(kind) == excused(kind)).collect();
    assert!(wrong.is_empty(), "record what az prints of these in the lab, or say why not (or no longer): {wrong:?}");
}
