//! What proves who calls, and to whom may it be shown?

use crate::ProbeError;
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use model::Secret;
use model::observation::CredentialKind;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// The header that carries a key of an account.
const API_KEY: HeaderName = HeaderName::from_static("api-key");

/// A credential for the request. It is sent over a chain that is trusted for the host, and only to
/// addresses that may have it; every other address gets the request without one.
#[derive(Debug, Clone)]
pub struct Credential {
    /// What it is.
    pub kind: CredentialKind,
    /// The key or token.
    pub secret: Secret,
    /// Who may have it.
    pub recipients: Recipients,
    /// Sent with it in place of the plan's GET, such as a completion.
    pub post: Option<Post>,
}

/// A POST of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Path and query.
    pub path: String,
    /// The body.
    pub body: String,
}

/// The addresses that may have a credential.
#[derive(Clone)]
pub struct Recipients(Arc<dyn Fn(IpAddr) -> bool + Send + Sync>);

impl Recipients {
    /// The addresses for which this is true.
    pub fn where_true(allows: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(allows))
    }

    /// Whether an address may have it.
    pub(crate) fn allow(&self, address: IpAddr) -> bool {
        (self.0)(address)
    }
}

impl fmt::Debug for Recipients {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Recipients(..)")
    }
}

impl Credential {
    /// The header that carries it, marked so that no library prints it.
    pub(crate) fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        let (name, text) = match self.kind {
            CredentialKind::Key => (API_KEY, self.secret.reveal().to_owned()),
            CredentialKind::Token => (AUTHORIZATION, format!("Bearer {}", self.secret.reveal())),
        };
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    }

    /// That it can be sent.
    pub(crate) fn check(&self) -> Result<(), ProbeError> {
        let empty = self.secret.reveal().is_empty();
        if empty || self.header().is_none() {
            let problem = if empty { "it is empty" } else { "it has characters that no header may have" };
            return Err(ProbeError::Credential { problem: problem.to_owned() });
        }
        self.post.as_ref().map_or(Ok(()), |post| crate::plan::check_path(&post.path))
    }
}
