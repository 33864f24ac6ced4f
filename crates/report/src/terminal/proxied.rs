//! What does a program get that calls directly, and what one that honours the proxy variables?

use super::headline::ending_words;
use super::wrap::{Page, Tone};
use model::{Verdict, visible};
use path::{Outcome, Trace};

/// Writes both ways side by side, when the client's variables name a proxy for the host.
pub(super) fn side_by_side(page: &mut Page, trace: &Trace) {
    let Some(by) = &trace.proxied else { return };
    let (name, value) = &by.variable;
    page.blank();
    page.text(0, &format!("Two ways, as {name}={} is set:", visible(value)));
    let mut way = |label: &str, outcome: &Outcome, texts: &[String]| {
        let verdict = outcome.verdict.word();
        let ending = ending_words(outcome);
        page.line(&[(label, Tone::Plain), (verdict, tone(outcome))], &format!(", {ending}"));
        let beside = " ".repeat(label.len());
        for text in texts {
            page.entry(&[(beside.as_str(), Tone::Plain)], text);
        }
    };
    way("  directly  ", &by.direct, &[]);
    let mut texts = Vec::new();
    if !by.because.text.is_empty() {
        texts.push(by.because.text.clone());
        texts.extend(by.because.parts.iter().map(|part| part.text.clone()).filter(|text| !text.is_empty()));
    }
    texts.extend(by.seen.iter().map(|line| format!("seen: {line}")));
    way("  by proxy  ", &by.outcome, &texts);
    let (exceptions, host) = (by.exceptions.as_ref(), &trace.question.to.host);
    let who = match (by.differs, exceptions) {
        (Some(how), Some((name, value))) => {
            format!("Programs read {name}={} differently: {how}.", visible(value))
        }
        (_, Some((name, value))) => format!(
            "Programs that honour {} go by proxy: {name}={} does not exempt {host}.",
            by.variable.0,
            visible(value)
        ),
        (_, None) => format!("Programs that honour {} go by proxy: no NO_PROXY exempts {host}.", by.variable.0),
    };
    let counts = match (by.decides, by.direct.verdict == by.outcome.verdict) {
        (true, _) => "The way by proxy is what counts.",
        (false, true) => "Both come out alike.",
        (false, false) => "What is wrong directly is told; by proxy it may differ.",
    };
    page.text(2, &format!("{who} {counts}"));
}

fn tone(outcome: &Outcome) -> Tone {
    match outcome.verdict {
        Verdict::Private => Tone::Good,
        Verdict::Undetermined => Tone::Doubt,
        Verdict::Public | Verdict::Blocked => Tone::Bad,
    }
}
