//! Does the client call the regional host, which leads to no account of its own?

use crate::called::{call_instead, candidates, evidence, is_inside, suffix, told};
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::{Expect, ResourceId, Stage, Way};
use path::Trace;
use path::client::Named;

check! {
    /// ## What it finds
    ///
    /// The URL names the shared host of a region (`REGION.api.cognitive.microsoft.com`) instead of the account's
    /// own name.
    ///
    /// ## Why it breaks
    ///
    /// The regional host names no account, so no private endpoint serves it: the name is public from everywhere.
    /// An account with network rules answers on its own name only, and refuses what comes this way: `A Virtual
    /// Network is configured for this resource. Please use the correct endpoint`.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// By the host, before anything is sent. A 403 of the firewall on the account's own name is another fault: there
    /// DNS or the route left the private way. A wrong key on the regional host gives 401, on either way.
    ///
    /// ## How to repair
    ///
    /// Call the account's own name. An account without a custom subdomain has none, and gets one first. The regional
    /// host does not say which account is meant: the key or identity of the client does.
    ///
    /// ## Sources
    ///
    /// github.com/continuedev/continue issue 12547. Azure AI documentation:
    /// ai-services/cognitive-services-virtual-networks.md.
    pub struct ClientRegionalEndpoint = {
        code: "CLN004",
        name: "client-regional-endpoint",
        stage: Some(model::Stage::Client),
        severity: Broken,
        summary: "The URL names the regional host, which never leads to a private endpoint of one account.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for ClientRegionalEndpoint {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Named::Regional(host)) = trace.named() else { return };
        let public = trace.outcome.way == Way::Public && trace.question.expect == Expect::Private;
        if !public || !is_inside(cx, trace) {
            return;
        }
        let Some(step) = trace.at(Stage::Client).next() else { return };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let region = host.as_str().split('.').next().unwrap_or_default();
        let title = format!("the URL names the shared host of region {region}, not an account");
        let finding = Finding { confidence, ..Finding::new(Self::META, title) };
        let finding = finding.shown_by(evidence(&told(cx, trace))).shown_by(Evidence::of(&step.because));
        out.push(finding.repaired_by(remedy(cx, trace, region)));
    }
}

/// The one account of the region that has an endpoint, if there is just one; else words.
fn remedy(cx: &Cx<'_>, trace: &Trace, region: &str) -> Remedy {
    let told = told(cx, trace);
    let is_there = |id: &ResourceId| {
        let location = cx.snapshot().get(id).and_then(|resource| resource.location.as_deref());
        location.is_none_or(|location| location.replace(' ', "").eq_ignore_ascii_case(region))
    };
    let found = candidates(cx, trace, is_there, |account| suffix(account, &told));
    if let Some(meant) = found.only() {
        let name = meant.account.name();
        let words = format!(
            "the shared host names no account: {name} is meant if the key is that account's, or the identity has a role on it"
        );
        return call_instead(&told, &meant.host, Safety::Review).saying(words);
    }
    let which = if found.is_empty() {
        format!(
            "no account of {region} in the snapshot has a private endpoint; an account needs a custom subdomain for one"
        )
    } else {
        format!("the key or identity tells which: {}", found.words())
    };
    Remedy::manual("call the account's own name, https://ACCOUNT.openai.azure.com", vec![which])
}
