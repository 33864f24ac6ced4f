//! May the account that makes a call reach the host at all, by its own list?

use crate::admitted::Refused;
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::CognitiveServicesAccount;
use model::{Change, Vantage};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// An account that may call the hosts of its own list only, and is to call another one.
    ///
    /// ## Why it breaks
    ///
    /// With `restrictOutboundNetworkAccess` the account itself refuses to call what `allowedFqdnList` does not name,
    /// such as the search service of Azure OpenAI On Your Data. The caller gets 400 `Outbound network access is
    /// restricted. The hostname '…' … is not in the allowed FQDN list`. No network of yours is on the way.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The reply names the host, and is a 400 of the account that you called, not a 403 of the one that it calls. Which
    /// hosts an account calls is in no configuration of Azure's: state it as a claim (`from = "account/NAME"`), or ask
    /// `privpath trace --from account/NAME --to URL`. A domain above the host in the list is not judged: that it
    /// stands for the names below it is not documented.
    ///
    /// ## How to repair
    ///
    /// Add the host to the list. It holds 1000 entries at most, and a change takes up to 15 minutes.
    ///
    /// ## Sources
    ///
    /// Azure AI documentation: ai-services/cognitive-services-data-loss-prevention.md. Seen in
    /// github.com/microsoft/sample-app-aoai-chatGPT issue 1050.
    pub struct SvcOutboundFqdnRestricted = {
        code: "ACC010",
        name: "svc-outbound-fqdn-restricted",
        stage: Some(model::Stage::Access),
        severity: Broken,
        summary: "The account's own outgoing calls are limited, and the host is not on its list.",
        needs: [CognitiveServicesAccount],
        since: "0.1.0",
    }
}

impl Check for SvcOutboundFqdnRestricted {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Vantage::Service(caller) = &trace.question.from else { return };
        let Some(refused) = Refused::of(trace).filter(|refused| refused.account == caller) else { return };
        let Some(confidence) = Confidence::at_most(&refused.step.because) else { return };
        let (name, host) = (caller.name(), &trace.question.to.host);
        let title = format!("{name} may not call {host}");
        let finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(caller);
        let finding = finding.shown_by(Evidence::of(&refused.step.because));
        out.push(finding.repaired_by(remedy(cx, trace, refused.property)));
    }
}

fn remedy(cx: &Cx<'_>, trace: &Trace, property: &'static str) -> Remedy {
    let host = trace.question.to.host.to_string();
    let caller = trace.question.from.resource();
    let account = caller.and_then(|id| Some((id, cx.find::<CognitiveServicesAccount>(id)?)));
    let title = format!("add {host} to the list");
    let Some((id, account)) = account else { return Remedy::manual(title, Vec::new()) };
    let listed = account.allowed_hosts.iter().map(String::as_str).chain([host.as_str()]).collect::<Vec<_>>().join(",");
    Remedy::new(title, Safety::Review, vec![Change::set(id, property, &listed)])
        .needing("Microsoft.CognitiveServices/accounts/write", id.name())
        .saying("whoever may use the account can then send data to this host; it takes up to 15 minutes")
}
