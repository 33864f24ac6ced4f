//! Does anything that comes from outside make the program panic, hang or print what it must not?
//!
//! A [`Target`] takes bytes of one sort: a document, a scenario, a pasted text, what a server sends. It
//! begins with good examples ([`Target::seeds`]), which are changed at random (`mutate`). A panic, a
//! broken promise (`assert!` in the target) or an input that takes longer than [`PATIENCE`] is a
//! failure. Everything comes from one seed, so that a failure can be met again; the input under trial
//! is on disk before it is tried, so that it is there even when the process dies.
//!
//! `cargo xtask fuzz SECONDS [SEED]` runs all of them on stable Rust; the targets of `fuzz/` give the
//! same functions to libFuzzer, which is guided by coverage and needs nightly Rust.

mod estates;
mod mutate;
mod seen;
mod texts;
mod wire;

use anyhow::{Context, Result, bail};
use fastrand::Rng;
use mutate::Mutation;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// No input of the sizes met here may take longer; in practice they take milliseconds.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Inputs do not grow beyond this by mutation.
const LONGEST: usize = 64 * 1024;

/// One sort of input, and what reads it.
pub struct Target {
    /// Its name, which is also the name of its libFuzzer target.
    pub name: &'static str,
    /// Which reader it is about, in a few words.
    pub about: &'static str,
    /// Good inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// How an input becomes another.
    mutation: Mutation,
    /// Reads one input. Panics when a promise is broken.
    pub run: fn(&[u8]),
}

/// Every target, in the order in which they are run.
pub const TARGETS: [Target; 11] = [
    Target {
        name: "documents",
        about: "ARM and az documents: read, written, read again",
        seeds: estates::documents,
        mutation: Mutation::Bytes,
        run: estates::read_and_write,
    },
    Target {
        name: "estates",
        about: "the walker, all checks, remedies and reports on broken estates",
        seeds: estates::documents,
        mutation: Mutation::Json,
        run: estates::judge,
    },
    Target {
        name: "scenarios",
        about: "scenario files",
        seeds: texts::scenarios,
        mutation: Mutation::Lines,
        run: texts::scenario,
    },
    Target {
        name: "words",
        about: "changes, vantages, URLs, names, ids, ports",
        seeds: texts::words,
        mutation: Mutation::Lines,
        run: texts::word,
    },
    Target {
        name: "intents",
        about: "claims and suppressions of privpath.toml",
        seeds: texts::intents,
        mutation: Mutation::Lines,
        run: texts::intent,
    },
    Target {
        name: "seen",
        about: "reports of other checks, given with --seen",
        seeds: seen::documents,
        mutation: Mutation::Json,
        run: seen::joined,
    },
    Target {
        name: "phrases",
        about: "pasted error texts",
        seeds: texts::pasted,
        mutation: Mutation::Bytes,
        run: texts::phrase,
    },
    Target {
        name: "environment",
        about: "the environment of a client: endpoint and proxy variables",
        seeds: texts::environments,
        mutation: Mutation::Lines,
        run: texts::environment,
    },
    Target {
        name: "dns",
        about: "answers of a DNS server, over UDP and TCP",
        seeds: wire::dns_answers,
        mutation: Mutation::Bytes,
        run: wire::dns,
    },
    Target {
        name: "http",
        about: "responses of a service",
        seeds: wire::http_responses,
        mutation: Mutation::Bytes,
        run: wire::http,
    },
    Target {
        name: "certificates",
        about: "certificates of a service",
        seeds: wire::certificates,
        mutation: Mutation::Bytes,
        run: wire::certificate,
    },
];

/// The target of a name.
pub fn target(name: &str) -> Result<&'static Target> {
    let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    let found = TARGETS.iter().find(|target| target.name == name);
    found.with_context(|| format!("`{name}` is no fuzz target; there are {}", known.join(", ")))
}

/// Runs a target on one input, for libFuzzer.
///
/// # Panics
///
/// When the target does not exist, and when a promise is broken: that is how libFuzzer hears of it.
pub fn once(name: &str, input: &[u8]) {
    let target = target(name).expect("fuzz/Cargo.toml names targets that exist");
    (target.run)(input);
}

/// How a target fared.
#[derive(Debug, Clone, Copy)]
pub struct Fared {
    /// Inputs tried.
    pub inputs: usize,
    /// The longest that one of them took.
    pub longest: Duration,
}

/// Where the input under trial is kept.
pub fn kept(name: &str) -> PathBuf {
    crate::repository::path("target/fuzz").join(name)
}

/// Tries random inputs on a target for some time: the good ones first, as they are. An error names the
/// file with the input that failed.
pub fn run(target: &'static Target, time: Duration, seed: u64) -> Result<Fared> {
    let file = kept(target.name);
    let (done, heard) = mpsc::channel();
    let worker = std::thread::spawn(move || work(target, time, seed, &done));
    watch(&heard).with_context(|| format!("{} (input: {})", target.name, file.display()))?;
    worker.join().map_err(|_| anyhow::anyhow!("{}: the thread that tries inputs died", target.name))?
}

/// Waits for each input to be done; an input that never is fails.
fn watch(heard: &Receiver<()>) -> Result<()> {
    loop {
        match heard.recv_timeout(PATIENCE) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => bail!("an input takes longer than {} s", PATIENCE.as_secs()),
        }
    }
}

fn work(target: &Target, time: Duration, seed: u64, done: &Sender<()>) -> Result<Fared> {
    let began = now();
    let seeds = (target.seeds)();
    let mut rng = Rng::with_seed(seed);
    let mut fared = Fared { inputs: 0, longest: Duration::ZERO };
    let dictionary = mutate::Dictionary::of(&seeds);
    while fared.inputs < seeds.len() || began.elapsed() < time {
        let input = match seeds.get(fared.inputs) {
            Some(good) => good.clone(),
            None => target.mutation.apply(&seeds, &dictionary, &mut rng),
        };
        let tried = now();
        attempt(target, &input[..input.len().min(LONGEST.max(longest(&seeds)))])?;
        fared.inputs += 1;
        fared.longest = fared.longest.max(tried.elapsed());
        // Nobody listens any more when an input took too long.
        let _ = done.send(());
    }
    Ok(fared)
}

fn longest(seeds: &[Vec<u8>]) -> usize {
    seeds.iter().map(Vec::len).max().unwrap_or_default()
}

/// Tries one input, which is on disk before.
pub fn attempt(target: &Target, input: &[u8]) -> Result<()> {
    let file = kept(target.name);
    std::fs::create_dir_all(file.parent().unwrap_or(&file)).context("creating the folder target/fuzz")?;
    std::fs::write(&file, input).with_context(|| format!("writing {}", file.display()))?;
    if catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_ok() {
        return Ok(());
    }
    let failed = file.with_extension("failed");
    std::fs::copy(&file, &failed).with_context(|| format!("writing {}", failed.display()))?;
    bail!("{} fails; try it again with: cargo xtask fuzz again {} {}", target.name, target.name, failed.display())
}

#[expect(clippy::disallowed_methods, reason = "fuzzing is bounded by time")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_inputs_are_good() {
        for target in &TARGETS {
            let fared = run(target, Duration::ZERO, 1).unwrap();
            assert_eq!(fared.inputs, (target.seeds)().len(), "{}", target.name);
            assert!(fared.inputs > 0, "{} begins with nothing", target.name);
        }
    }

    #[test]
    fn what_fails_is_kept_and_named() {
        let target = Target {
            name: "fails-on-purpose",
            about: "",
            seeds: || vec![b"bad".to_vec()],
            mutation: Mutation::Bytes,
            run: |input| assert_eq!(input, b"good"),
        };
        let error = format!("{:#}", attempt(&target, b"bad").unwrap_err());
        assert!(error.contains("cargo xtask fuzz again fails-on-purpose"), "{error}");
        assert_eq!(std::fs::read(kept("fails-on-purpose").with_extension("failed")).unwrap(), b"bad");
        attempt(&target, b"good").unwrap();
    }

    #[test]
    fn libfuzzer_has_the_same_targets() {
        let manifest: toml::Table = toml::from_str(&crate::repository::read("fuzz/Cargo.toml").unwrap()).unwrap();
        let bins = manifest["bin"].as_array().unwrap();
        let names: Vec<&str> = bins.iter().map(|bin| bin["name"].as_str().unwrap()).collect();
        assert_eq!(names, TARGETS.map(|target| target.name));
        for name in names {
            let text = crate::repository::read(&format!("fuzz/fuzz_targets/{name}.rs")).unwrap();
            assert!(text.contains(&format!("once(\"{name}\"")), "{name}");
        }
    }
}
