//! Does a peering refuse what an appliance sends on?

use crate::dropped::{self, Dropped};
use crate::user_route;
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::Peering;
use model::{Change, FactRef, ResourceId, Value};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// A user route hands the traffic for the endpoint to an appliance in a third network. The appliance
    /// leaves the source as it is, and the peering of its network with the endpoint's does not allow
    /// forwarded traffic, in neither half.
    ///
    /// ## Why it breaks
    ///
    /// A peering carries packets of the two networks that it joins. What comes from elsewhere is forwarded
    /// traffic, and is dropped where that is not allowed: a time-out.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// With its own address for the source (source NAT) the same appliance needs no such permission. A
    /// peering that is not whole carries nothing at all. Where one half allows forwarded traffic and the
    /// other does not, which one counts is not known, and nothing is found.
    ///
    /// ## How to repair
    ///
    /// Allow forwarded traffic in both halves of the peering, or let the appliance put its own address for
    /// the source.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-network/virtual-network-manage-peering.md and the REST reference of
    /// virtual network peerings.
    pub struct PeeringDropsForwardedTraffic = {
        code: "RTE016",
        name: "peering-drops-forwarded-traffic",
        stage: Some(model::Stage::Route),
        severity: Broken,
        summary: "A peering does not take what an appliance sends on.",
        needs: [Route, NetworkInterface, Peering, Subnet],
        since: "0.1.0",
    }
}

const ALLOWED: &str = "allowForwardedTraffic";

impl Check for PeeringDropsForwardedTraffic {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Dropped { step, route }) = dropped::dropped(trace) else { return };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let refuses = |fact: &&FactRef| fact.property == ALLOWED && fact.value == "false";
        let halves: Vec<&ResourceId> = step.because.facts.iter().filter(refuses).map(|fact| &fact.resource).collect();
        let known = |half: &&&ResourceId| cx.find::<Peering>(half).is_some();
        let Some(first) = halves.iter().find(known) else { return };
        let title = format!("{} refuses what the appliance sends on", first.name());
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(route);
        for half in &halves {
            finding = finding.on(half);
        }
        finding = finding.shown_by(Evidence::of(&step.because));
        let allow = |half: &&ResourceId| Change::Set(FactRef::new(half, ALLOWED, ""), Value::Truth(true));
        let mut remedy = Remedy::new(
            "allow forwarded traffic in both halves of the peering",
            Safety::Review,
            halves.iter().map(allow).collect(),
        );
        for half in &halves {
            remedy = remedy.needing("Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write", half.name());
        }
        let remedy = remedy.saying("whatever else is forwarded between the two networks can pass as well");
        finding = finding.repaired_by(remedy);
        for remedy in user_route::without(cx, trace, route) {
            finding = finding.repaired_by(remedy);
        }
        out.push(finding);
    }
}
