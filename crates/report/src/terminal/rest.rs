//! What was not judged, what was assumed, and how far does the answer reach?

use super::headline::places;
use super::wrap::{Page, Tone};
use crate::Verbosity;
use crate::expectation::as_expected;
use finding::{Diagnosis, Skipped};
use model::{Extent, Kind, Vantage, Verdict, Why};
use path::Trace;
use path::dns::Answer;
use std::collections::{BTreeMap, BTreeSet};

/// Says of a trace that nothing explains why it is so.
pub(super) fn no_culprit(page: &mut Page, diagnosis: &Diagnosis, trace: &Trace) {
    if as_expected(trace) || is_explained_by_its_place(diagnosis, trace) {
        return;
    }
    page.blank();
    if trace.outcome.verdict == Verdict::Public && trace.is_from_nowhere_known() {
        page.text(
            0,
            "A public answer is what should be expected from outside the network; no culprit is named. \
             Run it inside the network, or give --snapshot and --from.",
        );
        return;
    }
    let shown = |stage| trace.at(stage).any(|step| !step.told.is_empty());
    let text = match (trace.outcome.stage, places(trace)) {
        (Some(stage), _) if trace.predicted.is_none() && shown(stage) => {
            format!("It goes wrong at {stage}: see there what follows from the answers.")
        }
        (Some(stage), _) => format!("No culprit is named: it went wrong at {stage}, and no check explains why."),
        (None, Some(places)) => format!("No culprit is named: it may be {places}; what is known does not tell."),
        (None, None) => format!(
            "No culprit is named: it came out {}, {} was expected, and no check explains why.",
            trace.outcome.verdict,
            trace.question.expect.word()
        ),
    };
    page.text(0, &text);
}

/// True where the place itself tells why: the advice of a check, which is told with the rest.
fn is_explained_by_its_place(diagnosis: &Diagnosis, trace: &Trace) -> bool {
    let index = diagnosis.traces.iter().position(|known| std::ptr::eq(known, trace));
    let about = |finding: &&finding::Finding| index.is_some_and(|index| finding.about.contains(&index));
    trace.question.from == Vantage::Internet && diagnosis.findings.iter().any(|finding| about(&finding))
}

/// Says what would settle what is not known.
pub(super) fn settle(page: &mut Page, traces: &[Trace]) {
    let mut told = BTreeSet::new();
    let all = traces.iter().flat_map(|trace| &trace.settle);
    let lines: Vec<&String> = all.filter(|line| told.insert(line.as_str())).collect();
    if lines.is_empty() {
        return;
    }
    page.heading("What would settle it");
    for line in lines {
        page.entry(&[("  - ", Tone::Plain)], line);
    }
}

/// Says what was not judged, what was noted, what the snapshot lacks and what the answer rests on.
pub(super) fn rest(page: &mut Page, diagnosis: &Diagnosis, style: &crate::Style) {
    skipped(page, &diagnosis.skipped, style.verbosity);
    if !diagnosis.notes.is_empty() {
        page.heading("Notes");
    }
    for note in &diagnosis.notes {
        let about = if note.about.is_empty() { String::new() } else { format!("{}: ", note.about) };
        page.entry(&[("  - ", Tone::Plain)], &format!("{about}{}", note.text));
    }
    coverage(page, diagnosis, style);
}

/// Checks that lacked something; those that lacked the same together, unless verbose.
fn skipped(page: &mut Page, skipped: &[Skipped], verbosity: Verbosity) {
    if skipped.is_empty() {
        return;
    }
    page.heading("Not judged (silence is no pass)");
    if verbosity == Verbosity::Verbose {
        for one in skipped {
            let lacks = kinds(one.missing.iter().copied());
            let lacks = if lacks.is_empty() { String::new() } else { format!(" (needs {lacks})") };
            let label = format!("  [{}] ", one.meta.code);
            page.entry(&[(&label, Tone::Plain)], &format!("{}: {}{lacks}", one.meta.name, one.why));
        }
        return;
    }
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in skipped {
        groups.entry(&one.why).or_default().push(one.meta.code);
    }
    for (why, codes) in groups {
        page.entry(&[("  - ", Tone::Plain)], &format!("{why}: {}", codes.join(", ")));
    }
}

/// What the snapshot lacks, a line for each reason.
fn coverage(page: &mut Page, diagnosis: &Diagnosis, style: &crate::Style) {
    let Some(coverage) = &diagnosis.coverage else { return };
    let mut assumed: Vec<Kind> = Vec::new();
    let mut missing: BTreeMap<Why, Vec<Kind>> = BTreeMap::new();
    let parents = coverage.parents().map(|(_, kind, extent)| (kind, extent));
    for (kind, extent) in coverage.kinds().chain(parents) {
        let list = match extent {
            Extent::Complete => continue,
            Extent::Assumed => &mut assumed,
            Extent::Missing(why) => missing.entry(why).or_default(),
        };
        if !list.contains(&kind) {
            list.push(kind);
        }
    }
    if !assumed.is_empty() || !missing.is_empty() || diagnosis.snapshot_taken.is_some() {
        page.heading("Snapshot");
    }
    if let Some(taken) = &diagnosis.snapshot_taken {
        page.text(2, &format!("taken {taken}"));
    }
    if !assumed.is_empty() {
        let count = assumed.len();
        let list = if count > FEW && style.verbosity < Verbosity::Verbose {
            format!("{count} types of resources (-v lists them)")
        } else {
            kinds(assumed)
        };
        page.entry(&[("  assumed complete: ", Tone::Plain)], &list);
    }
    for (why, list) in missing {
        page.entry(&[("  missing: ", Tone::Plain)], &format!("{} ({})", kinds(list), why.words()));
    }
}

/// So many types are listed in any report.
const FEW: usize = 4;

/// Types without their provider, which says nothing that the type does not.
pub(super) fn kinds(kinds: impl IntoIterator<Item = Kind>) -> String {
    let types = kinds.into_iter().filter(|kind| *kind != Kind::Other).map(Kind::resource_type);
    let short = types.map(|full| full.split_once('/').map_or(full, |(_, rest)| rest));
    short.collect::<Vec<_>>().join(", ")
}

/// True for a trace that an answer decides which a DNS server was seen to give elsewhere.
fn rests_on_seen(trace: &Trace) -> bool {
    trace.resolution().is_some_and(|resolution| matches!(resolution.answer, Answer::Seen { .. }))
}

/// Says how far the answer reaches.
pub(super) fn limit(page: &mut Page, diagnosis: &Diagnosis) {
    let traces = &diagnosis.traces;
    let measured = traces.iter().any(|trace| trace.measured.is_some());
    let private = |trace: &Trace| trace.outcome.verdict == Verdict::Private;
    let seen = traces.iter().any(rests_on_seen);
    let text = if !measured && seen {
        "This is what the configuration says, and what DNS servers were seen to answer elsewhere (see Notes); nothing \
         was sent from here (privpath check measures)."
    } else if !traces.is_empty() && traces.iter().all(|trace| matches!(trace.question.from, Vantage::Service(_))) {
        "This is what the configuration says; nothing can be measured from a service of Azure."
    } else if !measured && !traces.is_empty() {
        "This is what the configuration says; nothing was measured (privpath check measures)."
    } else if measured && diagnosis.observations.is_empty() && diagnosis.coverage.is_some() {
        "Nothing was sent from here: what is said to be measured was measured elsewhere (see Notes), by that \
         process on that host; your application may use other DNS or a proxy."
    } else if traces.iter().any(|trace| private(trace) && trace.measured.is_some()) {
        "This holds for this process on this host; your application may use other DNS or a proxy."
    } else {
        return;
    };
    page.blank();
    page.text(0, text);
}
