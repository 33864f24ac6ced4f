//! How is a check declared, and through which window does it see the estate?

use crate::{Finding, Remedy, Severity};
use model::resource::Typed;
use model::{Key, Kind, Resource, ResourceId, Snapshot, Stage};
use path::{Gap, Trace};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a check says of itself. Its documentation page is made from `docs`.
#[derive(Debug, PartialEq, Eq)]
pub struct Meta {
    /// The code, such as `DNS003`; never reused.
    pub code: &'static str,
    /// The mode name of the catalogue, such as `dns-zone-not-linked-to-resolving-vnet`.
    pub name: &'static str,
    /// The stage; `None` for families that are no stage (`OBS`).
    pub stage: Option<Stage>,
    /// How bad it usually is.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// The page, in Markdown.
    pub docs: &'static str,
    /// The kinds that it cannot do without: when one is missing the check is skipped.
    pub needs: &'static [Kind],
    /// The version that brought it.
    pub since: &'static str,
}

/// A judge of one fault. Implement the smallest entry point that suffices.
pub trait Check: Sync {
    /// What it says of itself.
    fn meta(&self) -> &'static Meta;

    /// A fault of the estate that needs no question.
    fn estate(&self, _cx: &Cx<'_>, _out: &mut Sink) {}

    /// Explains where this trace left the private way or stopped.
    fn trace(&self, _cx: &Cx<'_>, _trace: &Trace, _out: &mut Sink) {}

    /// Explains why the public side of the service refuses a call that means to come publicly.
    fn refused(&self, _cx: &Cx<'_>, _trace: &Trace, _out: &mut Sink) {}

    /// What is still wrong where the service answers, by whichever way the call arrived.
    fn arrived(&self, _cx: &Cx<'_>, _trace: &Trace, _out: &mut Sink) {}

    /// Explains why a measurement differs from the prediction.
    fn gap(&self, _cx: &Cx<'_>, _gap: &Gap, _out: &mut Sink) {}
}

/// Declares a check: `check!(Name { code: …, name: …, … } "docs/…")` with the doc comment as page.
#[macro_export]
macro_rules! check {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident = {
            code: $code:literal,
            name: $mode:literal,
            stage: $stage:expr,
            severity: $severity:ident,
            summary: $summary:literal,
            needs: [$($need:ident),* $(,)?],
            since: $since:literal $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub struct $name;

        impl $name {
            /// What the check says of itself.
            pub const META: &'static $crate::Meta = &$crate::Meta {
                code: $code,
                name: $mode,
                stage: $stage,
                severity: $crate::Severity::$severity,
                summary: $summary,
                docs: concat!($($doc, "\n"),+),
                needs: &[$(::model::Kind::$need),*],
                since: $since,
            };
        }
    };
}

/// A check's only window on the estate. It records which kinds were read, so that a test can
/// compare them with what the check declares.
pub struct Cx<'s> {
    snapshot: &'s Snapshot,
    touched: RefCell<BTreeSet<Kind>>,
}

impl<'s> Cx<'s> {
    /// A window on this snapshot.
    pub fn new(snapshot: &'s Snapshot) -> Self {
        Self { snapshot, touched: RefCell::default() }
    }

    /// The whole estate, for the walker; reading it this way records nothing.
    pub fn snapshot(&self) -> &'s Snapshot {
        self.snapshot
    }

    /// Every resource of a typed kind.
    pub fn all<T: Typed + 'static>(&self) -> impl Iterator<Item = (&'s ResourceId, &'s T)> + use<'s, T> {
        self.touched.borrow_mut().insert(T::KIND);
        self.snapshot.all::<T>()
    }

    /// The typed resources that a key stands for.
    pub fn by<T: Typed + 'static>(&self, key: &Key) -> Vec<(&'s ResourceId, &'s T)> {
        self.touched.borrow_mut().insert(T::KIND);
        self.snapshot.by::<T>(key).collect()
    }

    /// The typed resource of an id.
    pub fn find<T: Typed + 'static>(&self, id: &ResourceId) -> Option<&'s T> {
        self.touched.borrow_mut().insert(T::KIND);
        self.snapshot.find::<T>(id)
    }

    /// The typed children of a parent.
    pub fn children<T: Typed + 'static>(
        &self,
        parent: &ResourceId,
    ) -> impl Iterator<Item = (&'s ResourceId, &'s T)> + use<'s, T> {
        self.touched.borrow_mut().insert(T::KIND);
        self.snapshot.children::<T>(parent)
    }

    /// A resource as it is, whatever its kind.
    pub fn resource(&self, id: &ResourceId) -> Option<&'s Arc<Resource>> {
        let found = self.snapshot.get(id);
        if let Some(resource) = found {
            self.touched.borrow_mut().insert(resource.kind());
        }
        found
    }

    /// The kinds that were read through this window.
    pub fn touched(&self) -> BTreeSet<Kind> {
        self.touched.borrow().clone()
    }
}

/// Takes what a check finds.
#[derive(Debug, Default)]
pub struct Sink {
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Sink {
    /// Takes a finding.
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

impl Finding {
    /// A finding of a check with its usual severity, proven, without evidence or remedies yet.
    pub fn new(meta: &'static Meta, title: impl Into<String>) -> Self {
        Self {
            meta,
            severity: meta.severity,
            confidence: crate::Confidence::Proven,
            title: title.into(),
            resources: Vec::new(),
            evidence: Vec::new(),
            remedies: Vec::new(),
            about: Vec::new(),
            order: 0,
            behind: crate::Repaired::default(),
        }
    }

    /// With a resource it is about.
    #[must_use]
    pub fn on(mut self, id: &ResourceId) -> Self {
        self.resources.push(id.clone());
        self
    }

    /// With evidence.
    #[must_use]
    pub fn shown_by(mut self, evidence: impl IntoIterator<Item = crate::Evidence>) -> Self {
        for one in evidence {
            if !self.evidence.contains(&one) {
                self.evidence.push(one);
            }
        }
        self
    }

    /// With a remedy.
    #[must_use]
    pub fn repaired_by(mut self, remedy: Remedy) -> Self {
        self.remedies.push(remedy);
        self
    }
}
