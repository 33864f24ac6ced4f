//! `privpath explain`: what does a code or a name mean?

use crate::args::Explain;
use crate::exit::Exit;
use crate::output::{self, Output};
use crate::pages::PAGES;
use anyhow::{Result, bail};

/// One row of the table of modes.
struct Mode {
    name: &'static str,
    code: &'static str,
    judged_by: &'static str,
    summary: &'static str,
}

/// The committed table of all modes.
const MODES: &str = include_str!("../../../docs/modes.tsv");

/// Prints a page, or the list of all codes.
pub(crate) fn run(arguments: &Explain, _output: &Output) -> Result<Exit> {
    let Some(subject) = &arguments.subject else {
        output::print(&list());
        return Ok(Exit::Good);
    };
    let is = |known: &str| known.eq_ignore_ascii_case(subject.trim());
    if let Some((_, _, page)) = PAGES.iter().find(|(code, name, _)| is(code) || is(name)) {
        output::print(page);
        return Ok(Exit::Good);
    }
    match modes().find(|mode| is(mode.code) || is(mode.name)) {
        Some(mode) => {
            output::print(&unbuilt(&mode));
            Ok(Exit::Good)
        }
        None => bail!("nothing is called `{}`{}", model::visible(subject), near(subject)),
    }
}

fn modes() -> impl Iterator<Item = Mode> {
    MODES.lines().filter(|line| !line.starts_with('#')).skip(1).filter_map(|line| {
        let mut columns = line.split('\t').skip(1);
        let (name, code) = (columns.next()?, columns.next()?);
        let judged_by = columns.nth(1)?;
        Some(Mode { name, code, judged_by, summary: columns.nth(2)? })
    })
}

fn unbuilt(mode: &Mode) -> String {
    let state = match mode.judged_by {
        "symptom" => "This is a symptom, never a finding: its cause has a name of its own.",
        _ => "No check judges this yet: privpath never reports it, and its silence about it says nothing.",
    };
    format!("# {} ({})\n\n{}\n\n{state}\n", mode.name, mode.code, mode.summary)
}

fn list() -> String {
    let built = |mode: &Mode| if PAGES.iter().any(|(code, _, _)| *code == mode.code) { "*" } else { " " };
    let lines = modes().map(|mode| format!("{} {}  {}\n", built(&mode), mode.code, mode.name));
    format!("{}\n* a check judges it; privpath explain CODE says more\n", lines.collect::<String>())
}

/// Names that share a part with what was asked for.
fn near(subject: &str) -> String {
    let subject = subject.to_ascii_lowercase();
    let parts: Vec<&str> = subject.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| part.len() > 2).collect();
    let shared = |mode: &Mode| {
        let name = format!("{} {}", mode.name, mode.code.to_ascii_lowercase());
        parts.iter().filter(|part| name.contains(**part)).count()
    };
    let mut known: Vec<Mode> = modes().filter(|mode| shared(mode) > 0).collect();
    known.sort_by_key(|mode| std::cmp::Reverse(shared(mode)));
    let names: Vec<String> = known.iter().take(5).map(|mode| format!("{} ({})", mode.name, mode.code)).collect();
    if names.is_empty() {
        "; `privpath explain` lists all codes".to_owned()
    } else {
        format!("; did you mean {}?", names.join(", "))
    }
}
