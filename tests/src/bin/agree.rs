//! How often do prediction and packets agree on random estates? `agree COUNT SEED`, from `cargo xtask
//! agree`; `agree show SEED NUMBER` prints one estate as a scenario,
//! `agree only SEED NUMBER` compares just that one.

use anyhow::{Context, Result, bail};
use std::ops::Range;
use std::process::ExitCode;
use suite::agree::{self, Tally};

/// Most estates without a prediction, of a hundred.
const MOST_UNDETERMINED: usize = 2;

#[expect(clippy::print_stderr, reason = "a developer reads what went wrong")]
fn main() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("agree: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "a developer reads the result")]
fn work() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["show", seed, number] => print!("{}", agree::draw(read(seed)?, read(number)?)?.text),
        ["only", seed, number] => {
            let number: usize = read(number)?;
            agreed(&compared(number..number + 1, read(seed)?)?)?;
        }
        [count, seed] => {
            let tally = compared(0..read(count)?, read(seed)?)?;
            agreed(&tally)?;
            decided(&tally)?;
        }
        _ => bail!("usage: agree COUNT SEED, or agree show SEED NUMBER, or agree only SEED NUMBER"),
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a developer reads the result")]
fn compared(numbers: Range<usize>, seed: u64) -> Result<Tally> {
    let tally = agree::run(numbers, seed)?;
    print!("{}", words(&tally, seed));
    Ok(tally)
}

fn read<T: std::str::FromStr>(text: &str) -> Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().with_context(|| format!("{text:?} is no number"))
}

fn words(tally: &Tally, seed: u64) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for (drawn, words) in &tally.disagreed {
        let _ = writeln!(text, "disagrees: estate {} (agree show {seed} {}): {words}", drawn.number, drawn.number);
    }
    for (why, numbers) in &tally.undetermined {
        let _ = writeln!(text, "undetermined: {} estates, such as {}: {why}", numbers.len(), numbers[0]);
    }
    for (why, numbers) in &tally.narrowed {
        let _ = writeln!(text, "only the stage: {} estates, such as {}: {why}", numbers.len(), numbers[0]);
    }
    for (outcome, count) in &tally.outcomes {
        let _ = writeln!(text, "{count:6} {outcome}");
    }
    let estates = tally.estates();
    let _ = writeln!(
        text,
        "{estates} estates, seed {seed}: {} agree, {} only in the stage, {} undetermined, {} disagree; {} estates a minute",
        tally.agreed,
        tally.narrowed(),
        tally.undetermined(),
        tally.disagreed.len(),
        estates as u128 * 60_000 / tally.took.as_millis().max(1)
    );
    text
}

fn agreed(tally: &Tally) -> Result<()> {
    if tally.disagreed.is_empty() {
        return Ok(());
    }
    bail!("prediction and packets disagree; each disagreement becomes a file of tests/agreements, then a fix");
}

fn decided(tally: &Tally) -> Result<()> {
    if tally.undetermined() * 100 <= tally.estates() * MOST_UNDETERMINED {
        return Ok(());
    }
    bail!("more than {MOST_UNDETERMINED} of 100 estates have no prediction, though they are known completely");
}
