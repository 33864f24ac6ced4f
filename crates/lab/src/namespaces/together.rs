//! How is much done at once that does not depend on each other? Each program of a namespace is short, and
//! there are hundreds.

use crate::LabError;
use std::sync::{Mutex, PoisonError};

/// More than this many at a time only wait for the kernel's lock over links.
const MOST: usize = 8;

/// Does all of it, in no order; gives the results in order, or the first error.
pub(crate) fn all<I: Send, T: Send>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> Result<T, LabError> + Sync,
) -> Result<Vec<T>, LabError> {
    let items: Vec<(usize, I)> = items.into_iter().enumerate().collect();
    let threads = items.len().min(MOST);
    let todo = Mutex::new(items.into_iter());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((place, item)) = { todo.lock().unwrap_or_else(PoisonError::into_inner).next() } {
                    let result = work(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((place, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}
