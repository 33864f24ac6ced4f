//! Is an endpoint's connection Rejected?

use crate::closed::{self, Closed};
use finding::{Check, Cx, Finding, Meta, Sink, check};
use model::resource::ConnectionState;
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// A private endpoint whose connection is Rejected: the owner of the service has refused it.
    ///
    /// ## Why it breaks
    ///
    /// Only an Approved connection passes traffic, and Azure does not approve one that was rejected: `Approving
    /// rejected private endpoint connections is not supported`. The endpoint keeps its address and its
    /// records, so names resolve to it and nothing answers.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A Pending connection waits and can be approved. A Disconnected one was approved once and removed. A stale record gives the same time-out:
    /// compare the address with the endpoint's NIC first.
    ///
    /// ## How to repair
    ///
    /// Ask the owner why, delete the endpoint and create it again; the owner then approves the new connection.
    /// Its address may change: a zone group takes the new one over, a record made by hand does not.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-overview.md. Seen in github.com/MicrosoftDocs/azure-docs
    /// issue 115121.
    pub struct PeRejectedCannotBeApproved = {
        code: "PEP002",
        name: "pe-rejected-cannot-be-approved",
        stage: Some(model::Stage::Endpoint),
        severity: Broken,
        summary: "The endpoint's connection was rejected and has to be made again.",
        needs: [PrivateEndpoint],
        since: "0.1.0",
    }
}

impl Check for PeRejectedCannotBeApproved {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let met = closed::met(trace, ConnectionState::Rejected);
        out.findings.extend(met.map(finding));
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        out.findings.extend(closed::all(cx, ConnectionState::Rejected).map(finding));
    }
}

fn finding(found: Closed<'_>) -> Finding {
    closed::to_be_made_again(
        PeRejectedCannotBeApproved::META,
        found,
        ConnectionState::Rejected,
        "was rejected by the owner of",
    )
}
