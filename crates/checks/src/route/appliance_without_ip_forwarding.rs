//! Is traffic handed to an appliance that Azure does not let forward it?

use crate::dropped::{self, Dropped};
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::{NetworkInterface, NextHop, Route};
use model::{Change, FactRef, ResourceId, Value};
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
        let lacking = step.because.facts.iter().filter(lacks).map(|fact| &fact.resource);
        let interfaces: Vec<&ResourceId> = lacking.filter(|id| cx.find::<NetworkInterface>(id).is_some()).collect();
        let Some(first) = interfaces.first() else { return };
        let address = found.next_hop_address.map(|address| address.to_string()).unwrap_or_default();
        // Behind a load balancer there are several, and each flow goes to one of them.
        let (title, which) = match interfaces.as_slice() {
            [_] => {
                let title = format!("NIC {} of the appliance at {address} may not forward packets", first.name());
                (title, first.name().to_owned())
            }
            several => {
                let count = several.len();
                let title = format!("none of the {count} appliances behind {address} may forward packets");
                (title, several.iter().map(|id| id.name()).collect::<Vec<_>>().join(", "))
            }
        };
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) };
        for interface in &interfaces {
            finding = finding.on(interface);
        }
        let forward = |id: &&ResourceId| Change::Set(FactRef::new(id, "enableIPForwarding", ""), Value::Truth(true));
        let title = format!("turn IP forwarding on for {which}");
        let mut remedy = Remedy::new(title, Safety::Review, interfaces.iter().map(forward).collect());
        for interface in &interfaces {
            remedy = remedy.needing("Microsoft.Network/networkInterfaces/write", interface.name());
        }
        let remedy =
            remedy.saying("the operating system of the appliance must forward as well, and let the call through");
        let finding = finding.on(route);
        out.push(finding.shown_by(Evidence::of(&step.because)).repaired_by(remedy));
    }
}
