//! How is a random scenario put together? Its tables and changes, and the dice.

use fastrand::Rng;
use std::fmt::Write;

/// A scenario that is being written.
pub(super) struct Draft<'r> {
    rng: &'r mut Rng,
    tables: String,
    changes: Vec<String>,
}

impl<'r> Draft<'r> {
    pub(super) fn new(rng: &'r mut Rng) -> Self {
        Self { rng, tables: String::new(), changes: Vec::new() }
    }

    /// True in so many cases of a hundred.
    pub(super) fn chance(&mut self, percent: u8) -> bool {
        self.rng.u8(0..100) < percent
    }

    /// One of them.
    pub(super) fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        self.rng.choice(choices).expect("there is always a choice").clone()
    }

    /// A number below.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.rng.usize(0..end)
    }

    /// Writes a table: its name, then its lines.
    pub(super) fn table(&mut self, name: &str, lines: &[String]) {
        let _ = writeln!(self.tables, "\n[estate.{name}]");
        for line in lines {
            let _ = writeln!(self.tables, "{line}");
        }
    }

    /// Something that is done to the estate.
    pub(super) fn change(&mut self, line: String) {
        self.changes.push(line);
    }

    /// The whole scenario.
    pub(super) fn finish(self, from: &str, to: &str) -> String {
        let mut text = "title = \"A random estate\"\nexplain = \"\"\nneeds = \"namespaces\"\nchanges = [\n".to_owned();
        for change in &self.changes {
            let _ = writeln!(text, "  {change:?},");
        }
        let _ = writeln!(text, "]\n\n[ask]\nfrom = {from:?}\nto = {to:?}");
        text + &self.tables
    }
}

/// `["a", "b"]`, as TOML writes a list.
pub(super) fn list<T: ToString>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(|item| format!("{:?}", item.to_string())).collect();
    format!("[{}]", items.join(", "))
}
