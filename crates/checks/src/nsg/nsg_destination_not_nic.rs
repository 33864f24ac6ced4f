//! Does a rule allow an address beside the endpoint's own, which nobody has?

use crate::near_miss::{self, Missed};
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Sink, check};
use model::FactRef;
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// A rule that allows this client and port to a single address in the endpoint's subnet at which no NIC stands, before
    /// the rule that drops the call.
    ///
    /// ## Why it breaks
    ///
    /// Rules are judged against the address of the NIC that the packet goes to. An address of a front end, or one that the
    /// endpoint had before it was made anew, matches no packet. The drop is silent: the client sees a time-out.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Nobody has the address that the rule names, and the walk over the estate with the endpoint's own address in its place
    /// ends at the service. A rule for another endpoint that exists is meant for that one: then the rule that drops is named
    /// (NSG001, NSG002).
    ///
    /// ## How to repair
    ///
    /// Write the address of the endpoint's NIC into the rule, or an application security group that the endpoint is in.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-network/network-security-groups-overview.md,
    /// virtual-network/application-security-groups.md.
    pub struct NsgDestinationNotNic = {
        code: "NSG006",
        name: "nsg-destination-not-nic",
        stage: Some(model::Stage::Nsg),
        severity: Broken,
        summary: "The rule names a front-end address, but rules are judged against the NIC's own address.",
        needs: [Subnet, NetworkSecurityGroup, SecurityRule, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for NsgDestinationNotNic {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some((step, decider)) = near_miss::denied(trace) else { return };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let Some(missed) = near_miss::of(cx, trace, decider) else { return };
        let Missed::Address(named) = missed.by else { return };
        let (rule, group, endpoint) = (missed.id.name(), decider.group.name(), missed.endpoint);
        let title = format!("rule {rule} ({}) allows {named}, and the endpoint is {endpoint}", missed.rule.priority);
        let text = format!("{rule} allows {named}, which no NIC has; the endpoint is at {endpoint}");
        let evidence = [Evidence::fact(text, &FactRef::new(&missed.id, "destinationAddressPrefix", named.to_string()))];
        // Whom the address was written for is a conclusion.
        let confidence = confidence.min(Confidence::Inferred);
        let correct = format!("let rule {rule} name {endpoint}");
        let finding = Finding { confidence, ..Finding::new(Self::META, title) }.shown_by(evidence);
        out.push(missed.found(finding, trace, step, correct, group));
    }
}
