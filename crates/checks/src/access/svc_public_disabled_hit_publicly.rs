//! Is the public side closed to a call that means to take it?

use crate::admitted::{self, Refused};
use crate::replied::told;
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Sink, check};
use model::Vantage;
use path::Trace;
use path::access::{Reading, Refusal};

check! {
    /// ## What it finds
    ///
    /// A call that means to take the public way, to a service whose public side is closed.
    ///
    /// ## Why it breaks
    ///
    /// With `publicNetworkAccess` Disabled the public side answers everybody with 403 `Public access is disabled. Please
    /// configure private endpoint.` TCP, TLS and HTTP went well. No rule for an address or a subnet counts then, and no
    /// key and no role: only who comes by an approved private endpoint is let in.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// `Access denied due to Virtual Network/Firewall rules` is another refusal: then the public side is open to some
    /// (`svc-selected-networks-deny`). Where the private way is meant, this refusal is a symptom and no finding: the
    /// fault is what led the call to the public side, and that is told in its place. Key Vault, container registries and
    /// web apps refuse in words of their own, and have codes of their own.
    ///
    /// ## How to repair
    ///
    /// Call by a private endpoint. Opening the public side is a decision of the service's owner, not a repair: if it has
    /// to be, open it to the one address or subnet alone.
    ///
    /// ## Sources
    ///
    /// github.com/TabularEditor/TabularEditor3 issue 1557, github.com/Azure-Samples/azure-search-openai-demo issue 1157,
    /// Azure-Samples/chat-with-your-data-solution-accelerator pull request 2188.
    pub struct SvcPublicDisabledHitPublicly = {
        code: "ACC002",
        name: "svc-public-disabled-hit-publicly",
        stage: Some(model::Stage::Access),
        severity: Broken,
        summary: "The public side of the service is closed, and the call means to come publicly.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for SvcPublicDisabledHitPublicly {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn refused(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        // A service of Azure that calls by itself is let in by other means.
        if let Vantage::Service(_) = trace.question.from {
            return;
        }
        let said = match trace.heard.reply {
            Some(Reading::NetworkRefusal(Refusal::PublicSide | Refusal::NotApproved, fact)) => Some(fact),
            // In the words of another service, or for another reason.
            Some(_) => return,
            None => None,
        };
        let closed = Refused::of(trace).filter(|refused| refused.property == "publicNetworkAccess");
        let finding = match (closed, said) {
            // A rule that names the caller is void: that says more, and is `svc-service-endpoint-vs-private-endpoint`.
            (Some(closed), _) if admitted::named_subnet(cx.snapshot(), trace, closed.account).is_some() => return,
            (Some(closed), _) => {
                let Some(confidence) = Confidence::at_most(&closed.step.because) else { return };
                let title = title(closed.account.name());
                let finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(closed.account);
                finding.shown_by(Evidence::of(&closed.step.because))
            }
            (None, Some(fact)) => {
                let called = admitted::called(cx, trace);
                admitted::on(called.as_ref(), told(Self::META, title(&admitted::label(trace)), fact))
            }
            (None, None) => return,
        };
        let resource = finding.resources.first().cloned();
        let private = admitted::by_endpoint(cx, trace, resource.as_ref(), "service");
        out.push(finding.repaired_by(private).repaired_by(opened(trace)));
    }
}

fn title(name: &str) -> String {
    format!("{name} takes no public calls: public access is disabled")
}

/// What opening it would take. It weakens the service, so that nothing is applied.
fn opened(trace: &Trace) -> Remedy {
    let from = match trace.heard.source {
        Some(address) => format!("the address {address}"),
        None => format!("the public address, or the subnet, of {}", trace.question.from),
    };
    let words = format!(
        "that is for the owner of the service to decide: publicNetworkAccess Enabled together with the default action \
         Deny, and a rule for {from} alone"
    );
    Remedy::manual("open its public side to this caller alone", vec![words])
}
