//! Does a rule on the client's own side drop its packets for the endpoint?

use crate::{narrow_rule, near_miss, rule_in_words};
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Sink, check};
use model::resource::Direction;
use model::{End, Stage, Status};
use path::nsg::Passage;
use path::{Detail, Trace};

check! {
    /// ## What it finds
    ///
    /// The first rule of the client's own security group (its NIC's or its subnet's) that matches the
    /// packets for the endpoint denies them on the way out.
    ///
    /// ## Why it breaks
    ///
    /// Outbound rules see the private address. A group that allows only a service tag such as
    /// `CognitiveServicesManagement` and denies the rest stops the endpoint as well, since the tag holds
    /// public ranges. A drop is silent: the client sees a time-out.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// It does not depend on the network policies of the endpoint's subnet. A drop on the public way is
    /// not this: there the name resolved publicly, and that is the cause.
    ///
    /// ## How to repair
    ///
    /// Allow just this client, endpoint and port before the rule that denies.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-network/network-security-groups-overview.md.
    pub struct NsgOutboundDenyAtSource = {
        code: "NSG002",
        name: "nsg-outbound-deny-at-source",
        stage: Some(model::Stage::Nsg),
        severity: Broken,
        summary: "A rule on the client's own subnet or NIC denies the way out.",
        needs: [Subnet, NetworkSecurityGroup, SecurityRule, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for NsgOutboundDenyAtSource {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        if (trace.outcome.end, trace.outcome.stage) != (End::Stopped, Some(Stage::Nsg)) {
            return;
        }
        let denied = trace.at(Stage::Nsg).find_map(|step| match &step.detail {
            Detail::Nsg(Passage::Denied(decider))
                if decider.direction == Direction::Outbound && step.status == Status::Fail =>
            {
                Some((step, decider))
            }
            _ => None,
        });
        let Some((step, decider)) = denied else { return };
        // A rule that was meant to let it through and misses says more than the one that drops.
        if near_miss::of(cx, trace, decider).is_some() {
            return;
        }
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let (rule, group) = (&decider.name, decider.group.name());
        let title = format!("rule {rule} ({}) of {group} drops it on the way out", decider.priority);
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(&decider.group);
        // Another client needs another rule: its finding is not the same.
        finding.resources.extend(trace.question.from.resource().cloned());
        finding = finding.shown_by(rule_in_words::of_group(cx, decider)).shown_by(Evidence::of(&step.because));
        out.push(match narrow_rule::allow(cx, trace, decider) {
            Some(remedy) => finding.repaired_by(remedy),
            None => finding,
        });
    }
}
