//! Does a rule on the endpoint's subnet drop the client's packets?

use crate::{dormant_rules, narrow_rule, near_miss, rule_in_words};
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::{Direction, Subnet};
use model::{Change, Status};
use path::nsg::Passage;
use path::{Detail, Trace};

check! {
    /// ## What it finds
    ///
    /// The security group on the endpoint's subnet applies to private endpoints there, and the first rule
    /// that matches the client's packets denies them.
    ///
    /// ## Why it breaks
    ///
    /// A group applies to endpoints only when `privateEndpointNetworkPolicies` of the subnet is `Enabled`
    /// or `NetworkSecurityGroupEnabled`. Then the rules are tried by priority, and a drop is silent: the
    /// client sees a time-out, never a refusal.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// With the policy off, the same rule does nothing. A stale record, a missing peering and a pending
    /// connection give the same time-out: address, state and route come first. Default rule 65000 allows
    /// the own and peered networks, so no explicit allow rule is needed without a deny before it.
    ///
    /// ## How to repair
    ///
    /// Allow just this client, endpoint and port before the rule that denies. Advice on the web says that
    /// the policy "should be Disabled for private endpoints to work": endpoints work under all four values,
    /// and disabling it drops the filtering of every endpoint in the subnet.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/disable-private-endpoint-network-policy.md,
    /// virtual-network/network-security-groups-overview.md.
    pub struct NsgInboundDenyOnPeSubnet = {
        code: "NSG001",
        name: "nsg-inbound-deny-on-pe-subnet",
        stage: Some(model::Stage::Nsg),
        severity: Broken,
        summary: "A rule on the endpoint's subnet denies the client, and the subnet's policies make it count.",
        needs: [Subnet, NetworkSecurityGroup, SecurityRule, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for NsgInboundDenyOnPeSubnet {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let denied =
            trace.hops.iter().flat_map(|hop| hop.steps.iter().map(move |step| (hop, step))).find_map(|(hop, step)| {
                match &step.detail {
                    Detail::Nsg(Passage::Denied(decider))
                        if decider.direction == Direction::Inbound && step.status == Status::Fail =>
                    {
                        Some((hop.resource.as_ref()?, step, decider))
                    }
                    _ => None,
                }
            });
        let Some((subnet, step, decider)) = denied else { return };
        // At an appliance the group of its own subnet decides, whatever the policies.
        if cx.find::<Subnet>(subnet).is_none() {
            return;
        }
        // A rule that was meant to let it through and misses says more than the one that drops.
        if near_miss::of(cx, trace, decider).is_some() {
            return;
        }
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let title = format!("rule {} ({}) of {} drops it", decider.name, decider.priority, decider.group.name());
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(&decider.group).on(subnet);
        // Another client needs another rule: its finding is not the same.
        finding.resources.extend(trace.question.from.resource().cloned());
        finding = finding.shown_by(rule_in_words::of_group(cx, decider)).shown_by(Evidence::of(&step.because));
        if let Some(remedy) = narrow_rule::allow(cx, trace, decider) {
            finding = finding.repaired_by(remedy);
        }
        let switch_off = Remedy::new(
            format!("switch network policies off for every endpoint in {}", subnet.name()),
            Safety::Review,
            vec![Change::set(subnet, "privateEndpointNetworkPolicies", "Disabled")],
        )
        .needing("Microsoft.Network/virtualNetworks/subnets/write", subnet.name())
        .saying(format!(
            "no rule of {} filters endpoints there any more: {}",
            decider.group.name(),
            dormant_rules::inbound(cx, &decider.group)
        ));
        out.push(finding.repaired_by(switch_off));
    }
}
