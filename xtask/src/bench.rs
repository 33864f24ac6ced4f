//! How quick is the release build? Medians, beside the limits that the project set itself.
//!
//! It measures and judges nothing: a busy machine is slow, and that is no fault of the code.

use crate::estate;
use crate::repository::{Repository, printed, succeed, words};
use crate::scratch::Scratch;
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RESOURCES: usize = 3_000;
/// A large estate: each of its resources may cost half as much again.
const MANY_RESOURCES: usize = 50_000;
const LAB: &str = "healthy";

/// The service tags of the file that Azure publishes weekly, and the prefixes of each: as many as there are about.
const TAGS: u32 = 3_000;
const PREFIXES_OF_A_TAG: u32 = 33;

/// Runs a command and prints the largest amount of memory that it held, as the system counts it.
/// The interpreter's own start, some 10 MB, is the least that can be seen this way.
const PEAK_MEMORY: &str = "
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
unit = 1 if sys.platform == 'darwin' else 1024
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit)
";

/// One line of the table.
struct Row {
    what: String,
    runs: usize,
    median: String,
    limit: &'static str,
}

/// Builds the release binary, measures it, and prints the table.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    succeed(repository.cargo().args(["build", "--release", "--package", "cli"]))?;
    let binary = release_binary(repository)?;
    let scratch = Scratch::new("bench")?;
    let estate_folder = scratch.path().join("estate");
    let count = estate::write(RESOURCES, &estate_folder)?;
    let privpath = |arguments: &[&str]| {
        let mut command = Command::new(&binary);
        command.args(arguments);
        command
    };

    let mut rows = vec![timed(&|| privpath(&["explain", "DNS001"]), 50, &[0], "10 ms")?];
    let folder = estate_folder.to_string_lossy();
    // The estate is healthy, but an audit may have to say that it could not judge everything.
    let audit = || privpath(&["audit", "--snapshot", &folder]);
    let mut row = timed(&audit, 15, &[0, 3], "150 ms")?;
    row.what = format!("privpath audit, {count} resources");
    rows.push(row);
    rows.push(memory(&audit()));
    let bytes = write_service_tags(&estate_folder)?;
    let mut row = timed(&audit, 15, &[0, 3], "-")?;
    row.what = format!("the same, with {TAGS} service tags in a file of {}", megabytes(bytes));
    rows.push(row);
    rows.push(memory(&audit()));
    let large = scratch.path().join("large");
    let many = estate::write(MANY_RESOURCES, &large)?;
    let folder = large.to_string_lossy();
    let mut row = timed(&|| privpath(&["audit", "--snapshot", &folder]), 5, &[0, 3], "-")?;
    row.what = format!("privpath audit, {many} resources");
    rows.push(row);
    rows.push(green_check(&privpath)?);
    print_table(&rows);
    Ok(())
}

/// Writes a file of service tags in the form of Azure's weekly one, beside an estate; gives its size in bytes.
fn write_service_tags(folder: &Path) -> Result<u64> {
    let prefix = |number: u32| {
        let [_, high, middle, low] = number.to_be_bytes();
        format!("{}.{middle}.{low}.0/24", 20 + u16::from(high))
    };
    let tag = |number: u32| {
        let first = number * PREFIXES_OF_A_TAG;
        let prefixes: Vec<String> = (first..first + PREFIXES_OF_A_TAG).map(prefix).collect();
        let name = format!("Service{number}.Region");
        let held = serde_json::json!({
            "changeNumber": 1, "region": "region", "platform": "Azure", "systemService": "", "addressPrefixes": prefixes,
            "networkFeatures": ["API", "NSG", "UDR", "FW"],
        });
        serde_json::json!({ "name": name, "id": name, "properties": held })
    };
    let values: Vec<_> = (0..TAGS).map(tag).collect();
    let document = serde_json::json!({ "changeNumber": 1, "cloud": "Public", "values": values });
    let text = serde_json::to_string_pretty(&document).context("writing service tags as JSON")?;
    let file = folder.join("service-tags.json");
    std::fs::write(&file, &text).with_context(|| format!("writing {}", file.display()))?;
    Ok(text.len() as u64)
}

/// Where cargo puts the release binary.
fn release_binary(repository: &Repository) -> Result<String> {
    #[derive(serde::Deserialize)]
    struct Metadata {
        target_directory: String,
    }
    let text = printed(repository.cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Metadata = serde_json::from_str(&text).context("reading what `cargo metadata` printed")?;
    Ok(format!("{}/release/privpath{}", metadata.target_directory, std::env::consts::EXE_SUFFIX))
}

/// Measures a check against a lab that runs in the background, and stops the lab in any case.
fn green_check(privpath: &dyn Fn(&[&str]) -> Command) -> Result<Row> {
    let up = privpath(&["lab", "up", LAB]).stdout(Stdio::null()).status().context("starting `privpath lab up`")?;
    ensure!(up.success(), "`privpath lab up {LAB}` failed ({up}); is a lab of that name running already?");
    let row = timed(&|| privpath(&["check", "--lab", LAB]), 15, &[0], "-");
    let down =
        privpath(&["lab", "down", LAB]).stdout(Stdio::null()).status().context("starting `privpath lab down`")?;
    ensure!(down.success(), "`privpath lab down {LAB}` failed ({down}); stop the lab by hand");
    row
}

/// The median of the wall time of some runs, after one that is not counted.
fn timed(command: &dyn Fn() -> Command, runs: usize, good: &[i32], limit: &'static str) -> Result<Row> {
    once(&mut command(), good)?;
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        times.push(once(&mut command(), good)?);
    }
    Ok(Row { what: words(&command()), runs, median: milliseconds(median(&mut times)), limit })
}

fn once(command: &mut Command, good: &[i32]) -> Result<Duration> {
    let words = words(command);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).stdin(Stdio::null());
    let start = Instant::now();
    let output = command.output().with_context(|| format!("starting `{words}`"))?;
    let time = start.elapsed();
    if output.status.code().is_none_or(|code| !good.contains(&code)) {
        bail!("`{words}` ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(time)
}

fn memory(command: &Command) -> Row {
    let mut python = Command::new("python3");
    python.args(["-c", PEAK_MEMORY]).arg(command.get_program()).args(command.get_args());
    let bytes = printed(&mut python).ok().and_then(|text| text.trim().parse::<u64>().ok());
    let median = bytes.map_or_else(|| "not measured: needs python3".to_owned(), megabytes);
    Row { what: "the same, peak memory".to_owned(), runs: 1, median, limit: "80 MB" }
}

fn print_table(rows: &[Row]) {
    println!("| What | Runs | Median | Limit |\n| --- | ---: | ---: | ---: |");
    for Row { what, runs, median, limit } in rows {
        println!("| `{what}` | {runs} | {median} | {limit} |");
    }
    println!("\nMedians of wall time, as this machine was just now. No number here passes or fails anything.");
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    let middle = times.len() / 2;
    match times {
        [] => Duration::ZERO,
        _ if times.len() % 2 == 1 => times[middle],
        _ => (times[middle - 1] + times[middle]) / 2,
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two() {
        let median = |milliseconds: &[u64]| {
            median(&mut milliseconds.iter().map(|time| Duration::from_millis(*time)).collect::<Vec<_>>())
        };
        assert_eq!(median(&[9, 1, 5]), Duration::from_millis(5));
        assert_eq!(median(&[9, 1, 5, 6]), Duration::from_micros(5500));
        assert_eq!(median(&[]), Duration::ZERO);
    }

    #[test]
    fn numbers_are_read_by_people() {
        assert_eq!(milliseconds(Duration::from_micros(12_345)), "12.3 ms");
        assert_eq!(megabytes(12_000_001), "13 MB");
    }
}
