//! Does the reader of other checks' reports (`--seen`) stand any document, and does nothing of it reach
//! the terminal or be believed for more than it is?

use super::estates::{is_plain, reports};
use crate::play;
use diagnose::Told;
use lab::Lab;
use model::Snapshot;

/// Reports of checks in two labs.
pub(super) fn documents() -> Vec<Vec<u8>> {
    ["healthy", "custom-dns", "zone-not-linked"].into_iter().filter_map(document).collect()
}

fn document(name: &str) -> Option<Vec<u8>> {
    let scenario = lab::scenario(name).ok()?;
    let lab = Lab::start(&scenario).ok()?;
    let predicted = path::predict(&scenario.snapshot(), &scenario.question);
    let observations = play::measure(&lab, &scenario, &predicted, crate::case::Caller::default()).ok()?;
    let diagnosis = play::conclude(&scenario.snapshot(), &scenario.question, observations, diagnose::Estate::OnPath);
    Some(report::json(&diagnosis, &report::Tool { name: "privpath", version: "0.0.0" }).into_bytes())
}

/// What a document says is joined to an estate, or refused in plain words.
pub(super) fn joined(bytes: &[u8]) {
    let report = match report::read("seen.json", &String::from_utf8_lossy(bytes)) {
        Ok(report) => report,
        Err(error) => return assert!(is_plain(&model::visible(&error.to_string())), "{error:?}"),
    };
    let scenario = lab::scenario("custom-dns").expect("the scenario is built in");
    let undeclared = Snapshot::clone(&scenario.healthy).with_client(model::Client::default());
    let questions = [scenario.question.clone()];
    let joined = diagnose::join(undeclared, &questions, vec![Told { from: None, report }]);
    let case = diagnose::Case {
        seen: joined.seen,
        notes: joined.notes,
        ..diagnose::Case::on_paper(Some(&joined.snapshot), questions.to_vec(), diagnose::Estate::Whole)
    };
    reports(&diagnose::conclude(case, Vec::new()));
}
