//! Which rule lets just this client's call through a group, and nothing else?

use crate::sent_to;
use finding::{Cx, Remedy, Safety};
use model::resource::{Access, AddressPrefix, Conditions, PortRange, Protocol, SecurityRule, Subnet};
use model::{Body, Change, Resource, ResourceId};
use path::Trace;
use path::nsg::Decider;
use std::net::IpAddr;
use std::sync::Arc;

/// The narrow rule: this client, this endpoint, this port, just before the rule that denies.
pub(crate) fn allow(cx: &Cx<'_>, trace: &Trace, decider: &Decider) -> Option<Remedy> {
    let (address, _) = sent_to::endpoint(cx, trace)?;
    let port = trace.question.to.port;
    let what = format!("to {address} port {port}");
    let (to, name) = (vec![AddressPrefix::Net(address.into())], port.to_string());
    let opening = Opening { protocol: Protocol::Tcp, to, port, name: &name, what: &what, safety: Safety::Safe };
    opening.before(cx, trace, decider)
}

/// The narrow rule for questions of this client to these DNS servers.
pub(crate) fn allow_dns(cx: &Cx<'_>, trace: &Trace, decider: &Decider, servers: &[IpAddr]) -> Option<Remedy> {
    let list = servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let what = format!("to ask {list}");
    let to = servers.iter().map(|address| AddressPrefix::Net((*address).into())).collect();
    let opening = Opening { protocol: Protocol::Any, to, port: DNS, name: "dns", what: &what, safety: Safety::Safe };
    opening.before(cx, trace, decider)
}

/// The narrow rule for this client and the sign-in hosts of Microsoft Entra ID. It is a way out of the network.
pub(crate) fn allow_sign_in(cx: &Cx<'_>, trace: &Trace, decider: &Decider) -> Option<Remedy> {
    let to = vec![AddressPrefix::Tag("AzureActiveDirectory".to_owned())];
    let (what, safety) = ("to sign in (tag AzureActiveDirectory)", Safety::Review);
    let opening = Opening { protocol: Protocol::Tcp, to, port: 443, name: "sign-in", what, safety };
    opening.before(cx, trace, decider)
}

/// What a client is to be let through for.
struct Opening<'o> {
    protocol: Protocol,
    to: Vec<AddressPrefix>,
    port: u16,
    /// How the name of the rule ends.
    name: &'o str,
    /// It in words, after the client.
    what: &'o str,
    safety: Safety,
}

impl Opening<'_> {
    /// The rule for the client of a trace, just before the one that denies.
    fn before(self, cx: &Cx<'_>, trace: &Trace, decider: &Decider) -> Option<Remedy> {
        let priority = free_before(cx, decider)?;
        let rule = SecurityRule {
            priority,
            access: Access::Allow,
            when: Conditions {
                direction: decider.direction,
                protocol: self.protocol,
                sources: sources(cx, trace)?,
                source_ports: vec![PortRange::ANY],
                destinations: self.to,
                destination_ports: vec![PortRange::one(self.port)],
            },
        };
        let from = &trace.question.from;
        let name = format!("allow-{}-{}", from.resource().map_or("client", ResourceId::name), self.name);
        let id = decider.group.child("securityRules", &name);
        let title = format!("allow {from} {} before it, at priority {priority}", self.what);
        let change = Change::Put(Arc::new(Resource::new(id, Body::SecurityRule(rule))));
        Some(
            Remedy::new(title, self.safety, vec![change])
                .needing("Microsoft.Network/networkSecurityGroups/securityRules/write", decider.group.name()),
        )
    }
}

/// The port of DNS.
const DNS: u16 = 53;

/// The free priority just before a rule.
fn free_before(cx: &Cx<'_>, decider: &Decider) -> Option<u16> {
    let taken: Vec<u16> = cx
        .children::<SecurityRule>(&decider.group)
        .filter(|(_, rule)| rule.when.direction == decider.direction)
        .map(|(_, rule)| rule.priority)
        .collect();
    let below = decider.priority.min(4097);
    (100..below).rev().find(|priority| !taken.contains(priority))
}

/// The client's own address, or the prefixes of the subnet that it may use any address of.
fn sources(cx: &Cx<'_>, trace: &Trace) -> Option<Vec<AddressPrefix>> {
    if !trace.sources.is_empty() {
        return Some(trace.sources.iter().map(|address| AddressPrefix::Net(*address)).collect());
    }
    let standing = path::standing::of(cx.snapshot(), &trace.question.from);
    let subnet = standing.outcome.value()?.subnet.clone()?;
    let prefixes = &cx.find::<Subnet>(&subnet)?.prefixes;
    Some(prefixes.iter().map(|prefix| AddressPrefix::Net(*prefix)).collect())
}
