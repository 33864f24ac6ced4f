//! What does the JSON document of an explained text say? The contract `privpath/explanation/1`.

use super::Tool;
use super::words::Mark;
use finding::Mode as Known;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name and version of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum ExplanationSchema {
    #[serde(rename = "privpath/explanation/1")]
    One,
}

/// What an error text can mean. Nothing of the text is repeated but the name of one Azure host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Explanation {
    /// The schema of this document.
    pub schema: ExplanationSchema,
    /// The program that wrote it.
    pub tool: Tool,
    /// The name of the phrase that was recognised.
    pub phrase: String,
    /// The words that were found, in lower case; null when names and addresses decided.
    pub words: Option<String>,
    /// What they say, in one sentence.
    pub title: String,
    /// How well that is known.
    pub mark: Mark,
    /// Where it was read, and when.
    pub source: String,
    /// What the text says beside.
    pub also: Vec<String>,
    /// What it can mean, the most likely first.
    pub can: Vec<Meaning>,
    /// What it does not mean.
    pub cannot: Vec<Exclusion>,
    /// The one command that tells.
    pub tells: Telling,
    /// Remarks on this reading.
    pub remarks: Vec<String>,
}

/// A cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Meaning {
    /// Its code; null when it has nothing to do with Private Link.
    pub code: Option<String>,
    /// The name of its mode.
    pub name: Option<String>,
    /// Whether a check judges it: then `privpath explain CODE` tells how to repair it.
    pub judged: bool,
    /// It in words.
    pub what: String,
    /// What tells it from the others.
    pub tell: String,
}

/// What is not the cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exclusion {
    /// Its code, if it has one.
    pub code: Option<String>,
    /// The name of its mode.
    pub name: Option<String>,
    /// It in words.
    pub what: String,
    /// Why it is not.
    pub why: String,
}

/// The command that tells the causes apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Telling {
    /// The command; words in capitals are to be filled in.
    pub command: String,
    /// Where to run it.
    pub place: String,
    /// What it shows.
    pub shows: String,
}

impl Explanation {
    pub(crate) fn of(explanation: &finding::Explanation, tool: &crate::Tool<'_>) -> Self {
        let code = |mode: Option<Known>| mode.map(|mode| mode.code.to_owned());
        let name = |mode: Option<Known>| mode.map(|mode| mode.name.to_owned());
        let can = explanation.can.iter().map(|can| Meaning {
            code: code(can.mode),
            name: name(can.mode),
            judged: can.mode.is_some_and(|mode| mode.is_built),
            what: can.what.clone(),
            tell: can.tell.clone(),
        });
        let cannot = explanation.cannot.iter().map(|cannot| Exclusion {
            code: code(cannot.mode),
            name: name(cannot.mode),
            what: cannot.what.clone(),
            why: cannot.why.clone(),
        });
        let tells = &explanation.tells;
        Self {
            schema: ExplanationSchema::One,
            tool: tool.into(),
            phrase: explanation.phrase.clone(),
            words: explanation.words.clone(),
            title: explanation.title.clone(),
            mark: explanation.mark.into(),
            source: explanation.source.clone(),
            also: explanation.also.clone(),
            can: can.collect(),
            cannot: cannot.collect(),
            tells: Telling { command: tells.command.clone(), place: tells.place.clone(), shows: tells.shows.clone() },
            remarks: explanation.remarks.clone(),
        }
    }
}
