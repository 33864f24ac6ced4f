//! Does a security admin rule of a network manager drop the call?

use crate::{admin_rule, rule_in_words};
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Sink, check};
use model::{End, ResourceId, Stage, Status};
use path::nsg::Passage;
use path::{Detail, Trace};

check! {
    /// ## What it finds
    ///
    /// A security admin rule of Azure Virtual Network Manager denies the call, on the client's side or at an appliance on
    /// the way.
    ///
    /// ## Why it breaks
    ///
    /// Security admin rules are tried before every security group, for all networks that a manager is in charge of. What
    /// one denies is dropped, whatever groups allow, and the drop is silent: the client sees a time-out. No security group
    /// shows it, and flow logs of the subnet do not name it.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A rule of the action *Allow* only lets groups decide: when one of those drops the call, that one is named (NSG001,
    /// NSG002). Security admin rules do not apply to private endpoints: a rule for inbound traffic in the endpoint's network
    /// does not count there. Which rules apply to a network, `az network manager list-effective-security-admin-rule` says;
    /// save its output in the snapshot's folder as `NETWORK.json`, with the name of the virtual network.
    ///
    /// ## How to repair
    ///
    /// The owner of the network manager has to make an exception: a rule that allows the call at a lower priority, in a
    /// configuration that is deployed again. A rule in a security group does not help.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-network-manager/concept-security-admins.md,
    /// virtual-network/network-security-groups-overview.md.
    pub struct SecurityAdminRuleDenies = {
        code: "NSG007",
        name: "security-admin-rule-denies",
        stage: Some(model::Stage::Nsg),
        severity: Broken,
        summary: "A security admin rule of a network manager drops the call before any security group is asked.",
        needs: [Subnet, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for SecurityAdminRuleDenies {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        if (trace.outcome.end, trace.outcome.stage) != (End::Stopped, Some(Stage::Nsg)) {
            return;
        }
        let forbidden = trace.at(Stage::Nsg).find_map(|step| match &step.detail {
            Detail::Nsg(Passage::Forbidden(decider)) if step.status == Status::Fail => Some((step, decider)),
            _ => None,
        });
        let Some((step, decider)) = forbidden else { return };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let manager = decider.manager();
        let manager = manager.as_ref().map_or("a network manager", ResourceId::name);
        let rule = decider.rule.name();
        let title = format!("security admin rule {rule} ({}) of {manager} drops it", decider.says.priority);
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(&decider.rule);
        // Another client needs another exception: its finding is not the same.
        finding.resources.extend(trace.question.from.resource().cloned());
        finding = finding.shown_by([rule_in_words::of_admin(decider)]);
        out.push(finding.shown_by(Evidence::of(&step.because)).repaired_by(admin_rule::exception(decider)));
    }
}
