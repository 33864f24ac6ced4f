//! `privpath trace`: what would happen, from the configuration alone?

use crate::args::Trace;
use crate::estate::Estate;
use crate::exit::{self, Exit};
use crate::output::Output;
use anyhow::{Context, Result};
use diagnose::Case;
use dialect::scenario::{target, vantage};
use finding::Severity;
use model::Question;

/// Predicts one call.
pub(crate) fn run(arguments: &Trace, output: &Output) -> Result<Exit> {
    let (estate, asked) = estate(arguments, output)?;
    let from = arguments.from.as_deref().map(|from| vantage::parse(from, &estate.snapshot)).transpose()?;
    let to = arguments.to.as_deref().map(target::parse).transpose()?.map(|(to, _)| to);
    let question = Question {
        from: from.or_else(|| asked.as_ref().map(|asked| asked.from.clone())).context("say where it starts: --from")?,
        to: to.or_else(|| asked.as_ref().map(|asked| asked.to.clone())).context("say what is called: --to")?,
        expect: arguments.expect.map(Into::into).or(asked.map(|asked| asked.expect)).unwrap_or_default(),
    };
    let questions = vec![question];
    let (estate, seen) = estate.with_seen(&arguments.elsewhere.seen, &questions)?;
    let case = Case {
        seen,
        notes: estate.notes,
        ..Case::on_paper(Some(&estate.snapshot), questions, diagnose::Estate::OnPath)
    };
    let mut diagnosis = diagnose::diagnose(case, &|_| ())?;
    fix::prove(&mut diagnosis, &estate.snapshot);
    output.question(&diagnosis);
    Ok(exit::of_question(&diagnosis, output.threshold(Severity::Broken)))
}

/// The estate, and what a lab's scenario asks.
fn estate(arguments: &Trace, output: &Output) -> Result<(Estate, Option<Question>)> {
    if let Some(lab) = arguments.source.lab_on_paper()? {
        let node = lab.vantage(arguments.from.as_deref().unwrap_or(&lab.access().ask_from)).ok();
        let estate = lab.estate(node)?;
        let (question, _) = lab.question(&estate.snapshot)?;
        return Ok((estate, Some(question)));
    }
    let estate = arguments.source.estate(output)?.context("give an estate: --snapshot PATH, --azure or --lab NAME")?;
    Ok((estate, None))
}
