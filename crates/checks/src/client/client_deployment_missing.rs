//! Has the account no deployment of the name that was called?

use crate::replied::told;
use finding::{Check, Cx, Remedy, Sink, check};
use path::Trace;
use path::access::{NotThere, Reading};

check! {
    /// ## What it finds
    ///
    /// The service took the credential and answered `DeploymentNotFound`.
    ///
    /// ## Why it breaks
    ///
    /// A call names a deployment, not a model. Deployments have names of their own in each account.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The reply is the service's own, so the network and the credential are good. A path or api-version that is unknown gives a
    /// 404 of other words, and says nothing of deployments. A host that belongs to another account lacks the deployment too
    /// (CLN001): the list of that account tells.
    ///
    /// ## How to repair
    ///
    /// Call a deployment that the account has, or create it. One that was made minutes ago takes a while.
    ///
    /// ## Sources
    ///
    /// chatboxai/chatbox issue 646. assafelovic/gpt-researcher issue 980.
    pub struct ClientDeploymentMissing = {
        code: "CLN014",
        name: "client-deployment-missing",
        stage: Some(model::Stage::Client),
        severity: Broken,
        summary: "The account has no deployment of the name that was called.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for ClientDeploymentMissing {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn arrived(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Reading::NotThere(NotThere::Deployment, fact)) = trace.heard.reply else { return };
        if trace.heard.credential.is_none() {
            return;
        }
        let title = format!("{} has no deployment of the name that was called", trace.question.to);
        let remedy = Remedy::manual(
            "call a deployment that the account has",
            vec![
                "az cognitiveservices account deployment list -g GROUP -n ACCOUNT --query '[].name'".to_owned(),
                "one that was made minutes ago takes a while".to_owned(),
            ],
        );
        out.push(told(Self::META, title, fact).repaired_by(remedy));
    }
}
