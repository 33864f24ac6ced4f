//! Is traffic handed to an appliance that the sender's network does not reach?

use crate::between::Between;
use crate::dropped::{self, Dropped};
use crate::user_route;
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Sink, check};
use model::resource::{LoadBalancer, NetworkInterface, Route};
use model::{Kind, ResourceId};
use path::{Trace, standing};

check! {
    /// ## What it finds
    ///
    /// A user route hands the traffic for the endpoint to the address of an appliance in another virtual
    /// network, and that network is not peered with the sender's, or the peering is not whole.
    ///
    /// ## Why it breaks
    ///
    /// The next hop of a user route has to be reached directly: in the same network or over one peering.
    /// Azure drops what is handed to any other address: a time-out.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// An appliance within reach whose interface lacks IP forwarding (RTE014) gives the same silence. So does
    /// a peering that does not take forwarded traffic (RTE016): there the appliance has seen the packet.
    ///
    /// ## How to repair
    ///
    /// Join the two networks by a peering, or name an appliance within reach. Where this traffic need not be
    /// inspected, take it away from the route.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-network/virtual-networks-udr-overview.md.
    pub struct ApplianceOutOfReach = {
        code: "RTE015",
        name: "appliance-out-of-reach",
        stage: Some(model::Stage::Route),
        severity: Broken,
        summary: "A user route hands the traffic to an appliance that the sender's network does not reach.",
        needs: [Route, NetworkInterface, Peering, Subnet, VirtualNetwork],
        since: "0.1.0",
    }
}

/// What says where the appliance, or the load balancer in front of it, stands.
const STANDS: [&str; 2] = ["ipConfigurations.subnet.id", "frontendIPConfigurations.subnet.id"];

impl Check for ApplianceOutOfReach {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Dropped { step, route }) = dropped::dropped(trace) else { return };
        let Some(address) = cx.find::<Route>(route).and_then(|route| route.next_hop_address) else { return };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let facts = &step.because.facts;
        if !facts.iter().any(|fact| fact.property == "nextHopIpAddress") {
            return;
        }
        let Some(fact) = facts.iter().find(|fact| STANDS.contains(&fact.property.as_ref())) else { return };
        let Some(network) = network(cx, &fact.resource) else { return };
        let title = format!("the appliance at {address}, in {}, is out of reach", network.name());
        let finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(route).on(&fact.resource);
        let mut finding = finding.shown_by(Evidence::of(&step.because));
        let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
        if let Some(from) = standing.value().and_then(|standing| standing.entry().cloned()) {
            let between = Between::of(cx, from, network);
            // A second appliance is out of reach of the first, not of the client.
            if !between.is_whole() && !between.overlap(cx) {
                finding = finding.repaired_by(between.joined());
            }
        }
        for remedy in user_route::without(cx, trace, route) {
            finding = finding.repaired_by(remedy);
        }
        out.push(finding);
    }
}

/// The network of an interface, or of the front end of a load balancer.
fn network(cx: &Cx<'_>, place: &ResourceId) -> Option<ResourceId> {
    match Kind::of_type(&place.resource_type()) {
        Kind::LoadBalancer => {
            let balancer = cx.find::<LoadBalancer>(place)?;
            balancer.front_ends.iter().find_map(|front_end| front_end.subnet.as_ref())?.parent()
        }
        _ => cx.find::<NetworkInterface>(place)?.subnet()?.parent(),
    }
}
