//! Are keys switched off for the account, and does the client have one?

use crate::replied::denied;
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Severity, Sink, check};
use model::resource::CognitiveServicesAccount;
use model::{Because, Change, FactRef, Known, ResourceId, Stage, Value};
use path::access::Denial;
use path::auth::Keys;
use path::client::{self, Named};
use path::{Detail, Trace};

check! {
    /// ## What it finds
    ///
    /// The account takes no keys (`disableLocalAuth`), and the client has one: an environment variable or a setting
    /// of the app names a key. Only that it is there is looked at, never its value. Or the service has answered that
    /// keys are disabled.
    ///
    /// ## Why it breaks
    ///
    /// With keys switched off the service answers a call with a key with 403 `AuthenticationTypeDisabled`: "Key based
    /// authentication is disabled for this resource." It is a 403 like those of the network rules, but the call has
    /// arrived. A policy of the company may switch keys off again after they were switched on.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The words decide, never the status. "Public access is disabled" and "Virtual Network/Firewall rules" are 403s
    /// of the network. A wrong key is 401 "invalid subscription key". A missing role is 401 `PermissionDenied`. Where
    /// nothing was measured with the key, whether the client uses it is not known: a variable may be left over.
    ///
    /// ## How to repair
    ///
    /// Sign in with Microsoft Entra ID: give the identity of the client the role Cognitive Services OpenAI User, and
    /// take the key out of its settings. Or switch keys on again, if the rules of your company allow it.
    ///
    /// ## Sources
    ///
    /// github.com/microsoft/sample-app-aoai-chatGPT issue 1000, Azure-Samples/azure-search-openai-demo issue 1617.
    pub struct AuthLocalKeysDisabled = {
        code: "AUT001",
        name: "auth-local-keys-disabled",
        stage: Some(model::Stage::Auth),
        severity: Broken,
        summary: "Keys are switched off for the account, and a key was sent.",
        needs: [CognitiveServicesAccount],
        since: "0.1.0",
    }
}

impl Check for AuthLocalKeysDisabled {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn arrived(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        if let Some(fact) = denied(trace, Denial::KeysDisabled)
            && let Some(account) = asked(cx, trace)
        {
            let title = format!("{} takes no keys, and one was sent", account.name());
            let finding = told(cx, title, &account).shown_by(Evidence::of(&Because::new("").rule(fact)));
            out.push(Finding { confidence: Confidence::Measured, ..finding });
            return;
        }
        let refused = trace.at(Stage::Auth).find_map(|step| match &step.detail {
            Detail::Auth(Keys::Refused { account, named_by, app }) => Some((step, account, named_by, app)),
            _ => None,
        });
        let Some((step, account, named_by, app)) = refused else { return };
        let title = format!("{} takes no keys, and {named_by} is set", account.name());
        let mut finding = told(cx, title, account).shown_by(Evidence::of(&step.because));
        finding.resources.extend(app.clone());
        // Whether the client uses its key is not known.
        out.push(Finding { severity: Severity::Fragile, confidence: Confidence::Inferred, ..finding });
    }
}

/// The account that is called.
fn asked(cx: &Cx<'_>, trace: &Trace) -> Option<ResourceId> {
    let service = match trace.named()? {
        Named::Public(service) | Named::Privatelink(service) => service,
        Named::Regional(_) | Named::Address(_) | Named::Other(_) => return None,
    };
    client::target(cx.snapshot(), service).value()?.clone()
}

fn told(cx: &Cx<'_>, title: String, account: &ResourceId) -> Finding {
    let name = account.name();
    let role = "give the identity of the client the role Cognitive Services OpenAI User on the account, let the client \
                sign in with it (DefaultAzureCredential), and take the key out of its settings";
    let mut finding = Finding::new(AuthLocalKeysDisabled::META, title).on(account).repaired_by(
        Remedy::manual("sign in with Microsoft Entra ID instead of a key", vec![role.to_owned()])
            .needing("Microsoft.Authorization/roleAssignments/write", name),
    );
    // What the service says may be newer than the snapshot, which then has nothing to switch.
    if cx.find::<CognitiveServicesAccount>(account).is_some_and(|found| found.disable_local_auth == Known::Value(true))
    {
        let change = Change::Set(FactRef::new(account, "disableLocalAuth", "true"), Value::Truth(false));
        let remedy = Remedy::new(format!("let {name} take keys again"), Safety::Review, vec![change])
            .needing("Microsoft.CognitiveServices/accounts/write", name)
            .saying("whoever has a key can then call it, and a policy may switch them off again");
        finding = finding.repaired_by(remedy);
    }
    finding
}
