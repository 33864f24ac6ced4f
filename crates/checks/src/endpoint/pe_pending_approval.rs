//! Does an endpoint wait for somebody's approval?

use crate::closed::{self, STATE};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::ConnectionState;
use model::{Change, FactRef, ResourceId};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// A private endpoint whose connection is Pending: the owner of the service has not approved it.
    ///
    /// ## Why it breaks
    ///
    /// Of the states Approved, Pending, Rejected and Disconnected only Approved passes traffic. The
    /// endpoint has an address and DNS leads to it, and nothing answers there.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A private address and a time-out is also a stale record, a missing peering or a security group:
    /// compare the address with the endpoint's NIC, then read the state, before anything else.
    ///
    /// ## How to repair
    ///
    /// The owner of the service approves the connection. That is a decision about access, so the remedy is
    /// marked for review.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-overview.md. Seen in
    /// github.com/hashicorp/terraform-provider-azurerm issue 22082.
    pub struct PePendingApproval = {
        code: "PEP001",
        name: "pe-pending-approval",
        stage: Some(model::Stage::Endpoint),
        severity: Broken,
        summary: "The endpoint's connection waits for the approval of the service's owner.",
        needs: [PrivateEndpoint],
        since: "0.1.0",
    }
}

impl Check for PePendingApproval {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let met = closed::met(trace, ConnectionState::Pending);
        out.findings.extend(met.map(|(endpoint, target)| finding(cx, endpoint, target)));
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        let all = closed::all(cx, ConnectionState::Pending);
        out.findings.extend(all.map(|(endpoint, target)| finding(cx, endpoint, target)));
    }
}

fn finding(cx: &Cx<'_>, endpoint: &ResourceId, target: Option<&ResourceId>) -> Finding {
    let leads = target.map_or("a service", ResourceId::name);
    let title = format!("endpoint {} waits for approval by the owner of {leads}", endpoint.name());
    let fact = FactRef::new(endpoint, STATE, "Pending");
    let evidence = Evidence::fact(format!("the connection of {} is Pending", endpoint.name()), &fact);
    let mut finding = Finding::new(PePendingApproval::META, title).on(endpoint).shown_by([evidence]);
    finding.resources.extend(target.cloned());
    finding.repaired_by(remedy(cx, endpoint, target))
}

fn remedy(cx: &Cx<'_>, endpoint: &ResourceId, target: Option<&ResourceId>) -> Remedy {
    // The service's side only makes the repair more exact, so the check does without it.
    let connection = target.and_then(|target| path::endpoint::service_side(cx.snapshot(), endpoint, target));
    let owner = target.map_or("the service", ResourceId::name);
    match connection {
        Some((id, _)) => Remedy::new(
            format!("approve the connection of {}", endpoint.name()),
            Safety::Review,
            vec![Change::set(id, STATE, "Approved")],
        )
        .needing("Microsoft.CognitiveServices/accounts/privateEndpointConnections/write", owner)
        .saying(format!("only the owner of {owner} may decide this: it lets the endpoint's network in")),
        None => Remedy::manual(
            format!("ask the owner of {owner} to approve the connection of {}", endpoint.name()),
            vec![format!("the connection as {owner} sees it is not in the snapshot")],
        ),
    }
}
