//! Which rule lets just this client's call through a group, and nothing else?

use finding::{Cx, Remedy, Safety};
use model::resource::{Access, AddressPrefix, PortRange, Protocol, SecurityRule, Subnet};
use model::{Body, Change, Resource, ResourceId};
use path::Trace;
use path::endpoint::{Landing, landing};
use path::nsg::Decider;
use std::net::IpAddr;
use std::sync::Arc;

/// The narrow rule: this client, this endpoint, this port, just before the rule that denies.
pub(crate) fn allow(cx: &Cx<'_>, trace: &Trace, decider: &Decider) -> Option<Remedy> {
    let taken: Vec<u16> = cx
        .children::<SecurityRule>(&decider.group)
        .filter(|(_, rule)| rule.direction == decider.direction)
        .map(|(_, rule)| rule.priority)
        .collect();
    let below = decider.priority.min(4097);
    let priority = (100..below).rev().find(|priority| !taken.contains(priority))?;
    let address = endpoint_address(cx, trace)?;
    let port = trace.question.to.port;
    let rule = SecurityRule {
        priority,
        direction: decider.direction,
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
