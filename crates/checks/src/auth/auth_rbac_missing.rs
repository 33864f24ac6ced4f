//! Does the identity lack a role for the call?

use crate::replied::{denied, told};
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Severity, Sink, check};
use model::{Stage, Status};
use path::access::Denial;
use path::auth::Roles;
use path::{Detail, Trace};

check! {
    /// ## What it finds
    ///
    /// The service answered, took the token, and says that its identity may not do this: `Principal does not have access to
    /// API/Operation` or `lacks the required data action`. Or, before anybody calls: the app or machine has a managed identity,
    /// and among all role assignments at the account and above none gives it a role with data actions.
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
    /// message names the principal. From the configuration nothing is said unless the list of role assignments is whole, and
    /// nothing when a group or a role of your own may be what lets the identity in. Whether the app signs in with its managed
    /// identity is not known either: it may have a key, or an application of its own.
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

    fn arrived(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        if let Some(fact) = denied(trace, Denial::Role) {
            let title = format!("the identity has no role for this call on {}", trace.question.to);
            let who = "PRINCIPAL is the one that the reply names; grants take minutes to apply";
            out.push(told(Self::META, title, fact).repaired_by(granting("PRINCIPAL", "ACCOUNT_ID", who)));
            return;
        }
        // A token that was tried says more than a list.
        if trace.at(Stage::Auth).any(|step| step.status == Status::Pass) {
            return;
        }
        let lacking = trace.at(Stage::Auth).find_map(|step| match &step.detail {
            Detail::Roles(Roles::Lacking { account, client, principals, .. }) => {
                Some((step, account, client, principals))
            }
            _ => None,
        });
        let Some((step, account, client, principals)) = lacking else { return };
        let principal = principals.first().map_or("PRINCIPAL", String::as_str);
        let who = match principals.len() {
            0 | 1 => "grants take minutes to apply",
            _ => "it has several identities: grant the role to the one that it signs in with",
        };
        let title = format!("the managed identity of {} has no role for calls on {}", client.name(), account.name());
        let remedy = granting(principal, account.as_str(), who)
            .needing("Microsoft.Authorization/roleAssignments/write", account.name());
        let mut finding =
            Finding::new(Self::META, title).on(account).shown_by(Evidence::of(&step.because)).repaired_by(remedy);
        finding.resources.extend(cx.snapshot().get(client).map(|_| client.clone()));
        // Whether the client signs in with it is not known.
        out.push(Finding { severity: Severity::Fragile, confidence: Confidence::Inferred, ..finding });
    }
}

/// The command that gives the role.
fn granting(principal: &str, account: &str, who: &str) -> Remedy {
    Remedy::manual(
        "give the identity that calls the role Cognitive Services OpenAI User",
        vec![
            format!(
                "az role assignment create --role 'Cognitive Services OpenAI User' --assignee {principal} --scope {account}"
            ),
            who.to_owned(),
            "Owner, Contributor and Cognitive Services Contributor alone do not allow the call".to_owned(),
        ],
    )
}
