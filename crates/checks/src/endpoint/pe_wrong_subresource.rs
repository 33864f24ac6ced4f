//! Does the endpoint lead to another sub-resource than the one that is called?

use crate::asked::confidence;
use finding::{Check, Cx, Evidence, Finding, Meta, Remedy, Sink, check};
use model::{FactRef, Kind};
use path::endpoint::Serving;
use path::{Detail, Trace};

check! {
    /// ## What it finds
    ///
    /// A call for one part of a service, such as `acct.blob.core.windows.net`, while the private endpoints of
    /// the resource lead to other parts of it, such as `dfs`.
    ///
    /// ## Why it breaks
    ///
    /// A private endpoint leads to one sub-resource (its group id). The names of another sub-resource are not
    /// served there: they resolve publicly, or do not exist in the linked zone. Client libraries call
    /// several names of one account: a data lake answers on `dfs` and has its access lists changed on `blob`.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// When an endpoint for the called part exists and its record is missing, it is
    /// `dns-record-missing-in-linked-zone`. An error `AuthorizationFailure` on one of two names is easily taken
    /// for a missing role: a role would be missing on both.
    ///
    /// ## How to repair
    ///
    /// Create a second endpoint for the called sub-resource, with a zone group for its zone. The one that is
    /// there stays. Advice on the web to change the group id of an endpoint does not work: it is fixed when the
    /// endpoint is made.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-overview.md (private-link resource),
    /// storage/common/storage-private-endpoints.md. Seen in github.com/fsspec/adlfs issue 169 and
    /// github.com/Azure/azure-sdk-for-cpp issue 6424.
    pub struct PeWrongSubresource = {
        code: "PEP004",
        name: "pe-wrong-subresource",
        stage: Some(model::Stage::Endpoint),
        severity: Broken,
        summary: "The endpoint leads to another sub-resource than the one that is called.",
        needs: [PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for PeWrongSubresource {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let met = trace.steps().find_map(|step| match &step.detail {
            Detail::Serving(Serving::OtherSubResource { target, endpoints, needs }) => {
                Some((&step.because, target, endpoints, needs))
            }
            _ => None,
        });
        let Some((because, target, endpoints, needs)) = met else { return };
        let Some(confidence) = confidence(cx, because, &[Kind::PrivateEndpoint]) else { return };
        let (name, need) = (target.name(), needs.first().copied().unwrap_or_default());
        let has: Vec<&str> = endpoints.iter().flat_map(|(_, groups)| groups).map(String::as_str).collect();
        let title = format!("{name} has an endpoint for {}, and none for {need}", has.join(", "));
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) };
        for (endpoint, groups) in endpoints {
            let list = groups.join(", ");
            let text =
                format!("{} leads to {list} of {name}, the called name is of {}", endpoint.name(), needs.join(" or "));
            let fact = FactRef::new(endpoint, "privateLinkServiceConnections.groupIds", list);
            finding = finding.on(endpoint).shown_by([Evidence::fact(text, &fact)]);
        }
        let beside = endpoints.first().map_or("the first one", |(endpoint, _)| endpoint.name());
        let remedy = Remedy::manual(
            format!("create a private endpoint for {need} of {name}, beside {beside}"),
            vec![
                format!(
                    "az network private-endpoint create takes --group-id {need}; the group id of {beside} is fixed"
                ),
                "give it a zone group for the zone of its names, and link that zone to the networks of the clients"
                    .to_owned(),
            ],
        );
        out.push(finding.on(target).repaired_by(remedy));
    }
}
