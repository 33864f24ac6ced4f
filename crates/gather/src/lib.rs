//! The way in: files or the ARM API to a snapshot and notes.
//!
//! ```text
//! files ─┐
//!        ├─► dialect::arm::Reader ─► Snapshot (with origins and coverage) + notes
//! azure ─┘
//! ```
//!
//! Nothing here understands a body; that is dialect's. What could not be read is a note and a gap
//! in the coverage; an error means that nothing could be read at all.

mod error;
mod files;
mod live;

#[cfg(test)]
mod tests;

pub use dialect::Note;
pub use dialect::arm::Subscription;
pub use error::GatherError;
pub use files::files;
pub use live::{live, readable, subscriptions};

use dialect::arm::Reading;
use model::Snapshot;

/// An estate, and what should be known about how it was read.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// The estate.
    pub snapshot: Snapshot,
    /// What could not be used, and what to do about it.
    pub notes: Vec<Note>,
}

impl Gathered {
    fn of(reading: Reading) -> Self {
        let Reading { resources, origins, coverage, notes } = reading;
        Self { snapshot: Snapshot::new(resources, coverage).with_origins(origins), notes }
    }
}
