//! Which bearer tokens does the lab accept, and for what? Its own, by audience.

use crate::{LabError, clock, random};
use std::collections::BTreeMap;

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

/// The tokens that were issued.
pub(crate) struct Tokens {
    secret: [u8; 32],
    issued: BTreeMap<(Caller, String), String>,
}

impl Tokens {
    /// How long a token says that it lives, in seconds.
    pub(crate) const LIFETIME: u64 = 24 * 3600;

    /// None yet.
    pub(crate) fn new() -> Result<Self, LabError> {
        Ok(Self { secret: random::bytes()?, issued: BTreeMap::new() })
    }

    /// The token of an audience; `None` when too many audiences were asked for.
    pub(crate) fn issue(&mut self, audience: &str) -> Option<String> {
        self.issue_to(Caller::WithRoles, audience)
    }

    /// The same for one of the identities.
    pub(crate) fn issue_to(&mut self, caller: Caller, audience: &str) -> Option<String> {
        let key = (caller, folded(audience));
        if let Some(token) = self.issued.get(&key) {
            return Some(token.clone());
        }
        if self.issued.len() >= MOST || key.1.len() > 256 {
            return None;
        }
        let now = clock::seconds();
        let header = serde_json::json!({ "alg": "none", "typ": "JWT" });
        let name = match caller {
            Caller::WithRoles => "lab identity",
            Caller::WithoutRoles => "lab identity without roles",
        };
        let payload = serde_json::json!({
            "aud": key.1, "iss": format!("https://sts.windows.net/{TENANT}/"), "tid": TENANT,
            "oid": random::stable_guid(name), "nbf": now, "exp": now + Self::LIFETIME,
        });
        let part = |value: &serde_json::Value| random::base64_url(value.to_string().as_bytes());
        // The signature is the secret of this lab: nothing else has to be kept to know our own.
        let token = format!("{}.{}.{}", part(&header), part(&payload), random::base64_url(&self.secret));
        self.issued.insert(key, token.clone());
        Some(token)
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

    /// When a token issued now ends, in seconds since 1970.
    pub(crate) fn expires_on() -> u64 {
        clock::seconds() + Self::LIFETIME
    }
}

/// An audience without `/.default` and slashes at its end.
fn folded(audience: &str) -> String {
    let text = audience.trim().to_ascii_lowercase();
    text.strip_suffix("/.default").unwrap_or(&text).trim_end_matches('/').to_owned()
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
