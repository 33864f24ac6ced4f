//! Which resource does a short name mean? Found in a snapshot, or an error that lists what is there.

use model::resource::Typed;
use model::{ResourceId, Snapshot};

/// Why a name means no resource, or several.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words())]
pub struct NameError {
    /// What kind of thing was looked for, such as `virtual network`.
    pub what: &'static str,
    /// The name as written.
    pub name: String,
    /// Names that exist, or all ids that the name could mean.
    pub candidates: Vec<String>,
    /// True when the name means more than one.
    pub ambiguous: bool,
}

impl NameError {
    fn words(&self) -> String {
        let Self { what, name, candidates, ambiguous } = self;
        if *ambiguous {
            return format!("{what} {name:?} could be any of {}; write the whole id", some(candidates));
        }
        if candidates.is_empty() {
            return format!("there is no {what} {name:?}, nor any other {what}");
        }
        format!("there is no {what} {name:?}; there are: {}", some(candidates))
    }
}

/// The first few of a list, and how many more there are.
fn some(candidates: &[String]) -> String {
    const FEW: usize = 12;
    let shown = candidates.iter().take(FEW).map(String::as_str).collect::<Vec<_>>().join(", ");
    match candidates.len().saturating_sub(FEW) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The one resource of a kind with this name or id, compared without case.
pub(super) fn one<T: Typed + 'static>(
    snapshot: &Snapshot,
    what: &'static str,
    name: &str,
) -> Result<ResourceId, NameError> {
    one_of(what, name, snapshot.all::<T>().map(|(id, _)| id))
}

/// The same among the children of one parent.
pub(super) fn child<T: Typed + 'static>(
    snapshot: &Snapshot,
    what: &'static str,
    parent: &ResourceId,
    name: &str,
) -> Result<ResourceId, NameError> {
    one_of(what, name, snapshot.children::<T>(parent).map(|(id, _)| id))
}

/// The same among any ids.
pub(super) fn one_of<'s>(
    what: &'static str,
    name: &str,
    ids: impl Iterator<Item = &'s ResourceId>,
) -> Result<ResourceId, NameError> {
    let all: Vec<&ResourceId> = ids.collect();
    let whole = ResourceId::parse(name);
    let meant = |id: &ResourceId| id.name().eq_ignore_ascii_case(name) || whole.as_ref() == Some(id);
    let found: Vec<&ResourceId> = all.iter().copied().filter(|id| meant(id)).collect();
    let error = |candidates: Vec<String>, ambiguous| NameError { what, name: name.to_owned(), candidates, ambiguous };
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let mut names: Vec<String> = all.iter().map(|id| id.name().to_owned()).collect();
            names.sort();
            names.dedup();
            Err(error(names, false))
        }
        many => Err(error(many.iter().map(|id| id.as_str().to_owned()).collect(), true)),
    }
}
