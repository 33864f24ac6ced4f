//! The spelling: how ARM, az and scenario files write the nouns, both directions.
//!
//! Pure: text in, values out, and back. Nothing here opens a file or a socket. [`arm`] reads and
//! writes resource documents and spells changes as requests, [`az`] spells changes as commands,
//! [`scenario`] reads our own short estate files, changes, vantages and URLs.

pub mod arm;
pub mod az;
pub mod intent;
mod note;
pub mod scenario;

pub use note::Note;
