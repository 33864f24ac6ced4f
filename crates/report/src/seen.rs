//! What did a report written elsewhere measure? The reading side of `--seen`.

use crate::document::Report;
use model::Observation;
use std::fmt;

/// Why a text is no report that measurements can be read from.
#[derive(Debug)]
pub struct NoReport {
    problem: String,
}

impl fmt::Display for NoReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = model::visible(&self.problem);
        write!(out, "this is no report of the schema privpath/report/1: {problem}; write one with `privpath check --format json`")
    }
}

impl std::error::Error for NoReport {}

/// The measurements in a JSON report, as they were made.
pub fn seen(report: &str) -> Result<Vec<Observation>, NoReport> {
    let report: Report = serde_json::from_str(report).map_err(|problem| NoReport { problem: problem.to_string() })?;
    let read = report.observations.into_iter().map(Observation::try_from);
    read.collect::<Result<_, _>>().map_err(|problem| NoReport { problem: format!("a name in it is none: {problem}") })
}
