//! The way in: files or the ARM API to a snapshot and notes.
