//! Does any random input break a reader? `fuzz SECONDS [SEED]`, from `cargo xtask fuzz`; `fuzz again
//! TARGET FILE` tries one input that failed.

#![allow(clippy::disallowed_methods, reason = "an input that failed is a file")]

use anyhow::{Context, Result, bail};
use std::process::ExitCode;
use std::time::Duration;
use suite::fuzz::{self, TARGETS, Target};

/// The seed where none is given.
const SEED: &str = "1";

#[expect(clippy::print_stderr, reason = "a developer reads what went wrong")]
fn main() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fuzz: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "a developer reads the result")]
fn work() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (seconds, seed) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["again", name, file] => {
            let input = std::fs::read(file).with_context(|| format!("reading {file}"))?;
            fuzz::attempt(fuzz::target(name)?, &input)?;
            println!("{name}: {} bytes, nothing wrong", input.len());
            return Ok(());
        }
        [seconds] => (seconds, SEED),
        [seconds, seed] => (seconds, seed),
        _ => bail!("usage: fuzz SECONDS [SEED], or fuzz again TARGET FILE"),
    };
    let seconds: u64 = seconds.parse().with_context(|| format!("{seconds:?} is no number of seconds"))?;
    let seed = seed.parse().with_context(|| format!("{seed:?} is no seed"))?;
    let each = Duration::from_secs(seconds) / u32::try_from(TARGETS.len())?;
    let failed = TARGETS.iter().filter_map(|target| tried(target, each, seed).err());
    let failed: Vec<String> = failed.map(|error| format!("\n{error:#}")).collect();
    match failed.len() {
        0 => Ok(()),
        count => bail!("{count} of {} targets failed, seed {seed}:{}", TARGETS.len(), failed.concat()),
    }
}

#[expect(clippy::print_stdout, reason = "a developer reads the result")]
fn tried(target: &'static Target, time: Duration, seed: u64) -> Result<()> {
    let fared = fuzz::run(target, time, seed)?;
    println!(
        "{:12} {:7} inputs, the longest took {:4} ms: {}",
        target.name,
        fared.inputs,
        fared.longest.as_millis(),
        target.about
    );
    Ok(())
}
