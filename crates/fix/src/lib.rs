//! The repair: remedies proven by walking again, spelled for Azure, and applied as a state machine
//! that does no I/O of its own.

mod apply;
mod effect;
mod spell;

pub use apply::{Apply, Next};

use finding::{Diagnosis, Finding};
use model::{Question, Snapshot};

/// Walks every remedy of a diagnosis again and spells it. A remedy that makes a known question
/// worse is not safe, whatever its check thought.
pub fn prove(diagnosis: &mut Diagnosis, snapshot: &Snapshot) {
    let questions: Vec<_> = diagnosis.traces.iter().map(|trace| trace.question.clone()).collect();
    for finding in &mut diagnosis.findings {
        let subject = Finding { remedies: Vec::new(), ..finding.clone() };
        // What shows behind a repair is repaired behind it.
        let repaired = &subject.behind.changes;
        let before = if repaired.is_empty() { snapshot.clone() } else { path::platform::after(snapshot, repaired) };
        let moved = |question: &Question| path::asked_after(snapshot, repaired, question);
        let about: Vec<Question> = finding.about.iter().filter_map(|index| questions.get(*index)).map(moved).collect();
        let questions: Vec<Question> = questions.iter().map(moved).collect();
        for remedy in finding.remedies.iter_mut().filter(|remedy| !remedy.changes.is_empty()) {
            effect::find(remedy, &subject, &before, &about, &questions);
            spell::spell(remedy, &before);
        }
    }
}
