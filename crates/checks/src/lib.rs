//! The judges: one file for each check.
