//! What time is it? The one place of this room that reads the clock.
#![allow(clippy::disallowed_methods, reason = "certificates and tokens need the time of day")]

use std::time::{SystemTime, UNIX_EPOCH};
use time::OffsetDateTime;

/// Now, in UTC.
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::from(SystemTime::now())
}

/// Seconds since 1970.
pub(crate) fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
