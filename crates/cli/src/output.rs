//! How does what was found reach the reader?

use crate::args::{Color, Format, Shared};
use finding::{Diagnosis, Explanation, Mode, Severity};
use report::{Style, Tool, Verbosity};
use std::io::{IsTerminal, Write};

/// Where and how to write.
#[derive(Debug)]
pub(crate) struct Output {
    format: Format,
    style: Style,
    fail_on: Option<Severity>,
}

/// The name and version in every document.
pub(crate) fn tool() -> Tool<'static> {
    Tool { name: "privpath", version: env!("CARGO_PKG_VERSION") }
}

/// Writes to standard output. A reader that went away is no failure.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let _ = write!(out, "{text}{end}").and_then(|()| out.flush());
}

/// Writes to standard error what could steer a terminal, line by line as text.
pub(crate) fn complain(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stderr().lock();
    text.lines().try_for_each(|line| writeln!(out, "{}", model::visible(line)))
}

impl Output {
    /// As the arguments and the terminal say.
    pub(crate) fn new(shared: &Shared) -> Self {
        let verbosity = match (shared.quiet, shared.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        Self {
            format: shared.format,
            style: Style { color: colored(shared.color), width: 80, verbosity },
            fail_on: shared.fail_on.map(Severity::from),
        }
    }

    /// The threshold, or this when none was given.
    pub(crate) fn threshold(&self, usual: Severity) -> Severity {
        self.fail_on.unwrap_or(usual)
    }

    /// True when a person reads along: then progress may be shown.
    pub(crate) fn is_live(&self) -> bool {
        self.format == Format::Terminal && std::io::stderr().is_terminal() && std::io::stdout().is_terminal()
    }

    /// True when the output is for a machine.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// True when only the first line is wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.style.verbosity == Verbosity::Quiet
    }

    /// Writes the diagnosis of a question.
    pub(crate) fn question(&self, diagnosis: &Diagnosis) {
        self.write(diagnosis, report::terminal);
    }

    /// Writes the diagnosis of an estate.
    pub(crate) fn audit(&self, diagnosis: &Diagnosis) {
        self.write(diagnosis, report::audit_terminal);
    }

    /// Writes what a text can mean.
    pub(crate) fn explanation(&self, explanation: &Explanation) {
        print(&match self.format {
            Format::Terminal => report::explanation_terminal(explanation, &self.style),
            Format::Short => report::explanation_short(explanation),
            Format::Json => report::explanation_json(explanation, &tool()),
        });
    }

    /// Writes what codes mean, with the pages that are to be shown; `text` is that for a person.
    pub(crate) fn codes(&self, modes: &[(Mode, Option<&str>)], text: &str) {
        print(&match self.format {
            Format::Terminal => text.to_owned(),
            Format::Short => report::codes_short(&modes.iter().map(|(mode, _)| *mode).collect::<Vec<_>>()),
            Format::Json => report::codes_json(modes, &tool()),
        });
    }

    fn write(&self, diagnosis: &Diagnosis, terminal: fn(&Diagnosis, &Style) -> String) {
        print(&match self.format {
            Format::Terminal => terminal(diagnosis, &self.style),
            Format::Short => report::short(diagnosis),
            Format::Json => report::json(diagnosis, &tool()),
        });
    }

    /// Writes an error: a document on standard output for JSON, else a line on standard error.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
        if self.is_json() {
            print(&report::error_json(&error.to_string(), &causes, None, &tool()));
            return;
        }
        let mut text = format!("privpath: {}", model::visible(&error.to_string()));
        for cause in causes.iter().filter(|cause| !error.to_string().contains(cause.as_str())) {
            text = format!("{text}: {}", model::visible(cause));
        }
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

/// No colour on a pipe, for `NO_COLOR`, or on a dumb terminal, unless it is asked for.
#[expect(clippy::disallowed_methods, reason = "NO_COLOR and TERM are how a terminal says what it wants")]
fn colored(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            std::io::stdout().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}
