//! What was decided, and why? Reasons as data, so that reports never reconstruct them.

use crate::{Known, ResourceId};
use std::borrow::Cow;

/// One fact of the estate: a property of a resource, such as (`zone id`, `virtualNetworkLinks`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactRef {
    /// The resource that has the property.
    pub resource: ResourceId,
    /// The property path below `properties`, in ARM's spelling; empty for the resource itself.
    pub property: Cow<'static, str>,
    /// The value that mattered, in words; empty when the point is that it is absent.
    pub value: String,
}

impl FactRef {
    /// A fact.
    pub fn new(resource: &ResourceId, property: &'static str, value: impl Into<String>) -> Self {
        Self { resource: resource.clone(), property: Cow::Borrowed(property), value: value.into() }
    }
}

/// How well a general fact about Azure is known (the marks of the knowledge base).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// A property of a protocol (DNS, TCP, TLS), not of Azure.
    Protocol,
    /// Read in Microsoft's documentation, specification or SDK reference.
    Documented,
    /// Seen in a public issue, repository or lab, with real output.
    Recorded,
    /// Follows from documented facts.
    Inferred,
    /// General knowledge that was not checked: it never accuses.
    Believed,
}

/// A general fact about how Azure (or a protocol) behaves. Written once, in `fabric`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    /// Kebab-case name, for `conformance` rows and evidence.
    pub id: &'static str,
    /// The fact in one sentence.
    pub text: &'static str,
    /// How well it is known.
    pub mark: Mark,
    /// Where it was read, and when.
    pub source: &'static str,
}

/// Why something was decided: a tree of texts, each with the facts it rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Because {
    /// One line in plain words.
    pub text: String,
    /// The facts of the estate that decided.
    pub facts: Vec<FactRef>,
    /// The general facts that decided.
    pub rules: Vec<&'static Fact>,
    /// Finer reasons.
    pub parts: Vec<Because>,
}

impl Because {
    /// A reason in words.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// With a fact of the estate.
    #[must_use]
    pub fn fact(mut self, fact: FactRef) -> Self {
        self.facts.push(fact);
        self
    }

    /// With a general fact.
    #[must_use]
    pub fn rule(mut self, rule: &'static Fact) -> Self {
        self.rules.push(rule);
        self
    }

    /// With a finer reason.
    #[must_use]
    pub fn part(mut self, part: Because) -> Self {
        self.parts.push(part);
        self
    }

    /// The weakest mark among the general facts that this rests on.
    pub fn weakest(&self) -> Mark {
        let own = self.rules.iter().map(|rule| rule.mark);
        own.chain(self.parts.iter().map(Because::weakest)).max().unwrap_or(Mark::Protocol)
    }
}

/// A decision with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<T> {
    /// What was decided, or why it could not be.
    pub outcome: Known<T>,
    /// The reason.
    pub because: Because,
}

impl<T> Decided<T> {
    /// A decision.
    pub fn value(value: T, because: Because) -> Self {
        Self { outcome: Known::Value(value), because }
    }

    /// No decision.
    pub fn unknown(why: crate::Why, because: Because) -> Self {
        Self { outcome: Known::Unknown(why), because }
    }
}
