//! `privpath lab`: which pretend Azures are there, and which run?

use crate::args::{Lab, LabAction, Medium};
use crate::estate::trial;
use crate::exit::Exit;
use crate::lab_status;
use crate::lab_work;
use crate::output::{self, Output};
use ::lab::{Access, daemon};
use anyhow::{Context, Result};
use std::fmt::Write;

/// Lists, starts, shows and ends labs.
pub(crate) fn run(arguments: &Lab, output: &Output) -> Result<Exit> {
    let text = match &arguments.action {
        LabAction::List => list(output)?,
        LabAction::Up { scenario, name, medium, chaos } => {
            up(scenario, name.as_deref().unwrap_or(scenario), *medium, *chaos, output)?
        }
        LabAction::Status { name } => status(name.as_deref(), output)?,
        LabAction::Down { name } => down(name.as_deref(), output)?,
        LabAction::Exec { vantage, lab, command } => return lab_work::exec(lab.as_deref(), vantage, command),
        LabAction::Change { change, lab } => return lab_work::change(lab.as_deref(), change, output),
        LabAction::Serve { scenario, name, medium, chaos } => {
            daemon::run(name, &::lab::scenario(scenario)?, (*medium).into(), *chaos, &mut trial()?)?;
            return Ok(Exit::Good);
        }
        LabAction::Try => ::lab::trial(),
    };
    output::print(&text);
    Ok(Exit::Good)
}

fn list(output: &Output) -> Result<String> {
    let running = daemon::list()?;
    let mut rows = Vec::new();
    for (name, _) in ::lab::scenarios() {
        rows.push((*name, ::lab::scenario(name)?));
    }
    if output.is_json() {
        let scenarios: Vec<_> = rows
            .iter()
            .map(|(name, scenario)| serde_json::json!({"name": name, "title": scenario.title, "needs_namespaces": scenario.needs_namespaces}))
            .collect();
        let running: Vec<_> = running.iter().map(|(name, _)| name).collect();
        return Ok(serde_json::to_string_pretty(&serde_json::json!({"scenarios": scenarios, "running": running}))?);
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, scenario) in &rows {
        let needs = if scenario.needs_namespaces { " (needs namespaces)" } else { "" };
        writeln!(text, "{name:width$}  {}{needs}", scenario.title)?;
    }
    let names: Vec<&str> = running.iter().map(|(name, _)| name.as_str()).collect();
    match names.as_slice() {
        [] => writeln!(text, "\nnone runs; privpath lab up NAME starts one")?,
        names => writeln!(text, "\nrunning: {}", names.join(", "))?,
    }
    Ok(text)
}

fn up(scenario: &str, name: &str, medium: Medium, chaos: Option<u64>, output: &Output) -> Result<String> {
    // Said before a process is started, so that the message names the scenario.
    ::lab::scenario(scenario)?;
    let executable = std::env::current_exe().context("the path of this program cannot be found")?;
    let seed = chaos.map(|seed| format!("--chaos={seed}"));
    let mut arguments = vec!["lab", "serve", scenario, name, "--medium", word(medium)];
    arguments.extend(seed.as_deref());
    let access = daemon::up(name, &executable, &arguments)?;
    shown(name, &access, output)
}

fn word(medium: Medium) -> &'static str {
    match medium {
        Medium::Auto => "auto",
        Medium::Namespaces => "namespaces",
        Medium::Loopback => "loopback",
    }
}

fn status(name: Option<&str>, output: &Output) -> Result<String> {
    let running = match name {
        Some(name) => {
            let access = daemon::find(name)?
                .with_context(|| format!("no lab `{name}` runs; privpath lab up {name} starts it"))?;
            vec![(name.to_owned(), access)]
        }
        None => daemon::list()?,
    };
    if output.is_json() && name.is_none() {
        let all = running.iter().map(|(name, access)| lab_status::document(name, access));
        let all = all.collect::<Result<Vec<_>>>()?;
        return Ok(serde_json::to_string_pretty(&all)?);
    }
    if running.is_empty() {
        return Ok("no lab runs; privpath lab up NAME starts one\n".to_owned());
    }
    let texts = running.iter().map(|(name, access)| shown(name, access, output)).collect::<Result<Vec<_>>>()?;
    Ok(texts.join(if output.is_quiet() { "" } else { "\n" }))
}

fn shown(name: &str, access: &Access, output: &Output) -> Result<String> {
    match output.is_json() {
        true => Ok(serde_json::to_string_pretty(&lab_status::document(name, access)?)?),
        false => {
            let text = lab_status::text(name, access)?;
            let first = text.lines().next().unwrap_or_default();
            Ok(if output.is_quiet() { format!("{first}\n") } else { text })
        }
    }
}

fn down(name: Option<&str>, output: &Output) -> Result<String> {
    let names = match name {
        Some(name) => vec![name.to_owned()],
        None => daemon::list()?.into_iter().map(|(name, _)| name).collect(),
    };
    for name in &names {
        daemon::down(name)?;
    }
    if output.is_json() {
        return Ok(serde_json::to_string_pretty(&serde_json::json!({"ended": names}))?);
    }
    if names.is_empty() {
        return Ok("no lab runs\n".to_owned());
    }
    Ok(format!("ended: {}\n", names.join(", ")))
}
