//! Which reports of checks that ran elsewhere were given, and where were they made?

use anyhow::{Context, Result, bail};
use diagnose::Told;
use dialect::scenario::vantage;
use model::observation::Seen;
use model::{Snapshot, Vantage};
use std::io::Read;
use std::path::Path;

/// A longer file is no report of a check.
const LONGEST: u64 = 32 << 20;

/// Reads every report. An argument is a file, or `VANTAGE=FILE` where the report does not say where in the
/// estate it was made.
pub(crate) fn read(arguments: &[String], snapshot: &Snapshot) -> Result<Vec<Told>> {
    arguments.iter().map(|argument| one(argument, snapshot)).collect()
}

fn one(argument: &str, snapshot: &Snapshot) -> Result<Told> {
    let (from, file) = split(argument, snapshot)?;
    let text = text(Path::new(file)).with_context(|| format!("--seen {file} cannot be read"))?;
    // The path is of this machine; its last part is what a reader knows it by.
    let name = Path::new(file).file_name().map_or_else(|| file.to_owned(), |name| name.to_string_lossy().into_owned());
    let mut report = report::read(&name, &text)?;
    for observation in &mut report.observations {
        // Our own reports have no secrets; a file may have been written by anybody.
        if let Seen::Client(client) = &mut observation.seen {
            *client = probe::without_secrets(std::mem::take(client));
        }
    }
    Ok(Told { from, report })
}

/// A name with `=` in it that is a file is one.
fn split<'a>(argument: &'a str, snapshot: &Snapshot) -> Result<(Option<Vantage>, &'a str)> {
    match argument.split_once('=') {
        Some((place, file)) if !Path::new(argument).exists() => {
            let from = vantage::parse(place, snapshot).with_context(|| {
                format!("--seen {argument}: no such file, and what stands before `=` is no vantage of this estate")
            })?;
            Ok((Some(from), file))
        }
        _ => Ok((None, argument)),
    }
}

#[expect(clippy::disallowed_types, reason = "the file is named on the command line")]
fn text(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        bail!("it is larger than {} MiB, and no report of a check is", LONGEST >> 20);
    }
    String::from_utf8(bytes).context("it is not UTF-8 text: a shell may have written it as UTF-16; save it as UTF-8")
}
