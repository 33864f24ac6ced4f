//! Is an endpoint's connection Disconnected?

use crate::closed::{self, Closed};
use finding::{Check, Cx, Finding, Meta, Sink, check};
use model::resource::ConnectionState;
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// A private endpoint whose connection is Disconnected: the service's side of it is gone.
    ///
    /// ## Why it breaks
    ///
    /// The owner of the service has removed the connection, or the service was deleted and perhaps made anew
    /// under the same name. The endpoint keeps its address and its records and leads nowhere.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A Rejected connection was never approved; a Pending one waits for approval. A stale record gives the same time-out:
    /// compare the address with the endpoint's NIC first.
    ///
    /// ## How to repair
    ///
    /// Delete the endpoint and create it again. Its address may change: a zone group takes the new one over, a
    /// record made by hand does not.
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

    fn trace(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let met = closed::met(trace, ConnectionState::Disconnected);
        out.findings.extend(met.map(finding));
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        out.findings.extend(closed::all(cx, ConnectionState::Disconnected).map(finding));
    }
}

fn finding(found: Closed<'_>) -> Finding {
    closed::to_be_made_again(PeDisconnected::META, found, ConnectionState::Disconnected, "was disconnected from")
}
