//! What happened at each stage, in path order, as configured and as measured?

use super::wrap::{Page, Tone};
use finding::{Diagnosis, Evidence};
use model::observation::Seen;
use model::{Stage, Status, Verdict};
use path::{Hop, Step, Trace};

/// Writes the stages of a trace: a mark that reads without colour, the stage, what configuration
/// says and what was seen.
pub(super) fn chain(page: &mut Page, diagnosis: &Diagnosis, trace: &Trace, style: &crate::Style) {
    page.blank();
    let verbose = style.verbosity == crate::Verbosity::Verbose;
    let mut beyond: Vec<Stage> = Vec::new();
    for (hop, step) in trace.hops.iter().flat_map(|hop| hop.steps.iter().map(move |step| (hop, step))) {
        if step.status == Status::NotReached {
            beyond.push(step.stage);
            continue;
        }
        let mut lines = lines(trace, hop, step);
        if step.stage == Stage::Client && trace.measured.is_some() {
            lines.extend(settings(diagnosis, verbose).into_iter().map(|text| Line { label: SEEN, text }));
        }
        lines.extend(step.told.iter().map(|text| Line { label: TOLD, text: text.clone() }));
        if !verbose && matches!(step.status, Status::Pass | Status::Info) {
            shorten(step.stage, &mut lines);
        }
        write(page, step, &lines);
        if verbose {
            reasons(page, step);
        }
    }
    not_reached(page, &beyond);
    agreement(page, trace);
}

/// Of a step that went well the first measurement is enough; that packets came through says nothing
/// new about security groups and the endpoint when configuration says the same.
fn shorten(stage: Stage, lines: &mut Vec<Line>) {
    let implied = matches!(stage, Stage::Nsg | Stage::Endpoint | Stage::Auth);
    let configured = lines.iter().any(|line| line.label == CONFIG);
    let keep = usize::from(!(implied && configured));
    let mut seen = 0;
    lines.retain(|line| {
        seen += usize::from(line.label == SEEN);
        line.label != SEEN || seen <= keep
    });
}

fn not_reached(page: &mut Page, stages: &[Stage]) {
    if stages.is_empty() {
        return;
    }
    let words: Vec<&str> = stages.iter().map(|stage| stage.word()).collect();
    let (mark, tone) = mark(Status::NotReached);
    page.entry(&[(&format!("  {mark:<5}"), tone)], &format!("not reached: {}", words.join(", ")));
}

const CONFIG: &str = "config: ";
const SEEN: &str = "seen:   ";
const TOLD: &str = "so:     ";

struct Line {
    label: &'static str,
    text: String,
}

fn lines(trace: &Trace, hop: &Hop, step: &Step) -> Vec<Line> {
    let several = trace.at(step.stage).nth(1).is_some();
    let place = if several { format!("at {}: ", hop.place) } else { String::new() };
    let mut lines = Vec::new();
    if !step.because.text.is_empty() {
        // Without measurements every line is configuration.
        let label = if trace.measured.is_some() { CONFIG } else { "" };
        lines.push(Line { label, text: format!("{place}{}", step.because.text) });
    }
    lines.extend(step.seen.iter().map(|text| Line { label: SEEN, text: text.clone() }));
    lines
}

fn write(page: &mut Page, step: &Step, lines: &[Line]) {
    let (mark, tone) = mark(step.status);
    let mark = format!("  {mark:<5}");
    let stage = format!("{:<9}", step.stage.word());
    let beside = " ".repeat(mark.len() + stage.len());
    let Some((first, rest)) = lines.split_first() else {
        page.entry(&[(&mark, tone), (&stage, Tone::Plain)], nothing(step.status));
        return;
    };
    page.entry(&[(&mark, tone), (&stage, Tone::Plain), (first.label, Tone::Faint)], &first.text);
    for line in rest {
        page.entry(&[(&beside, Tone::Plain), (line.label, Tone::Faint)], &line.text);
    }
}

fn mark(status: Status) -> (&'static str, Tone) {
    match status {
        Status::Pass => ("ok", Tone::Good),
        Status::Fail => ("FAIL", Tone::Bad),
        Status::Unknown => ("?", Tone::Doubt),
        Status::NotReached => ("--", Tone::Faint),
        Status::Info => ("i", Tone::Plain),
    }
}

fn nothing(status: Status) -> &'static str {
    match status {
        Status::Unknown => "(not known)",
        Status::Pass | Status::Fail | Status::Info | Status::NotReached => "(nothing to tell)",
    }
}

/// The settings of the client that decide what is asked where.
fn settings(diagnosis: &Diagnosis, verbose: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for observation in &diagnosis.observations {
        let Seen::Client(client) = &observation.seen else { continue };
        if verbose {
            lines.extend(client.endpoint_variables.iter().map(|(name, value)| format!("{name} is {value}")));
        }
        let pinned: Vec<String> = client.hosts_entries.iter().map(ToString::to_string).collect();
        if !pinned.is_empty() {
            lines.push(format!("the hosts file pins the name to {}", pinned.join(", ")));
        }
        let servers: Vec<String> = client.servers.iter().map(ToString::to_string).collect();
        if verbose && !servers.is_empty() {
            lines.push(format!("asks DNS server {}", servers.join(", ")));
        }
        lines.extend(client.resolver_problem.iter().map(|problem| format!("resolver settings: {problem}")));
    }
    lines
}

/// The finer reasons of a step and the facts that they rest on.
fn reasons(page: &mut Page, step: &Step) {
    for evidence in Evidence::of(&step.because).iter().filter(|evidence| evidence.text != step.because.text) {
        let source = evidence.source.as_ref().map_or_else(String::new, |source| format!(" ({source})"));
        page.entry(
            &[(" ".repeat(16).as_str(), Tone::Plain), ("- ", Tone::Plain)],
            &format!("{}{source}", evidence.text),
        );
    }
}

/// Whether configuration and measurement agree, when there are both.
fn agreement(page: &mut Page, trace: &Trace) {
    let (Some(predicted), Some(measured)) = (&trace.predicted, &trace.measured) else { return };
    let text = match (predicted.verdict, measured.verdict) {
        (one, other) if one == other && trace.proxied.is_some() => {
            format!("Directly, configuration and measurement agree: {one}.")
        }
        (one, other) if one == other => format!("Configuration and measurement agree: {one}."),
        (Verdict::Undetermined, other) => format!("Measured: {other}. Configuration alone does not decide it."),
        (one, Verdict::Undetermined) => format!("Configuration says {one}. The measurement alone does not decide it."),
        (one, other) => format!("Configuration says {one}, but measured is {other}; what was measured counts."),
    };
    page.blank();
    page.text(0, &text);
}
