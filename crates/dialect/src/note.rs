//! What should a reader be told about an input that could not be used in full?

use std::fmt;

/// A remark about an input: never an error, never a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Where: a file or an ARM path, with a JSON pointer where one helps (`vnets.json#/value/3`).
    pub source: String,
    /// What was seen and what to do about it, in plain words.
    pub text: String,
}

impl Note {
    /// A note.
    pub fn new(source: impl Into<String>, text: impl Into<String>) -> Self {
        Self { source: source.into(), text: text.into() }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.source, self.text)
    }
}
