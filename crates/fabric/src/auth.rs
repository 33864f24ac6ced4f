//! Will the service accept who the caller says it is? Nothing is said without a credential; what is
//! known is where tokens come from.

mod audience;
mod local;
mod roles;
mod sign_in;

pub use audience::audience;
pub use local::{KEYS_OFF, Keys, keys};
pub use roles::{DATA_ROLE, Roles, roles};
pub use sign_in::{Kept, SIGN_IN, kept_from_sign_in, sign_in_hosts};

use model::Because;

/// What is said of authentication when no credential was given.
pub fn untested() -> Because {
    Because::new("not tested: no credential was given")
}
