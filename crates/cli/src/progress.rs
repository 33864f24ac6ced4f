//! What is seen of work while it goes on? One line that is wiped at the end.

use crate::output::Output;
use model::Observation;
use model::observation::Seen;
use std::cell::RefCell;
use std::io::Write;

/// How long the line becomes.
const WIDTH: usize = 70;

/// The line; empty when nobody reads along.
pub(crate) struct Progress {
    shown: Option<RefCell<String>>,
}

impl Progress {
    /// A line for a live terminal, nothing otherwise.
    pub(crate) fn new(output: &Output) -> Self {
        Self { shown: output.is_live().then(RefCell::default) }
    }

    /// Says what goes on, in the place of what was said before.
    pub(crate) fn says(&self, words: &str) {
        let Some(shown) = &self.shown else { return };
        let mut line = shown.borrow_mut();
        let blanks = " ".repeat(line.chars().count());
        *line = words.chars().take(WIDTH).collect();
        let _ = write!(std::io::stderr().lock(), "\r{blanks}\r{line}");
    }

    /// Adds an observation.
    pub(crate) fn saw(&self, observation: &Observation) {
        let Some(shown) = &self.shown else { return };
        let word = match &observation.seen {
            Seen::Client(_) => "settings",
            Seen::Dns(_) => "dns",
            Seen::Resolver(_) => "resolver",
            Seen::Tcp(_) => "tcp",
            Seen::Tls(_) => "tls",
            Seen::Http(_) => "http",
            Seen::Proxied(_) => "proxy",
            Seen::SignIn(_) => "sign-in",
        };
        let mut line = shown.borrow_mut();
        if line.len() < WIDTH {
            let before = if line.is_empty() { "measuring: " } else { ", " };
            line.push_str(before);
            line.push_str(word);
        }
        let _ = write!(std::io::stderr().lock(), "\r{line}");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(shown) = &self.shown {
            let _ = write!(std::io::stderr().lock(), "\r{}\r", " ".repeat(shown.borrow().len()));
        }
    }
}
