//! The ways out: how is a diagnosis told to a person, to `grep` and to a program?
//!
//! One file for each output: [`terminal`] for a person, [`short`] a line each, [`json`] for
//! programs. [`read`] takes back what a check wrote for programs.
//! Nothing here judges, measures or opens a file; every function is total. All text that
//! came from the wire or from names is made harmless in one place of each output.

mod document;
mod expectation;
mod json;
mod read;
mod short;
mod terminal;

#[cfg(test)]
mod tests;

pub use json::{codes_json, error_json, explanation_json, json, schema};
pub use read::{ReadError, read};
pub use short::{codes_short, explanation_short, short};
pub use terminal::{audit_terminal, explanation_terminal, terminal};

/// How the terminal report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether colour codes are written.
    pub color: bool,
    /// Columns; commands and URLs are never broken to fit.
    pub width: usize,
    /// How much is told.
    pub verbosity: Verbosity,
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// Line 1 only.
    Quiet,
    /// What a person needs to act.
    #[default]
    Normal,
    /// Also general facts with their sources, every remedy in full and every trace.
    Verbose,
}

/// The program that made the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tool<'t> {
    /// Its name.
    pub name: &'t str,
    /// Its version.
    pub version: &'t str,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 80, verbosity: Verbosity::Normal }
    }
}
