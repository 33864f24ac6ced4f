//! How complete is what was read? Counted while reading, concluded once at the end.
//!
//! Files rarely say that they are all: a kind with at least one resource is assumed to be whole, a
//! kind with none is missing. What ARM nests in a parent is complete for that parent, and a
//! zone says how many links and record sets it has.

use super::kind::NESTED;
use model::{Body, Coverage, Extent, Kind, ResourceId, Why};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of completeness while reading goes on.
#[derive(Debug, Default)]
pub(super) struct Tally {
    seen: BTreeSet<Kind>,
    whole: BTreeSet<Kind>,
    cut: BTreeSet<Kind>,
    said: BTreeMap<Kind, Extent>,
    said_children: BTreeMap<(ResourceId, Kind), Extent>,
    parents: BTreeMap<(ResourceId, Kind), bool>,
}

impl Tally {
    /// A resource of this kind was read.
    pub(super) fn seen(&mut self, kind: Kind) {
        self.seen.insert(kind);
    }

    /// A source said that this is all of the kind.
    pub(super) fn whole(&mut self, kind: Kind) {
        self.whole.insert(kind);
    }

    /// A source is known to have had more of the kind than could be read.
    pub(super) fn cut(&mut self, kind: Kind) {
        self.cut.insert(kind);
    }

    /// The caller says so of a part of the estate; what is missing stays missing.
    pub(super) fn say(&mut self, kind: Kind, extent: Extent) {
        let slot = self.said.entry(kind).or_insert(extent);
        if slot.is_whole() {
            *slot = extent;
        }
    }

    /// What the caller said of a kind.
    pub(super) fn said(&self, kind: Kind) -> Option<Extent> {
        self.said.get(&kind).copied()
    }

    /// The caller says so of one parent; what is missing stays missing.
    pub(super) fn say_children(&mut self, parent: &ResourceId, kind: Kind, extent: Extent) {
        let slot = self.said_children.entry((parent.clone(), kind)).or_insert(extent);
        if slot.is_whole() {
            *slot = extent;
        }
    }

    /// A parent document was read that had, or did not have, the collection.
    pub(super) fn parent(&mut self, parent: &ResourceId, kind: Kind, had: bool) {
        *self.parents.entry((parent.clone(), kind)).or_insert(had) |= had;
    }

    /// What it comes to.
    pub(super) fn coverage<'b>(&self, bodies: impl Iterator<Item = (&'b ResourceId, &'b Body)>) -> Coverage {
        let mut coverage = Coverage::default();
        let mut of_zones = Zones::default();
        let mut children: BTreeSet<(ResourceId, Kind)> = BTreeSet::new();
        for (id, body) in bodies {
            of_zones.add(id, body);
            if NESTED.iter().any(|nested| nested.child == body.kind()) {
                children.extend(id.parent().map(|parent| (parent, body.kind())));
            }
        }
        for kind in Kind::ALL {
            coverage.set(*kind, self.of_kind(*kind));
        }
        for ((parent, kind), had) in &self.parents {
            let extent = match (*had, children.contains(&(parent.clone(), *kind))) {
                (true, _) => Extent::Complete,
                (false, true) => Extent::Assumed,
                (false, false) => Extent::Missing(Why::NotCollected),
            };
            // What the caller said of the kind holds for all parents.
            if had == &true || !self.said.contains_key(kind) && !self.whole.contains(kind) {
                coverage.set_children(parent, *kind, extent);
            }
        }
        of_zones.conclude(self, &mut coverage);
        for ((parent, kind), extent) in &self.said_children {
            coverage.set_children(parent, *kind, *extent);
        }
        coverage
    }

    fn of_kind(&self, kind: Kind) -> Extent {
        if let Some(extent) = self.said.get(&kind).filter(|extent| !extent.is_whole() || !self.cut.contains(&kind)) {
            return *extent;
        }
        if self.cut.contains(&kind) {
            return Extent::Missing(Why::NotCollected);
        }
        if self.whole.contains(&kind) {
            return Extent::Complete;
        }
        let mut had = self.parents.iter().filter(|((_, child), _)| *child == kind).map(|(_, had)| *had).peekable();
        let all_parents_had = had.peek().is_some() && had.all(|had| had);
        // Where a source says that there is no parent, there is no child.
        let parents = NESTED.iter().find(|nested| nested.child == kind).map(|nested| nested.parent);
        if parents.is_some_and(|parent| self.whole.contains(&parent) && !self.seen.contains(&parent)) {
            return Extent::Complete;
        }
        match self.seen.contains(&kind) || all_parents_had {
            true => Extent::Assumed,
            false => Extent::Missing(Why::NotCollected),
        }
    }
}

/// The counts that zones give, and what was read below them.
#[derive(Default)]
struct Zones {
    /// Zone → record sets and links it says it has.
    said: BTreeMap<ResourceId, (Option<u64>, Option<u64>)>,
    links: BTreeMap<ResourceId, u64>,
    /// Zone → record sets read, and whether the SOA was among them.
    records: BTreeMap<ResourceId, (u64, bool)>,
}

impl Zones {
    fn add(&mut self, id: &ResourceId, body: &Body) {
        match body {
            Body::PrivateDnsZone(zone) => {
                self.said.insert(id.clone(), (zone.record_sets, zone.links));
            }
            Body::VirtualNetworkLink(_) => {
                if let Some(zone) = id.parent() {
                    *self.links.entry(zone).or_default() += 1;
                }
            }
            Body::RecordSet(_) => {
                let Some(zone) = id.parent() else { return };
                let count = self.records.entry(zone).or_default();
                count.0 += 1;
                count.1 |= id.resource_type().to_ascii_uppercase().ends_with("/SOA");
            }
            _ => {}
        }
    }

    fn conclude(&self, tally: &Tally, coverage: &mut Coverage) {
        let extent = |whole: bool| if whole { Extent::Complete } else { Extent::Missing(Why::NotCollected) };
        let open = |kind: Kind| !tally.said.contains_key(&kind) && !tally.whole.contains(&kind);
        for (zone, (records, links)) in &self.said {
            if let Some(links) = links.filter(|_| open(Kind::VirtualNetworkLink)) {
                let read = self.links.get(zone).copied().unwrap_or_default();
                coverage.set_children(zone, Kind::VirtualNetworkLink, extent(read >= links));
            }
            if let Some(records) = records.filter(|_| open(Kind::RecordSet)) {
                let (read, soa) = self.records.get(zone).copied().unwrap_or_default();
                // Lists of one type leave the SOA out.
                let read = if soa { read } else { read + 1 };
                coverage.set_children(zone, Kind::RecordSet, extent(read >= records));
            }
        }
    }
}
