//! How much of the estate do we hold? "No NSG exists" and "we may not read NSGs" differ.

use crate::{Kind, ResourceId, Why};
use std::collections::BTreeMap;

/// How complete a collection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// The source says that this is all.
    Complete,
    /// Some were found and nothing says that more exist: taken as all, and said so.
    Assumed,
    /// Not all, or none at all, and why.
    Missing(Why),
}

impl Extent {
    /// True when absence may be concluded.
    pub fn is_whole(self) -> bool {
        !matches!(self, Self::Missing(_))
    }
}

/// How complete each kind is, over all and below single parents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    kinds: BTreeMap<Kind, Extent>,
    children: BTreeMap<(ResourceId, Kind), Extent>,
}

impl Coverage {
    /// Everything is known: the coverage of a made-up estate.
    pub fn complete() -> Self {
        Self { kinds: Kind::ALL.iter().map(|kind| (*kind, Extent::Complete)).collect(), children: BTreeMap::new() }
    }

    /// Says how complete a kind is.
    pub fn set(&mut self, kind: Kind, extent: Extent) {
        self.kinds.insert(kind, extent);
    }

    /// Says how complete the children of one parent are.
    pub fn set_children(&mut self, parent: &ResourceId, kind: Kind, extent: Extent) {
        self.children.insert((parent.clone(), kind), extent);
    }

    /// How complete a kind is. What nobody mentioned was not collected.
    pub fn of(&self, kind: Kind) -> Extent {
        self.kinds.get(&kind).copied().unwrap_or(Extent::Missing(Why::NotCollected))
    }

    /// How complete the children of one parent are: what is said of it, else what is said of the kind.
    pub fn of_children(&self, parent: &ResourceId, kind: Kind) -> Extent {
        self.children.get(&(parent.clone(), kind)).copied().unwrap_or_else(|| self.of(kind))
    }

    /// Every kind that an estate is expected to have, with its extent.
    pub fn kinds(&self) -> impl Iterator<Item = (Kind, Extent)> {
        Kind::ALL.iter().filter(|kind| !kind.is_supplement()).map(|kind| (*kind, self.of(*kind)))
    }

    /// The parents whose children differ from their kind.
    pub fn parents(&self) -> impl Iterator<Item = (&ResourceId, Kind, Extent)> {
        self.children.iter().map(|((parent, kind), extent)| (parent, *kind, *extent))
    }
}
