//! Does no peering lead from the client's network to the endpoint's?

use crate::asked::Asked;
use crate::sent_to;
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::{Peering, PeeringState, VirtualNetwork};
use model::{Body, Change, FactRef, Known, Resource, ResourceId, Stage, Status, Value};
use path::route::Routing;
use path::{Detail, Trace, standing};
use std::sync::Arc;

check! {
    /// ## What it finds
    ///
    /// The name resolves to the endpoint, and no way leads from the client's network to the endpoint's: no
    /// peering, a peering of which one half is missing or gone, or one that allows no access.
    ///
    /// ## Why it breaks
    ///
    /// An endpoint is heard in its own network, in networks that are directly peered with it, and behind
    /// their gateways. Peering is not transitive: a spoke does not hear what is two networks away. Both
    /// halves of a peering must be Connected. Packets are dropped silently: a time-out.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A stale record, a connection that is not approved and a security group give the same time-out. DNS
    /// says nothing about the way: a zone may be linked to networks that no packet can cross between.
    ///
    /// ## How to repair
    ///
    /// Peer the two networks, complete the half that is missing, or give the client's network an endpoint
    /// of its own. What is peered can talk in both directions, so the remedies are marked for review.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-network/virtual-network-manage-peering.md,
    /// private-link/private-endpoint-overview.md.
    pub struct RouteNoPathToPeVnet = {
        code: "RTE001",
        name: "route-no-path-to-pe-vnet",
        stage: Some(model::Stage::Route),
        severity: Broken,
        summary: "No connected peering or other route leads from the client's network to the endpoint's.",
        needs: [VirtualNetwork, Peering, PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

/// What says that it is the peering.
const PEERING: [&str; 3] = ["peeringState", "virtualNetworkPeerings", "allowVirtualNetworkAccess"];

/// The two networks, and the halves that join them.
pub(crate) struct Between<'s> {
    client: ResourceId,
    endpoint: ResourceId,
    there: Option<(&'s ResourceId, &'s Peering)>,
    back: Option<(&'s ResourceId, &'s Peering)>,
}

impl<'s> Between<'s> {
    /// The network of a client, and another one that it has to reach.
    pub(crate) fn of(cx: &Cx<'s>, client: &ResourceId, other: &ResourceId) -> Self {
        let half = |from: &ResourceId, to: &ResourceId| {
            cx.children::<Peering>(from).find(|(_, half)| half.remote.as_ref() == Some(to))
        };
        let (there, back) = (half(client, other), half(other, client));
        Self { client: client.clone(), endpoint: other.clone(), there, back }
    }

    /// What is wrong with their peering, in a line.
    pub(crate) fn title(&self) -> String {
        let (client, endpoint) = (self.client.name(), self.endpoint.name());
        match (self.there, self.back) {
            (None, None) => format!("{client} is not peered with {endpoint}"),
            (Some((id, half)), _) if !half.allow_virtual_network_access => {
                format!("peering {} allows no access to {endpoint}", id.name())
            }
            _ => format!("the peering of {client} with {endpoint} is not whole"),
        }
    }

    /// Lets the two hear each other; `None` when they cannot be peered, since they overlap.
    pub(crate) fn joined(&self, cx: &Cx<'_>) -> Option<Remedy> {
        (!overlap(cx, self)).then(|| join(self))
    }
}

impl Check for RouteNoPathToPeVnet {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let stopped = trace.at(Stage::Route).find(|step| {
            let no_path = step.status == Status::Fail && step.detail == Detail::Route(Routing::NoPath);
            no_path && step.because.facts.iter().any(|fact| PEERING.contains(&fact.property.as_ref()))
        });
        let Some(step) = stopped else { return };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let Some(between) = between(cx, trace) else { return };
        // With another endpoint in reach, the record is what is wrong.
        if Asked::of(cx, trace).is_some_and(|asked| !asked.reached(cx, true).is_empty()) {
            return;
        }
        let mut finding = Finding { confidence, ..Finding::new(Self::META, between.title()) }.on(&between.client);
        finding = finding.on(&between.endpoint).shown_by(Evidence::of(&step.because));
        out.push(finding.repaired_by(remedy(cx, &between)));
    }
}

/// `None` unless the client and the endpoint that it was sent to stand in two networks.
fn between<'s>(cx: &Cx<'s>, trace: &Trace) -> Option<Between<'s>> {
    let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
    let client = standing.value()?.network.clone()?;
    let (_, to) = sent_to::endpoint(cx, trace)?;
    let endpoint = Some(to.network).filter(|network| *network != client)?;
    Some(Between::of(cx, &client, &endpoint))
}

fn remedy(cx: &Cx<'_>, between: &Between<'_>) -> Remedy {
    let (client, endpoint) = (between.client.name(), between.endpoint.name());
    between.joined(cx).unwrap_or_else(|| {
        let title = format!("give {client} an endpoint of its own");
        let why = format!("its address space overlaps with that of {endpoint}: they cannot be peered");
        Remedy::manual(title, vec![why])
    })
}

fn join(between: &Between<'_>) -> Remedy {
    let (client, endpoint) = (between.client.name(), between.endpoint.name());
    let (title, changes) = match (between.there, between.back) {
        (Some((id, half)), _) if half.state.is(&PeeringState::Connected) && !half.allow_virtual_network_access => {
            let allow = Change::Set(FactRef::new(id, "allowVirtualNetworkAccess", ""), Value::Truth(true));
            (format!("let {} give access to {endpoint}", id.name()), vec![allow])
        }
        (there, back) => {
            let title = match (there, back) {
                (None, None) => format!("peer {client} and {endpoint}, both ways"),
                _ => format!("make the peering of {client} and {endpoint} whole"),
            };
            (title, made_whole(between))
        }
    };
    Remedy::new(title, Safety::Review, changes)
        .needing("Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write", client)
        .needing("Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write", endpoint)
        .saying("the two networks can then talk in both directions, as far as their security groups allow")
}

/// A half that is gone is made; one that was left over by the other is made again.
fn made_whole(between: &Between<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let halves =
        [(between.there, &between.client, &between.endpoint), (between.back, &between.endpoint, &between.client)];
    for (half, _, _) in halves {
        if let Some((id, _)) = half.filter(|(_, half)| half.state.is(&PeeringState::Disconnected)) {
            changes.push(Change::Delete(id.clone()));
        }
    }
    for (half, from, to) in halves {
        if half.is_none_or(|(_, half)| half.state.is(&PeeringState::Disconnected)) {
            let name = half.map_or_else(|| format!("{}-to-{}", from.name(), to.name()), |(id, _)| id.name().to_owned());
            changes.push(Change::Put(Arc::new(Resource::new(
                from.child("virtualNetworkPeerings", &name),
                Body::Peering(plain(to)),
            ))));
        }
    }
    changes
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

fn overlap(cx: &Cx<'_>, between: &Between<'_>) -> bool {
    let space = |network: &ResourceId| cx.find::<VirtualNetwork>(network).map_or(&[][..], |known| &known.address_space);
    let (own, other) = (space(&between.client), space(&between.endpoint));
    own.iter().any(|one| other.iter().any(|two| one.contains(two) || two.contains(one)))
}
