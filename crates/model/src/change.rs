//! What could be different? Faults and remedies alike are lists of these edits.

use crate::resource::{RecordData, RecordSet, RecordType, VirtualNetworkLink};
use crate::{Body, ClientFact, FactRef, Known, Resource, ResourceId, Snapshot};
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

/// One edit to the estate or to what surrounds a client.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Creates the resource, or replaces it.
    Put(Arc<Resource>),
    /// Sets one property of a resource that exists. The fact's own value is not looked at.
    Set(FactRef, Value),
    /// Deletes the resource and its children.
    Delete(ResourceId),
    /// Changes something that is not a resource.
    Outside(ClientFact),
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, an enumeration value or an id.
    Text(String),
    /// True or false.
    Truth(bool),
    /// No value.
    Nothing,
}

impl Value {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Truth(_) | Self::Nothing => None,
        }
    }

    /// The truth value; the texts `true` and `false` count too.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Truth(truth) => Some(*truth),
            Self::Text(text) => text.to_ascii_lowercase().parse().ok(),
            Self::Nothing => None,
        }
    }

    /// An id or nothing; `None` when it is neither.
    #[allow(clippy::option_option)]
    pub fn id(&self) -> Option<Option<ResourceId>> {
        match self {
            Self::Nothing => Some(None),
            Self::Text(text) => ResourceId::parse(text).map(Some),
            Self::Truth(_) => None,
        }
    }
}

impl Change {
    /// Links a zone to a virtual network, for resolution only.
    pub fn link_zone(zone: &ResourceId, virtual_network: &ResourceId) -> Self {
        let id = zone.child("virtualNetworkLinks", &format!("link-to-{}", virtual_network.name()));
        let link = VirtualNetworkLink {
            virtual_network: Some(virtual_network.clone()),
            state: Known::Value(crate::resource::LinkState::Completed),
            ..VirtualNetworkLink::default()
        };
        Self::Put(Arc::new(Resource::new(id, Body::VirtualNetworkLink(link))))
    }

    /// Links a DNS forwarding ruleset to a virtual network.
    pub fn link_ruleset(ruleset: &ResourceId, virtual_network: &ResourceId) -> Self {
        let id = ruleset.child("virtualNetworkLinks", &format!("link-to-{}", virtual_network.name()));
        let link = crate::resource::RulesetLink { virtual_network: Some(virtual_network.clone()) };
        Self::Put(Arc::new(Resource::new(id, Body::RulesetLink(link))))
    }

    /// Puts an A record set.
    pub fn put_record(zone: &ResourceId, name: &str, addresses: Vec<IpAddr>) -> Self {
        let set = RecordSet {
            record_type: RecordType::A,
            ttl: Some(10),
            data: RecordData::Addresses(addresses),
            creator: None,
        };
        Self::Put(Arc::new(Resource::new(zone.child("A", name), Body::RecordSet(set))))
    }

    /// Sets a property to a text.
    pub fn set(resource: &ResourceId, property: impl Into<Cow<'static, str>>, value: &str) -> Self {
        let fact = FactRef { resource: resource.clone(), property: property.into(), value: String::new() };
        Self::Set(fact, Value::Text(value.to_owned()))
    }

    /// The resource that it touches, if it touches one.
    pub fn resource(&self) -> Option<&ResourceId> {
        match self {
            Self::Put(resource) => Some(&resource.id),
            Self::Set(fact, _) => Some(&fact.resource),
            Self::Delete(id) => Some(id),
            Self::Outside(_) => None,
        }
    }

    /// The changes that bring back what this change would do to `before`, in order.
    pub fn undo(&self, before: &Snapshot) -> Vec<Self> {
        match self {
            Self::Outside(fact) => vec![Self::Outside(before.client().undo(fact))],
            Self::Put(resource) => match before.get(&resource.id) {
                Some(old) => vec![Self::Put(Arc::clone(old))],
                None => vec![Self::Delete(resource.id.clone())],
            },
            Self::Set(fact, _) => before.get(&fact.resource).map(Arc::clone).map(Self::Put).into_iter().collect(),
            Self::Delete(id) => before.with_descendants(id).map(Arc::clone).map(Self::Put).collect(),
        }
    }
}
