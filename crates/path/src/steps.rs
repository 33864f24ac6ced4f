//! How is a trace written down while the walk goes on?

use crate::{Detail, Heard, Hop, Outcome, Step, Trace};
use ipnet::IpNet;
use model::{Because, Decided, Known, Question, ResourceId, Stage, Status};

/// A trace under way: hops grow, and the walk ends by naming the outcome.
pub(crate) struct Builder<'q> {
    question: &'q Question,
    sources: Vec<IpNet>,
    hops: Vec<Hop>,
    settle: Vec<String>,
}

impl<'q> Builder<'q> {
    pub(crate) fn new(question: &'q Question) -> Self {
        Self { question, sources: Vec::new(), hops: Vec::new(), settle: Vec::new() }
    }

    pub(crate) fn from(&mut self, sources: impl IntoIterator<Item = IpNet>) {
        self.sources = sources.into_iter().collect();
    }

    pub(crate) fn place(&mut self, place: impl Into<String>, resource: Option<&ResourceId>) {
        self.hops.push(Hop { place: place.into(), resource: resource.cloned(), steps: Vec::new() });
    }

    pub(crate) fn step(&mut self, stage: Stage, status: Status, because: Because, detail: Detail) {
        if let Some(hop) = self.hops.last_mut() {
            hop.steps.push(Step { stage, status, because, detail, seen: Vec::new(), told: Vec::new() });
        }
    }

    /// A decided part as a step: unknown stays unknown, a value has the status that `judge` gives.
    pub(crate) fn decided<T: Clone>(
        &mut self,
        stage: Stage,
        decided: Decided<T>,
        judge: impl Fn(&T) -> Status,
        detail: impl Fn(T) -> Detail,
    ) -> Status {
        match decided.outcome {
            Known::Value(value) => {
                let status = judge(&value);
                self.step(stage, status, decided.because, detail(value));
                status
            }
            Known::Unknown(_) => {
                self.settle.push(format!("{stage}: {}", decided.because.text));
                self.step(stage, Status::Unknown, decided.because, Detail::None);
                Status::Unknown
            }
        }
    }

    /// Ends the trace: stages that no step mentions were not reached.
    pub(crate) fn end(mut self, outcome: Outcome) -> Trace {
        let mentioned: Vec<Stage> = self.hops.iter().flat_map(|hop| &hop.steps).map(|step| step.stage).collect();
        let last = mentioned.iter().max().copied();
        let beyond: Vec<Stage> = Stage::ALL.into_iter().filter(|stage| Some(*stage) > last).collect();
        if !beyond.is_empty() {
            self.place(self.question.to.to_string(), None);
            for stage in beyond {
                self.step(stage, Status::NotReached, Because::default(), Detail::None);
            }
        }
        Trace {
            question: self.question.clone(),
            sources: self.sources,
            part: None,
            hops: self.hops,
            predicted: Some(outcome.clone()),
            measured: None,
            proxied: None,
            heard: Heard::default(),
            outcome,
            settle: self.settle,
        }
    }
}
