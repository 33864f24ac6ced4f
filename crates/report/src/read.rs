//! What did a check see, as the JSON document that it wrote tells it?

use crate::document::Report;
use model::{Elsewhere, Host, Observation, ResourceId, Target};
use serde::Deserialize;
use std::fmt;

/// The schema that is read.
const SCHEMA: &str = "privpath/report/1";
/// More observations than any check makes: one of these would take hours.
const MOST: usize = 10_000;

/// Why a document cannot be used as what a check saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// What the document is called.
    pub file: String,
    /// What is wrong with it, and what to do.
    pub problem: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} cannot be used as what a check saw: {}", self.file, self.problem)
    }
}

impl std::error::Error for ReadError {}

/// What is looked at before the whole: is it ours, and of a kind that we know?
#[derive(Deserialize)]
struct Envelope {
    schema: Option<String>,
    tool: Option<Writer>,
    error: Option<Failed>,
}

#[derive(Deserialize)]
struct Writer {
    version: Option<String>,
}

#[derive(Deserialize)]
struct Failed {
    message: Option<String>,
}

/// Reads the document that `privpath check --format json` wrote: what was measured, where, and when.
/// `file` is what errors and reports call it. Nothing in it is believed but what it says was measured.
pub fn read(file: &str, text: &str) -> Result<Elsewhere, ReadError> {
    let wrong = |problem: String| ReadError { file: file.to_owned(), problem };
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(wrong("it is empty: the check that should have written it may have failed".to_owned()));
    }
    let envelope: Envelope = serde_json::from_str(text).map_err(|error| wrong(not_json(&error)))?;
    known(&envelope).map_err(wrong)?;
    let report: Report = serde_json::from_str(text).map_err(|error| {
        let by = envelope.tool.as_ref().and_then(|tool| tool.version.as_deref()).unwrap_or("?");
        wrong(format!("it is no whole report ({error}); it was written by privpath {by}: take it again"))
    })?;
    seen(file, report).map_err(wrong)
}

fn not_json(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return format!("it ends in the middle ({error}): copy it again, whole");
    }
    format!("it is no JSON report ({error}): make one with `privpath check URL --format json > FILE`")
}

/// Whether it is a report of the schema that is read.
fn known(envelope: &Envelope) -> Result<(), String> {
    let schema = envelope.schema.as_deref().unwrap_or_default();
    let advice = "make one with `privpath check URL --format json > FILE`";
    match schema {
        SCHEMA => Ok(()),
        "" => Err(format!("it is no report of privpath, for it names no schema: {advice}")),
        "privpath/error/1" => {
            let words = envelope.error.as_ref().and_then(|error| error.message.as_deref()).unwrap_or("it does not say");
            Err(format!("it says that the check failed ({words}): take it again"))
        }
        other if other.starts_with("privpath/report/") => {
            Err(format!("its schema is {other}, and this privpath reads {SCHEMA}: use the privpath that wrote it"))
        }
        other => Err(format!("its schema is {other}, not {SCHEMA}: {advice}")),
    }
}

fn seen(file: &str, report: Report) -> Result<Elsewhere, String> {
    let Some(trace) = report.traces.into_iter().next() else {
        return Err("it is about no call: take it with `privpath check URL`".to_owned());
    };
    if report.observations.is_empty() {
        return Err("nothing was measured in it: a trace or an audit sends nothing, `privpath check` does".to_owned());
    }
    if report.observations.len() > MOST {
        return Err(format!("it has {} observations, and no check makes that many", report.observations.len()));
    }
    let observations = report.observations.into_iter().zip(1..).map(|(observation, number)| {
        Observation::try_from(observation).map_err(|error| format!("observation {number} names no host: {error}"))
    });
    let host = Host::parse(&trace.to.host).map_err(|error| format!("what was called is no host: {error}"))?;
    Ok(Elsewhere {
        file: file.to_owned(),
        taken: report.taken,
        vantage: trace.from.vantage,
        resource: trace.from.resource.as_deref().and_then(ResourceId::parse),
        to: Target { host, port: trace.to.port },
        observations: observations.collect::<Result<_, _>>()?,
    })
}
