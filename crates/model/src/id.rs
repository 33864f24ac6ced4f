//! What is this resource called? Azure resource ids, compared without case.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// An Azure resource id such as `/subscriptions/S/resourceGroups/G/providers/P/TYPE/NAME`.
///
/// Azure mixes the case of every segment and sometimes doubles a slash, so ids are compared,
/// ordered and hashed by a folded key; the text is shown as it was read.
#[derive(Clone)]
pub struct ResourceId {
    text: Arc<str>,
    key: Arc<str>,
}

impl ResourceId {
    /// Reads an id. `None` unless it is a path of at least `/subscriptions/S` or `/providers/P`.
    pub fn parse(text: &str) -> Option<Self> {
        let trimmed = text.trim().trim_end_matches('/');
        if !trimmed.starts_with('/') || trimmed.chars().any(|c| c.is_control() || c == '[') {
            return None;
        }
        let clean: String = if trimmed.contains("//") {
            let parts: Vec<&str> = trimmed.split('/').filter(|part| !part.is_empty()).collect();
            format!("/{}", parts.join("/"))
        } else {
            trimmed.to_owned()
        };
        let mut parts = clean.split('/').skip(1);
        let first = parts.next()?;
        parts.next()?;
        if !first.eq_ignore_ascii_case("subscriptions") && !first.eq_ignore_ascii_case("providers") {
            return None;
        }
        Some(Self::of(clean))
    }

    /// The id of a resource in a group: `kind` is the full type, such as
    /// `Microsoft.Network/virtualNetworks/subnets`, and `names` has one name for each type segment.
    pub fn new(subscription: &str, group: &str, kind: &str, names: &[&str]) -> Self {
        let mut segments = kind.split('/');
        let mut text = format!(
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/{}",
            segments.next().unwrap_or_default()
        );
        for (segment, name) in segments.zip(names) {
            text.push('/');
            text.push_str(segment);
            text.push('/');
            text.push_str(name);
        }
        Self::of(text)
    }

    /// What stands before every id.
    pub(crate) fn first() -> Self {
        Self::of(String::new())
    }

    fn of(text: String) -> Self {
        let key = text.to_ascii_lowercase();
        let text: Arc<str> = text.into();
        let key = if *key == *text { Arc::clone(&text) } else { key.into() };
        Self { text, key }
    }

    /// The id as it was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The folded key: lower case.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The last segment.
    pub fn name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }

    /// The value after a segment, such as `resourceGroups`.
    fn after(&self, segment: &str) -> Option<&str> {
        let mut parts = self.text.split('/').skip(1);
        while let Some(part) = parts.next() {
            let value = parts.next()?;
            if part.eq_ignore_ascii_case(segment) {
                return Some(value);
            }
            if part.eq_ignore_ascii_case("providers") {
                return None;
            }
        }
        None
    }

    /// The subscription, if the id has one.
    pub fn subscription(&self) -> Option<&str> {
        self.after("subscriptions")
    }

    /// The resource group, if the id has one.
    pub fn resource_group(&self) -> Option<&str> {
        self.after("resourceGroups")
    }

    /// The full resource type, such as `Microsoft.Network/virtualNetworks/subnets`; empty when
    /// the id names no provider.
    pub fn resource_type(&self) -> String {
        let Some(at) = self.key.rfind("/providers/") else { return String::new() };
        let mut parts = self.text[at + "/providers/".len()..].split('/');
        let mut kind = parts.next().unwrap_or_default().to_owned();
        while let (Some(segment), Some(_)) = (parts.next(), parts.next()) {
            kind.push('/');
            kind.push_str(segment);
        }
        kind
    }

    /// The resource that this one is a child of, if it is a child.
    pub fn parent(&self) -> Option<Self> {
        let provider = self.key.rfind("/providers/")? + "/providers/".len();
        let segments = self.text[provider..].split('/').count();
        if segments < 5 {
            return None;
        }
        let name = self.text.rfind('/')?;
        let kind = self.text[..name].rfind('/')?;
        Some(Self::of(self.text[..kind].to_owned()))
    }

    /// The id with a slash at its end: where the ids of its descendants begin in key order.
    pub(crate) fn below(&self) -> Self {
        Self::of(format!("{}/", self.text))
    }

    /// The id of a child.
    #[must_use]
    pub fn child(&self, segment: &str, name: &str) -> Self {
        Self::of(format!("{}/{segment}/{name}", self.text))
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Eq for ResourceId {}
impl PartialOrd for ResourceId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for ResourceId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}
impl std::hash::Hash for ResourceId {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}
impl Borrow<str> for ResourceId {
    fn borrow(&self) -> &str {
        &self.key
    }
}
impl fmt::Display for ResourceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}
impl fmt::Debug for ResourceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::ResourceId;

    const SUBNET: &str = "/subscriptions/S1/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s";

    #[test]
    fn parts_of_an_id() {
        let id = ResourceId::parse(SUBNET).unwrap();
        assert_eq!(id.name(), "s");
        assert_eq!(id.subscription(), Some("S1"));
        assert_eq!(id.resource_group(), Some("rg"));
        assert_eq!(id.resource_type(), "Microsoft.Network/virtualNetworks/subnets");
        let parent = id.parent().unwrap();
        assert_eq!(parent.name(), "v");
        assert_eq!(parent.parent(), None);
        assert_eq!(parent.child("subnets", "s"), id);
    }

    #[test]
    fn ids_compare_without_case_or_doubled_slashes() {
        let odd = SUBNET.to_uppercase().replace("/PROVIDERS/", "//PROVIDERS/") + "/";
        assert_eq!(ResourceId::parse(&odd), ResourceId::parse(SUBNET));
    }

    #[test]
    fn what_is_not_an_id() {
        for text in ["", "name", "[parameters('x')]", "/subscriptions", "/a/b", "/subscriptions/[x]"] {
            assert_eq!(ResourceId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn new_spells_an_id() {
        let id = ResourceId::new("S1", "rg", "Microsoft.Network/virtualNetworks/subnets", &["v", "s"]);
        assert_eq!(id.as_str(), SUBNET);
    }
}
