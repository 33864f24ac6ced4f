//! `privpath audit`: is anything wrong in this estate, whoever asks?

use crate::args::Audit;
use crate::exit::{self, Exit};
use crate::output::Output;
use anyhow::{Context, Result};
use diagnose::Case;
use finding::Severity;

/// Judges every stated intent and the estate itself.
pub(crate) fn run(arguments: &Audit, output: &Output) -> Result<Exit> {
    let estate = match arguments.source.lab_on_paper()? {
        Some(lab) => lab.estate(None)?,
        None => arguments.source.snapshot()?.context("give an estate: --snapshot PATH or --lab NAME")?,
    };
    let questions = diagnose::stated(&estate.snapshot);
    let (estate, seen) = estate.with_seen(&arguments.elsewhere.seen, &questions)?;
    let case = Case {
        snapshot: Some(&estate.snapshot),
        questions,
        plan: None,
        estate: diagnose::Estate::Whole,
        seen,
        notes: estate.notes,
    };
    let mut diagnosis = diagnose::diagnose(case, &|_| ())?;
    fix::prove(&mut diagnosis, &estate.snapshot);
    output.audit(&diagnosis);
    Ok(exit::of_audit(&diagnosis, output.threshold(Severity::Exposed)))
}
