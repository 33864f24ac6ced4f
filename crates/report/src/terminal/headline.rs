//! What is line 1: the verdict and its root cause, within the width?

use super::wrap::{Page, Tone};
use crate::expectation::as_expected;
use finding::Finding;
use model::{Expect, Host, Stage, Status, Vantage, Verdict, visible};
use path::endpoint::Landing;
use path::{Detail, Trace};

/// The least columns that a host, a cause and a vantage are shortened to, one after the other.
const LEAST_HOST: usize = 12;
const LEAST_CAUSE: usize = 32;
const LEAST_VANTAGE: usize = 8;

/// Writes the headline of a trace: `PUBLIC [DNS003] vm/app → host: root cause`, shortened from the
/// least important part.
pub(super) fn headline(page: &mut Page, trace: &Trace, explained_by: Option<&Finding>) {
    let verdict = trace.outcome.verdict.word().to_uppercase();
    let code = explained_by.map_or_else(String::new, |finding| format!(" [{}]", finding.meta.code));
    let why = explained_by.map_or_else(|| cause(trace), |finding| finding.title.clone());
    let mut parts = Parts {
        from: visible(&trace.question.from.to_string()).into_owned(),
        to: visible(&trace.question.to.to_string()).into_owned(),
        why: visible(&why).into_owned(),
    };
    let fixed = verdict.chars().count() + code.chars().count() + " ".len() + SEPARATORS;
    parts.fit(page.width().saturating_sub(fixed), &trace.question.to.host);
    let rest = format!("{code} {} → {}: {}", parts.from, parts.to, parts.why);
    page.line(&[(&verdict, tone(trace))], &rest);
}

/// The columns of ` → ` and `: `.
const SEPARATORS: usize = 5;

struct Parts {
    from: String,
    to: String,
    why: String,
}

impl Parts {
    /// Shortens until all fit into `room`: first the tail of the host, then the cause, then the vantage.
    fn fit(&mut self, room: usize, host: &Host) {
        let first_label = match host {
            Host::Name(name) => name.labels().next().map_or(0, |label| label.chars().count() + 1),
            Host::Address(_) => usize::MAX,
        };
        let least_host = first_label.max(LEAST_HOST);
        shorten(&mut self.to, over(&self.from, &self.why, room), least_host.min(MOST_LABEL));
        shorten(&mut self.why, over(&self.from, &self.to, room), LEAST_CAUSE);
        shorten(&mut self.from, over(&self.to, &self.why, room), LEAST_VANTAGE);
        shorten(&mut self.to, over(&self.from, &self.why, room), LEAST_HOST);
        shorten(&mut self.why, over(&self.from, &self.to, room), 1);
    }
}

/// A first label longer than this is shortened like the rest of the host.
const MOST_LABEL: usize = 26;

/// The room that two parts leave to the third.
fn over(one: &str, other: &str, room: usize) -> usize {
    room.saturating_sub(one.chars().count() + other.chars().count())
}

/// Cuts a text to `room` columns, but not below `least`, with `…` for what is gone.
fn shorten(text: &mut String, room: usize, least: usize) {
    let room = room.max(least).max(1);
    if text.chars().count() > room {
        *text = text.chars().take(room - 1).chain(['…']).collect();
    }
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
        Verdict::Public if from_nowhere_known(trace) => "as expected from outside the network".to_owned(),
        Verdict::Public if expect == Expect::Public => format!("the public way, but {}", ending(trace)),
        Verdict::Public => "it takes the public way".to_owned(),
        Verdict::Blocked => ending(trace),
        Verdict::Undetermined => match places(trace) {
            Some(places) => format!("not decided at {places}"),
            None => "not decided".to_owned(),
        },
    }
}

fn privately(trace: &Trace) -> String {
    let verb = if trace.measured.is_some() { "answered" } else { "goes" };
    let endpoint = trace.steps().find_map(|step| match &step.detail {
        Detail::Endpoint(Landing::Endpoint(arrival)) => Some(arrival.endpoint.name()),
        _ => None,
    });
    match endpoint {
        Some(endpoint) => format!("{verb} through endpoint {endpoint}"),
        None => format!("{verb} through its private endpoint"),
    }
}

fn ending(trace: &Trace) -> String {
    match places(trace) {
        Some(places) => format!("{} at {places}", trace.outcome.end.word()),
        None => trace.outcome.end.word().to_owned(),
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

/// True when nothing tells where in the network this runs, so that a public answer accuses nobody.
pub(super) fn from_nowhere_known(trace: &Trace) -> bool {
    trace.question.from == Vantage::Here && trace.predicted.is_none()
}
