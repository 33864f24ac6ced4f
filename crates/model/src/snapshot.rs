//! What is the estate, as known at one moment? Never partly loaded: what is missing is said.

use crate::index::{Index, Key};
use crate::resource::Typed;
use crate::{Change, Client, ClientFact, Coverage, FactRef, Kind, Resource, ResourceId};
use rpds::RedBlackTreeMapSync;
use std::collections::BTreeMap;
use std::sync::Arc;

type Resources = RedBlackTreeMapSync<ResourceId, Arc<Resource>>;

/// An estate as known at one moment. Cloning and changing share all that stays the same.
#[derive(Debug, Clone)]
pub struct Snapshot {
    kinds: Arc<BTreeMap<Kind, Resources>>,
    index: Arc<Index>,
    coverage: Arc<Coverage>,
    origins: Arc<BTreeMap<ResourceId, Arc<str>>>,
    client: Arc<Client>,
    taken: Option<Arc<str>>,
}

/// Kinds that packets meet, and names do not.
const NO_NAMES: [Kind; 8] = [
    Kind::NetworkSecurityGroup,
    Kind::SecurityRule,
    Kind::RouteTable,
    Kind::Route,
    Kind::CognitiveServicesAccount,
    Kind::ServiceTags,
    Kind::AdminRule,
    Kind::EffectiveAdminRules,
];

impl Default for Snapshot {
    fn default() -> Self {
        Self::new(Vec::new(), Coverage::default())
    }
}

impl Snapshot {
    /// A snapshot of these resources. Of two with the same id the later one stays.
    pub fn new(resources: impl IntoIterator<Item = Resource>, coverage: Coverage) -> Self {
        let mut kinds: BTreeMap<Kind, Resources> = BTreeMap::new();
        let mut index = Index::default();
        for resource in resources {
            let of_kind = kinds.entry(resource.kind()).or_default();
            if let Some(old) = of_kind.get(&resource.id) {
                index.remove(&old.id, &old.body);
            }
            index.add(&resource.id, &resource.body);
            of_kind.insert_mut(resource.id.clone(), Arc::new(resource));
        }
        Self {
            kinds: Arc::new(kinds),
            index: Arc::new(index),
            coverage: Arc::new(coverage),
            origins: Arc::default(),
            client: Arc::default(),
            taken: None,
        }
    }

    /// The same snapshot, knowing where each resource was read (file and JSON pointer, or ARM path).
    #[must_use]
    pub fn with_origins(self, origins: BTreeMap<ResourceId, Arc<str>>) -> Self {
        Self { origins: Arc::new(origins), ..self }
    }

    /// The same snapshot with what surrounds the client.
    #[must_use]
    pub fn with_client(self, client: Client) -> Self {
        Self { client: Arc::new(client), ..self }
    }

    /// The same snapshot, knowing when it was taken (RFC 3339).
    #[must_use]
    pub fn taken_at(self, taken: &str) -> Self {
        Self { taken: Some(Arc::from(taken)), ..self }
    }

    /// When it was taken (RFC 3339), if known.
    pub fn taken(&self) -> Option<&str> {
        self.taken.as_deref()
    }

    /// What is missing.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The same estate, with one kind hidden: as if nobody had been allowed to read it.
    #[must_use]
    pub fn without(&self, kind: Kind, why: crate::Why) -> Self {
        let mut kinds = (*self.kinds).clone();
        let mut index = (*self.index).clone();
        for resource in kinds.remove(&kind).iter().flat_map(RedBlackTreeMapSync::values) {
            index.remove(&resource.id, &resource.body);
        }
        let mut coverage = (*self.coverage).clone();
        coverage.set(kind, crate::Extent::Missing(why));
        Self { kinds: Arc::new(kinds), index: Arc::new(index), coverage: Arc::new(coverage), ..self.clone() }
    }

    /// What surrounds the client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Where a resource was read.
    pub fn origin(&self, id: &ResourceId) -> Option<&str> {
        self.origins.get(id).map(|origin| &**origin)
    }

    /// How many resources there are.
    pub fn len(&self) -> usize {
        self.kinds.values().map(RedBlackTreeMapSync::size).sum()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every resource, by kind and then by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.kinds.values().flat_map(RedBlackTreeMapSync::values)
    }

    /// Every resource of a kind, by id.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Arc<Resource>> {
        self.kinds.get(&kind).into_iter().flat_map(RedBlackTreeMapSync::values)
    }

    /// Every resource of a typed kind, by id.
    pub fn all<T: Typed + 'static>(&self) -> impl Iterator<Item = (&ResourceId, &T)> {
        self.of_kind(T::KIND).filter_map(|resource| Some((&resource.id, T::of(&resource.body)?)))
    }

    /// The resource of an id, whatever its kind.
    pub fn get(&self, id: &ResourceId) -> Option<&Arc<Resource>> {
        let by_type = || self.kinds.get(&Kind::of_type(&id.resource_type()))?.get(id);
        by_type().or_else(|| self.kinds.values().find_map(|resources| resources.get(id)))
    }

    /// The typed resources that a key stands for, by id.
    pub fn by<T: Typed + 'static>(&self, key: &Key) -> impl Iterator<Item = (&ResourceId, &T)> {
        let resources = self.kinds.get(&T::KIND);
        let found = self.index.get(key).filter_map(move |id| resources?.get(id));
        found.filter_map(|resource| Some((&resource.id, T::of(&resource.body)?)))
    }

    /// The private DNS zones of a name that zone groups name, here or not, each with one such group.
    pub fn grouped_zones(&self, name: &str) -> impl Iterator<Item = (&ResourceId, &ResourceId)> {
        self.index.grouped(name)
    }

    /// The typed resource of an id.
    pub fn find<T: Typed + 'static>(&self, id: &ResourceId) -> Option<&T> {
        self.kinds.get(&T::KIND)?.get(id).and_then(|resource| T::of(&resource.body))
    }

    /// The children of a typed kind below a parent, by id.
    pub fn children<'s, T: Typed + 'static>(
        &'s self,
        parent: &ResourceId,
    ) -> impl Iterator<Item = (&'s ResourceId, &'s T)> + use<'s, T> {
        let below = parent.below();
        let prefix = below.clone();
        self.kinds
            .get(&T::KIND)
            .into_iter()
            .flat_map(move |resources| resources.range(below.clone()..))
            .take_while(move |(id, _)| id.key().starts_with(prefix.key()))
            .filter_map(|(id, resource)| Some((id, T::of(&resource.body)?)))
    }

    /// A resource and all below it, parents first.
    pub(crate) fn with_descendants(&self, id: &ResourceId) -> impl Iterator<Item = &Arc<Resource>> {
        let (own, below) = (id.clone(), id.below());
        self.iter().filter(move |resource| resource.id == own || resource.id.key().starts_with(below.key()))
    }

    /// The estate after these changes, in order. A `Set` of something that is not there, or that
    /// the kind cannot hold, changes nothing.
    #[must_use]
    pub fn with(&self, changes: &[Change]) -> Self {
        let mut next = self.clone();
        if changes.iter().any(|change| self.may_touch_names(change)) && !self.client.answers.is_empty() {
            // What a server was seen to answer, it answered before.
            Arc::make_mut(&mut next.client).answers.clear();
        }
        for change in changes {
            match change {
                Change::Put(resource) => next.put(Arc::clone(resource)),
                Change::Set(fact, value) => {
                    if let Some(changed) = next.get(&fact.resource).and_then(|old| old.with(&fact.property, value)) {
                        next.put(Arc::new(changed));
                    }
                }
                Change::Delete(id) => next.delete(id),
                Change::Outside(fact) => Arc::make_mut(&mut next.client).apply(fact),
            }
        }
        next
    }

    /// False for a change of which it is known that no name is answered otherwise after it.
    fn may_touch_names(&self, change: &Change) -> bool {
        let kind = match change {
            Change::Put(resource) => Some(resource.kind()),
            Change::Set(FactRef { resource, .. }, _) | Change::Delete(resource) => {
                self.get(resource).map(|found| found.kind())
            }
            Change::Outside(fact) => {
                use ClientFact::{Appliance, Environment, HostsEntry};
                return !matches!(fact, Environment { .. } | HostsEntry { .. } | Appliance { .. });
            }
        };
        !kind.is_some_and(|kind| NO_NAMES.contains(&kind))
    }

    fn put(&mut self, resource: Arc<Resource>) {
        let kinds = Arc::make_mut(&mut self.kinds);
        let index = Arc::make_mut(&mut self.index);
        if let Some(old) = kinds.get(&resource.kind()).and_then(|resources| resources.get(&resource.id)) {
            index.remove(&old.id, &old.body);
        }
        index.add(&resource.id, &resource.body);
        kinds.entry(resource.kind()).or_default().insert_mut(resource.id.clone(), resource);
    }

    fn delete(&mut self, id: &ResourceId) {
        let gone: Vec<Arc<Resource>> = self.with_descendants(id).map(Arc::clone).collect();
        let kinds = Arc::make_mut(&mut self.kinds);
        let index = Arc::make_mut(&mut self.index);
        for resource in gone {
            index.remove(&resource.id, &resource.body);
            if let Some(resources) = kinds.get_mut(&resource.kind()) {
                resources.remove_mut(&resource.id);
            }
        }
    }
}

/// Two snapshots are equal when they hold the same resources and client facts.
impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        self.client == other.client && self.len() == other.len() && self.iter().eq(other.iter())
    }
}
