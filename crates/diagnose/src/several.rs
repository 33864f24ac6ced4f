//! What else is wrong behind the first fault? The walk goes on over a repaired copy, until the call arrives or
//! nothing more is known.
//!
//! What was measured holds for the estate as it is; behind a repair everything is predicted. So a question whose
//! measurement differs from its prediction is not walked on, and what is found behind a repair is inferred.

mod smallest;

use finding::{Confidence, Ends, Finding, Plan, Repaired, Severity, meets};
use model::{Change, Expect, Question, Snapshot, Stage};
use path::{Gap, Trace};

/// So many faults of one question are looked for behind each other.
const MOST_STEPS: usize = 6;

/// So many questions are walked on; an audit of thousands that fail must not take minutes.
const MOST_QUESTIONS: usize = 256;

/// The way that one question is repaired, in places of the list of findings.
#[derive(Debug)]
pub(crate) struct Chain {
    about: usize,
    steps: Vec<usize>,
    ends: Ends,
}

/// A fault, and the changes that repair it; none where no remedy has any.
#[derive(Debug, Clone)]
struct Step {
    finding: Finding,
    changes: Vec<Change>,
}

/// A copy of the estate, and the question walked over it.
#[derive(Debug, Clone)]
struct Copy {
    snapshot: Snapshot,
    trace: Trace,
}

impl Copy {
    /// The copy after changes; a client that calls another host afterwards is asked about that host.
    fn after(&self, changes: &[Change]) -> Self {
        let (snapshot, mut traces) = path::prove(&self.snapshot, changes, std::slice::from_ref(&self.trace.question));
        let trace = traces.pop().expect("one question gives one trace");
        Self { snapshot, trace }
    }

    fn arrives(&self) -> bool {
        meets(self.trace.question.expect, &self.trace.outcome)
    }
}

/// Walks every question on that did not come out as expected. What is found behind its first fault is added to the
/// findings, each fault once.
pub(crate) fn go_on(
    snapshot: &Snapshot,
    traces: &[Trace],
    gaps: &[(usize, Gap)],
    findings: &mut Vec<Finding>,
) -> Vec<Chain> {
    let differs = |index: usize| gaps.iter().any(|(gap, _)| *gap == index);
    let wanted = |(index, trace): &(usize, &Trace)| {
        let unmet = !meets(trace.question.expect, &trace.outcome);
        unmet && trace.question.expect == Expect::Private && trace.predicted.is_some() && !differs(*index)
    };
    let mut chains = Vec::new();
    for (index, trace) in traces.iter().enumerate().filter(wanted).take(MOST_QUESTIONS) {
        let of_it = |finding: &&Finding| finding.about.contains(&index) && finding.severity > Severity::Advice;
        let direct: Vec<Finding> = findings.iter().filter(of_it).cloned().collect();
        if direct.is_empty() {
            continue;
        }
        let (steps, ends) = walk_on(snapshot, &trace.question, direct);
        chains.push(Chain { about: index, steps: listed(findings, index, steps), ends });
    }
    chains
}

/// The faults of one question, in the order to repair them.
fn walk_on(snapshot: &Snapshot, question: &Question, direct: Vec<Finding>) -> (Vec<Step>, Ends) {
    let real = Copy { snapshot: snapshot.clone(), trace: path::predict(snapshot, question) };
    let (mut now, mut open, mut steps) = (real.clone(), direct, Vec::<Step>::new());
    while !now.arrives() && steps.len() < MOST_STEPS {
        let Some((step, next)) = next(&now, &open, &steps) else {
            // What no changes repair ends the walk, and is told.
            let last = open.into_iter().find(|finding| finding.severity > Severity::Advice && !known(&steps, finding));
            steps.extend(last.map(|finding| Step { finding, changes: Vec::new() }));
            return (steps, Ends::Open(stage(&now.trace)));
        };
        steps.push(step);
        now = next;
        if !now.arrives() {
            open = checks::explain(&now.snapshot, &now.trace, true);
        }
    }
    if !now.arrives() {
        return (steps, Ends::Open(stage(&now.trace)));
    }
    let (mut steps, now) = smallest::of(&real, steps, now);
    for finding in checks::explain(&now.snapshot, &now.trace, false) {
        steps.push(Step { finding, changes: Vec::new() });
    }
    (steps, Ends::Arrives)
}

/// The first fault with a remedy that lets the call arrive, else the first with one that gets it further.
fn next(now: &Copy, open: &[Finding], steps: &[Step]) -> Option<(Step, Copy)> {
    let mut further = None;
    for finding in open.iter().filter(|finding| finding.severity > Severity::Advice && !known(steps, finding)) {
        for remedy in finding.remedies.iter().filter(|remedy| !remedy.changes.is_empty()) {
            let next = now.after(&remedy.changes);
            let step = || Step { finding: finding.clone(), changes: remedy.changes.clone() };
            if next.arrives() {
                return Some((step(), next));
            }
            if further.is_none() && gets_further(&now.trace, &next.trace) {
                further = Some((step(), next));
            }
        }
    }
    further
}

fn known(steps: &[Step], finding: &Finding) -> bool {
    steps.iter().any(|step| is_same(&step.finding, finding))
}

fn is_same(one: &Finding, other: &Finding) -> bool {
    (one.meta, &one.title, &one.resources) == (other.meta, &other.title, &other.resources)
}

/// True when the call now stops at a later stage, or elsewhere at the same one.
fn gets_further(old: &Trace, new: &Trace) -> bool {
    let (was, is) = (stage(old), stage(new));
    is > was || (is == was && places(old) != places(new))
}

/// Where a walk ends that does not arrive.
fn stage(trace: &Trace) -> Option<Stage> {
    trace.outcome.stage.or_else(|| trace.outcome.candidates.first().copied())
}

/// What the walk met, without its words.
fn places(trace: &Trace) -> Vec<(&str, Stage, model::Status)> {
    let of = |hop| -> Vec<_> {
        let path::Hop { place, steps, .. }: &path::Hop = hop;
        steps.iter().map(|step| (place.as_str(), step.stage, step.status)).collect()
    };
    trace.hops.iter().flat_map(of).collect()
}

/// The steps as places of the list; what is new is added to it, as something that is predicted.
fn listed(findings: &mut Vec<Finding>, about: usize, steps: Vec<Step>) -> Vec<usize> {
    let mut places = Vec::new();
    let mut changes: Vec<Change> = Vec::new();
    for step in steps {
        let place = findings.iter().position(|known| is_same(known, &step.finding)).unwrap_or_else(|| {
            let confidence = step.finding.confidence.min(Confidence::Inferred);
            let behind = Repaired { orders: Vec::new(), changes: changes.clone() };
            findings.push(Finding { about: Vec::new(), confidence, behind, ..step.finding });
            findings.len() - 1
        });
        if !findings[place].about.contains(&about) {
            findings[place].about.push(about);
        }
        places.push(place);
        changes.extend(step.changes);
    }
    places
}

/// Puts the findings into the order in which to repair: those of a chain first, each behind what stands before it;
/// else worst first, then along the path.
pub(crate) fn order(findings: &mut [Finding], chains: Vec<Chain>) -> Vec<Plan> {
    let depths = depths(findings.len(), &chains);
    let stage = |finding: &Finding| finding.meta.stage.map_or(Stage::ALL.len(), |stage| stage as usize);
    let mut sorted: Vec<usize> = (0..findings.len()).collect();
    sorted.sort_by_key(|place| {
        let finding = &findings[*place];
        let depth = depths[*place].unwrap_or(usize::MAX);
        (depth, std::cmp::Reverse(finding.severity), stage(finding), finding.meta.code)
    });
    for (number, place) in (1..).zip(&sorted) {
        findings[*place].order = number;
    }
    let number = |findings: &[Finding], places: &[usize]| -> Vec<u32> {
        places.iter().map(|place| findings[*place].order).collect()
    };
    let mut plans = Vec::new();
    for Chain { about, steps, ends } in chains {
        for (index, place) in steps.iter().enumerate() {
            let behind = number(findings, &steps[..index]);
            let repaired = &mut findings[*place].behind;
            if !repaired.changes.is_empty() && repaired.orders.is_empty() {
                repaired.orders = behind;
            }
        }
        plans.push(Plan { about, steps: number(findings, &steps), ends });
    }
    findings.sort_by_key(|finding| finding.order);
    plans
}

/// How many repairs come before each finding; `None` for what is in no chain.
fn depths(count: usize, chains: &[Chain]) -> Vec<Option<usize>> {
    let mut depths: Vec<Option<usize>> = vec![None; count];
    // Two chains may ask for opposite orders: then either is as good.
    for _ in 0..MOST_STEPS {
        for chain in chains {
            let mut least = 0;
            for place in &chain.steps {
                let depth = depths[*place].unwrap_or(0).max(least);
                depths[*place] = Some(depth);
                least = depth + 1;
            }
        }
    }
    depths
}
