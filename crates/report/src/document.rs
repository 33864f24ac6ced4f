//! What does the JSON document say, field by field?
//!
//! These types are the contract `privpath/report/1`: the schema is made from them, and a field may
//! be added but never renamed or given another meaning.

mod catalogue;
mod convert;
mod explanation;
mod matrix;
mod observation;
mod proxied;
mod recalled;
mod sign_in;
pub(crate) mod words;

pub(crate) use catalogue::Catalogue;
pub(crate) use explanation::Explanation;
pub(crate) use matrix::Matrix;
pub(crate) use observation::Observation;
pub(crate) use proxied::ByProxy;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use words::{
    Confidence, Effect as EffectWord, End, EvidenceKind, Expect, Method, Safety, Severity, Stage, Status, Verdict, Way,
    Why,
};

/// What `--format json` writes: a report, what a pasted text can mean, what codes mean, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "privpath JSON output")]
pub(crate) enum Document {
    /// The report of a diagnosis.
    Report(Box<Report>),
    /// What a pasted text can mean.
    Explanation(Box<Explanation>),
    /// What codes mean.
    Codes(Catalogue),
    /// The tool failed.
    Error(ErrorReport),
}

/// The name and version of the report's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum ReportSchema {
    #[serde(rename = "privpath/report/1")]
    One,
}

/// The name and version of the error document's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum ErrorSchema {
    #[serde(rename = "privpath/error/1")]
    One,
}

/// The report of a diagnosis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Report {
    /// The schema of this document.
    pub schema: ReportSchema,
    /// The program that wrote it.
    pub tool: Tool,
    /// When the diagnosis was made (RFC 3339).
    pub taken: String,
    /// The worst verdict among the traces; null when nothing was asked.
    pub verdict: Option<Verdict>,
    /// One or more traces for each question.
    pub traces: Vec<Trace>,
    /// What was measured.
    pub observations: Vec<Observation>,
    /// What is wrong, in the order to repair it.
    pub findings: Vec<Finding>,
    /// What was found and is accepted by the owner of the estate; it counts for nothing. Absent when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<Suppressed>,
    /// What it takes to repair each question that did not come out as expected, as far as that is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<Plan>,
    /// Checks that could not run: their silence is no pass.
    pub skipped: Vec<Skipped>,
    /// Remarks that judge nothing.
    pub notes: Vec<Note>,
    /// What the snapshot lacks; null without a snapshot.
    pub coverage: Option<Coverage>,
    /// By which way every place reaches everything that has a private endpoint, from configuration alone. It judges
    /// nothing: nobody stated that these pairs should be anything. Only `audit` writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matrix: Option<Matrix>,
}

/// The tool failed: there is no verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorReport {
    /// The schema of this document.
    pub schema: ErrorSchema,
    /// The program that wrote it.
    pub tool: Tool,
    /// What failed.
    pub error: Failure,
}

/// What failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Failure {
    /// What was being done and what went wrong.
    pub message: String,
    /// Why, the nearest cause first.
    pub causes: Vec<String>,
    /// What to do next.
    pub hint: Option<String>,
}

/// A program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The walk of one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trace {
    /// Where traffic starts.
    pub from: From,
    /// What is called.
    pub to: To,
    /// By which way it should go.
    pub expect: Expect,
    /// By which way it goes: what was measured wins, prediction fills the rest. Where the client's variables hand
    /// the call to a proxy, it may be that way's: see `proxied`.
    pub way: Way,
    /// How it ends.
    pub end: End,
    /// What that amounts to.
    pub verdict: Verdict,
    /// Where it left the private way or stopped, if that can be told.
    pub stage: Option<Stage>,
    /// Where it may have, if it cannot be told.
    pub candidates: Vec<Stage>,
    /// The answer from configuration alone; null without configuration. Of the direct way.
    pub predicted: Option<Outcome>,
    /// The answer from measurement alone; null when nothing was measured. Of the direct way.
    pub measured: Option<Outcome>,
    /// The way through the proxy that the client's variables name for the host; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxied: Option<ByProxy>,
    /// Places in path order.
    pub hops: Vec<Hop>,
    /// What would settle what is not known, cheapest first.
    pub settle: Vec<String>,
}

/// Where traffic starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct From {
    /// The short form of the command line, such as `vm/app`.
    pub vantage: String,
    /// The id of the resource, if it is one.
    pub resource: Option<String>,
    /// The addresses that traffic starts from, as far as known; a prefix where every address of it is meant.
    pub sources: Vec<String>,
    /// The part of a set of sources that it is, if one was asked about.
    pub part: Option<Part>,
}

/// Hosts that fare alike: the vantage stands for all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// The set that was asked about, such as `subnet/spoke-vnet/snet-app`.
    pub of: String,
    /// How many network interfaces they are; 0 for a subnet without any.
    pub count: usize,
}

/// What is called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct To {
    /// A name or an address.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

/// Way, end and verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outcome {
    /// By which way.
    pub way: Way,
    /// How it ended.
    pub end: End,
    /// What that amounts to.
    pub verdict: Verdict,
    /// Where it left the private way or stopped, if that can be told.
    pub stage: Option<Stage>,
    /// Where it may have, if it cannot be told.
    pub candidates: Vec<Stage>,
}

/// A place on the path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hop {
    /// What the place is.
    pub place: String,
    /// The id of the resource that it is; absent when it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// One or more steps.
    pub steps: Vec<Step>,
}

/// One stage at one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// The stage.
    pub stage: Stage,
    /// How it went.
    pub status: Status,
    /// What configuration says; empty when it says nothing.
    pub summary: String,
    /// What that rests on.
    pub evidence: Vec<Evidence>,
    /// What was measured at this stage, a line each.
    pub seen: Vec<String>,
    /// What follows from several measurements together, a line each; absent when nothing does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
}

/// Something is wrong with the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Finding {
    /// The code of the check, such as `DNS003`; never reused.
    pub code: String,
    /// The name of the check.
    pub name: String,
    /// The stage; null for families that are no stage.
    pub stage: Option<Stage>,
    /// How bad it is here.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The order in which to repair, from 1; 0 when it is not known.
    pub order: u32,
    /// The `order` of the findings that were repaired on the copy of the estate on which this one shows: it is
    /// predicted, whatever was measured. Absent for what shows on the estate as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<u32>,
    /// What is wrong and where, in one line.
    pub title: String,
    /// The ids of the resources it is about, the one to repair first.
    pub resources: Vec<String>,
    /// The question it explains, as an index into `traces`; null for findings about the estate.
    pub about: Vec<usize>,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// How to repair it, the preferred one first.
    pub remedies: Vec<Remedy>,
}

/// A finding that the owner of the estate accepts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is; null for no end.
    pub expires: Option<String>,
    /// The file and line that say so.
    pub stated: String,
}

/// The repair of one question, found by repairing a copy of the estate and walking again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    /// The question, as an index into `traces`.
    pub about: usize,
    /// The `order` of the findings to repair, in that order; the fewest that are shown to do.
    pub steps: Vec<u32>,
    /// Whether the call is then predicted to come out as expected.
    pub arrives: bool,
    /// Where it is predicted to end otherwise, if that can be told.
    pub stage: Option<Stage>,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Evidence {
    /// What sort.
    pub kind: EvidenceKind,
    /// One line.
    pub text: String,
    /// The id of the resource it is read from.
    pub resource: Option<String>,
    /// The property.
    pub property: Option<String>,
    /// Its value.
    pub value: Option<String>,
    /// Where it was read.
    pub source: Option<String>,
}

/// A repair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Remedy {
    /// What it does, in one line.
    pub title: String,
    /// What it may touch.
    pub safety: Safety,
    /// What a person has to know or do beside the commands.
    pub words: Vec<String>,
    /// What walking again showed.
    pub effect: Effect,
    /// The rights it takes.
    pub needs: Vec<String>,
    /// Shell variables that the commands use.
    pub variables: Vec<Variable>,
    /// Commands for `az`, in order.
    pub az: Vec<String>,
    /// ARM requests, in order.
    pub arm: Vec<Request>,
    /// Commands that take it back.
    pub undo: Vec<String>,
}

/// What walking again showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Effect {
    /// Whether it clears its question.
    pub outcome: EffectWord,
    /// The codes that are still found afterwards.
    pub leaves: Vec<String>,
    /// Questions that get worse.
    pub breaks: Vec<String>,
    /// Names whose answers change.
    pub changes: Vec<String>,
}

/// A shell variable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, not quoted.
    pub value: String,
}

/// One ARM request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// The method.
    pub method: Method,
    /// The id of the resource.
    pub path: String,
    /// `api-version`.
    pub api_version: String,
    /// The JSON body; null when there is none.
    pub body: Option<serde_json::Value>,
}

/// A check that could not run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Skipped {
    /// The code of the check.
    pub code: String,
    /// The name of the check.
    pub name: String,
    /// The types of resources that it lacked.
    pub missing: Vec<String>,
    /// Why, in words.
    pub why: String,
}

/// A remark that judges nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    /// What it is about; may be empty.
    pub about: String,
    /// One sentence.
    pub text: String,
}

/// What the snapshot lacks. A type that is not listed is complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coverage {
    /// When the snapshot was taken (RFC 3339), if that is known.
    pub taken: Option<String>,
    /// The types that are not known to be complete.
    pub kinds: Vec<KindCoverage>,
}

/// How complete a type of resource is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KindCoverage {
    /// The type of resource.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The parent below which this holds; absent when it holds everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<String>,
    /// How complete it is.
    pub extent: words::Extent,
    /// Why some are missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}
