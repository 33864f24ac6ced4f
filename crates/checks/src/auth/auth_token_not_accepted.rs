//! Does the service not take the token?

use crate::replied::{denied, told};
use finding::{Check, Cx, Remedy, Sink, check};
use path::Trace;
use path::access::Denial;

check! {
    /// ## What it finds
    ///
    /// A token was sent, and the service answered: `Access token is missing, invalid, audience is incorrect, or have expired`.
    ///
    /// ## Why it breaks
    ///
    /// The service takes tokens for its own audience, `https://cognitiveservices.azure.com`, of the tenant of its subscription,
    /// while they are valid. One for Resource Manager, or of another tenant, is none of these.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The reply is the service's own, so the network is good. The same words come without any token; then nothing is found here.
    /// A token that is taken and whose identity lacks a role has other words (AUT002).
    ///
    /// ## How to repair
    ///
    /// Ask for a token with the scope `https://cognitiveservices.azure.com/.default`, in the tenant of the account.
    ///
    /// ## Sources
    ///
    /// Azure-Samples/azure-search-openai-demo issue 458. FlowiseAI/Flowise issue 710.
    pub struct AuthTokenNotAccepted = {
        code: "AUT005",
        name: "auth-token-not-accepted",
        stage: Some(model::Stage::Auth),
        severity: Broken,
        summary: "The token is expired, or for another audience or tenant.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for AuthTokenNotAccepted {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn arrived(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(fact) = denied(trace, Denial::Token) else { return };
        let remedy = Remedy::manual(
            "ask for a token for https://cognitiveservices.azure.com, in the tenant of the account",
            vec![
                "az account get-access-token --resource https://cognitiveservices.azure.com --query expiresOn"
                    .to_owned(),
                "libraries call it the scope https://cognitiveservices.azure.com/.default".to_owned(),
                "a setting for another audience, or the sign-in of another tenant, gives this reply as well".to_owned(),
            ],
        );
        out.push(told(Self::META, format!("{} does not take this token", trace.question.to), fact).repaired_by(remedy));
    }
}
