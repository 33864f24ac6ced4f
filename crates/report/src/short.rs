//! What is the diagnosis in lines that `grep` and `cut` understand?
//!
//! `WORD CODE NAME FROM TO: text`, `-` for what there is none of. WORD is the verdict of a question
//! that a finding explains or that none explains, `then` for what is predicted to stop it next once the
//! lines before are repaired, the severity of any other finding, or `skipped`.

use crate::expectation::{beside, explaining};
use crate::terminal::cause;
use finding::{Diagnosis, Explanation, Finding, Mode};
use model::visible;
use path::Trace;

/// A line for each verdict, finding and skipped check.
pub fn short(diagnosis: &Diagnosis) -> String {
    let mut lines = Vec::new();
    for (trace, found) in diagnosis.traces.iter().zip(explaining(diagnosis)) {
        let verdict = trace.outcome.verdict.word();
        if found.is_empty() {
            lines.push(line([verdict, "-", "-"], Some(trace), &cause(trace)));
        }
        let word = |finding: &Finding| if finding.behind.changes.is_empty() { verdict } else { "then" };
        lines.extend(found.iter().map(|finding| of(word(finding), finding, Some(trace))));
    }
    for finding in beside(diagnosis) {
        let trace = finding.about.first().and_then(|index| diagnosis.traces.get(*index));
        lines.push(of(finding.severity.word(), finding, trace));
    }
    for skipped in &diagnosis.skipped {
        lines.push(line(["skipped", skipped.meta.code, skipped.meta.name], None, &skipped.why));
    }
    lines.concat()
}

/// A line for each cause (`can`), each exclusion (`cannot`) and the command that tells (`run`), in the
/// same columns.
pub fn explanation_short(explanation: &Explanation) -> String {
    let named = |word, mode: Option<Mode>, what: &str, why: &str| match mode {
        Some(mode) => line([word, mode.code, mode.name], None, why),
        None => line([word, "-", "-"], None, &format!("{what}: {why}")),
    };
    let can = explanation.can.iter().map(|can| named("can", can.mode, &can.what, &can.tell));
    let cannot = explanation.cannot.iter().map(|cannot| named("cannot", cannot.mode, &cannot.what, &cannot.why));
    let run = line(["run", "-", "-"], None, &explanation.tells.command);
    can.chain(cannot).chain([run]).collect()
}

/// A line for each code, in the same columns; WORD is what judges it, `-` where no check does.
pub fn codes_short(modes: &[Mode]) -> String {
    let word = |mode: &Mode| if mode.is_built { mode.judged_by } else { "-" };
    modes.iter().map(|mode| line([word(mode), mode.code, mode.name], None, mode.summary)).collect()
}

fn of(word: &str, finding: &Finding, trace: Option<&Trace>) -> String {
    line([word, finding.meta.code, finding.meta.name], trace, &finding.title)
}

fn line([word, code, name]: [&str; 3], trace: Option<&Trace>, text: &str) -> String {
    // A name with a space in it would shift the columns.
    let column = |text: String| text.replace(' ', "\\x20");
    let (from, to) = match trace {
        Some(trace) => (column(trace.question.from.to_string()), column(trace.question.to.to_string())),
        None => ("-".to_owned(), "-".to_owned()),
    };
    format!("{}\n", visible(&format!("{word} {code} {name} {from} {to}: {text}")))
}
