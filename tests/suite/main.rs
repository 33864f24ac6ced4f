//! Do the rooms work together? One test binary; each module asks one question.
#![allow(clippy::disallowed_methods, reason = "tests read the files of the repository and one variable, BLESS")]

mod agreement;
mod fixtures;
mod meta;
mod spelling;
