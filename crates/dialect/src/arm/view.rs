//! How is a JSON object read one level at a time, without losing it to one odd member?
//!
//! A [`View`] borrows the text: member names and values are slices of it. A member of the wrong
//! type is remembered as an [`Issue`] and read as absent. Names are compared without case, since
//! az spells some (`privateIpAddress`) differently from ARM (`privateIPAddress`).

use model::{DnsName, ResourceId};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A member that could not be read as what it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Issue {
    /// The member.
    pub(super) member: String,
    /// What it should have been, such as `true or false`.
    pub(super) expected: &'static str,
}

/// The issues met while one resource is read.
#[derive(Debug, Default)]
pub(super) struct Issues(RefCell<Vec<Issue>>);

impl Issues {
    pub(super) fn add(&self, member: &str, expected: &'static str) {
        self.0.borrow_mut().push(Issue { member: member.to_owned(), expected });
    }

    pub(super) fn take(&self) -> Vec<Issue> {
        self.0.take()
    }
}

/// One JSON object.
#[derive(Debug, Clone)]
pub(super) struct View<'t> {
    members: MemberList<'t>,
    issues: &'t Issues,
}

#[derive(Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

struct Members<'t>(MemberList<'t>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(map.size_hint().unwrap_or(16));
                while let Some((Text(name), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Err(serde::de::Error::custom("a list where an object should be"))
            }
        }
        source.deserialize_map(Object)
    }
}

/// The members of a JSON object: name and value, in file order.
pub(super) type MemberList<'t> = Vec<(Cow<'t, str>, &'t RawValue)>;

/// The members of a JSON object; `None` when the text is no object.
pub(super) fn members(raw: &RawValue) -> Option<MemberList<'_>> {
    if !raw.get().starts_with('{') {
        return None;
    }
    serde_json::from_str::<Members<'_>>(raw.get()).ok().map(|Members(members)| members)
}

/// The items of a JSON list.
pub(super) fn items(raw: &RawValue) -> Option<Vec<&RawValue>> {
    raw.get().starts_with('[').then(|| serde_json::from_str(raw.get()).ok())?
}

impl<'t> View<'t> {
    /// The object that this text is; `None` when it is none.
    pub(super) fn parse(raw: &'t RawValue, issues: &'t Issues) -> Option<Self> {
        members(raw).map(|members| Self { members, issues })
    }

    /// The object without members.
    pub(super) fn empty(issues: &'t Issues) -> Self {
        Self { members: Vec::new(), issues }
    }

    /// Every member, in file order.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &'t RawValue)> {
        self.members.iter().map(|(name, value)| (&**name, *value))
    }

    /// True when the member is there, `null` included.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// A member that is there and not `null`; of two spellings, the last one.
    pub(super) fn raw(&self, name: &str) -> Option<&'t RawValue> {
        let mut found = self.members.iter().rev().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| *value).filter(|value| value.get() != "null")
    }

    /// Remembers that a member is not what it should be.
    pub(super) fn wrong<T>(&self, name: &str, expected: &'static str) -> Option<T> {
        self.issues.add(name, expected);
        None
    }

    /// A text; a number counts as its digits.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'t, str>> {
        let raw = self.raw(name)?;
        match text_of(raw) {
            Some(text) => Some(text),
            None => self.wrong(name, "a text"),
        }
    }

    /// True or false; the texts `true` and `false` count too (ARM and az do send them).
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        let raw = self.raw(name)?;
        let text = text_of(raw).unwrap_or(Cow::Borrowed(raw.get()));
        match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => self.wrong(name, "true or false"),
        }
    }

    /// A value that is written as text.
    pub(super) fn parsed<T: FromStr>(&self, name: &str, expected: &'static str) -> Option<T> {
        let text = self.text(name).filter(|text| !text.trim().is_empty())?;
        text.trim().parse().ok().or_else(|| self.wrong(name, expected))
    }

    /// One word of a closed list.
    pub(super) fn word<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>, expected: &'static str) -> Option<T> {
        let text = self.text(name).filter(|text| !text.is_empty())?;
        read(&text).or_else(|| self.wrong(name, expected))
    }

    /// An object.
    pub(super) fn object(&self, name: &str) -> Option<View<'t>> {
        let raw = self.raw(name)?;
        View::parse(raw, self.issues).or_else(|| self.wrong(name, "an object"))
    }

    /// An object; empty when it is absent.
    pub(super) fn within(&self, name: &str) -> View<'t> {
        self.object(name).unwrap_or_else(|| View::empty(self.issues))
    }

    /// A list; `None` when it is absent or no list.
    pub(super) fn list(&self, name: &str) -> Option<Vec<&'t RawValue>> {
        let raw = self.raw(name)?;
        items(raw).or_else(|| self.wrong(name, "a list"))
    }

    /// The objects of a list.
    pub(super) fn objects(&self, name: &str) -> impl Iterator<Item = View<'t>> {
        let views: Vec<_> = self
            .list(name)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|raw| View::parse(raw, self.issues).or_else(|| self.wrong(name, "a list of objects")))
            .collect();
        views.into_iter()
    }

    /// The texts of a list; a single text counts as a list of one.
    pub(super) fn texts(&self, name: &str) -> Vec<Cow<'t, str>> {
        match self.raw(name) {
            Some(raw) if raw.get().starts_with('[') => self
                .list(name)
                .unwrap_or_default()
                .into_iter()
                .filter_map(|raw| text_of(raw).or_else(|| self.wrong(name, "a list of texts")))
                .collect(),
            Some(_) => self.text(name).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The values of a list of texts.
    pub(super) fn all<T: FromStr>(&self, name: &str, expected: &'static str) -> Vec<T> {
        let texts = self.texts(name).into_iter().filter(|text| !text.trim().is_empty());
        texts.filter_map(|text| text.trim().parse().ok().or_else(|| self.wrong(name, expected))).collect()
    }

    /// The addresses of a list of texts.
    pub(super) fn addresses(&self, name: &str) -> Vec<IpAddr> {
        self.all(name, "a list of IP addresses")
    }

    /// The DNS names of a list of texts.
    pub(super) fn dns_names(&self, name: &str) -> Vec<DnsName> {
        let texts = self.texts(name).into_iter();
        texts
            .filter_map(|text| DnsName::parse(&text).ok().or_else(|| self.wrong(name, "a list of DNS names")))
            .collect()
    }

    /// An id that is written as text.
    pub(super) fn id_text(&self, name: &str) -> Option<ResourceId> {
        self.word(name, ResourceId::parse, "a resource id")
    }

    /// The id of a reference such as `"subnet": {"id": "…"}`; the bare text counts too.
    pub(super) fn id(&self, name: &str) -> Option<ResourceId> {
        match self.raw(name)?.get().starts_with('"') {
            true => self.id_text(name),
            false => self.object(name)?.id_text("id"),
        }
    }

    /// The ids of a list of references.
    pub(super) fn ids(&self, name: &str) -> Vec<ResourceId> {
        self.objects(name).filter_map(|view| view.id_text("id")).collect()
    }

    /// Where the typed values are: below `properties` in ARM's shape, here in az's.
    pub(super) fn properties(&self) -> View<'t> {
        match self.raw("properties").and_then(|raw| View::parse(raw, self.issues)) {
            Some(view) => view,
            None => self.clone(),
        }
    }
}

/// A text, or a number as its digits.
pub(super) fn text_of(raw: &RawValue) -> Option<Cow<'_, str>> {
    match raw.get().as_bytes().first()? {
        b'"' => serde_json::from_str::<Text<'_>>(raw.get()).ok().map(|Text(text)| text),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(raw.get())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_members_are_absent_and_remembered() {
        let issues = Issues::default();
        let raw: &RawValue = serde_json::from_str(
            r#"{"a":"True","b":1,"c":[],"d":null,"e":"\u0041","f":{"id":"x"},"G":7,"list":"one"}"#,
        )
        .unwrap();
        let view = View::parse(raw, &issues).unwrap();
        assert_eq!(view.flag("a"), Some(true));
        assert_eq!(view.text("b").as_deref(), Some("1"));
        assert_eq!(view.flag("d"), None);
        assert_eq!(view.text("e").as_deref(), Some("A"));
        assert_eq!(view.parsed::<u32>("g", "a number"), Some(7));
        assert_eq!(view.texts("list"), ["one"]);
        assert!(issues.take().is_empty());
        assert_eq!(view.flag("b"), None);
        assert_eq!(view.text("c"), None);
        assert_eq!(view.id("f"), None);
        assert_eq!(issues.take().len(), 3);
        assert!(View::parse(view.raw("c").unwrap(), &issues).is_none());
    }
}
