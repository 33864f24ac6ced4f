//! How does an ARM API behave on a bad day? Some requests are throttled, fail, or end with the connection, and
//! operations take longer. Which ones follows from a seed.

use std::fmt;

/// Of a hundred requests: throttled, failed, unavailable, cut off before the answer.
const THROTTLED: u64 = 10;
const FAILED: u64 = 6;
const UNAVAILABLE: u64 = 4;
const CUT: u64 = 4;

/// Most polls by which an operation takes longer.
const SLOWER: u64 = 2;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// 429, with a second to wait.
    Throttled,
    /// 500: nothing was done.
    Failed,
    /// 503: nothing was done.
    Unavailable,
    /// The connection ends instead of an answer. What was asked for is done all the same.
    Cut,
}

/// A sequence of mishaps.
#[derive(Clone)]
pub(crate) struct Chaos(u64);

impl Chaos {
    /// The sequence of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// What happens to the next request, if anything.
    pub(crate) fn next(&mut self) -> Option<Mishap> {
        let mut left = self.draw() % 100;
        let kinds = [
            (THROTTLED, Mishap::Throttled),
            (FAILED, Mishap::Failed),
            (UNAVAILABLE, Mishap::Unavailable),
            (CUT, Mishap::Cut),
        ];
        kinds.into_iter().find_map(|(share, mishap)| {
            let hit = left < share;
            left = left.saturating_sub(share);
            hit.then_some(mishap)
        })
    }

    /// By how many polls the next operation takes longer.
    pub(crate) fn slower(&mut self) -> u32 {
        u32::try_from(self.draw() % (SLOWER + 1)).unwrap_or_default()
    }

    /// The generator `splitmix64`.
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl fmt::Debug for Chaos {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Chaos").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_sequence_with_every_mishap() {
        let sequence = |seed| {
            let mut chaos = Chaos::new(seed);
            std::iter::repeat_with(move || chaos.next()).take(1_000).collect::<Vec<_>>()
        };
        let one = sequence(7);
        assert_eq!(one, sequence(7));
        assert_ne!(one, sequence(8));
        for wanted in [Mishap::Throttled, Mishap::Failed, Mishap::Unavailable, Mishap::Cut] {
            assert!(one.contains(&Some(wanted)), "{wanted:?}");
        }
        let good = one.iter().filter(|mishap| mishap.is_none()).count();
        assert!((650..850).contains(&good), "{good} of 1000");
    }
}
