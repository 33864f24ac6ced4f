//! What is walked for a question that is asked from a whole subnet or network?

use super::{note, walk};
use finding::Note;
use model::{Observation, Question, Snapshot};
use path::{Gap, Trace, sources};

/// One trace for each part of the sources. A measurement belongs to a part only when there is no other.
pub(crate) fn walks(
    snapshot: Option<&Snapshot>,
    question: &Question,
    seen: &[Observation],
    notes: &mut Vec<Note>,
) -> Vec<(Trace, Option<Gap>)> {
    let Some(snapshot) = snapshot.filter(|_| sources::is_set(&question.from)) else {
        return vec![walk(snapshot, question, seen)];
    };
    let parts = path::predict_parts(snapshot, question);
    if let ([part], false) = (parts.as_slice(), seen.is_empty()) {
        let (trace, gap) = walk(Some(snapshot), &part.question, seen);
        return vec![(Trace { part: part.part.clone(), sources: part.sources.clone(), ..trace }, gap)];
    }
    if !seen.is_empty() {
        let text = format!(
            "what was measured is left out: {} is {} sources that differ, and nothing says at which of them it was \
             measured; name one with --from",
            question.from,
            parts.len()
        );
        notes.push(note("vantage", text));
    }
    parts.into_iter().map(|trace| (trace, None)).collect()
}
