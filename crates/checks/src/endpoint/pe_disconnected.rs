//! Is an endpoint's connection Disconnected?

use crate::closed::{self, Closed};
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Sink, check};
use model::resource::{ConnectionState, PrivateEndpoint};
use model::{Kind, ResourceId};
use path::Trace;
use path::endpoint::{Lost, lost};

check! {
    /// ## What it finds
    ///
    /// A private endpoint whose connection is Disconnected: the service's side of it is gone. Also one that
    /// still says Approved, while its service does not list it among its connections or is not there.
    ///
    /// ## Why it breaks
    ///
    /// The owner of the service has removed the connection, or the service was deleted and perhaps made anew
    /// under the same name. The endpoint keeps its address and its records and leads nowhere.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A Rejected connection was never approved; a Pending one waits for approval. A stale record gives the same time-out:
    /// compare the address with the endpoint's NIC first. What whoever read the estate may not see is not
    /// taken for gone.
    ///
    /// ## How to repair
    ///
    /// Delete the endpoint and create it again. Its address may change: a zone group takes the new one over, a
    /// record made by hand does not. Where the service itself was deleted, make it again first; its old endpoint
    /// does not come back with it.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-overview.md.
    pub struct PeDisconnected = {
        code: "PEP003",
        name: "pe-disconnected",
        stage: Some(model::Stage::Endpoint),
        severity: Broken,
        summary: "The service's owner removed the connection, or the service was made anew under the same name.",
        needs: [PrivateEndpoint],
        since: "0.1.0",
    }
}

impl Check for PeDisconnected {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let met = closed::met(trace, ConnectionState::Disconnected);
        out.findings.extend(met.map(|found| finding(cx, found)));
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        let all = closed::all(cx, ConnectionState::Disconnected);
        out.findings.extend(all.map(|found| finding(cx, found)));
    }
}

fn finding(cx: &Cx<'_>, found: Closed<'_>) -> Finding {
    let (endpoint, target) = found;
    let state = ConnectionState::Disconnected;
    let connections = cx.find::<PrivateEndpoint>(endpoint).map_or(&[][..], |found| &found.connections);
    let lost = connections.first().and_then(|connection| lost(cx.snapshot(), endpoint, connection));
    let (Some(lost), Some(target)) = (lost, target) else {
        let mut made = closed::to_be_made_again(PeDisconnected::META, found, state, "was disconnected from");
        if let (Some(owner), Some(remedy)) = (target.filter(|owner| is_missing(cx, owner)), made.remedies.first_mut()) {
            remedy.words.push(format!("see first that {} is still there: the snapshot lacks it", owner.name()));
        }
        return made;
    };
    let (name, owner) = (endpoint.name(), target.name());
    let (verb, text) = match lost {
        Lost::TargetGone => ("leads to what is not there any more:", format!("{owner} is not there any more")),
        Lost::NotListed => ("is not listed by", format!("{owner} does not list {name} among its connections")),
    };
    let mut made = closed::to_be_made_again(PeDisconnected::META, found, state, verb);
    if lost == Lost::TargetGone {
        made.remedies = vec![Remedy::manual(
            format!("delete {name}; if {owner} is to come back, make it first and then a new endpoint for it"),
            vec!["records made by hand keep the old address: delete them too".to_owned()],
        )];
    }
    let evidence = vec![Evidence::fact(text, &lost.shown_by(target))];
    Finding { confidence: Confidence::Inferred, evidence, ..made }
}

/// True for an account that the snapshot lacks, of a kind whose resources it has.
fn is_missing(cx: &Cx<'_>, target: &ResourceId) -> bool {
    let kind = Kind::CognitiveServicesAccount;
    let is_account = target.resource_type().eq_ignore_ascii_case(kind.resource_type());
    is_account && cx.snapshot().coverage().of(kind).is_whole() && cx.snapshot().get(target).is_none()
}
