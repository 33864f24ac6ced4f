//! `privpath lab`: which pretend Azures are there, and which run?

use crate::args::{Lab, LabAction, Medium};
use crate::estate::trial;
use crate::exit::Exit;
use crate::lab_work;
use crate::output::{self, Output};
use ::lab::{Access, MediumTaken, daemon};
use anyhow::{Context, Result};
use std::fmt::Write;

/// Lists, starts, shows and ends labs.
pub(crate) fn run(arguments: &Lab, output: &Output) -> Result<Exit> {
    let text = match &arguments.action {
        LabAction::List => list(output)?,
        LabAction::Up { scenario, name, medium } => up(scenario, name.as_deref().unwrap_or(scenario), *medium, output)?,
        LabAction::Status { name } => status(name.as_deref(), output)?,
        LabAction::Down { name } => down(name.as_deref(), output)?,
        LabAction::Exec { vantage, lab, command } => return lab_work::exec(lab.as_deref(), vantage, command),
        LabAction::Change { change, lab } => return lab_work::change(lab.as_deref(), change, output),
        LabAction::Serve { scenario, name, medium } => {
            daemon::run(name, &::lab::scenario(scenario)?, (*medium).into(), &mut trial()?)?;
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

fn up(scenario: &str, name: &str, medium: Medium, output: &Output) -> Result<String> {
    // Said before a process is started, so that the message names the scenario.
    ::lab::scenario(scenario)?;
    let executable = std::env::current_exe().context("the path of this program cannot be found")?;
    let access = daemon::up(name, &executable, &["lab", "serve", scenario, name, "--medium", word(medium)])?;
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
        let all: Vec<_> = running.iter().map(|(name, access)| document(name, access)).collect();
        return Ok(serde_json::to_string_pretty(&all)?);
    }
    if running.is_empty() {
        return Ok("no lab runs; privpath lab up NAME starts one\n".to_owned());
    }
    let texts = running.iter().map(|(name, access)| shown(name, access, output)).collect::<Result<Vec<_>>>()?;
    Ok(texts.join("\n"))
}

fn shown(name: &str, access: &Access, output: &Output) -> Result<String> {
    if output.is_json() {
        return Ok(serde_json::to_string_pretty(&document(name, access))?);
    }
    let mut text = format!("lab {name}: {}\n", access.title);
    writeln!(text, "  asks     {} → {}, expects {}", access.ask_from, access.ask_to, access.ask_expect)?;
    writeln!(text, "  ARM API  {} (TLS with a CA of its own)", access.arm)?;
    writeln!(text, "  stands   {} ({})", in_words(&access.medium), access.medium.why)?;
    for node in &access.vantages {
        if let Some(inside) = &node.inside {
            writeln!(text, "  {:8} {}, DNS {}; from outside:", node.text, inside.address, inside.dns_servers[0])?;
        }
        writeln!(text, "  {:8} DNS {}, SOCKS5 {}", node.text, node.dns, node.socks5)?;
    }
    if let Some(limits) = &access.limits {
        writeln!(text, "  note     {limits}")?;
    }
    for counter in daemon::counters(access)?.iter().filter(|counter| counter.packets > 0) {
        let verb = if counter.denies { "dropped" } else { "let through" };
        writeln!(text, "  {} {} {verb} {} packets", counter.group, counter.rule, counter.packets)?;
    }
    writeln!(text, "  privpath check --lab {name}")?;
    writeln!(text, "  privpath lab down {name}")?;
    Ok(text)
}

fn in_words(medium: &MediumTaken) -> &'static str {
    if medium.namespaces { "in network namespaces: real packets" } else { "on the loopback interface" }
}

/// A running lab for a machine.
fn document(name: &str, access: &Access) -> serde_json::Value {
    let vantages: Vec<_> = access
        .vantages
        .iter()
        .map(|node| serde_json::json!({"vantage": node.text, "dns": node.dns, "socks5": node.socks5, "inside": node.inside, "environment": node.environment}))
        .collect();
    serde_json::json!({
        "name": name, "scenario": access.scenario, "title": access.title, "arm": access.arm,
        "asks": {"from": access.ask_from, "to": access.ask_to, "expect": access.ask_expect},
        "medium": access.medium.word(), "vantages": vantages, "limits": access.limits,
    })
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
