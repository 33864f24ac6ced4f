//! Is the public side still open although there is a private endpoint?

use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::{Access, CognitiveServicesAccount, ConnectionState, PrivateEndpoint, PublicNetworkAccess};
use model::{Change, FactRef, Key};

check! {
    /// ## What it finds
    ///
    /// An account with an approved private endpoint whose public side still lets every network in.
    ///
    /// ## Why it matters
    ///
    /// A private endpoint does not close the public side by itself. Keys or tokens that leak work from
    /// anywhere, and a client whose DNS is wrong goes over the public way without anybody noticing.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A 401 from outside does not show that the public side is closed: only a 403 of the network rules
    /// does. Network rules have no effect unless their default action is Deny.
    ///
    /// ## How to repair
    ///
    /// Disable public access once every client goes privately: those that still do not are cut off. That is
    /// why the remedy is marked for review.
    ///
    /// ## Sources
    ///
    /// Azure AI documentation: ai-services/cognitive-services-virtual-networks.md.
    pub struct SvcPublicLeftOpen = {
        code: "ACC005",
        name: "svc-public-left-open",
        stage: Some(model::Stage::Access),
        severity: Exposed,
        summary: "The service has a private endpoint, but its public side is still open.",
        needs: [CognitiveServicesAccount, PrivateEndpoint],
        since: "0.1.0",
    }
}

impl Check for SvcPublicLeftOpen {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (id, account) in cx.all::<CognitiveServicesAccount>() {
            let open = account.public_network_access.is(&PublicNetworkAccess::Enabled)
                && account.network_acls.as_ref().is_none_or(|acls| acls.default_action == Access::Allow);
            if !open {
                continue;
            }
            let mut own = cx.by::<PrivateEndpoint>(&Key::LeadsTo(id.clone())).into_iter();
            let approved = own.find(|(endpoint, found)| {
                path::endpoint::state(cx.snapshot(), endpoint, found.connections.first()).is(&ConnectionState::Approved)
            });
            let Some((endpoint, _)) = approved else { continue };
            let title = format!("public access of {} is open beside its endpoint {}", id.name(), endpoint.name());
            let evidence = [
                Evidence::fact(
                    format!("public access of {} is enabled for every network", id.name()),
                    &FactRef::new(id, "publicNetworkAccess", "Enabled"),
                ),
                Evidence::fact(
                    format!("endpoint {} is approved", endpoint.name()),
                    &FactRef::new(endpoint, "privateLinkServiceConnectionState.status", "Approved"),
                ),
            ];
            let remedy = Remedy::new(
                format!("disable public access of {}", id.name()),
                Safety::Review,
                vec![Change::set(id, "publicNetworkAccess", "Disabled")],
            )
            .needing("Microsoft.CognitiveServices/accounts/write", id.name())
            .saying("clients that do not go through an endpoint are cut off");
            out.push(Finding::new(Self::META, title).on(id).on(endpoint).shown_by(evidence).repaired_by(remedy));
        }
    }
}
