//! What do the tests of several rooms share? Fixtures, how they are played, and the pages made of them.
//!
//! A fixture is a Markdown file in `tests/checks/<stage>/<check>.md`: a fault that a check must find,
//! what is then printed, and look-alikes at which it must stay silent. The tests are in
//! `tests/suite/`; the binary `generate` makes the pages of the checks from the same fixtures.
#![allow(
    clippy::disallowed_methods,
    reason = "fixtures and generated pages are files of the repository; this crate reads and writes them"
)]

pub mod agree;
pub mod case;
pub mod demo;
pub mod fixture;
pub mod fuzz;
pub mod look_alikes;
pub mod map;
pub mod pages;
pub mod play;
pub mod repository;
