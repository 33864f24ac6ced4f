//! Does a rule that denies stand at endpoints to which no rule applies?

use crate::dormant_rules;
use finding::{Check, Cx, Evidence, Finding, Meta, Remedy, Safety, Severity, Sink, check};
use model::resource::{Access, Direction, NetworkInterface, NetworkPolicies, SecurityRule, Subnet};
use model::{Change, FactRef, Known, ResourceId};
use std::collections::BTreeMap;

check! {
    /// ## What it finds
    ///
    /// A security group with a rule of the user that denies inbound traffic, on a subnet with private
    /// endpoints whose network policies do not apply groups to them.
    ///
    /// ## Why it matters
    ///
    /// A group applies to endpoints only when `privateEndpointNetworkPolicies` of the subnet is `Enabled`
    /// or `NetworkSecurityGroupEnabled`. Under `Disabled` and `RouteTableEnabled` the rule is there to be
    /// read and filters no endpoint.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Nothing fails: this is advice. A group without a rule that denies promises nothing, and a rule that
    /// counts for the other hosts of the subnet may be meant for them.
    ///
    /// ## How to repair
    ///
    /// Decide which is meant. Switching the policy on wakes every dormant rule at once, for all endpoints
    /// of the subnet: add the rules that allow first.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/disable-private-endpoint-network-policy.md. Seen in
    /// github.com/MicrosoftDocs/azure-docs issues 104267 and 103453.
    pub struct NsgBelievedEffectiveButIgnored = {
        code: "NSG003",
        name: "nsg-believed-effective-but-ignored",
        stage: Some(model::Stage::Nsg),
        severity: Advice,
        summary: "A deny rule is attached to the endpoint's subnet, but the subnet's policies switch it off.",
        needs: [Subnet, SecurityRule, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for NsgBelievedEffectiveButIgnored {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        let mut subnets: BTreeMap<&ResourceId, Vec<&ResourceId>> = BTreeMap::new();
        for (_, nic) in cx.all::<NetworkInterface>() {
            if let (Some(endpoint), Some(subnet)) = (&nic.private_endpoint, nic.subnet()) {
                subnets.entry(subnet).or_default().push(endpoint);
            }
        }
        for (subnet, endpoints) in subnets {
            out.findings.extend(dormant(cx, subnet, &endpoints));
        }
    }
}

fn dormant(cx: &Cx<'_>, id: &ResourceId, endpoints: &[&ResourceId]) -> Option<Finding> {
    let subnet = cx.find::<Subnet>(id)?;
    let group = subnet.network_security_group.as_ref()?;
    let Known::Value(policies) = &subnet.private_endpoint_network_policies else { return None };
    if !matches!(policies, NetworkPolicies::Disabled | NetworkPolicies::RouteTableEnabled) {
        return None;
    }
    let is_deny = |rule: &SecurityRule| rule.when.direction == Direction::Inbound && rule.access == Access::Deny;
    let (rule, denied) =
        cx.children::<SecurityRule>(group).filter(|(_, rule)| is_deny(rule)).min_by_key(|(_, rule)| rule.priority)?;
    let wanted = match policies {
        NetworkPolicies::RouteTableEnabled => "Enabled",
        _ => "NetworkSecurityGroupEnabled",
    };
    let title = format!("rule {} of {} does not filter endpoints", rule.name(), group.name());
    let names: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.name()).collect();
    let policy = FactRef::new(id, "privateEndpointNetworkPolicies", policies.word());
    let evidence = [
        Evidence::fact(format!("groups do not apply to endpoints in {} ({})", id.name(), names.join(", ")), &policy),
        Evidence::fact(
            format!("{} denies inbound at priority {}", rule.name(), denied.priority),
            &FactRef::new(rule, "access", "Deny"),
        ),
    ];
    let wake = Remedy::new(
        format!("let groups apply to the endpoints in {}", id.name()),
        Safety::Review,
        vec![Change::set(id, "privateEndpointNetworkPolicies", wanted)],
    )
    .needing("Microsoft.Network/virtualNetworks/subnets/write", id.name())
    .saying(format!(
        "every rule of {} counts from then on, for all endpoints there ({}): allow your clients first",
        group.name(),
        dormant_rules::inbound(cx, group)
    ));
    let finding = Finding { severity: Severity::Advice, ..Finding::new(NsgBelievedEffectiveButIgnored::META, title) };
    Some(finding.on(group).on(id).shown_by(evidence).repaired_by(wake))
}
