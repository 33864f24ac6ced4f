//! What can a text that somebody pasted mean, what can it not, and what would tell?

use model::Mark;

/// What a recognised text can mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The name of the phrase that was recognised, such as `public-access-disabled`.
    pub phrase: String,
    /// The words that were found, folded to lower case and single spaces; they are the table's
    /// own, nothing of the text. `None` when names and addresses decided, not words.
    pub words: Option<String>,
    /// What the words say, in one sentence.
    pub title: String,
    /// How well that is known.
    pub mark: Mark,
    /// Where it was read, and when.
    pub source: String,
    /// What the text says beside, each in one sentence.
    pub also: Vec<String>,
    /// The causes, the most likely one first.
    pub can: Vec<Meaning>,
    /// What the words exclude.
    pub cannot: Vec<Exclusion>,
    /// The one command that tells.
    pub tells: Telling,
    /// What has to be known about this reading, such as that the text was cut.
    pub remarks: Vec<String>,
}

/// A way to fail that the texts, the pages and the findings name alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// Kebab-case name.
    pub name: &'static str,
    /// Its code, such as `DNS003`.
    pub code: &'static str,
    /// `configuration`, `measurement`, `both`, `plan` or `symptom`.
    pub judged_by: &'static str,
    /// Whether a check judges it, so that a page with a repair exists.
    pub is_built: bool,
    /// What is wrong, in one sentence.
    pub summary: &'static str,
}

/// A cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// The mode; `None` when the cause has nothing to do with Private Link.
    pub mode: Option<Mode>,
    /// The cause in words: the mode's summary, or what else it is.
    pub what: String,
    /// What tells it from the others.
    pub tell: String,
}

/// What is not the cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// The mode, if it is one.
    pub mode: Option<Mode>,
    /// It in words.
    pub what: String,
    /// Why it is not.
    pub why: String,
}

/// The command that tells the causes apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// The command; words in capitals are for the reader to fill in.
    pub command: String,
    /// Where to run it.
    pub place: String,
    /// What it shows.
    pub shows: String,
}
