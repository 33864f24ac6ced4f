//! Is traffic handed to an appliance that Azure does not let forward it?

use crate::dropped::{self, Dropped};
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::{NetworkInterface, NextHop, Route};
use model::{Change, FactRef, Value};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// A user route hands the traffic for the endpoint to a virtual appliance whose network interface lacks
    /// `enableIPForwarding`.
    ///
    /// ## Why it breaks
    ///
    /// Azure delivers to a network interface only what is addressed to it, unless IP forwarding is on. The
    /// appliance never sees the packets, whatever its own configuration says: a time-out.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// An appliance that gets the packets and drops them is not this: its own rules and logs tell. A route
    /// that is wider than the range of the endpoint's network never takes the traffic at all.
    ///
    /// ## How to repair
    ///
    /// Turn IP forwarding on for the interface. The operating system of the appliance must forward, too.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-network/virtual-networks-udr-overview.md.
    pub struct ApplianceWithoutIpForwarding = {
        code: "RTE014",
        name: "appliance-without-ip-forwarding",
        stage: Some(model::Stage::Route),
        severity: Broken,
        summary: "A user route hands the traffic to an appliance that Azure does not let forward it.",
        needs: [Route, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for ApplianceWithoutIpForwarding {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Dropped { step, route }) = dropped::dropped(trace) else { return };
        let Some(found) = cx.find::<Route>(route).filter(|route| route.next_hop == NextHop::VirtualAppliance) else {
            return;
        };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let lacks = |fact: &&FactRef| fact.property == "enableIPForwarding" && fact.value == "false";
        let Some(interface) = step.because.facts.iter().find(lacks).map(|fact| &fact.resource) else { return };
        if cx.find::<NetworkInterface>(interface).is_none() {
            return;
        }
        let address = found.next_hop_address.map(|address| address.to_string()).unwrap_or_default();
        let title = format!("NIC {} of the appliance at {address} may not forward packets", interface.name());
        let finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(interface).on(route);
        let forward = Change::Set(FactRef::new(interface, "enableIPForwarding", ""), Value::Truth(true));
        let title = format!("turn IP forwarding on for {}", interface.name());
        let remedy = Remedy::new(title, Safety::Review, vec![forward])
            .needing("Microsoft.Network/networkInterfaces/write", interface.name())
            .saying("the operating system of the appliance must forward as well, and let the call through");
        out.push(finding.shown_by(Evidence::of(&step.because)).repaired_by(remedy));
    }
}
