//! Do prediction and packets agree on random estates?
//!
//! A random estate is written as a scenario (`estate`), predicted, and packed with others into one
//! lab in network namespaces (`pack`). Every question is measured from its vantage; verdict, way and
//! end must be those predicted, and the counters of the kernel must name the place where the packet
//! stopped (`judge`). Where several hosts share the caller's subnet, the answer of the subnet is
//! held against what each of them measures (`members`). Estates are known completely: what is undetermined is a
//! behaviour that the walker does not know yet, and is counted apart. So is what names only the stage that lets nothing
//! through: no document says what public DNS answers for an account that was deleted.

mod draft;
mod estate;
mod gateways;
pub mod judge;
pub mod members;
mod names;
mod pack;
mod policy;
mod resolving;

use anyhow::Result;
use dialect::scenario::Scenario;
use fastrand::Rng;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many estates share one lab: each has address space of its own.
const PACKED: u8 = 20;

/// A random estate, and what its scenario says.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Its number, which with the seed makes it again.
    pub number: usize,
    /// The scenario as text.
    pub text: String,
    /// The scenario.
    pub scenario: Scenario,
}

/// What came of many estates.
#[derive(Debug, Default)]
pub struct Tally {
    /// Verdict, way and end were measured as predicted, and the place was named.
    pub agreed: usize,
    /// Only the stage was predicted that lets nothing through privately: the estates, and why not more.
    pub narrowed: BTreeMap<String, Vec<usize>>,
    /// Nothing was predicted: the estates, and why, with how often.
    pub undetermined: BTreeMap<String, Vec<usize>>,
    /// Prediction and packets differ: the estate and the words.
    pub disagreed: Vec<(Drawn, String)>,
    /// How often each outcome was predicted and agreed.
    pub outcomes: BTreeMap<String, usize>,
    /// How long everything took.
    pub took: Duration,
}

impl Tally {
    /// How many estates were judged.
    pub fn estates(&self) -> usize {
        self.agreed + self.narrowed() + self.undetermined() + self.disagreed.len()
    }

    /// Of how many estates only a stage was predicted.
    pub fn narrowed(&self) -> usize {
        self.narrowed.values().map(Vec::len).sum()
    }

    /// How many estates had no prediction.
    pub fn undetermined(&self) -> usize {
        self.undetermined.values().map(Vec::len).sum()
    }
}

/// The random estate of a number. The same seed and number give the same text.
pub fn draw(seed: u64, number: usize) -> Result<Drawn> {
    let mut rng = Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
    let slot = u8::try_from(number % usize::from(PACKED))?;
    let text = estate::text(slot, &mut rng);
    let name = format!("agree-{seed}-{number}");
    let scenario = Scenario::parse(&name, &text, &|_| None)?;
    Ok(Drawn { number, text, scenario })
}

/// Draws, predicts, builds, measures and compares the estates of these numbers.
pub fn run(numbers: std::ops::Range<usize>, seed: u64) -> Result<Tally> {
    let started = Instant::now();
    let mut tally = Tally::default();
    for first in numbers.clone().step_by(usize::from(PACKED)) {
        let packed = first..numbers.end.min(first + usize::from(PACKED));
        let drawn = packed.map(|number| draw(seed, number)).collect::<Result<Vec<_>>>()?;
        for (drawn, judged) in drawn.iter().zip(pack::measured(&drawn)?) {
            tally.note(drawn, judged);
        }
    }
    tally.took = started.elapsed();
    Ok(tally)
}

impl Tally {
    fn note(&mut self, drawn: &Drawn, judged: judge::Judgement) {
        match judged {
            judge::Judgement::Agrees(outcome) => {
                self.agreed += 1;
                *self.outcomes.entry(outcome).or_default() += 1;
            }
            judge::Judgement::Narrowed(why) => self.narrowed.entry(why).or_default().push(drawn.number),
            judge::Judgement::Undetermined(why) => self.undetermined.entry(why).or_default().push(drawn.number),
            judge::Judgement::Disagrees(words) => self.disagreed.push((drawn.clone(), words)),
        }
    }
}
