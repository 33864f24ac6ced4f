//! Does no peering lead from the client's network to the endpoint's?

use crate::asked::Asked;
use crate::between::Between;
use crate::sent_to;
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Sink, check};
use model::{Stage, Status};
use path::route::Routing;
use path::{Detail, Trace, standing};

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
        let mut finding = Finding { confidence, ..Finding::new(Self::META, between.title()) }.on(&between.from);
        finding = finding.on(&between.to).shown_by(Evidence::of(&step.because));
        out.push(finding.repaired_by(remedy(cx, &between)));
    }
}

/// `None` unless the client and the endpoint that it was sent to stand in two networks.
fn between<'s>(cx: &Cx<'s>, trace: &Trace) -> Option<Between<'s>> {
    let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
    let client = standing.value()?.network.clone()?;
    let (_, to) = sent_to::endpoint(cx, trace)?;
    (to.network != client).then(|| Between::of(cx, client, to.network))
}

fn remedy(cx: &Cx<'_>, between: &Between<'_>) -> Remedy {
    let (client, endpoint) = (between.from.name(), between.to.name());
    if between.overlap(cx) {
        let title = format!("give {client} an endpoint of its own");
        return Remedy::manual(
            title,
            vec![format!("its address space overlaps with that of {endpoint}: they cannot be peered")],
        );
    }
    between.joined()
}
