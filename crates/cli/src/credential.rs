//! What does a check prove who calls with, and was it sent?

use crate::args::Check;
use anyhow::{Result, bail};
use finding::{Diagnosis, Note};
use model::observation::{CredentialKind, Seen};
use model::{Expect, Question, Secret, Snapshot};
use probe::{Credential, Post};

/// A credential that is not bound to addresses yet, and where it is from.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    kind: CredentialKind,
    secret: Secret,
    /// The name of the variable, or how the token was got. Never the secret.
    from: String,
    deployment: Option<String>,
}

/// The credential that the arguments ask for; variables are looked up by `lookup`.
pub(crate) fn given(arguments: &Check, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Option<Given>> {
    let deployment = arguments.deployment.clone();
    if let Some(name) = &deployment
        && !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    {
        bail!("--deployment {name:?} is no name of a deployment: letters, digits, `-`, `_` and `.`");
    }
    let Some(name) = &arguments.key_env else { return Ok(None) };
    let Some(key) = lookup(name).filter(|key| !key.trim().is_empty()) else {
        bail!("--key-env {name}: no such variable is set where the check runs; export the key in it");
    };
    Ok(Some(Given { kind: CredentialKind::Key, secret: Secret::new(&key), from: name.clone(), deployment }))
}

impl Given {
    /// The credential for a question, bound to the addresses that may have it.
    pub(crate) fn bound(&self, snapshot: Option<&Snapshot>, question: &Question) -> Credential {
        let post = self.deployment.as_ref().map(|name| Post {
            path: format!("/openai/deployments/{name}/chat/completions?api-version=2024-10-21"),
            body: r#"{"messages":[{"role":"user","content":"ping"}],"max_tokens":1}"#.to_owned(),
        });
        Credential {
            kind: self.kind,
            secret: self.secret.clone(),
            recipients: diagnose::recipients(snapshot, question),
            post,
        }
    }

    /// Says what became of it: which one it was, and why it was not sent if so.
    pub(crate) fn tell(&self, diagnosis: &mut Diagnosis) {
        let replies = || {
            diagnosis.observations.iter().filter_map(|own| match &own.seen {
                Seen::Http(reply) => Some(reply),
                _ => None,
            })
        };
        let what = match self.kind {
            CredentialKind::Key => format!("the key in {}", self.from),
            CredentialKind::Token => format!("a token ({})", self.from),
        };
        let expect = diagnosis.traces.first().map(|trace| trace.question.expect).unwrap_or_default();
        let text = if replies().any(|reply| reply.credential.is_some()) {
            format!("{what} was sent, over a verified chain")
        } else if replies().next().is_none() {
            format!("{what} was not sent: no connection with a verified chain came about")
        } else if expect == Expect::Public {
            format!("{what} was not sent")
        } else {
            format!(
                "{what} was not sent: what answered is not known to be the private endpoint, and a secret goes nowhere \
                 else (--expect public sends it publicly)"
            )
        };
        diagnosis.notes.push(Note { about: "auth".to_owned(), text });
    }
}
