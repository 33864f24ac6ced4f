//! Is the key not one of the resource that was called?

use crate::replied::{denied, told};
use finding::{Check, Cx, Remedy, Sink, check};
use path::Trace;
use path::access::Denial;

check! {
    /// ## What it finds
    ///
    /// A key was sent, and the service answered: `Access denied due to invalid subscription key or wrong API endpoint`.
    ///
    /// ## Why it breaks
    ///
    /// A key belongs to one account. One of another account, or one that was renewed since, is refused by the service itself.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The reply is the service's own, so the network is good. Which of the two is wrong, the key or the host, the reply does not
    /// say: a setting that names another account than the key belongs to is CLN001. A 401 without a key in the request only says
    /// that there was none. Keys that are switched off give a 403 of other words (AUT001).
    ///
    /// ## How to repair
    ///
    /// Take the key from the account whose name is called, or call the account that the key is from.
    ///
    /// ## Sources
    ///
    /// SciSharp/BotSharp issue 386. microsoft/microsoft-foundry-for-vscode issue 172.
    pub struct AuthKeyNotAccepted = {
        code: "AUT004",
        name: "auth-key-not-accepted",
        stage: Some(model::Stage::Auth),
        severity: Broken,
        summary: "The key is not one of the resource that was called.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for AuthKeyNotAccepted {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn arrived(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(fact) = denied(trace, Denial::Key) else { return };
        let remedy = Remedy::manual(
            "take the key of the account that is called, or call the account that the key is from",
            vec![
                "az cognitiveservices account keys list -g GROUP -n ACCOUNT --query key1 -o tsv".to_owned(),
                "a key that was renewed stops working at once: restart what still has the old one".to_owned(),
            ],
        );
        out.push(told(Self::META, format!("the key is not one of {}", trace.question.to), fact).repaired_by(remedy));
    }
}
