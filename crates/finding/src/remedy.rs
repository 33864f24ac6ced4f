//! How is it repaired, what may that touch, and what was shown by walking again?

use model::{Change, Request};

/// A repair: changes, how safe they are, and the effect found by re-walking.
#[derive(Debug, Clone)]
pub struct Remedy {
    /// What it does, in one line.
    pub title: String,
    /// The changes, in order; empty for words only.
    pub changes: Vec<Change>,
    /// What it may touch. `fix` may lower `Safe` to `Review` after re-walking.
    pub safety: Safety,
    /// What a person has to know or do beside the commands.
    pub words: Vec<String>,
    /// The rights it takes: an action and a scope each.
    pub needs: Vec<String>,
    /// What re-walking showed; filled in by `fix`.
    pub effect: Effect,
    /// How to say it to Azure; filled in by `fix`.
    pub spelling: Spelling,
}

/// What a remedy may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// Adds or corrects, removes no protection, and no known question gets worse.
    Safe,
    /// May alter other traffic, cost or protection.
    Review,
    /// Words only.
    Manual,
}

/// What re-walking showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// Whether it clears the question.
    pub outcome: Outcome,
    /// The codes that are still found afterwards.
    pub leaves: Vec<String>,
    /// Questions that get worse, in words.
    pub breaks: Vec<String>,
    /// Names whose answers change, in words.
    pub changes: Vec<String>,
}

/// Whether a remedy clears its question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Not re-walked, because there is nothing to walk.
    #[default]
    NotTried,
    /// The question comes out as expected, or the estate finding is gone.
    Clears,
    /// Something is still wrong.
    Leaves,
}

/// A remedy in the languages that Azure is spoken to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spelling {
    /// Shell variables for long ids: name and value.
    pub variables: Vec<(String, String)>,
    /// Commands for `az`, ready to paste after the variables.
    pub az: Vec<String>,
    /// ARM requests, in order.
    pub arm: Vec<Request>,
    /// Commands that take it back.
    pub undo: Vec<String>,
}

impl Remedy {
    /// A remedy that was not tried yet.
    pub fn new(title: impl Into<String>, safety: Safety, changes: Vec<Change>) -> Self {
        Self {
            title: title.into(),
            changes,
            safety,
            words: Vec::new(),
            needs: Vec::new(),
            effect: Effect::default(),
            spelling: Spelling::default(),
        }
    }

    /// A remedy in words only.
    pub fn manual(title: impl Into<String>, words: Vec<String>) -> Self {
        Self { words, ..Self::new(title, Safety::Manual, Vec::new()) }
    }

    /// With a right that it takes: an action and the scope it is needed on.
    #[must_use]
    pub fn needing(mut self, action: &str, scope: &str) -> Self {
        self.needs.push(format!("{action} on {scope}"));
        self
    }

    /// With words for the reader.
    #[must_use]
    pub fn saying(mut self, words: impl Into<String>) -> Self {
        self.words.push(words.into());
        self
    }
}

impl Safety {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Review => "review",
            Self::Manual => "manual",
        }
    }
}

impl Outcome {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotTried => "not-tried",
            Self::Clears => "clears",
            Self::Leaves => "leaves",
        }
    }
}
