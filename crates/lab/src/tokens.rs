//! Which bearer tokens does the lab accept, and for what? Its own, by audience.

use crate::{LabError, clock, random};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The tenant of every lab.
pub(crate) const TENANT: &str = "00000000-0000-0000-0000-00000000000a";

/// Most audiences that tokens are issued for.
const MOST: usize = 64;

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// The identity of the lab, which may do everything.
    WithRoles,
    /// One that no role was ever given to.
    WithoutRoles,
}

/// What the token of a pod is for: to be exchanged for one of its identity.
const EXCHANGE: &str = "api://azureadtokenexchange";

/// What the identities of the lab's hosts hold, and nobody else on this machine: with it they get tokens.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldIdentity {
    /// The secret of web apps and of applications.
    pub(crate) secret: String,
    /// The token of pods.
    pub(crate) federated: String,
}

impl fmt::Debug for HeldIdentity {
    /// Nothing of it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("HeldIdentity").finish_non_exhaustive()
    }
}

/// The tokens that were issued.
pub(crate) struct Tokens {
    signature: [u8; 32],
    held: HeldIdentity,
    issued: BTreeMap<(Caller, String), String>,
}

impl Tokens {
    /// How long a token says that it lives, in seconds.
    pub(crate) const LIFETIME: u64 = 24 * 3600;

    /// None yet.
    pub(crate) fn new() -> Result<Self, LabError> {
        let secret = random::guid(&random::bytes()?);
        let mut tokens = Self { signature: random::bytes()?, held: HeldIdentity::default(), issued: BTreeMap::new() };
        tokens.held = HeldIdentity { secret, federated: tokens.written(Caller::WithRoles, EXCHANGE) };
        Ok(tokens)
    }

    /// What the hosts of the lab hold.
    pub(crate) fn held(&self) -> HeldIdentity {
        self.held.clone()
    }

    /// True for the secret of the lab's applications.
    pub(crate) fn holds_secret(&self, text: &str) -> bool {
        self.held.secret == text
    }

    /// True for the token of the lab's pods.
    pub(crate) fn holds_federated(&self, text: &str) -> bool {
        self.held.federated == text
    }

    /// The token of an audience; `None` when too many audiences were asked for.
    pub(crate) fn issue(&mut self, audience: &str) -> Option<String> {
        self.issue_to(Caller::WithRoles, audience)
    }

    /// The same for one of the identities.
    pub(crate) fn issue_to(&mut self, caller: Caller, audience: &str) -> Option<String> {
        let key = (caller, Self::audience(audience));
        if let Some(token) = self.issued.get(&key) {
            return Some(token.clone());
        }
        if self.issued.len() >= MOST || key.1.len() > 256 {
            return None;
        }
        let token = self.written(caller, &key.1);
        self.issued.insert(key, token.clone());
        Some(token)
    }

    /// A token in the shape of a JSON web token. Its signature is a secret of this lab: nothing else has to be kept to
    /// know our own.
    fn written(&self, caller: Caller, audience: &str) -> String {
        let now = clock::seconds();
        let header = serde_json::json!({ "alg": "none", "typ": "JWT" });
        let name = match caller {
            Caller::WithRoles => "lab identity",
            Caller::WithoutRoles => "lab identity without roles",
        };
        let payload = serde_json::json!({
            "aud": audience, "iss": format!("https://sts.windows.net/{TENANT}/"), "tid": TENANT,
            "oid": random::stable_guid(name), "nbf": now, "exp": now + Self::LIFETIME,
        });
        let part = |value: &serde_json::Value| random::base64_url(value.to_string().as_bytes());
        format!("{}.{}.{}", part(&header), part(&payload), random::base64_url(&self.signature))
    }

    /// True when the token was issued here to the lab's identity, for an audience that `accepts` likes.
    pub(crate) fn is_for(&self, token: &str, accepts: impl Fn(&str) -> bool) -> bool {
        self.caller(token, accepts) == Some(Caller::WithRoles)
    }

    /// Whose token it is, for an audience that `accepts` likes.
    pub(crate) fn caller(&self, token: &str, accepts: impl Fn(&str) -> bool) -> Option<Caller> {
        let mut issued = self.issued.iter();
        issued.find(|((_, audience), issued)| *issued == token && accepts(audience)).map(|((caller, _), _)| *caller)
    }

    /// An audience without `/.default` and slashes at its end.
    pub(crate) fn audience(resource: &str) -> String {
        let text = resource.trim().to_ascii_lowercase();
        text.strip_suffix("/.default").unwrap_or(&text).trim_end_matches('/').to_owned()
    }

    /// When a token issued now ends, in seconds since 1970.
    pub(crate) fn expires_on() -> u64 {
        clock::seconds() + Self::LIFETIME
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_belong_to_their_audience() {
        let mut tokens = Tokens::new().unwrap();
        let token = tokens.issue("https://management.azure.com/").unwrap();
        assert_eq!(tokens.issue("https://management.azure.com/.default"), Some(token.clone()));
        assert!(tokens.is_for(&token, |audience| audience == "https://management.azure.com"));
        assert!(!tokens.is_for(&token, |audience| audience == "https://ai.azure.com"));
        assert!(!tokens.is_for("", |_| true));
        assert_eq!(token.split('.').count(), 3);
        for index in 0..MOST {
            tokens.issue(&index.to_string());
        }
        assert_eq!(tokens.issue("one more"), None);
    }
}
