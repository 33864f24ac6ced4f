//! What keeps a place on premises and the network of its gateway apart, and how is it repaired?

use finding::{Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety};
use ipnet::IpNet;
use model::resource::LocalNetworkGateway;
use model::{Because, Body, Change, Resource, ResourceId, Stage, Status, Value};
use path::dns::Answer;
use path::{Severed, Step, Trace, standing};
use std::sync::Arc;

/// What is found where a call, or a question to a DNS server on its way, stops because of the gateway itself.
pub(crate) fn finding(cx: &Cx<'_>, trace: &Trace, meta: &'static Meta) -> Option<Finding> {
    // What a server answers that cannot ask on does not tell by itself where the call stopped.
    let silent = trace.resolution().is_some_and(|resolution| resolution.answer == Answer::Silent);
    let stopped = |step: &&Step| match step.status {
        Status::Fail => true,
        Status::Unknown => step.stage == Stage::Dns && silent,
        _ => false,
    };
    let (severed, because) = trace.steps().filter(stopped).find_map(|step| path::severed(&step.because))?;
    let confidence = Confidence::at_most(because)?;
    let (title, remedy) = match severed {
        Severed::NotRoutedBack => not_routed(cx, trace, because)?,
        Severed::Down => down(because)?,
        Severed::PropagationOff => kept_out(because)?,
    };
    let mut finding = Finding { confidence, ..Finding::new(meta, title) };
    if severed == Severed::NotRoutedBack {
        finding.resources.extend(hub(cx, trace));
    }
    for fact in &because.facts {
        finding = finding.on(&fact.resource);
    }
    let finding = match severed {
        Severed::Down => finding.shown_by(
            because
                .facts
                .iter()
                .map(|fact| Evidence::fact(format!("connection {} is {}", fact.resource.name(), fact.value), fact)),
        ),
        _ => finding.shown_by(Evidence::of(because)),
    };
    Some(finding.repaired_by(remedy))
}

/// The network whose gateway the place which calls is behind.
fn hub(cx: &Cx<'_>, trace: &Trace) -> Option<ResourceId> {
    let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
    standing.value()?.site.as_ref()?.network.clone()
}

/// No connection of the gateway routes the place which calls.
fn not_routed(cx: &Cx<'_>, trace: &Trace, because: &Because) -> Option<(String, Remedy)> {
    let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
    let site = standing.value()?.site.as_ref()?;
    let hub = site.network.as_ref()?.name();
    let locals: Vec<&ResourceId> = because.facts.iter().map(|fact| &fact.resource).collect();
    let remedy = match locals.as_slice() {
        [local] => routed(cx, local, &site.address_space)?,
        _ => {
            let words = format!("add the prefixes of {} to the local network gateway that stands for it", site.name);
            Remedy::manual(format!("let a connection of {hub} route {}", site.name), vec![words])
        }
    };
    let remedy = remedy.saying(format!("see that the devices of {} answer through the tunnel", site.name));
    Some((format!("the gateway of {hub} has no route to {}", site.name), remedy))
}

/// The remedy that adds prefixes to a local network gateway.
fn routed(cx: &Cx<'_>, local: &ResourceId, prefixes: &[IpNet]) -> Option<Remedy> {
    let old = cx.snapshot().get(local)?;
    let mut space = cx.find::<LocalNetworkGateway>(local)?.address_space.clone();
    space.extend(prefixes);
    let body = Body::LocalNetworkGateway(LocalNetworkGateway { address_space: space });
    let change = Change::Put(Arc::new(Resource { body, ..(**old).clone() }));
    let title = format!("add the prefixes of the place to {}", local.name());
    let remedy = Remedy::new(title, Safety::Review, vec![change])
        .needing("Microsoft.Network/localNetworkGateways/write", local.name())
        .saying("every subnet that uses the gateway then sends these prefixes into the tunnel");
    Some(remedy)
}

/// Every connection that routes the place is down. What is wrong with it stands on no page of Azure's that was read.
fn down(because: &Because) -> Option<(String, Remedy)> {
    let names: Vec<&str> = because.facts.iter().map(|fact| fact.resource.name()).collect();
    let (title, list) = match names.as_slice() {
        [] => return None,
        [one] => (format!("gateway connection {one} is not connected"), (*one).to_owned()),
        _ => (format!("gateway connections {} are not connected", names.join(", ")), "one of them".to_owned()),
    };
    let words = vec![
        "the gateway's own log and the device at the other end say why: the address of the device, the shared key and \
         the proposals have to fit on both sides"
            .to_owned(),
        "if it was down for a moment alone, take a new snapshot and ask again".to_owned(),
    ];
    Some((title, Remedy::manual(format!("bring {list} up"), words)))
}

/// The route table of the gateway's own subnet keeps its routes out.
fn kept_out(because: &Because) -> Option<(String, Remedy)> {
    let fact = because.facts.first()?;
    let table = &fact.resource;
    let change = Change::Set(fact.clone(), Value::Truth(false));
    let remedy = Remedy::new(format!("let {} propagate gateway routes", table.name()), Safety::Review, vec![change])
        .needing("Microsoft.Network/routeTables/write", table.name())
        .saying("every subnet with this table then gets the routes that the gateway brings");
    Some((format!("route table {} keeps the gateway from working", table.name()), remedy))
}
