//! Was a token sent to an account that has no name of its own?

use crate::replied::{denied, told};
use finding::{Check, Cx, Remedy, Sink, check};
use path::Trace;
use path::access::Denial;

check! {
    /// ## What it finds
    ///
    /// The service answered a call with a token: `Please provide a custom subdomain for token authentication, otherwise API key
    /// is required`.
    ///
    /// ## Why it breaks
    ///
    /// Tokens of Microsoft Entra ID are taken under the account's own name only. An account without a custom subdomain has none,
    /// and a regional host is nobody's own name.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// By the words, and the status 400. A regional host of an account that has a subdomain gives the same reply (CLN004): there
    /// the URL is the fault and not the account. A private endpoint needs the subdomain as well.
    ///
    /// ## How to repair
    ///
    /// Give the account a custom subdomain, and call that name. It can never be changed afterwards.
    ///
    /// ## Sources
    ///
    /// Azure/azure-sdk-for-net issue 12789. Azure AI documentation: ai-services/cognitive-services-virtual-networks.md.
    pub struct AuthTokenNeedsSubdomain = {
        code: "AUT003",
        name: "auth-token-needs-subdomain",
        stage: Some(model::Stage::Auth),
        severity: Broken,
        summary: "The account has no custom subdomain, which tokens need.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for AuthTokenNeedsSubdomain {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn arrived(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(fact) = denied(trace, Denial::NoSubdomain) else { return };
        let remedy = Remedy::manual(
            "give the account a custom subdomain, and call https://SUBDOMAIN.openai.azure.com",
            vec![
                "az cognitiveservices account update -g GROUP -n ACCOUNT --custom-domain SUBDOMAIN".to_owned(),
                "a subdomain cannot be changed once it is set".to_owned(),
                "an account that has one already only has to be called by it".to_owned(),
            ],
        );
        out.push(
            told(Self::META, format!("{} takes no token: it is not an account's own name", trace.question.to), fact)
                .repaired_by(remedy),
        );
    }
}
