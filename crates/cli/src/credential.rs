//! What does a check prove who calls with, and was it sent?

use crate::args::Check;
use crate::entra::{self, At};
use anyhow::{Result, bail};
use azure::Claims;
use finding::{Diagnosis, Note};
use model::observation::{CredentialKind, Seen};
use model::{Expect, Observation, Question, Secret, Snapshot, Target};
use path::{auth, client};
use probe::{Credential, Post};
use std::time::Duration;

/// Findings that are about whose token was sent, or for whom.
const ABOUT_TOKENS: [&str; 2] = ["AUT002", "AUT005"];

/// A credential that is not bound to addresses yet, and where it is from.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    kind: CredentialKind,
    secret: Secret,
    /// What it is, such as the name of its variable. Never the secret.
    called: String,
    /// What a token says of itself; nothing for a key.
    claims: Claims,
    deployment: Option<String>,
}

/// What was had of the credential that was asked for.
#[derive(Debug, Default)]
pub(crate) struct Had {
    /// The credential, if it can be had.
    pub(crate) given: Option<Given>,
    /// What is to be said of how it was got.
    pub(crate) note: Option<Note>,
    /// How the way to the sign-in host ended, if one was looked for.
    pub(crate) sign_in: Option<Observation>,
}

/// The credential that the arguments ask for. Keys are looked up by `lookup`.
pub(crate) fn given(
    arguments: &Check,
    target: &Target,
    at: &At<'_>,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Had> {
    let deployment = arguments.deployment.clone();
    if let Some(name) = &deployment
        && !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    {
        bail!("--deployment {name:?} is no name of a deployment: letters, digits, `-`, `_` and `.`");
    }
    if arguments.entra {
        let (given, text, sign_in) = token(target, at, arguments.deadline);
        let given = given.map(|given| Given { deployment, ..given });
        return Ok(Had { given, note: Some(Note { about: "credential".to_owned(), text }), sign_in });
    }
    let Some(name) = &arguments.key_env else { return Ok(Had::default()) };
    let Some(key) = lookup(name).filter(|key| !key.trim().is_empty()) else {
        bail!("--key-env {name}: no such variable is set where the check runs; export the key in it");
    };
    let called = format!("the key in {name}");
    let (kind, secret, claims) = (CredentialKind::Key, Secret::new(&key), Claims::default());
    Ok(Had { given: Some(Given { kind, secret, called, claims, deployment }), ..Had::default() })
}

/// The token of whoever is signed in, and which source gave it. That there is none says nothing about the way
/// to the target.
fn token(target: &Target, at: &At<'_>, deadline: Duration) -> (Option<Given>, String, Option<Observation>) {
    let service = target.host.name().and_then(client::service);
    let Some(audience) = service.as_ref().and_then(auth::audience) else {
        let text = format!("no token was asked for: for which audience {} takes tokens is not known here", target.host);
        return (None, text, None);
    };
    let (signed, way) = entra::sign_in(at, audience, deadline);
    match signed {
        Ok(signed) => {
            let (kind, called) = (CredentialKind::Token, format!("the token for {audience}"));
            let text = signed.to_string();
            (Some(Given { kind, secret: signed.token, called, claims: signed.claims, deployment: None }), text, way)
        }
        Err(none) => (None, format!("{none}; the call was measured without one"), way),
    }
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
        let what = &self.called;
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
        if diagnosis.findings.iter().any(|finding| ABOUT_TOKENS.contains(&finding.meta.code)) {
            diagnosis.notes.extend(self.claimed());
        }
    }

    /// Whose token it is and for whom, as it says itself: what a refusal is about.
    fn claimed(&self) -> Option<Note> {
        let Claims { audience, tenant, object } = &self.claims;
        let parts = [("audience", audience), ("tenant", tenant), ("object id", object)];
        let told: Vec<String> =
            parts.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?))).collect();
        let text = format!("the token says of itself: {}", told.join(", "));
        (!told.is_empty()).then(|| Note { about: "credential".to_owned(), text })
    }
}
