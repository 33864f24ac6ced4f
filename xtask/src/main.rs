//! Which command does a developer or CI want to run? This is the only door to all of them.
//!
//! `xtask` imports no room: it looks at the repository from outside, as files and as what `cargo
//! metadata` says. What has to run the rooms' own code is a binary of the test suite: `generate`
//! for `gen`, `agree` and `fuzz` for the
//! commands of these names.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a tool of the repository: it reads and writes files, runs commands and measures time"
)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is what it prints")]

mod article;
mod bench;
mod estate;
mod generate;
mod modes;
mod new_check;
mod repository;
mod rooms;
mod scratch;
mod static_binary;
mod tidy;
mod truth;

use anyhow::{Result, bail};
use repository::Repository;
use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask COMMAND

  gen [--check]          write the generated files; with --check only say which are stale
  tidy                   check what the compiler does not: walls between rooms, sizes, links, tables
  new-check STAGE NAME   create the source file and the fixture of a check of docs/modes.tsv
  bench                  measure start, audit and check of the release build
  static                 build and check the static binary (musl)
  estate N FOLDER        write a healthy made-up estate of about N resources as ARM JSON
  agree N SEED           compare prediction and packets on N random estates (needs network namespaces)
  agree show SEED N      print one of these estates as a scenario
  fuzz SECONDS [SEED]    try random inputs on every reader, parser and the walker
  fuzz again TARGET FILE try one input that failed
  article [--check]      play the article with real az in the lab, write or compare its page (needs network namespaces)
  truth                  count what is documented, recorded, inferred and believed about Azure
  help                   this text";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        ["gen"] => generate::write(&Repository::find()?),
        ["gen", "--check"] => generate::check(&Repository::find()?),
        ["tidy"] => tidy::run(&Repository::find()?),
        ["new-check", stage, name] => new_check::run(&Repository::find()?, stage, name),
        ["bench"] => bench::run(&Repository::find()?),
        ["static"] => static_binary::run(&Repository::find()?),
        ["agree", rest @ ..] => generate::run_suite_binary(&Repository::find()?, "agree", rest),
        ["fuzz", rest @ ..] => generate::run_suite_binary(&Repository::find()?, "fuzz", rest),
        ["article"] => article::write(&Repository::find()?),
        ["article", "--check"] => article::check(&Repository::find()?),
        ["truth"] => truth::run(&Repository::find()?),
        ["estate", count, folder] => estate::run(count, folder.as_ref()),
        other => bail!("`{}` is not a command with its arguments.\n\n{HELP}", other.join(" ")),
    }
}
