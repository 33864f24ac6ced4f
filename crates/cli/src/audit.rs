//! `privpath audit`: is anything wrong in this estate, whoever asks?

use crate::args::Audit;
use crate::exit::{self, Exit};
use crate::intent::{self, Stated};
use crate::output::Output;
use anyhow::{Context, Result};
use diagnose::Case;
use finding::Severity;
use model::{Question, Snapshot};
use std::collections::BTreeSet;

/// Judges every stated intent and the estate itself.
pub(crate) fn run(arguments: &Audit, output: &Output) -> Result<Exit> {
    let estate = match arguments.source.lab_on_paper()? {
        Some(lab) => lab.estate(None)?,
        None => arguments.source.estate(output)?.context("give an estate: --snapshot PATH, --azure or --lab NAME")?,
    };
    let stated = intent::read(arguments)?;
    let questions = questions(&estate.snapshot, stated.as_ref())?;
    let (mut estate, seen) = estate.with_seen(&arguments.elsewhere.seen, &questions)?;
    estate.notes.extend(stated.as_ref().map(Stated::note));
    let case = Case {
        seen,
        notes: estate.notes,
        ..Case::on_paper(Some(&estate.snapshot), questions, diagnose::Estate::Whole)
    };
    let mut diagnosis = diagnose::diagnose(case, &|_| ())?;
    fix::prove(&mut diagnosis, &estate.snapshot);
    // Nobody reads a matrix but a program.
    diagnosis.matrix = output.is_json().then(|| path::matrix::of(&estate.snapshot));
    if let Some(Stated { intent, file }) = &stated {
        let today = diagnosis.taken.get(..DAY).unwrap_or_default().to_owned();
        diagnose::suppress(&mut diagnosis, intent, file, &today);
    }
    output.audit(&diagnosis);
    Ok(exit::of_audit(&diagnosis, output.threshold(Severity::Exposed)))
}

/// The length of the day in a time stamp.
const DAY: usize = "2026-12-31".len();

/// What the owner's file claims, then what the estate's own settings state of other pairs.
fn questions(snapshot: &Snapshot, stated: Option<&Stated>) -> Result<Vec<Question>> {
    let mut questions = match stated {
        Some(Stated { intent, file }) => {
            diagnose::claimed(snapshot, intent).with_context(|| format!("{file} cannot be used"))?
        }
        None => Vec::new(),
    };
    let claimed: BTreeSet<_> = questions.iter().map(|question| (question.from.clone(), question.to.clone())).collect();
    let settings = diagnose::stated(snapshot).into_iter();
    questions.extend(settings.filter(|question| !claimed.contains(&(question.from.clone(), question.to.clone()))));
    Ok(questions)
}
