//! How are two networks joined, and what would make their peering whole?

use finding::{Cx, Remedy, Safety};
use model::resource::{Peering, PeeringState, VirtualNetwork};
use model::{Body, Change, FactRef, Known, Resource, ResourceId, Value};
use std::sync::Arc;

/// Two networks, and the halves that join them.
pub(crate) struct Between<'s> {
    pub(crate) from: ResourceId,
    pub(crate) to: ResourceId,
    /// The half that leads there.
    pub(crate) there: Option<(&'s ResourceId, &'s Peering)>,
    /// The half that leads back.
    pub(crate) back: Option<(&'s ResourceId, &'s Peering)>,
}

impl<'s> Between<'s> {
    pub(crate) fn of(cx: &Cx<'s>, from: ResourceId, to: ResourceId) -> Self {
        let half = |from: &ResourceId, to: &ResourceId| {
            cx.children::<Peering>(from).find(|(_, half)| half.remote.as_ref() == Some(to))
        };
        let (there, back) = (half(&from, &to), half(&to, &from));
        Self { from, to, there, back }
    }

    /// True when both halves work.
    pub(crate) fn is_whole(&self) -> bool {
        let works = |half: Option<(&ResourceId, &Peering)>| {
            half.is_some_and(|(_, half)| half.state.is(&PeeringState::Connected) && half.allow_virtual_network_access)
        };
        works(self.there) && works(self.back)
    }

    /// What is wrong with their peering, in a line.
    pub(crate) fn title(&self) -> String {
        let (from, to) = (self.from.name(), self.to.name());
        match (self.there, self.back) {
            (None, None) => format!("{from} is not peered with {to}"),
            (Some((id, half)), _) if !half.allow_virtual_network_access => {
                format!("peering {} allows no access to {to}", id.name())
            }
            _ => format!("the peering of {from} with {to} is not whole"),
        }
    }

    /// True when the networks share addresses: they cannot be peered.
    pub(crate) fn overlap(&self, cx: &Cx<'_>) -> bool {
        let space =
            |network: &ResourceId| cx.find::<VirtualNetwork>(network).map_or(&[][..], |known| &known.address_space);
        let (own, other) = (space(&self.from), space(&self.to));
        own.iter().any(|one| other.iter().any(|two| one.contains(two) || two.contains(one)))
    }

    /// The remedy that joins them.
    pub(crate) fn joined(&self) -> Remedy {
        let (from, to) = (self.from.name(), self.to.name());
        let (title, changes) = match (self.there, self.back) {
            (Some((id, half)), _) if half.state.is(&PeeringState::Connected) && !half.allow_virtual_network_access => {
                let allow = Change::Set(FactRef::new(id, "allowVirtualNetworkAccess", ""), Value::Truth(true));
                (format!("let {} give access to {to}", id.name()), vec![allow])
            }
            (there, back) => {
                let title = match (there, back) {
                    (None, None) => format!("peer {from} and {to}, both ways"),
                    _ => format!("make the peering of {from} and {to} whole"),
                };
                (title, self.made_whole())
            }
        };
        Remedy::new(title, Safety::Review, changes)
            .needing("Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write", from)
            .needing("Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write", to)
            .saying("the two networks can then talk in both directions, as far as their security groups allow")
    }

    /// The changes that let the other network use the gateway of this one.
    pub(crate) fn lent(&self) -> Vec<Change> {
        let mut changes = self.made_whole();
        for (half, from, property) in
            [(self.there, &self.from, "allowGatewayTransit"), (self.back, &self.to, "useRemoteGateways")]
        {
            let made = changes.iter().find_map(|change| match change {
                Change::Put(resource) if resource.id.parent().as_ref() == Some(from) => Some(resource.id.clone()),
                _ => None,
            });
            if let Some(id) = made.or_else(|| half.map(|(id, _)| id.clone())) {
                changes.push(Change::Set(FactRef::new(&id, property, ""), Value::Truth(true)));
            }
        }
        changes
    }

    /// A half that is gone is made; one that was left over by the other is made again.
    fn made_whole(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        let halves = [(self.there, &self.from, &self.to), (self.back, &self.to, &self.from)];
        for (half, _, _) in halves {
            if let Some((id, _)) = half.filter(|(_, half)| half.state.is(&PeeringState::Disconnected)) {
                changes.push(Change::Delete(id.clone()));
            }
        }
        for (half, from, to) in halves {
            if half.is_none_or(|(_, half)| half.state.is(&PeeringState::Disconnected)) {
                let name =
                    half.map_or_else(|| format!("{}-to-{}", from.name(), to.name()), |(id, _)| id.name().to_owned());
                changes.push(Change::Put(Arc::new(Resource::new(
                    from.child("virtualNetworkPeerings", &name),
                    Body::Peering(plain(to)),
                ))));
            }
        }
        changes
    }
}

/// A half with access, and no more.
fn plain(to: &ResourceId) -> Peering {
    Peering {
        remote: Some(to.clone()),
        state: Known::Value(PeeringState::Initiated),
        allow_virtual_network_access: true,
        allow_forwarded_traffic: false,
        allow_gateway_transit: false,
        use_remote_gateways: false,
    }
}
