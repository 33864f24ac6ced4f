//! How does a diagnosis become a document?

use super::{
    Coverage, Effect, ErrorReport, ErrorSchema, Evidence, Failure, Finding, From as Origin, Hop, KindCoverage, Note,
    Outcome, Part, Plan, Remedy, Report, ReportSchema, Request, Skipped, Step, Suppressed, To, Tool, Trace, Variable,
    words,
};
use finding::Diagnosis;
use model::{Extent, Kind, ResourceId};

impl Report {
    pub(crate) fn of(diagnosis: &Diagnosis, tool: &crate::Tool<'_>) -> Self {
        let taken = diagnosis.snapshot_taken.as_deref();
        Self {
            schema: ReportSchema::One,
            tool: tool.into(),
            taken: diagnosis.taken.clone(),
            verdict: diagnosis.verdict().map(Into::into),
            traces: diagnosis.traces.iter().map(Into::into).collect(),
            observations: diagnosis.observations.iter().map(Into::into).collect(),
            findings: diagnosis.findings.iter().map(Into::into).collect(),
            suppressed: diagnosis.suppressed.iter().map(Into::into).collect(),
            plans: diagnosis.plans.iter().map(Into::into).collect(),
            skipped: diagnosis.skipped.iter().map(Into::into).collect(),
            notes: diagnosis.notes.iter().map(Into::into).collect(),
            coverage: diagnosis.coverage.as_ref().map(|coverage| Coverage::of(coverage, taken)),
            matrix: diagnosis.matrix.as_ref().map(Into::into),
        }
    }
}

impl ErrorReport {
    pub(crate) fn of(message: &str, causes: &[String], hint: Option<&str>, tool: &crate::Tool<'_>) -> Self {
        let error = Failure { message: message.to_owned(), causes: causes.to_vec(), hint: hint.map(str::to_owned) };
        Self { schema: ErrorSchema::One, tool: tool.into(), error }
    }
}

impl From<&crate::Tool<'_>> for Tool {
    fn from(tool: &crate::Tool<'_>) -> Self {
        Self { name: tool.name.to_owned(), version: tool.version.to_owned() }
    }
}

/// A single address as it is, else the prefix.
fn address(net: &ipnet::IpNet) -> String {
    if net.prefix_len() == net.max_prefix_len() { net.addr().to_string() } else { net.to_string() }
}

fn ids(resources: &[ResourceId]) -> Vec<String> {
    resources.iter().map(ToString::to_string).collect()
}

impl From<&path::Trace> for Trace {
    fn from(trace: &path::Trace) -> Self {
        let question = &trace.question;
        let Outcome { way, end, verdict, stage, candidates } = (&trace.outcome).into();
        Self {
            from: Origin {
                vantage: question.from.to_string(),
                resource: question.from.resource().map(ToString::to_string),
                sources: trace.sources.iter().map(address).collect(),
                part: trace.part.as_ref().map(|part| Part { of: part.of.to_string(), count: part.count }),
            },
            to: To { host: question.to.host.to_string(), port: question.to.port },
            expect: question.expect.into(),
            way,
            end,
            verdict,
            stage,
            candidates,
            predicted: trace.predicted.as_ref().map(Into::into),
            measured: trace.measured.as_ref().map(Into::into),
            proxied: trace.proxied.as_ref().map(Into::into),
            hops: trace.hops.iter().map(Into::into).collect(),
            settle: trace.settle.clone(),
        }
    }
}

impl From<&path::Outcome> for Outcome {
    fn from(outcome: &path::Outcome) -> Self {
        Self {
            way: outcome.way.into(),
            end: outcome.end.into(),
            verdict: outcome.verdict.into(),
            stage: outcome.stage.map(Into::into),
            candidates: outcome.candidates.iter().map(|stage| (*stage).into()).collect(),
        }
    }
}

impl From<&path::Hop> for Hop {
    fn from(hop: &path::Hop) -> Self {
        Self {
            place: hop.place.clone(),
            resource: hop.resource.as_ref().map(ToString::to_string),
            steps: hop.steps.iter().map(Into::into).collect(),
        }
    }
}

impl From<&path::Step> for Step {
    fn from(step: &path::Step) -> Self {
        Self {
            stage: step.stage.into(),
            status: step.status.into(),
            summary: step.because.text.clone(),
            evidence: finding::Evidence::of(&step.because).iter().map(Into::into).collect(),
            seen: step.seen.clone(),
            told: step.told.clone(),
        }
    }
}

impl From<&finding::Finding> for Finding {
    fn from(finding: &finding::Finding) -> Self {
        Self {
            code: finding.meta.code.to_owned(),
            name: finding.meta.name.to_owned(),
            stage: finding.meta.stage.map(Into::into),
            severity: finding.severity.into(),
            confidence: finding.confidence.into(),
            order: finding.order,
            after: finding.behind.orders.clone(),
            title: finding.title.clone(),
            resources: ids(&finding.resources),
            about: finding.about.clone(),
            evidence: finding.evidence.iter().map(Into::into).collect(),
            remedies: finding.remedies.iter().map(Into::into).collect(),
        }
    }
}

impl From<&finding::Suppressed> for Suppressed {
    fn from(set: &finding::Suppressed) -> Self {
        Self {
            finding: (&set.finding).into(),
            reason: set.reason.clone(),
            expires: set.expires.clone(),
            stated: set.stated.clone(),
        }
    }
}

impl From<&finding::Plan> for Plan {
    fn from(plan: &finding::Plan) -> Self {
        let stage = match plan.ends {
            finding::Ends::Arrives => None,
            finding::Ends::Open(stage) => stage.map(Into::into),
        };
        Self { about: plan.about, steps: plan.steps.clone(), arrives: plan.arrives(), stage }
    }
}

impl From<&finding::Evidence> for Evidence {
    fn from(evidence: &finding::Evidence) -> Self {
        Self {
            kind: evidence.kind.into(),
            text: evidence.text.clone(),
            resource: evidence.resource.as_ref().map(ToString::to_string),
            property: evidence.property.clone(),
            value: evidence.value.clone(),
            source: evidence.source.clone(),
        }
    }
}

impl From<&finding::Remedy> for Remedy {
    fn from(remedy: &finding::Remedy) -> Self {
        let spelling = &remedy.spelling;
        let variable = |(name, value): &(String, String)| Variable { name: name.clone(), value: value.clone() };
        Self {
            title: remedy.title.clone(),
            safety: remedy.safety.into(),
            words: remedy.words.clone(),
            effect: Effect {
                outcome: remedy.effect.outcome.into(),
                leaves: remedy.effect.leaves.clone(),
                breaks: remedy.effect.breaks.clone(),
                changes: remedy.effect.changes.clone(),
            },
            needs: remedy.needs.clone(),
            variables: spelling.variables.iter().map(variable).collect(),
            az: spelling.az.clone(),
            arm: spelling.arm.iter().map(Into::into).collect(),
            undo: spelling.undo.clone(),
        }
    }
}

impl From<&model::Request> for Request {
    fn from(request: &model::Request) -> Self {
        // A body that is no JSON is told as a text rather than lost.
        let body = request
            .body
            .as_deref()
            .map(|body| serde_json::from_str(body).unwrap_or_else(|_| serde_json::Value::String(body.to_owned())));
        Self {
            method: request.method.into(),
            path: request.resource.to_string(),
            api_version: request.api_version.to_owned(),
            body,
        }
    }
}

impl From<&finding::Skipped> for Skipped {
    fn from(skipped: &finding::Skipped) -> Self {
        let missing = skipped.missing.iter().filter(|kind| **kind != Kind::Other);
        Self {
            code: skipped.meta.code.to_owned(),
            name: skipped.meta.name.to_owned(),
            missing: missing.map(|kind| kind.resource_type().to_owned()).collect(),
            why: skipped.why.clone(),
        }
    }
}

impl From<&finding::Note> for Note {
    fn from(note: &finding::Note) -> Self {
        Self { about: note.about.clone(), text: note.text.clone() }
    }
}

impl Coverage {
    fn of(coverage: &model::Coverage, taken: Option<&str>) -> Self {
        let everywhere = coverage.kinds().filter(|(_, extent)| *extent != Extent::Complete);
        let everywhere = everywhere.map(|(kind, extent)| KindCoverage::of(kind, extent, None));
        let below = coverage.parents().filter(|(_, kind, extent)| *extent != coverage.of(*kind));
        let below = below.map(|(parent, kind, extent)| KindCoverage::of(kind, extent, Some(parent)));
        Self { taken: taken.map(str::to_owned), kinds: everywhere.chain(below).collect() }
    }
}

impl KindCoverage {
    fn of(kind: Kind, extent: Extent, below: Option<&ResourceId>) -> Self {
        let (extent, why) = match extent {
            Extent::Complete => (words::Extent::Complete, None),
            Extent::Assumed => (words::Extent::Assumed, None),
            Extent::Missing(why) => (words::Extent::Missing, Some(why.into())),
        };
        let resource_type = kind.resource_type().to_owned();
        Self { resource_type, below: below.map(ToString::to_string), extent, why }
    }
}
