//! What is wrong, how bad, how sure, and what shows it?

use crate::{Meta, Remedy};
use model::{Because, Change, FactRef, Kind, Mark, ResourceId};

/// Something is wrong with the network.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The check that found it.
    pub meta: &'static Meta,
    /// How bad it is here.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What is wrong and where, in one line.
    pub title: String,
    /// The resources it is about, the one to repair first.
    pub resources: Vec<ResourceId>,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// How to repair it, the preferred one first.
    pub remedies: Vec<Remedy>,
    /// The questions it explains, as indices into the traces; none for estate checks.
    pub about: Vec<usize>,
    /// The order in which to repair, from 1; 0 until it is known.
    pub order: u32,
    /// What was repaired on a copy of the estate before it showed; nothing for what the estate shows as it is.
    pub behind: Repaired,
}

/// What was repaired on a copy of the estate before a finding showed. Nothing was measured there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Repaired {
    /// The `order` of the findings that were repaired.
    pub orders: Vec<u32>,
    /// The changes that repaired them.
    pub changes: Vec<Change>,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Advice,
    /// Works now and will break.
    Fragile,
    /// Works, but over the public way or open to it.
    Exposed,
    /// Does not work, or not by the way it should.
    Broken,
}

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Follows from facts that were only inferred, or shows on a repaired copy of the estate only.
    Inferred,
    /// Measured.
    Measured,
    /// Follows from configuration by documented or recorded facts.
    Proven,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What sort.
    pub kind: EvidenceKind,
    /// One line.
    pub text: String,
    /// The resource it is read from.
    pub resource: Option<ResourceId>,
    /// The property.
    pub property: Option<String>,
    /// Its value.
    pub value: Option<String>,
    /// Where it was read: a file and pointer, an ARM path, or a document.
    pub source: Option<String>,
}

/// What sort of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceKind {
    /// A property of the estate.
    Configuration,
    /// Something measured.
    Measured,
    /// A general fact about Azure or a protocol.
    Fact,
    /// A step of reasoning.
    Reason,
}

/// A check that could not run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The check.
    pub meta: &'static Meta,
    /// The kinds of resources that it lacked.
    pub missing: Vec<Kind>,
    /// Why, in words.
    pub why: String,
}

impl Severity {
    /// All, worst first.
    pub const ALL: [Self; 4] = [Self::Broken, Self::Exposed, Self::Fragile, Self::Advice];

    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Exposed => "exposed",
            Self::Fragile => "fragile",
            Self::Advice => "advice",
        }
    }
}

impl Confidence {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Measured => "measured",
            Self::Inferred => "inferred",
        }
    }

    /// The most that a conclusion from configuration may claim when it rests on this reason;
    /// `None` when it may not accuse at all.
    pub fn at_most(because: &Because) -> Option<Self> {
        match because.weakest() {
            Mark::Protocol | Mark::Documented | Mark::Recorded => Some(Self::Proven),
            Mark::Inferred => Some(Self::Inferred),
            Mark::Believed => None,
        }
    }
}

impl EvidenceKind {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Measured => "measured",
            Self::Fact => "fact",
            Self::Reason => "reason",
        }
    }
}

impl Evidence {
    /// A property of the estate, in words.
    pub fn fact(text: impl Into<String>, fact: &FactRef) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            kind: EvidenceKind::Configuration,
            text: text.into(),
            resource: Some(fact.resource.clone()),
            property: some(&fact.property),
            value: some(&fact.value),
            source: None,
        }
    }

    /// Something measured.
    pub fn measured(text: impl Into<String>) -> Self {
        Self { kind: EvidenceKind::Measured, ..Self::reason(text) }
    }

    /// A step of reasoning.
    pub fn reason(text: impl Into<String>) -> Self {
        Self {
            kind: EvidenceKind::Reason,
            text: text.into(),
            resource: None,
            property: None,
            value: None,
            source: None,
        }
    }

    /// The evidence in a tree of reasons: its texts, the facts of the estate it names and the
    /// general facts it rests on, each once.
    pub fn of(because: &Because) -> Vec<Self> {
        let mut list = Vec::new();
        collect(because, &mut list);
        list
    }
}

fn collect(because: &Because, list: &mut Vec<Evidence>) {
    let mut push = |evidence: Evidence| {
        if !list.contains(&evidence) {
            list.push(evidence);
        }
    };
    match because.facts.split_first() {
        Some((first, rest)) => {
            push(Evidence::fact(because.text.clone(), first));
            for fact in rest {
                let text = match (&*fact.property, &*fact.value) {
                    ("", _) => fact.resource.name().to_owned(),
                    (property, "") => format!("{}: {property} is absent", fact.resource.name()),
                    (property, value) => format!("{}: {property} = {value}", fact.resource.name()),
                };
                push(Evidence::fact(text, fact));
            }
        }
        None if !because.text.is_empty() => push(Evidence::reason(because.text.clone())),
        None => {}
    }
    for rule in &because.rules {
        push(Evidence {
            kind: EvidenceKind::Fact,
            source: Some(rule.source.to_owned()),
            ..Evidence::reason(rule.text)
        });
    }
    for part in &because.parts {
        collect(part, list);
    }
}
