//! How does text become lines that fit, with colour or without, and that nothing can steer?
//!
//! The one door to the terminal: every text is made harmless here, so no caller can forget it.

use anstyle::{AnsiColor, Color};
use model::visible;
use std::fmt::Write as _;

/// The least width that lines are fitted to.
const NARROWEST: usize = 40;

/// How far the later lines of a heading hang.
const HANGING: usize = 4;

/// How a piece of text is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Bad,
    Doubt,
    Faint,
    Strong,
}

impl Tone {
    fn style(self) -> anstyle::Style {
        let plain = anstyle::Style::new();
        let colored = |color: AnsiColor| plain.fg_color(Some(Color::Ansi(color))).bold();
        match self {
            Self::Plain => plain,
            Self::Good => colored(AnsiColor::Green),
            Self::Bad => colored(AnsiColor::Red),
            Self::Doubt => colored(AnsiColor::Yellow),
            Self::Faint => plain.dimmed(),
            Self::Strong => plain.bold(),
        }
    }
}

/// The text under way.
#[derive(Debug)]
pub(super) struct Page {
    out: String,
    width: usize,
    color: bool,
}

impl Page {
    pub(super) fn new(style: &crate::Style) -> Self {
        Self { out: String::new(), width: style.width.max(NARROWEST), color: style.color }
    }

    /// Columns.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// An empty line, unless the last one is empty already.
    pub(super) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Labels and then text that hangs below its own beginning. Labels are never wrapped.
    pub(super) fn entry(&mut self, labels: &[(&str, Tone)], text: &str) {
        let mut hanging = 0;
        for (label, tone) in labels {
            hanging += self.paint(label, *tone);
        }
        let mut lines = wrapped(&visible(text), self.width.saturating_sub(hanging)).into_iter();
        self.out.push_str(&lines.next().unwrap_or_default());
        self.end_line();
        for line in lines {
            self.out.extend(std::iter::repeat_n(' ', hanging));
            self.out.push_str(&line);
            self.end_line();
        }
    }

    /// One line that its writer made to fit.
    pub(super) fn line(&mut self, labels: &[(&str, Tone)], text: &str) {
        for (label, tone) in labels {
            self.paint(label, *tone);
        }
        self.out.push_str(&visible(text));
        self.end_line();
    }

    /// A paragraph with this indent.
    pub(super) fn text(&mut self, indent: usize, text: &str) {
        self.entry(&[(&" ".repeat(indent), Tone::Plain)], text);
    }

    /// A line that opens a section.
    pub(super) fn heading(&mut self, text: &str) {
        self.blank();
        let text = visible(text);
        let fits = text.chars().count() <= self.width;
        let width = if fits { self.width } else { self.width - HANGING };
        for (number, line) in wrapped(&text, width).iter().enumerate() {
            if number > 0 {
                self.out.extend(std::iter::repeat_n(' ', HANGING));
            }
            self.paint(line, Tone::Strong);
            self.end_line();
        }
    }

    /// A command, kept as it is: it may be wrapped only where it says so itself, with a backslash
    /// before the line end.
    pub(super) fn command(&mut self, command: &str) {
        let mut lines = command.split("\\\n").peekable();
        while let Some(line) = lines.next() {
            self.out.push_str("  ");
            self.out.push_str(&visible(line));
            if lines.peek().is_some() {
                self.out.push('\\');
            }
            self.out.push('\n');
        }
    }

    fn paint(&mut self, text: &str, tone: Tone) -> usize {
        let text = visible(text);
        if self.color && tone != Tone::Plain && !text.trim().is_empty() {
            // The padding stays outside of the colour.
            let word = text.trim_end();
            let style = tone.style();
            let padding = &text[word.len()..];
            // Writing to a text cannot fail.
            let _ = write!(self.out, "{style}{word}{style:#}{padding}");
        } else {
            self.out.push_str(&text);
        }
        text.chars().count()
    }

    fn end_line(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
    }
}

/// The text in lines of at most `width` columns, broken at spaces. A URL or a command is never
/// broken; any other word that is too long is.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(10);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        let room = width.saturating_sub(line.chars().count() + 1);
        if !line.is_empty() && word.chars().count() > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
        while line.chars().count() > width && !is_whole(&word) {
            let rest = split(&line, width);
            let rest = line.split_off(rest);
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Where to break a word: after the last slash that fits, else where it is full.
fn split(word: &str, width: usize) -> usize {
    let full = word.char_indices().nth(width).map_or(word.len(), |(at, _)| at);
    match word[..full].rfind('/') {
        Some(slash) if slash > 0 => slash + 1,
        _ => full,
    }
}

/// The words of a text; a command inside of it is one word, and so is a time with its unit.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut inside = false;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match words.last_mut() {
            Some(last) if inside || word.starts_with("ms)") => {
                last.push(' ');
                last.push_str(word);
            }
            _ => {
                inside = opens_command(word);
                words.push(word.to_owned());
            }
        }
        inside = inside && !word.ends_with([')', ',', ';', '`', '.']);
    }
    words
}

fn opens_command(word: &str) -> bool {
    matches!(word.trim_start_matches(['(', '`']), "az" | "privpath" | "nslookup")
}

fn is_whole(word: &str) -> bool {
    word.contains("://") || word.split(' ').next().is_some_and(opens_command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_nothing_is_lost() {
        let text = "a zone answers for all below it so that a missing record does not exist";
        for width in [10, 11, 25, 80] {
            let lines = wrapped(text, width);
            assert!(lines.iter().all(|line| line.chars().count() <= width), "{width}: {lines:?}");
            assert_eq!(lines.join(" "), text);
        }
    }

    #[test]
    fn long_words_break_after_a_slash() {
        assert_eq!(wrapped("/subscriptions/S/resourceGroups/G", 20), ["/subscriptions/S/", "resourceGroups/G"]);
        assert_eq!(wrapped(&"x".repeat(25), 20), ["x".repeat(20), "x".repeat(5)]);
        assert_eq!(wrapped("", 20), [""]);
    }

    #[test]
    fn urls_and_commands_stay_whole() {
        let url = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns";
        assert_eq!(wrapped(&format!("see {url} now"), 20), ["see", url, "now"]);
        assert_eq!(
            wrapped("ask (az network nsg show --name n) or wait", 20),
            ["ask", "(az network nsg show --name n)", "or wait"]
        );
    }

    #[test]
    fn no_text_can_steer() {
        let mut page = Page::new(&crate::Style::default());
        page.entry(&[("\u{1b}[2J", Tone::Bad)], "a\u{1b}[31mb\rc\u{202e}d");
        page.command("az x \u{1b}[2J \\\n  --name 'a\nb'");
        page.heading("\u{9b}31m");
        let text = page.finish();
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
        assert!(text.contains("\\x1b[2J \\\n    --name 'a\\x0ab'"), "{text}");
    }

    #[test]
    fn colour_only_on_request() {
        let draw = |color| {
            let mut page = Page::new(&crate::Style { color, ..crate::Style::default() });
            page.entry(&[("FAIL ", Tone::Bad), ("dns ", Tone::Plain)], "text");
            page.finish()
        };
        assert_eq!(draw(false), "FAIL dns text\n");
        assert_eq!(draw(true), "\u{1b}[1m\u{1b}[31mFAIL\u{1b}[0m dns text\n");
    }
}
