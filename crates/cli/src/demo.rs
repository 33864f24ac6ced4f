//! `privpath demo`: the first minute of a new user. A fault, the reason, the repair, and the proof.

use crate::args::{Check, Demo, Medium, Seen, Source};
use crate::check;
use crate::estate::LabInUse;
use crate::exit::Exit;
use crate::output::{Output, print};
use anyhow::{Result, bail};
use finding::{Diagnosis, Outcome, Remedy};
use fix::{Apply, Next};
use model::Verdict;
use std::time::Duration;

/// Plays a scenario: check, repair, check again. Ends well only if it went so.
pub(crate) fn run(arguments: &Demo, output: &Output) -> Result<Exit> {
    let scenario = &arguments.scenario;
    let needs_namespaces = lab::scenario(scenario).is_ok_and(|known| known.needs_namespaces);
    let usual = if needs_namespaces { Medium::Auto } else { Medium::Loopback };
    let asked_for = arguments.medium.unwrap_or_default();
    let lab = LabInUse::of_or_on(scenario, asked_for, arguments.medium.unwrap_or(usual))?.join()?;
    say(output, &format!("A pretend Azure starts on this machine.\n{}.\n", lab.access().title));
    say(output, &format!("$ privpath check --lab {scenario}\n"));
    let before = check::in_lab(&lab, &asked(scenario), output)?;
    if !output.is_json() {
        output.question(&before);
    }
    let Some(remedy) = remedy(&before) else {
        if output.is_json() {
            output.question(&before);
        }
        say(output, "\nNo remedy was shown to clear this: nothing is applied.\n");
        return Ok(if before.as_expected() { Exit::Good } else { Exit::Bad });
    };
    say(output, &format!("\nThe remedy is applied to the lab: {}.\n", remedy.title));
    apply(&lab, remedy, output)?;
    say(output, &format!("\n$ privpath check --lab {scenario}\n"));
    let after = check::in_lab(&lab, &asked(scenario), output)?;
    output.question(&after);
    say(output, &story(&before, &after));
    Ok(if after.verdict() == Some(Verdict::Private) { Exit::Good } else { Exit::Bad })
}

/// Prose is for people; a machine gets the last report only.
fn say(output: &Output, text: &str) {
    if !output.is_json() {
        print(&format!("{text}\n"));
    }
}

fn asked(scenario: &str) -> Check {
    Check {
        key_env: None,
        entra: false,
        deployment: None,
        url: None,
        source: Source { lab: Some(scenario.to_owned()), snapshot: None, azure: false },
        from: None,
        medium: Medium::Auto,
        dns: Vec::new(),
        socks5: None,
        elsewhere: Seen::default(),
        expect: None,
        timeout: Duration::from_secs(5),
        deadline: Duration::from_secs(15),
    }
}

/// The first remedy that was walked again and clears the question.
fn remedy(diagnosis: &Diagnosis) -> Option<&Remedy> {
    let about = diagnosis.findings.iter().filter(|finding| !finding.about.is_empty());
    about
        .flat_map(|finding| &finding.remedies)
        .find(|remedy| remedy.effect.outcome == Outcome::Clears && !remedy.spelling.arm.is_empty())
}

/// Sends the requests of a remedy to the lab's ARM API.
fn apply(lab: &LabInUse, remedy: &Remedy, output: &Output) -> Result<()> {
    let client = lab.client()?;
    let mut apply = Apply::new(remedy);
    loop {
        let request = match apply.next() {
            Next::Done => return Ok(()),
            Next::Send(request) => request.clone(),
            Next::Failed { request, why, .. } => {
                bail!("{} {} was answered {why}", request.method.word(), request.resource)
            }
        };
        match client.send(&request) {
            Ok(response) => {
                say(output, &format!("  {} {} → {}", request.method.word(), request.resource.name(), response.status));
                apply.answered(response.status, "");
            }
            Err(error) => bail!("{} {} failed: {error}", request.method.word(), request.resource),
        }
    }
}

fn story(before: &Diagnosis, after: &Diagnosis) -> String {
    let word = |diagnosis: &Diagnosis| diagnosis.verdict().map_or("nothing", Verdict::word);
    let code = before.findings.first().map_or("no finding", |finding| finding.meta.code);
    format!(
        "\nWhat happened: the call was {} because of one fault ({code}). The repair was\n\
         shown on the model first, then applied, and now the call is {}.\n\
         Go on with: privpath lab list, privpath check --lab NAME, privpath explain {code}",
        word(before),
        word(after)
    )
}
