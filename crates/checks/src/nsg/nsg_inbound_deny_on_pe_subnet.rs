//! Does a rule on the endpoint's subnet drop the client's packets?

use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::{Access, AddressPrefix, Direction, PortRange, Protocol, SecurityRule, Subnet};
use model::{Body, Change, Resource, ResourceId, Status};
use path::endpoint::{Landing, landing};
use path::nsg::{Decider, Passage};
use path::{Detail, Trace};
use std::net::IpAddr;
use std::sync::Arc;

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
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let title = format!("rule {} ({}) of {} drops it", decider.name, decider.priority, decider.group.name());
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(&decider.group).on(subnet);
        // Another client needs another rule: its finding is not the same.
        finding.resources.extend(trace.question.from.resource().cloned());
        finding = finding.shown_by(Evidence::of(&step.because));
        if let Some(remedy) = allow(cx, trace, decider) {
            finding = finding.repaired_by(remedy);
        }
        let switch_off = Remedy::new(
            format!("switch network policies off for every endpoint in {}", subnet.name()),
            Safety::Review,
            vec![Change::set(subnet, "privateEndpointNetworkPolicies", "Disabled")],
        )
        .needing("Microsoft.Network/virtualNetworks/subnets/write", subnet.name())
        .saying("no rule of the group filters endpoints there any more");
        out.push(finding.repaired_by(switch_off));
    }
}

/// The narrow rule: this client, this endpoint, this port, just before the rule that denies.
fn allow(cx: &Cx<'_>, trace: &Trace, decider: &Decider) -> Option<Remedy> {
    let taken: Vec<u16> = cx
        .children::<SecurityRule>(&decider.group)
        .filter(|(_, rule)| rule.direction == Direction::Inbound)
        .map(|(_, rule)| rule.priority)
        .collect();
    let below = decider.priority.min(4097);
    let priority = (100..below).rev().find(|priority| !taken.contains(priority))?;
    let address = endpoint_address(cx, trace)?;
    let port = trace.question.to.port;
    let rule = SecurityRule {
        priority,
        direction: Direction::Inbound,
        access: Access::Allow,
        protocol: Protocol::Tcp,
        sources: sources(cx, trace)?,
        source_ports: vec![PortRange::ANY],
        destinations: vec![AddressPrefix::Net(address.into())],
        destination_ports: vec![PortRange::one(port)],
    };
    let name = format!("allow-{}-{port}", trace.question.from.resource().map_or("client", ResourceId::name));
    let id = decider.group.child("securityRules", &name);
    let title = format!("allow {} to {address} port {port} before it, at priority {priority}", trace.question.from);
    let change = Change::Put(Arc::new(Resource::new(id, Body::SecurityRule(rule))));
    Some(
        Remedy::new(title, Safety::Safe, vec![change])
            .needing("Microsoft.Network/networkSecurityGroups/securityRules/write", decider.group.name()),
    )
}

fn endpoint_address(cx: &Cx<'_>, trace: &Trace) -> Option<IpAddr> {
    let addresses = match &trace.resolution()?.answer {
        path::dns::Answer::Private { addresses, .. } => addresses.clone(),
        path::dns::Answer::Pinned(address) => vec![*address],
        path::dns::Answer::Public { .. }
        | path::dns::Answer::NxDomain { .. }
        | path::dns::Answer::Circle
        | path::dns::Answer::Silent => {
            return None;
        }
    };
    let is_endpoint =
        |address: &IpAddr| matches!(landing(cx.snapshot(), None, *address).outcome.value(), Some(Landing::Endpoint(_)));
    addresses.into_iter().find(is_endpoint)
}

/// The client's own address, or the prefixes of the subnet that it may use any address of.
fn sources(cx: &Cx<'_>, trace: &Trace) -> Option<Vec<AddressPrefix>> {
    if !trace.sources.is_empty() {
        return Some(trace.sources.iter().map(|address| AddressPrefix::Net((*address).into())).collect());
    }
    let standing = path::standing::of(cx.snapshot(), &trace.question.from);
    let subnet = standing.outcome.value()?.subnet.clone()?;
    let prefixes = &cx.find::<Subnet>(&subnet)?.prefixes;
    Some(prefixes.iter().map(|prefix| AddressPrefix::Net(*prefix)).collect())
}
