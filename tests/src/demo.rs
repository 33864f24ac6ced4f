//! What does `privpath demo` show? The block in README, played by the same rooms as the command, with
//! fixed times and ports.
//!
//! The sentences around the two reports are those of `crates/cli/src/demo.rs`; a test of the binary
//! (`show::the_demo_in_the_readme_is_what_the_command_prints`) compares the two.

use crate::play;
use anyhow::{Context, Result, bail};
use azure::{Client, Roots, Token};
use diagnose::Estate;
use dialect::scenario::Scenario;
use finding::{Diagnosis, Note, Outcome, Remedy};
use fix::{Apply, Next};
use lab::{Access, Lab};
use model::{Request, Snapshot, Verdict};
use std::fmt::Write;

/// Where the block stands.
pub const FILE: &str = "README.md";

const BEGIN: &str = "<!-- demo:begin -->\n";
const END: &str = "<!-- demo:end -->";
const SCENARIO: &str = "zone-not-linked";

/// README with the block as it should be.
pub fn readme(text: &str) -> Result<String> {
    let (before, rest) = text.split_once(BEGIN).with_context(|| format!("{FILE} has no line {BEGIN}"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("{FILE} has no line {END}"))?;
    Ok(format!("{before}{BEGIN}```console\n$ privpath demo\n{}```\n{END}{after}", shown()?))
}

/// What the command prints.
fn shown() -> Result<String> {
    let scenario = lab::scenario(SCENARIO)?;
    let lab = Lab::start(&scenario)?;
    let access = lab.access();
    let client = Client::new(&access.arm, &Token::bearer(&access.token), &Roots::Pem(access.ca_pem.clone()))?;
    let before = check(&lab, &scenario, &client)?;
    let about = before.findings.iter().filter(|finding| !finding.about.is_empty());
    let clears = |remedy: &&Remedy| remedy.effect.outcome == Outcome::Clears && !remedy.spelling.arm.is_empty();
    let remedy = about.flat_map(|finding| &finding.remedies).find(clears).context("nothing repairs the demo")?;
    let mut text = format!("A pretend Azure starts on this machine.\n{}.\n\n", access.title);
    let again = format!("$ privpath check --lab {SCENARIO}\n\n");
    let report = |diagnosis: &Diagnosis| report::terminal(diagnosis, &report::Style::default());
    _ = write!(text, "{again}{}\nThe remedy is applied to the lab: {}.\n\n", report(&before), remedy.title);
    for (request, status) in apply(remedy, &client)? {
        _ = writeln!(text, "  {} {} → {status}", request.method.word(), request.resource.name());
    }
    let after = check(&lab, &scenario, &client)?;
    _ = write!(text, "\n{again}{}{}", report(&after), story(&before, &after));
    Ok(text)
}

fn check(lab: &Lab, scenario: &Scenario, client: &Client) -> Result<Diagnosis> {
    let snapshot = gathered(lab.access(), scenario, client)?;
    let predicted = path::predict(&snapshot, &scenario.question);
    let observations = play::masked(play::measure(lab, scenario, &predicted, crate::case::Caller::default())?);
    let mut diagnosis = play::conclude(&snapshot, &scenario.question, observations, Estate::OnPath);
    let text = format!("{SCENARIO} was started for this command only");
    diagnosis.notes.insert(0, Note { about: "lab".to_owned(), text });
    fix::prove(&mut diagnosis, &snapshot);
    Ok(diagnosis)
}

/// The estate as the lab's ARM API tells it.
fn gathered(access: &Access, scenario: &Scenario, client: &Client) -> Result<Snapshot> {
    let gathered = gather::live(client, &access.subscription)?;
    if let Some(note) = gathered.notes.first() {
        bail!("reading the lab's estate: {}", note.text);
    }
    Ok(gathered.snapshot.with_client(scenario.snapshot().client().clone()))
}

fn apply(remedy: &Remedy, client: &Client) -> Result<Vec<(Request, u16)>> {
    let mut apply = Apply::new(remedy);
    let mut sent = Vec::new();
    loop {
        let request = match apply.next() {
            Next::Done => return Ok(sent),
            Next::Send(request) => request.clone(),
            Next::Failed { request, why, .. } => bail!("{} was answered {why}", request.resource),
        };
        let status = client.send(&request)?.status;
        apply.answered(status, "");
        sent.push((request, status));
    }
}

fn story(before: &Diagnosis, after: &Diagnosis) -> String {
    let word = |diagnosis: &Diagnosis| diagnosis.verdict().map_or("nothing", Verdict::word);
    let code = before.findings.first().map_or("no finding", |finding| finding.meta.code);
    format!(
        "\nWhat happened: the call was {} because of one fault ({code}). The repair was\n\
         shown on the model first, then applied, and now the call is {}.\n\
         Go on with: privpath lab list, privpath check --lab NAME, privpath explain {code}\n",
        word(before),
        word(after)
    )
}
