//! Will the service accept who the caller says it is? Part 1 sends no credential and says so.

use model::Because;

/// What is said of authentication when no credential was given.
pub fn untested() -> Because {
    Because::new("not tested: no credential was given")
}
