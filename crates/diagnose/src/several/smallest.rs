//! Which of these repairs are needed? A later one alone may do.

use super::{Copy, Step};
use model::Change;

/// The fewest steps that let the call arrive, in their order, and the copy that they give. Of several sets of the
/// same size the one with the earliest steps is taken.
pub(super) fn of(real: &Copy, steps: Vec<Step>, whole: Copy) -> (Vec<Step>, Copy) {
    // One step that arrives can do no better; the number of steps is small.
    let all = 1_usize << steps.len();
    let mut sets: Vec<usize> = (1..all.saturating_sub(1)).collect();
    // The lowest bit is the first step.
    sets.sort_by_key(|set| (set.count_ones(), std::cmp::Reverse(set.reverse_bits())));
    for set in sets {
        let chosen = || steps.iter().enumerate().filter(|(index, _)| set & (1 << index) != 0).map(|(_, step)| step);
        let changes: Vec<Change> = chosen().flat_map(|step| step.changes.clone()).collect();
        let copy = real.after(&changes);
        if copy.arrives() {
            let kept = chosen().cloned().collect();
            return (kept, copy);
        }
    }
    (steps, whole)
}
