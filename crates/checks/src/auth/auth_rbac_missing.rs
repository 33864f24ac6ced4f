//! Does the identity lack a role for the call?

use crate::replied::{denied, told};
use finding::{Check, Cx, Remedy, Sink, check};
use path::Trace;
use path::access::Denial;

check! {
    /// ## What it finds
    ///
    /// The service answered, took the token, and says that its identity may not do this: `Principal does not have access to
    /// API/Operation` or `lacks the required data action`.
    ///
    /// ## Why it breaks
    ///
    /// Calls with a token of Microsoft Entra ID need a role with data actions, such as Cognitive Services OpenAI User. Owner,
    /// Contributor and Cognitive Services Contributor alone hold none: they manage the account, and may read its keys.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Both other 401 replies of the service have other words: a key that is not accepted (AUT004) and a token that is not
    /// accepted (AUT005), where the role was never looked at. The reply is the service's own, so DNS, routing, security groups
    /// and the network rules are good. A role that was given minutes ago, or another identity than you think, looks the same: the
    /// message names the principal.
    ///
    /// ## How to repair
    ///
    /// Give the identity that calls a role with data actions at the account or above. Grants take minutes to apply.
    ///
    /// ## Sources
    ///
    /// Azure-Samples/azure-search-openai-demo issues 1303 and 1837. microsoft/microsoft-foundry-for-vscode issue 205. Azure AI
    /// documentation: ai-services/openai/how-to/role-based-access-control.md.
    pub struct AuthRbacMissing = {
        code: "AUT002",
        name: "auth-rbac-missing",
        stage: Some(model::Stage::Auth),
        severity: Broken,
        summary: "The identity has no role that allows the call.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for AuthRbacMissing {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn arrived(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(fact) = denied(trace, Denial::Role) else { return };
        let remedy = Remedy::manual(
            "give the identity that calls the role Cognitive Services OpenAI User",
            vec![
                "az role assignment create --role 'Cognitive Services OpenAI User' --assignee PRINCIPAL --scope ACCOUNT_ID"
                    .to_owned(),
                "PRINCIPAL is the one that the reply names; grants take minutes to apply".to_owned(),
                "Owner, Contributor and Cognitive Services Contributor alone do not allow the call".to_owned(),
            ],
        );
        out.push(
            told(Self::META, format!("the identity has no role for this call on {}", trace.question.to), fact)
                .repaired_by(remedy),
        );
    }
}
