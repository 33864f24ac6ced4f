//! Is a rule for a subnet relied on, although the public side that it belongs to is closed?

use crate::admitted::{self, Refused};
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::{Access, CognitiveServicesAccount};
use model::{Change, Expect, FactRef, Known};
use path::{Trace, client};

check! {
    /// ## What it finds
    ///
    /// A rule of the account lets the caller's subnet in by its service endpoint, and public access of the account
    /// is disabled: the rule covers nothing.
    ///
    /// ## Why it breaks
    ///
    /// A service endpoint is no private endpoint. It marks calls to the public side with the subnet that they come
    /// from; the name still leads to a public address. With public access disabled the public side refuses
    /// everybody, whatever its rules say.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// `Public access is disabled` is the reply here. `Virtual Network/Firewall rules` would be the reply of an open
    /// side whose rules do not name the subnet. Where the account has a private endpoint, the question is rather why
    /// the call did not take it: that is another finding, at the stage where it left the way.
    ///
    /// ## How to repair
    ///
    /// Make a private endpoint, which is what a closed public side is for. Or open the public side to selected
    /// networks, if your rules allow it: with the default action Deny the subnet's rule then counts.
    ///
    /// ## Sources
    ///
    /// github.com/Azure/secrets-store-csi-driver-provider-azure issue 873, Azure/azure-cosmos-dotnet-v3 issue 3458.
    /// Azure AI documentation: ai-services/cognitive-services-virtual-networks.md.
    pub struct SvcServiceEndpointVsPrivateEndpoint = {
        code: "ACC008",
        name: "svc-service-endpoint-vs-private-endpoint",
        stage: Some(model::Stage::Access),
        severity: Broken,
        summary: "A service endpoint rule is expected to work, but it covers only the closed public side.",
        needs: [CognitiveServicesAccount],
        since: "0.1.0",
    }
}

impl Check for SvcServiceEndpointVsPrivateEndpoint {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn refused(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        out.findings.extend(found(cx, trace));
    }

    /// A caller who means the private way, and relies on the rule in place of an endpoint.
    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        if trace.question.expect != Expect::Private || trace.outcome.stage.is_some() {
            return;
        }
        let without = |finding: &Finding| {
            let account = finding.resources.first();
            account.is_some_and(|account| client::has_endpoint(cx.snapshot(), account) == Known::Value(None))
        };
        out.findings.extend(found(cx, trace).filter(without));
    }
}

fn found(cx: &Cx<'_>, trace: &Trace) -> Option<Finding> {
    let refused = Refused::of(trace).filter(|refused| refused.property == "publicNetworkAccess")?;
    let account = refused.account;
    let subnet = admitted::named_subnet(cx.snapshot(), trace, account)?;
    let acls = cx.find::<CognitiveServicesAccount>(account)?.network_acls.as_ref()?;
    let confidence = Confidence::at_most(&refused.step.because)?;
    let name = account.name();
    let title = format!("the rule for {} is void: public access is disabled", subnet.name());
    let rule = FactRef::new(account, "networkAcls.virtualNetworkRules", subnet.as_str());
    let finding = Finding { confidence, ..Finding::new(SvcServiceEndpointVsPrivateEndpoint::META, title) }
        .on(account)
        .on(&subnet)
        .shown_by([Evidence::fact(format!("a rule of {name} lets {} in", subnet.name()), &rule)])
        .shown_by(Evidence::of(&refused.step.because))
        .repaired_by(admitted::privately(cx.snapshot(), trace, account));
    if acls.default_action == Access::Allow {
        return Some(finding);
    }
    let open = Remedy::new(
        format!("open the public side of {name} to its selected networks"),
        Safety::Review,
        vec![Change::set(account, "publicNetworkAccess", "Enabled")],
    );
    let open = open
        .needing("Microsoft.CognitiveServices/accounts/write", name)
        .saying("all sources that a rule names are let in publicly again");
    Some(finding.repaired_by(open))
}
