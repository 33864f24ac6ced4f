//! Is traffic handed to an appliance beside the client, whose output Azure drops?

use crate::dropped::{self, Dropped};
use crate::user_route;
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::{NetworkInterface, Route};
use model::{Appliance, Change, ClientFact};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// A user route hands the traffic for the endpoint to an appliance in the client's own virtual network,
    /// and the appliance sends it on with the client's address for the source.
    ///
    /// ## Why it breaks
    ///
    /// The packet reaches the appliance and leaves it again, and the platform below the appliance drops it:
    /// a time-out, though a capture on the appliance shows both. This was seen in a published lab with
    /// captures on both sides; the documentation does not tell of it.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// An appliance that drops by its own rules shows that in its logs, and nothing leaves it. One whose
    /// interface lacks IP forwarding (RTE014) sees no packet at all. With its own address for the source
    /// (source NAT), or in a network of its own that is peered, the same appliance works.
    ///
    /// ## How to repair
    ///
    /// Let the appliance put its own address for the source, or move it to a network of its own. Whether
    /// it has to see this traffic at all is the other question.
    ///
    /// ## Sources
    ///
    /// github.com/mddazure/azure-privatelink-routing; Azure documentation:
    /// private-link/inspect-traffic-with-azure-firewall.md.
    pub struct UdrNvaSameVnetBlackhole = {
        code: "RTE004",
        name: "udr-nva-same-vnet-blackhole",
        stage: Some(model::Stage::Route),
        severity: Broken,
        summary: "A user route sends the traffic to an appliance in the same network, where it is dropped.",
        needs: [Route, NetworkInterface, Subnet],
        since: "0.1.0",
    }
}

impl Check for UdrNvaSameVnetBlackhole {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Dropped { step, route }) = dropped::dropped(trace) else { return };
        let Some(address) = cx.find::<Route>(route).and_then(|route| route.next_hop_address) else { return };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let facts = &step.because.facts;
        if facts.iter().any(|fact| fact.property == "nextHopIpAddress") {
            return;
        }
        let Some(fact) = facts.iter().find(|fact| fact.property == "ipConfigurations.subnet.id") else { return };
        let interface = &fact.resource;
        let network = cx.find::<NetworkInterface>(interface).and_then(NetworkInterface::subnet);
        let Some(network) = network.and_then(model::ResourceId::parent) else { return };
        let title = format!("the appliance at {address} stands in the client's own {}", network.name());
        let finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(interface).on(route);
        let mut finding = finding.shown_by(Evidence::of(&step.because));
        if let Some(told) = cx.snapshot().client().appliances.get(&address) {
            let appliance = Some(Appliance { source_nat: true, ..told.clone() });
            let change = Change::Outside(ClientFact::Appliance { address, appliance });
            let title = format!("let {} put its own address for the source", told.name);
            finding = finding.repaired_by(
                Remedy::new(title, Safety::Review, vec![change])
                    .saying("rules and logs at the endpoint then see the appliance and not the client"),
            );
        }
        for remedy in user_route::without(cx, trace, route) {
            finding = finding.repaired_by(remedy);
        }
        out.push(finding);
    }
}
