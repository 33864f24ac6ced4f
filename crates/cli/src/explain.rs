//! `privpath explain`: what does a code, a name or a pasted error text mean?

use crate::args::Explain;
use crate::exit::Exit;
use crate::output::Output;
use crate::pages::PAGES;
use anyhow::{Context, Result, bail};
use checks::{modes, phrases, unjudged};
use finding::Mode;
use std::io::Read;

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Longer words, or several, are a text and no name.
const LONGEST_NAME: usize = 80;

/// Prints a page, what a text can mean, or the list of all codes.
pub(crate) fn run(arguments: &Explain, output: &Output) -> Result<Exit> {
    let Some(subject) = &arguments.subject else {
        output.codes(&modes::all().map(|mode| (mode, None)).collect::<Vec<_>>(), &list());
        return Ok(Exit::Good);
    };
    if subject == STANDARD_INPUT {
        return text(&standard_input()?, output);
    }
    let Some(mode) = modes::find(subject.trim()) else { return text(subject, output) };
    let built = PAGES.iter().find(|(code, _, _)| *code == mode.code).map(|(_, _, page)| (*page).to_owned());
    let page = built.or_else(|| unjudged::page(&mode)).unwrap_or_else(|| bare(&mode));
    output.codes(&[(mode, Some(page.as_str()))], &page);
    Ok(Exit::Good)
}

/// What a pasted text can mean.
fn text(text: &str, output: &Output) -> Result<Exit> {
    if let Some(explanation) = phrases::explain(text) {
        output.explanation(&explanation);
        return Ok(Exit::Good);
    }
    let trimmed = text.trim();
    if trimmed.is_empty() {
        bail!("there is no text to explain; paste the error in quotes, or `privpath explain` lists all codes");
    }
    if trimmed.len() > LONGEST_NAME || trimmed.contains(char::is_whitespace) {
        let read = if text.len() > phrases::READ { "the first 64 KiB of this text" } else { "this text" };
        bail!(
            "no phrase of {read} is known, and nothing is guessed; \
             run `privpath check URL` where the error appeared, which measures the call stage by stage"
        );
    }
    bail!("nothing is called `{}`{}", model::visible(trimmed), near(trimmed))
}

/// Standard input, as far as it is read at all; what is no UTF-8 is shown as such.
fn standard_input() -> Result<String> {
    // One byte more tells that there was more.
    let bound = u64::try_from(phrases::READ).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(bound).read_to_end(&mut bytes).context("reading the text from standard input")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Of a mode without any words there is still its summary.
fn bare(mode: &Mode) -> String {
    format!("# {} ({})\n\n{}\n", mode.name, mode.code, mode.summary)
}

fn list() -> String {
    let built = |mode: &Mode| if PAGES.iter().any(|(code, _, _)| *code == mode.code) { "*" } else { " " };
    let lines = modes::all().map(|mode| format!("{} {}  {}\n", built(&mode), mode.code, mode.name));
    format!("{}\n* a check judges it; privpath explain CODE says more of each\n", lines.collect::<String>())
}

/// Names that share a part with what was asked for.
fn near(subject: &str) -> String {
    let subject = subject.to_ascii_lowercase();
    let parts: Vec<&str> = subject.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| part.len() > 2).collect();
    let shared = |mode: &Mode| {
        let name = format!("{} {}", mode.name, mode.code.to_ascii_lowercase());
        parts.iter().filter(|part| name.contains(**part)).count()
    };
    let mut known: Vec<Mode> = modes::all().filter(|mode| shared(mode) > 0).collect();
    known.sort_by_key(|mode| std::cmp::Reverse(shared(mode)));
    let names: Vec<String> = known.iter().take(5).map(|mode| format!("{} ({})", mode.name, mode.code)).collect();
    if names.is_empty() {
        "; `privpath explain` lists all codes, and explains an error text given in quotes".to_owned()
    } else {
        format!("; did you mean {}?", names.join(", "))
    }
}
