//! What stands at the top: the verdict and its root cause on line 1, and who called whom?

use super::wrap::{Page, Tone};
use crate::expectation::as_expected;
use finding::Finding;
use model::{End, Expect, Stage, Status, Verdict, visible};
use path::endpoint::{Landing, SharedWay};
use path::{Detail, Outcome, Trace};

/// A name in a cause is long from here on, and is shortened to no less than that.
const LONG_NAME: usize = 16;
const LEAST_NAME: usize = 7;

/// Writes the headline of a trace: `PUBLIC [DNS003] root cause, and 2 more`, shortened to the width
/// where it must be, and below it who calls whom and what was expected.
pub(super) fn headline(page: &mut Page, trace: &Trace, found: &[&Finding]) {
    first_line(page, trace, found);
    let (from, to) = (caller(trace), trace.question.to.to_string());
    let expected = match (as_expected(trace), trace.question.expect) {
        (true, Expect::Private) => String::new(),
        (true, expect) => format!(" ({}, as expected)", expect.word()),
        (false, expect) => format!(" (expected: {})", expect.word()),
    };
    page.text(0, &format!("{from} → {to}{expected}"));
}

/// Who calls: of a set of sources the one that stands for its part, and for how many.
pub(crate) fn caller(trace: &Trace) -> String {
    let from = &trace.question.from;
    match &trace.part {
        Some(part) if part.of != *from => match part.count.saturating_sub(1) {
            0 => format!("{from}, of {}", part.of),
            others => format!("{from} and {others} alike, of {}", part.of),
        },
        _ => from.to_string(),
    }
}

/// Writes line 1 alone.
pub(super) fn first_line(page: &mut Page, trace: &Trace, found: &[&Finding]) {
    let explained_by = found.first();
    let verdict = trace.outcome.verdict.word().to_uppercase();
    let code = explained_by.map_or_else(String::new, |finding| format!(" [{}]", finding.meta.code));
    let why = explained_by.map_or_else(|| cause(trace), |finding| finding.title.clone());
    let mut why = visible(&why).into_owned();
    let more = match found.len().saturating_sub(1) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let fixed = verdict.chars().count() + code.chars().count() + " ".len() + more.chars().count();
    let room = page.width().saturating_sub(fixed);
    shorten_names(&mut why, room);
    shorten(&mut why, room, 1);
    page.line(&[(&verdict, tone(trace))], &format!("{code} {why}{more}"));
}

/// True when line 1 has no room for the whole title of the finding that explains the trace.
pub(super) fn is_cut(page: &Page, trace: &Trace, finding: &Finding) -> bool {
    let verdict = trace.outcome.verdict.word();
    let line = format!("{verdict} [{}] {}", finding.meta.code, visible(&finding.title));
    line.chars().count() > page.width()
}

/// Cuts a text to `room` columns, but not below `least`, with `…` for what is gone.
fn shorten(text: &mut String, room: usize, least: usize) {
    let room = room.max(least).max(1);
    if text.chars().count() > room {
        *text = text.chars().take(room - 1).chain(['…']).collect();
    }
}

/// Cuts the long names in a text, the longest first, as far as it takes to fit into `room`.
fn shorten_names(text: &mut String, room: usize) {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let long = |word: &String| word.chars().count() >= LONG_NAME && word.contains(['.', '/', '-']);
    let over = |words: &[String]| words.join(" ").chars().count().saturating_sub(room);
    while over(&words) > 0 {
        let excess = over(&words);
        let longest = words.iter_mut().filter(|word| long(word)).max_by_key(|word| word.chars().count());
        let Some(word) = longest else { break };
        let length = word.chars().count();
        shorten(word, length.saturating_sub(excess), LEAST_NAME);
    }
    *text = words.join(" ");
}

/// The colour of a verdict.
pub(super) fn tone(trace: &Trace) -> Tone {
    match trace.outcome.verdict {
        _ if as_expected(trace) => Tone::Good,
        Verdict::Undetermined => Tone::Doubt,
        _ => Tone::Bad,
    }
}

/// In a few words, how it came out when no finding says so.
pub(crate) fn cause(trace: &Trace) -> String {
    let outcome = &trace.outcome;
    let expect = trace.question.expect;
    if as_expected(trace) {
        return match (outcome.verdict, expect) {
            (Verdict::Private, _) => privately(trace),
            (_, Expect::Refused) => format!("{}, as expected", outcome.end.word()),
            _ => format!("{}, as expected", outcome.verdict.word()),
        };
    }
    match outcome.verdict {
        Verdict::Private => format!("{}, and {} was expected", privately(trace), expect.word()),
        Verdict::Public if trace.is_from_nowhere_known() => "as expected from outside the network".to_owned(),
        Verdict::Public if expect == Expect::Public => format!("the public way, but {}", ending(trace)),
        Verdict::Public => match outcome.stage {
            Some(stage) => format!("it leaves the private way at {stage}"),
            None => "it takes the public way".to_owned(),
        },
        Verdict::Blocked => ending(trace),
        Verdict::Undetermined => undecided(trace),
    }
}

fn privately(trace: &Trace) -> String {
    let verb = if trace.measured.is_some() { "answered" } else { "goes" };
    let endpoint = trace.steps().find_map(|step| match &step.detail {
        Detail::Endpoint(Landing::Endpoint(arrival)) => Some(("endpoint", arrival.endpoint.name())),
        Detail::Shared(SharedWay::Open(link)) => Some(("shared private link", link.name())),
        _ => None,
    });
    match endpoint {
        Some((what, name)) => format!("{verb} through {what} {name}"),
        None => format!("{verb} through its private endpoint"),
    }
}

fn ending(trace: &Trace) -> String {
    match places(trace) {
        Some(places) => format!("{} at {places}", trace.outcome.end.word()),
        None => trace.outcome.end.word().to_owned(),
    }
}

/// How one way ends, in a word or two.
pub(super) fn ending_words(outcome: &Outcome) -> String {
    match (outcome.end, outcome.stage) {
        (End::Unknown, _) => "not known".to_owned(),
        (End::Stopped, Some(stage)) if stage != Stage::Client => format!("stopped at {stage}"),
        (end, _) => end.word().to_owned(),
    }
}

fn undecided(trace: &Trace) -> String {
    match (trace.outcome.end, places(trace)) {
        (End::Stopped | End::Refused, _) => ending(trace),
        (End::Answered, _) => "answered; by which way is not known".to_owned(),
        (End::Unknown, Some(places)) => format!("not decided at {places}"),
        (End::Unknown, None) => "not decided".to_owned(),
    }
}

/// The stage, or the candidates: `dns, route or nsg`.
pub(super) fn places(trace: &Trace) -> Option<String> {
    let outcome = &trace.outcome;
    let failed = || trace.steps().find(|step| step.status == Status::Fail).map(|step| step.stage);
    let known = outcome.stage.or_else(|| if outcome.candidates.is_empty() { failed() } else { None });
    match known {
        Some(stage) => Some(stage.word().to_owned()),
        None => either(&outcome.candidates),
    }
}

fn either(stages: &[Stage]) -> Option<String> {
    let (last, rest) = stages.split_last()?;
    let rest: Vec<&str> = rest.iter().map(|stage| stage.word()).collect();
    Some(if rest.is_empty() { last.word().to_owned() } else { format!("{} or {}", rest.join(", "), last.word()) })
}
