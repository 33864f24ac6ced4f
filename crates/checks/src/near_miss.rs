//! Is there a rule that was meant to let this call through, and misses it by its port or its address?
//!
//! Only a rule that says whom it is meant for is taken for that: its destination is this endpoint and
//! nobody else, or an address beside it that nobody has. The walk over the estate with the rule put right
//! shows that nothing else is missing.

use crate::sent_to;
use finding::{Cx, Evidence, Finding, Remedy, Safety};
use model::resource::{Access, AddressPrefix, Conditions, NetworkInterface, PortRange, Protocol, SecurityRule, Subnet};
use model::{Body, Change, End, Key, Resource, ResourceId, Stage, Status, Verdict};
use path::endpoint::Arrival;
use path::nsg::{Decider, Passage};
use path::{Detail, Step, Trace, predict};
use std::net::IpAddr;
use std::sync::Arc;

/// A rule that misses.
pub(crate) struct NearMiss {
    /// The rule.
    pub(crate) id: ResourceId,
    /// As it is.
    pub(crate) rule: SecurityRule,
    /// By what it misses.
    pub(crate) by: Missed,
    /// The address of the endpoint.
    pub(crate) endpoint: IpAddr,
    /// The rule put right.
    pub(crate) change: Change,
}

impl NearMiss {
    /// The finding of a check about it, which corrects the rule.
    pub(crate) fn found(self, finding: Finding, trace: &Trace, step: &Step, title: String, group: &str) -> Finding {
        let correct = Remedy::new(title, Safety::Safe, vec![self.change])
            .needing("Microsoft.Network/networkSecurityGroups/securityRules/write", group);
        let mut finding = finding.on(&self.id);
        // Another client may need another port or address: its finding is not the same.
        finding.resources.extend(trace.question.from.resource().cloned());
        finding.shown_by(Evidence::of(&step.because)).repaired_by(correct)
    }
}

/// By what a rule misses the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missed {
    /// It allows other ports.
    Port,
    /// It allows this address, which nobody has.
    Address(IpAddr),
}

/// The step at which a rule drops the call on the private way, and that rule.
pub(crate) fn denied(trace: &Trace) -> Option<(&Step, &Decider)> {
    if (trace.outcome.end, trace.outcome.stage) != (End::Stopped, Some(Stage::Nsg)) {
        return None;
    }
    trace.at(Stage::Nsg).find_map(|step| match &step.detail {
        Detail::Nsg(Passage::Denied(decider)) if step.status == Status::Fail => Some((step, decider)),
        _ => None,
    })
}

/// The first rule before the one that drops which only misses.
pub(crate) fn of(cx: &Cx<'_>, trace: &Trace, decider: &Decider) -> Option<NearMiss> {
    let (endpoint, arrival) = sent_to::endpoint(cx, trace)?;
    let mut rules: Vec<(&ResourceId, &SecurityRule)> = cx
        .children::<SecurityRule>(&decider.group)
        .filter(|(_, rule)| (rule.when.direction, rule.access) == (decider.direction, Access::Allow))
        .filter(|(_, rule)| {
            matches!(rule.when.protocol, Protocol::Tcp | Protocol::Any) && rule.priority < decider.priority
        })
        .collect();
    rules.sort_by_key(|(_, rule)| rule.priority);
    rules.into_iter().find_map(|(id, rule)| {
        let (by, right) = put_right(cx, trace, rule, endpoint, &arrival)?;
        let change = Change::Put(Arc::new(replaced(cx, id, right)));
        let after = cx.snapshot().with(std::slice::from_ref(&change));
        let clears = predict(&after, &trace.question).outcome.verdict == Verdict::Private;
        clears.then(|| NearMiss { id: id.clone(), rule: rule.clone(), by, endpoint, change })
    })
}

/// The same resource with another rule in it.
fn replaced(cx: &Cx<'_>, id: &ResourceId, rule: SecurityRule) -> Resource {
    let body = Body::SecurityRule(rule);
    match cx.resource(id) {
        Some(old) => Resource { body, ..(**old).clone() },
        None => Resource::new(id.clone(), body),
    }
}

fn put_right(
    cx: &Cx<'_>,
    trace: &Trace,
    rule: &SecurityRule,
    endpoint: IpAddr,
    arrival: &Arrival,
) -> Option<(Missed, SecurityRule)> {
    let port = trace.question.to.port;
    let opens = rule.when.destination_ports.iter().any(|range| range.contains(port));
    if !opens
        && !rule.when.destinations.is_empty()
        && rule.when.destinations.iter().all(|to| is_only(cx, to, endpoint, arrival))
    {
        let mut destination_ports = rule.when.destination_ports.clone();
        destination_ports.push(PortRange::one(port));
        let when = Conditions { destination_ports, ..rule.when.clone() };
        return Some((Missed::Port, SecurityRule { when, ..rule.clone() }));
    }
    let [AddressPrefix::Net(net)] = rule.when.destinations.as_slice() else { return None };
    let alone = net.prefix_len() == net.max_prefix_len();
    let beside = cx.find::<Subnet>(&arrival.subnet)?.prefixes.iter().any(|prefix| prefix.contains(net));
    let vacant = cx.by::<NetworkInterface>(&Key::Address(net.addr())).is_empty();
    if opens && alone && beside && vacant {
        let destinations = vec![AddressPrefix::Net(endpoint.into())];
        let when = Conditions { destinations, ..rule.when.clone() };
        return Some((Missed::Address(net.addr()), SecurityRule { when, ..rule.clone() }));
    }
    None
}

/// True when a prefix holds the endpoint's address, and nobody else stands in it.
fn is_only(cx: &Cx<'_>, prefix: &AddressPrefix, endpoint: IpAddr, arrival: &Arrival) -> bool {
    let AddressPrefix::Net(net) = prefix else { return false };
    let mut others = cx.all::<NetworkInterface>().filter(|(_, nic)| nic.addresses().any(|at| net.contains(&at)));
    net.contains(&endpoint) && others.all(|(id, _)| *id == arrival.network_interface)
}
