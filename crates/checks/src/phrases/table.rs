//! What does the committed table of phrases say?

use model::{Fact, Mark};
use serde::Deserialize;
use std::sync::OnceLock;

/// The table.
const TEXT: &str = include_str!("../../../../docs/phrases.toml");

/// All of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    family: Vec<Family>,
    /// The phrases, in the order of the file.
    pub(super) phrase: Vec<Phrase>,
}

/// Causes that look alike, and what tells them apart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Family {
    id: String,
    run: String,
    #[serde(rename = "where")]
    place: String,
    shows: String,
    can: Vec<Can>,
    cannot: Vec<Cannot>,
}

/// Words, or what names and addresses show, and what that means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phrase {
    /// Its name.
    pub(super) id: String,
    /// What it says, in one sentence.
    pub(super) title: String,
    /// Fragments, of which one has to be there; none when names and addresses decide.
    pub(super) any: Vec<String>,
    /// What names and addresses have to show.
    #[serde(default)]
    pub(super) needs: Vec<Shape>,
    /// The HTTP status that it comes with.
    pub(super) status: Option<u16>,
    /// 2: one cause or one part; 1: a symptom with many causes; 0: a wrapper.
    pub(super) rank: u8,
    mark: Option<Word>,
    source: Option<String>,
    fact: Option<String>,
    family: Option<String>,
    run: Option<String>,
    #[serde(rename = "where")]
    place: Option<String>,
    shows: Option<String>,
    #[serde(default)]
    can: Vec<Can>,
    #[serde(default)]
    cannot: Vec<Cannot>,
}

/// What the names and addresses of a text show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Shape {
    /// A privatelink name does not exist.
    MissingAlias,
    /// A name does not exist, and no privatelink name is in sight.
    MissingPlain,
    /// Behind a privatelink name, a public address or a name of the public side.
    PublicAlias,
    /// A public address of a service's name, without a privatelink name.
    PublicPlain,
    /// Behind a privatelink name, addresses that are not public.
    PrivateAlias,
    /// Addresses of a service's name that are not public, without a privatelink name.
    PrivatePlain,
    /// Both kinds of addresses behind a privatelink name.
    BothAlias,
    /// All addresses answered or dialled are not public.
    PrivateAddress,
    /// All addresses answered or dialled are public.
    PublicAddress,
    /// A client tells that a question to DNS failed, in words that connections have as well.
    Lookup,
}

/// A cause.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Can {
    /// The mode's code.
    pub(super) code: Option<String>,
    /// The cause in words, when it is no mode.
    pub(super) what: Option<String>,
    /// What tells it from the next.
    pub(super) tell: String,
}

/// What is excluded.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cannot {
    /// The mode's code.
    pub(super) code: Option<String>,
    /// It in words, when it is no mode.
    pub(super) what: Option<String>,
    /// Why.
    pub(super) why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Protocol,
    Documented,
    Recorded,
    Inferred,
    Believed,
}

/// The table, read once.
pub(super) fn table() -> &'static Table {
    static READ: OnceLock<Table> = OnceLock::new();
    READ.get_or_init(|| toml::from_str(TEXT).expect("the committed table can be read: a test of this file reads it"))
}

impl Table {
    fn family(&self, phrase: &Phrase) -> Option<&Family> {
        self.family.iter().find(|family| Some(&family.id) == phrase.family.as_ref())
    }

    /// The causes: its own, then those of its family that it does not exclude.
    pub(super) fn can<'t>(&'t self, phrase: &'t Phrase) -> impl Iterator<Item = &'t Can> {
        let shared = self.family(phrase).map_or(&[][..], |family| &family.can);
        let is_told = |can: &Can| {
            let own = phrase.can.iter().map(|own| (&own.code, &own.what));
            own.chain(phrase.cannot.iter().map(|own| (&own.code, &own.what))).any(|own| own == (&can.code, &can.what))
        };
        phrase.can.iter().chain(shared.iter().filter(move |can| !is_told(can)))
    }

    /// What is excluded: its own, then that of its family, without what it names as a cause.
    pub(super) fn cannot<'t>(&'t self, phrase: &'t Phrase) -> impl Iterator<Item = &'t Cannot> {
        let shared = self.family(phrase).map_or(&[][..], |family| &family.cannot);
        let is_possible =
            |cannot: &Cannot| phrase.can.iter().any(|own| (&own.code, &own.what) == (&cannot.code, &cannot.what));
        phrase.cannot.iter().chain(shared.iter().filter(move |cannot| !is_possible(cannot)))
    }

    /// The command, where to run it, and what it shows.
    pub(super) fn tells<'t>(&'t self, phrase: &'t Phrase) -> [&'t str; 3] {
        let family = self.family(phrase);
        let own = [&phrase.run, &phrase.place, &phrase.shows];
        let shared = [family.map(|it| &it.run), family.map(|it| &it.place), family.map(|it| &it.shows)];
        std::array::from_fn(|at| own[at].as_ref().or(shared[at]).map_or("", String::as_str))
    }
}

impl Phrase {
    /// How well it is known, and where it was read.
    pub(super) fn known(&self) -> (Mark, &str) {
        if let Some(fact) = self.fact() {
            return (fact.mark, fact.source);
        }
        let mark = match self.mark {
            Some(Word::Protocol) => Mark::Protocol,
            Some(Word::Documented) => Mark::Documented,
            Some(Word::Recorded) => Mark::Recorded,
            Some(Word::Inferred) => Mark::Inferred,
            Some(Word::Believed) | None => Mark::Believed,
        };
        (mark, self.source.as_deref().unwrap_or_default())
    }

    /// The fact of `fabric` that it rests on.
    fn fact(&self) -> Option<&'static Fact> {
        let id = self.fact.as_deref()?;
        path::access::phrases().map(|(_, fact)| fact).find(|fact| fact.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_committed_table_is_whole() {
        let table: Table = toml::from_str(TEXT).unwrap();
        let names: BTreeSet<&str> = table.phrase.iter().map(|phrase| phrase.id.as_str()).collect();
        assert_eq!(names.len(), table.phrase.len(), "a name twice");
        for phrase in &table.phrase {
            let id = &phrase.id;
            assert!(phrase.family.is_none() || table.family(phrase).is_some(), "{id}: no such family");
            assert!(table.tells(phrase).iter().all(|words| !words.is_empty()), "{id}: no command");
            assert!(!phrase.any.is_empty() || !phrase.needs.is_empty(), "{id}: nothing is recognised by it");
            assert!(phrase.rank <= 2, "{id}: rank");
            assert!(!phrase.known().1.is_empty(), "{id}: no source");
            assert_ne!(phrase.fact.is_some(), phrase.mark.is_some(), "{id}: a fact, or mark and source");
            assert_eq!(phrase.fact.is_some(), phrase.fact().is_some(), "{id}: fabric has no such fact");
            assert!(table.can(phrase).count() > 0, "{id}: no cause");
            assert!(phrase.known().0 != Mark::Believed || table.cannot(phrase).count() == 0, "{id}: excludes");
            for fragment in &phrase.any {
                assert_eq!(*fragment, super::super::folded(fragment), "{id}: not folded");
            }
        }
    }

    #[test]
    fn every_cause_is_a_mode_or_words_and_none_is_excluded_as_well() {
        let table = table();
        for phrase in &table.phrase {
            let named = |code: &Option<String>, what: &Option<String>| {
                assert_ne!(code.is_some(), what.is_some(), "{}: a code or words", phrase.id);
                if let Some(code) = code {
                    assert!(crate::modes::find(code).is_some(), "{}: no mode {code}", phrase.id);
                }
            };
            let can: Vec<&Can> = table.can(phrase).collect();
            for cannot in table.cannot(phrase) {
                named(&cannot.code, &cannot.what);
                assert!(cannot.code.is_none() || can.iter().all(|can| can.code != cannot.code), "{}", phrase.id);
            }
            for can in &can {
                named(&can.code, &can.what);
            }
            let codes: Vec<&String> = can.iter().filter_map(|can| can.code.as_ref()).collect();
            let distinct: BTreeSet<&&String> = codes.iter().collect();
            assert_eq!(codes.len(), distinct.len(), "{}: a cause twice", phrase.id);
        }
    }

    #[test]
    fn what_fabric_reads_in_replies_is_in_the_table() {
        for (words, fact) in path::access::phrases() {
            let row = table().phrase.iter().find(|phrase| phrase.fact.as_deref() == Some(fact.id));
            let row = row.unwrap_or_else(|| panic!("no phrase rests on {}", fact.id));
            assert!(row.any.iter().any(|fragment| fragment == words), "{}: lacks {words}", row.id);
        }
    }
}
