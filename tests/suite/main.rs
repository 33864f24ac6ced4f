//! Do the rooms work together? One test binary; each module asks one question.
#![allow(clippy::disallowed_methods, reason = "tests read the files of the repository and one variable, BLESS")]
#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions that tests share")]

mod agreement;
mod by_themselves;
mod called;
mod conformance;
mod fixtures;
mod gathered;
mod look_alikes;
mod matrix;
mod meta;
mod packets;
mod premises;
mod promises;
mod proxied;
mod recorded;
mod repaired;
mod replies;
mod roles;
mod sets;
mod several;
mod siblings;
mod spelling;
mod together;
mod unheard;
