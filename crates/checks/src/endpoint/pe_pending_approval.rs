//! Does an endpoint wait for somebody's approval?

use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::{ConnectionState, PrivateEndpoint, PrivateEndpointConnection};
use model::{Change, FactRef, ResourceId};

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

const STATE: &str = "privateLinkServiceConnectionState.status";

impl Check for PePendingApproval {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (id, endpoint) in cx.all::<PrivateEndpoint>() {
            let state = path::endpoint::state(cx.snapshot(), id, endpoint.connections.first());
            if !state.is(&ConnectionState::Pending) {
                continue;
            }
            let target = endpoint.connections.iter().find_map(|connection| connection.target.as_ref());
            let leads = target.map_or("a service", ResourceId::name);
            let title = format!("endpoint {} waits for approval by the owner of {leads}", id.name());
            let evidence = Evidence::fact(
                format!("the connection of {} is Pending", id.name()),
                &FactRef::new(id, STATE, "Pending"),
            );
            let mut finding = Finding::new(Self::META, title).on(id).shown_by([evidence]);
            finding.resources.extend(target.cloned());
            out.push(finding.repaired_by(remedy(cx, id, target)));
        }
    }
}

fn remedy(cx: &Cx<'_>, endpoint: &ResourceId, target: Option<&ResourceId>) -> Remedy {
    let own = |(_, connection): &(&ResourceId, &PrivateEndpointConnection)| {
        connection.private_endpoint.as_ref() == Some(endpoint)
    };
    let connection = target.and_then(|target| cx.children::<PrivateEndpointConnection>(target).find(own));
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
