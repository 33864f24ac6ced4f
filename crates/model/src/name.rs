//! Which host is meant? DNS names and hosts.

use std::borrow::Borrow;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// A fully qualified DNS name: lower case, no dot at the end, printable ASCII (RFC 1035 lengths).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DnsName(Arc<str>);

/// Why a text is not a DNS name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidName(pub &'static str);

impl DnsName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(InvalidName("it is empty"));
        }
        if text.len() > 253 {
            return Err(InvalidName("it is longer than 253 characters"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidName(
                "it has characters other than printable ASCII (write an internationalised name in its xn-- form)",
            ));
        }
        if text.split('.').any(|label| label.is_empty() || label.len() > 63) {
            return Err(InvalidName("a label is empty or longer than 63 characters"));
        }
        Ok(Self(text.to_ascii_lowercase().into()))
    }

    /// The name in text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The labels, leftmost first.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }

    /// True when this name is `zone` or lies below it.
    pub fn is_within(&self, zone: &str) -> bool {
        self.relative_to(zone).is_some()
    }

    /// The part left of `zone` (`@` for the zone itself), or `None` when not within it.
    pub fn relative_to(&self, zone: &str) -> Option<&str> {
        let at = self.0.len().checked_sub(zone.len())?;
        if !self.0.get(at..)?.eq_ignore_ascii_case(zone) {
            return None;
        }
        match at {
            0 => Some("@"),
            _ => self.0[..at].strip_suffix('.'),
        }
    }

    /// `label.zone`, if that is a name.
    pub fn below(label: &str, zone: &str) -> Result<Self, InvalidName> {
        if label == "@" { Self::parse(zone) } else { Self::parse(&format!("{label}.{zone}")) }
    }
}

impl Borrow<str> for DnsName {
    fn borrow(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for DnsName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
impl fmt::Debug for DnsName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, out)
    }
}
impl fmt::Display for InvalidName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}
impl std::error::Error for InvalidName {}

/// What stands in the host part of a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// A name.
    Name(DnsName),
    /// An address literal.
    Address(IpAddr),
}

impl Host {
    /// Reads a host: an address (IPv6 with or without brackets) or a name. A name that is called has letters,
    /// digits, `-` and `_` (RFC 1123, and what services allow beside); other names of DNS are no hosts.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(Self::Address(address));
        }
        let name = DnsName::parse(text)?;
        if name.as_str().bytes().any(|byte| !(byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))) {
            return Err(InvalidName("a host has letters, digits, `-`, `_` and dots only"));
        }
        Ok(Self::Name(name))
    }

    /// The name, unless it is an address.
    pub fn name(&self) -> Option<&DnsName> {
        match self {
            Self::Name(name) => Some(name),
            Self::Address(_) => None,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(out),
            Self::Address(IpAddr::V6(address)) => write!(out, "[{address}]"),
            Self::Address(address) => address.fmt(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded_and_checked() {
        assert_eq!(DnsName::parse("Acct.OpenAI.azure.com.").unwrap().as_str(), "acct.openai.azure.com");
        for bad in ["", ".", "a..b", "a b", "ä.de", &"x".repeat(64), &"a.".repeat(150)] {
            assert!(DnsName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_within_zones() {
        let name = DnsName::parse("acct.privatelink.openai.azure.com").unwrap();
        assert_eq!(name.relative_to("privatelink.OpenAI.azure.com"), Some("acct"));
        assert_eq!(name.relative_to("acct.privatelink.openai.azure.com"), Some("@"));
        assert_eq!(name.relative_to("link.openai.azure.com"), None);
        assert_eq!(name.relative_to("azure.net"), None);
    }

    #[test]
    fn hosts() {
        assert!(matches!(Host::parse("10.1.2.4"), Ok(Host::Address(_))));
        assert_eq!(Host::parse("[fd00::1]").unwrap().to_string(), "[fd00::1]");
        assert!(matches!(Host::parse("a.b"), Ok(Host::Name(_))));
        for no_host in ["$(x)", "[::1", "a/b", "*.b", "a@b", "a;b"] {
            assert!(Host::parse(no_host).is_err(), "{no_host}");
        }
    }
}
