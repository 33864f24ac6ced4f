//! One diagnosis, whole: walk, probe, compare, check, settle. Every command uses this.

mod elsewhere;
mod intent;
mod path_only;
mod proxy;
mod questions;
mod recipients;
mod sets;
mod several;
mod vantage;

pub use elsewhere::{Joined, Placed, Told, join};
pub use intent::{ClaimError, claimed, suppress};
pub use questions::{request_path, stated};
pub use recipients::recipients;
pub use vantage::infer;

use finding::{Diagnosis, Finding, Note};
use model::{End, Expect, Known, Observation, Question, ResourceId, Snapshot, Vantage, Verdict, Why};
use path::standing::{Servers, Standing};
use path::{Gap, Trace};
use probe::{Plan, ProbeError};

/// What is to be diagnosed.
#[derive(Debug)]
pub struct Case<'s> {
    /// The estate, if there is one.
    pub snapshot: Option<&'s Snapshot>,
    /// The questions; the first is the one that `plan` measures.
    pub questions: Vec<Question>,
    /// What to measure, if anything.
    pub plan: Option<Plan>,
    /// What was observed before, such as the way to the host at which the client signs in.
    pub before: Vec<Observation>,
    /// Which findings of the estate are of interest.
    pub estate: Estate,
    /// What checks saw elsewhere, joined to the snapshot by [`join`].
    pub seen: Vec<Placed>,
    /// Remarks from gathering.
    pub notes: Vec<Note>,
}

impl<'s> Case<'s> {
    /// Questions that are judged from an estate's configuration alone.
    pub fn on_paper(snapshot: Option<&'s Snapshot>, questions: Vec<Question>, estate: Estate) -> Self {
        Self { snapshot, questions, plan: None, before: Vec::new(), estate, seen: Vec::new(), notes: Vec::new() }
    }
}

/// Which findings of the estate are of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estate {
    /// All of them.
    Whole,
    /// Those about resources on the path of a question.
    OnPath,
}

/// Diagnoses a case. `progress` sees each observation as it is made.
pub fn diagnose(case: Case<'_>, progress: &dyn Fn(&Observation)) -> Result<Diagnosis, ProbeError> {
    let mut observations = match &case.plan {
        Some(plan) => probe::measure(plan, progress)?,
        None => Vec::new(),
    };
    observations.extend(case.before.iter().cloned());
    Ok(conclude(case, observations))
}

/// Diagnoses a case from what was measured already, here or elsewhere, about its first question.
/// Neither the plan nor what was observed before is looked at.
pub fn conclude(case: Case<'_>, observations: Vec<Observation>) -> Diagnosis {
    let mut notes = case.notes;
    let mut questions = case.questions;
    if let (Some(snapshot), Some(first)) = (case.snapshot, questions.first_mut())
        && first.from == Vantage::Here
    {
        notes.push(place(snapshot, first, &observations));
    }
    // What was measured here goes before what was seen elsewhere.
    let seen_of = |index: usize, question: &Question| match observations.as_slice() {
        own @ [_, ..] if index == 0 => own,
        _ => elsewhere::of_question(&case.seen, question).unwrap_or_default(),
    };
    notes.extend(questions.first().and_then(|first| proxy::exempt(first, seen_of(0, first))));
    let mut traces = Vec::new();
    let mut gaps = Vec::new();
    for (index, question) in questions.iter().enumerate() {
        let seen = seen_of(index, question);
        let declared = case.snapshot.filter(|_| !seen.is_empty()).map(elsewhere::without_what_is_declared);
        for (trace, gap) in sets::walks(declared.as_ref().or(case.snapshot), question, seen, &mut notes) {
            gaps.extend(gap.map(|gap| (traces.len(), gap)));
            traces.push(trace);
        }
    }
    let (mut findings, skipped) = match case.snapshot {
        Some(snapshot) => {
            let verdicts = checks::judge(snapshot, &traces, &gaps, &is_unexpected);
            (verdicts.findings, verdicts.skipped)
        }
        None => {
            let text = "no snapshot was given: nothing was compared with configuration, and no check of it ran";
            notes.push(note("configuration", text));
            (said_by_the_service(&traces), Vec::new())
        }
    };
    if case.estate == Estate::OnPath {
        findings.retain(|finding| path_only::concerns(finding, &traces));
    }
    let chains = match case.snapshot {
        Some(snapshot) => several::go_on(snapshot, &traces, &gaps, &mut findings),
        None => Vec::new(),
    };
    let plans = several::order(&mut findings, chains);
    Diagnosis {
        taken: probe::now(),
        snapshot_taken: case.snapshot.and_then(Snapshot::taken).map(ToOwned::to_owned),
        traces,
        observations,
        findings,
        suppressed: Vec::new(),
        plans,
        skipped,
        notes,
        coverage: case.snapshot.map(|snapshot| snapshot.coverage().clone()),
        matrix: None,
    }
}

/// What the service itself says is wrong needs no estate to be told.
fn said_by_the_service(traces: &[Trace]) -> Vec<Finding> {
    let nothing = Snapshot::default();
    let of = |(index, trace): (usize, &Trace)| {
        let found = checks::explain(&nothing, trace, is_unexpected(trace));
        found.into_iter().map(move |finding| Finding { about: vec![index], ..finding }).collect::<Vec<_>>()
    };
    traces.iter().enumerate().flat_map(of).collect()
}

/// Finds out which node of the snapshot this host is, and says so.
fn place(snapshot: &Snapshot, question: &mut Question, observations: &[Observation]) -> Note {
    match vantage::infer(snapshot, observations) {
        Some(found) => {
            let text = format!("this host is {found}: its address is in the snapshot");
            question.from = found;
            note("vantage", text)
        }
        None => {
            let text =
                "which node of the snapshot this host is cannot be told, so nothing was predicted; name it with --from";
            note("vantage", text)
        }
    }
}

fn note(about: &str, text: impl Into<String>) -> Note {
    Note { about: about.to_owned(), text: text.into() }
}

/// Predicts when there is an estate and a vantage in it, measures when there are observations.
fn walk(snapshot: Option<&Snapshot>, question: &Question, seen: &[Observation]) -> (Trace, Option<Gap>) {
    let placed = snapshot.filter(|_| question.from != Vantage::Here);
    let predicted = placed.map(|snapshot| path::directly(snapshot, question));
    let standing: Option<Standing> =
        placed.and_then(|snapshot| match path::standing::of(snapshot, &question.from).outcome {
            Known::Value(standing) => Some(standing),
            Known::Unknown(_) => None,
        });
    let network: Option<ResourceId> = standing.as_ref().and_then(|standing| standing.entry().cloned());
    let measured = path::measured(snapshot, network.as_ref(), question, seen);
    let (trace, gap) = match (predicted, measured) {
        (Some(predicted), Some(measured)) => path::compare(predicted, &measured),
        (Some(predicted), None) => (open_at_dns(predicted, standing.as_ref(), placed), None),
        (None, Some(measured)) => (path::observed(question, &measured), None),
        (None, None) => (path::nothing(question), None),
    };
    (proxy::handed(snapshot, trace, seen), gap)
}

/// A walk that ends where nobody said what a DNS server answers, with what would tell.
fn open_at_dns(mut trace: Trace, standing: Option<&Standing>, snapshot: Option<&Snapshot>) -> Trace {
    let (Some(standing), Some(snapshot), Some(name)) = (standing, snapshot, trace.question.to.host.name()) else {
        return trace;
    };
    let asked = matches!(standing.servers, Servers::Custom(_));
    if asked && path::dns::resolve(snapshot, standing, name).outcome.why() == Some(Why::NotCollected) {
        let (from, to) = (&trace.question.from, &trace.question.to);
        let file = "seen.json";
        trace.settle.push(format!(
            "dns: measure at {from} (privpath check https://{to} --format json > {file}), and hand the file to this walk (--seen {file})"
        ));
    }
    trace
}

/// True for a trace that somebody should explain.
fn is_unexpected(trace: &Trace) -> bool {
    match trace.question.expect {
        Expect::Private => trace.outcome.verdict != Verdict::Private,
        // Refused publicly: `Check::refused` is for that. Answered privately: nothing is broken.
        Expect::Public => trace.outcome.end == End::Stopped,
        Expect::Refused => false,
    }
}
