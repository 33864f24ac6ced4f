//! Does a container registry refuse who comes to its public side?

use crate::admitted::{by_endpoint, called, label, on};
use crate::replied::told;
use finding::{Check, Cx, Meta, Remedy, Sink, check};
use model::ResourceId;
use path::Trace;
use path::access::{Reading, Refusal};

check! {
    /// ## What it finds
    ///
    /// A call that means to take the public way to a container registry, which refuses it: 403 `client with IP '…' is not
    /// allowed access`.
    ///
    /// ## Why it breaks
    ///
    /// The registry's public side is closed, or its rules do not name the public address. Clients notice it when they ask
    /// for a token: `az acr login` says `CONNECTIVITY_REFRESH_TOKEN_ERROR`, `docker` says `denied`, a cluster says that it
    /// could not fetch a token, and all of these sound like a missing role.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// By the words, which name the address that the registry saw. A 401 of a registry says nothing of its network rules:
    /// it asks for a token first. `unauthorized: authentication required` is about who calls. Where the private way is
    /// meant, the refusal is a symptom: the fault is what led the call to the public side, and that is told in its place.
    ///
    /// ## How to repair
    ///
    /// Call by a private endpoint; its zone needs a record for the registry and one for each data name
    /// (`NAME.REGION.data`). Or let the one address in. No role helps.
    ///
    /// ## Sources
    ///
    /// github.com/Azure/acr issue 633, docker/build-push-action issue 1214, Azure/azure-cli issues 17137 and 27253,
    /// MicrosoftDocs/azure-docs issue 85239. Azure documentation: container-registry/container-registry-access-selected-networks.md.
    pub struct AcrLoginPublicRoute = {
        code: "ACC018",
        name: "acr-login-public-route",
        stage: Some(model::Stage::Access),
        severity: Broken,
        summary: "The registry refuses callers who come to its public side.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for AcrLoginPublicRoute {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn refused(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Reading::NetworkRefusal(Refusal::Registry, fact)) = trace.heard.reply else { return };
        let resource = called(cx, trace);
        let title = title(trace);
        let finding = on(resource.as_ref(), told(Self::META, title, fact));
        let private = by_endpoint(cx, trace, resource.as_ref(), "registry");
        out.push(finding.repaired_by(private).repaired_by(admitting(trace, resource.as_ref())));
    }
}

fn title(trace: &Trace) -> String {
    let (name, from) = (label(trace), &trace.question.from);
    match trace.heard.source {
        Some(address) => format!("{name} does not let {from} in publicly ({address})"),
        None => format!("{name} does not let {from} in publicly"),
    }
}

/// A rule for the public address. With public network access disabled no rule counts.
fn admitting(trace: &Trace, registry: Option<&ResourceId>) -> Remedy {
    let name = registry.map_or_else(|| label(trace), |registry| registry.name().to_owned());
    let address = trace.heard.source.map_or_else(|| "ADDRESS".to_owned(), |address| address.to_string());
    let words = vec![
        format!(
            "see which it is: az acr show --name {name} --query publicNetworkAccess; where it is Disabled no rule counts"
        ),
        format!("az acr network-rule add --name {name} --ip-address {address}"),
        "whoever else leaves from this address is let in too; such rules take the tier Premium and some minutes"
            .to_owned(),
    ];
    Remedy::manual("let its public address in", words)
}
