//! The binary `privpath`: which subcommand was asked for, and with what exit code does it end?

mod args;
mod audit;
mod check;
mod credential;
mod demo;
mod entra;
mod estate;
mod exit;
mod explain;
mod intent;
mod lab;
mod lab_status;
mod lab_work;
mod output;
mod pages;
mod progress;
mod seen;
mod subscriptions;
mod trace;

use args::{Arguments, Command};
use clap::Parser;
use exit::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let output = output::Output::new(&arguments.shared);
    let done = match arguments.command {
        Command::Demo(demo) => demo::run(&demo, &output),
        Command::Check(check) => check::run(&check, &output),
        Command::Trace(trace) => trace::run(&trace, &output),
        Command::Audit(audit) => audit::run(&audit, &output),
        Command::Explain(explain) => explain::run(&explain, &output),
        Command::Lab(lab) => lab::run(&lab, &output),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(error) => {
            output.error(&error);
            Exit::Failed.into()
        }
    }
}

/// Help and version go to standard output and are no failure; anything else is a usage error, as a
/// document when JSON was asked for.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    let shown = match text.lines().all(|line| model::visible(line) == line) {
        true => error.print(),
        // The words that were given could steer a terminal.
        false => output::complain(&text),
    };
    if error.use_stderr() && std::env::args_os().any(|word| word == "json" || word == "--format=json") {
        let words = text.trim().trim_start_matches("error:").trim().to_owned();
        output::print(&report::error_json(&words, &[], None, &output::tool()));
    }
    match (shown, error.use_stderr()) {
        (Ok(()), false) => ExitCode::SUCCESS,
        _ => Exit::Failed.into(),
    }
}
