//! What proves to ARM who we are, and how is it kept out of every output?

use std::fmt;

/// A text that is never shown: `Debug` and `Display` say only that there is one.
#[derive(Clone)]
pub struct Redacted(String);

impl Redacted {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself, for the one place that sends it.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[redacted]")
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[redacted]")
    }
}

/// Where the bearer token comes from.
#[derive(Debug, Clone)]
pub struct Token(Redacted);

impl Token {
    /// A token that the caller has already, such as one printed by `az account get-access-token`.
    pub fn bearer(token: impl Into<String>) -> Self {
        Self(Redacted::new(token.into().trim()))
    }

    /// The value of the `Authorization` header, marked so that no library prints it; `None` when
    /// the token has characters that no header may have.
    pub(crate) fn header(&self) -> Option<http::HeaderValue> {
        let mut value = http::HeaderValue::from_str(&format!("Bearer {}", self.0.secret())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}
