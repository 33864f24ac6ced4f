//! What does a remedy do to its own question, to its siblings and to the estate?

use finding::{Effect, Finding, Outcome, Remedy, Safety};
use model::{End, Question, Snapshot, Way};
use path::dns::Answer;
use path::{Trace, predict, siblings};

/// Fills in the effect of a remedy; lowers `Safe` to `Review` when a known question gets worse.
pub(crate) fn find(
    remedy: &mut Remedy,
    finding: &Finding,
    snapshot: &Snapshot,
    about: &[Question],
    known: &[Question],
) {
    let mut asked = about.to_vec();
    let siblings = about.first().map(|question| siblings(snapshot, question)).unwrap_or_default();
    for question in siblings.iter().chain(known) {
        if !asked.contains(question) {
            asked.push(question.clone());
        }
    }
    let before: Vec<Trace> = asked.iter().map(|question| predict(snapshot, question)).collect();
    let (after, traces) = path::prove(snapshot, &remedy.changes, &asked);

    let mut effect = Effect::default();
    for (old, new) in before.iter().zip(&traces) {
        compare(old, new, &mut effect);
    }
    (effect.outcome, effect.leaves) = match &traces[..about.len()] {
        [] => of_estate(&after, finding),
        // What is wrong although the call arrives, such as a key that is not taken.
        own if before[..about.len()].iter().all(meets) => of_arrived(&after, own, finding),
        own => of_questions(&after, own),
    };
    if remedy.safety == Safety::Safe && !effect.breaks.is_empty() {
        remedy.safety = Safety::Review;
    }
    remedy.effect = effect;
}

fn meets(trace: &Trace) -> bool {
    finding::meets(trace.question.expect, &trace.outcome)
}

/// Whether the finding is gone from questions that come out as expected.
fn of_arrived(after: &Snapshot, own: &[Trace], finding: &Finding) -> (Outcome, Vec<String>) {
    let found = own.iter().flat_map(|trace| checks::explain(after, trace, !meets(trace)));
    let same = |other: &Finding| other.meta == finding.meta && other.resources == finding.resources;
    let mut left: Vec<String> = found.filter(same).map(|finding| finding.meta.code.to_owned()).collect();
    left.dedup();
    if left.is_empty() && own.iter().all(meets) { (Outcome::Clears, left) } else { (Outcome::Leaves, left) }
}

/// Whether the questions now come out as expected, and what is found about them if not.
fn of_questions(after: &Snapshot, own: &[Trace]) -> (Outcome, Vec<String>) {
    let unmet = |trace: &Trace| !meets(trace);
    if !own.iter().any(unmet) {
        return (Outcome::Clears, Vec::new());
    }
    let verdicts = checks::judge(after, own, &[], &unmet);
    let about = verdicts.findings.iter().filter(|finding| !finding.about.is_empty());
    let mut codes: Vec<String> = about.map(|finding| finding.meta.code.to_owned()).collect();
    codes.dedup();
    (Outcome::Leaves, codes)
}

/// Whether the finding of the estate is gone.
fn of_estate(after: &Snapshot, finding: &Finding) -> (Outcome, Vec<String>) {
    let verdicts = checks::judge(after, &[], &[], &|_| true);
    let same = |other: &Finding| other.meta == finding.meta && other.resources == finding.resources;
    if verdicts.findings.iter().any(same) {
        (Outcome::Leaves, vec![finding.meta.code.to_owned()])
    } else {
        (Outcome::Clears, Vec::new())
    }
}

/// Notes a question that gets worse, and a name whose answer changes.
fn compare(old: &Trace, new: &Trace, effect: &mut Effect) {
    let what = format!("{} → {}", old.question.from, old.question.to);
    if is_worse(old, new) {
        effect.breaks.push(format!("{what}: {} becomes {}", words(old), words(new)));
    }
    let (was, is) = (answer(old), answer(new));
    // A client that calls another name afterwards changes no name's answer.
    if was != is && old.question.to == new.question.to {
        let change = format!("{}: {was} becomes {is}", old.question.to);
        if !effect.changes.contains(&change) {
            effect.changes.push(change);
        }
    }
}

/// Worse is a worse verdict, an answer that is lost, or a private way that is left. A call that failed and
/// still fails, only at another place, has lost nothing.
fn is_worse(old: &Trace, new: &Trace) -> bool {
    let failed = |trace: &Trace| matches!(trace.outcome.end, End::Refused | End::Stopped);
    let lost = old.outcome.end == End::Answered && new.outcome.end != End::Answered;
    // A call that came to nothing before loses nothing by stopping elsewhere.
    if !meets(old) && matches!(old.outcome.end, End::Refused | End::Stopped) {
        return false;
    }
    let left = old.outcome.way == Way::Private && new.outcome.way != Way::Private;
    let worse = new.outcome.verdict < old.outcome.verdict && !(failed(old) && failed(new));
    worse || lost || left
}

fn words(trace: &Trace) -> String {
    format!("{} ({})", trace.outcome.verdict, trace.outcome.end.word())
}

fn answer(trace: &Trace) -> String {
    match trace.resolution().map(|resolution| &resolution.answer) {
        None => "unknown".to_owned(),
        Some(Answer::Seen { addresses }) if addresses.is_empty() => "no address".to_owned(),
        Some(Answer::Private { addresses, .. } | Answer::Seen { addresses }) => {
            addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
        Some(Answer::Public { .. }) => "public".to_owned(),
        Some(Answer::Circle | Answer::Silent) => "no answer".to_owned(),
        Some(Answer::NxDomain { .. }) => "NXDOMAIN".to_owned(),
        Some(Answer::Pinned(address)) => format!("{address} (hosts file)"),
    }
}
