//! Is this answer worth asking again, and how long should we wait first?

use http::HeaderMap;
use std::time::Duration;

/// At most this many times is a request sent again.
pub(crate) const RETRIES: u32 = 4;

/// The longest wait that is honoured.
const LONGEST: Duration = Duration::from_secs(30);

/// How long to wait before the next attempt; `None` when the status is not about load.
pub(crate) fn wait_before(status: u16, headers: &HeaderMap, attempt: u32) -> Option<Duration> {
    if !matches!(status, 429 | 503) {
        return None;
    }
    let asked = headers
        .get(http::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse().ok())
        .map(Duration::from_secs);
    let own = Duration::from_millis(500) * 2u32.saturating_pow(attempt.min(6));
    Some(asked.unwrap_or(own).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_as_asked_but_not_for_ever() {
        let with = |text: &'static str| {
            HeaderMap::from_iter([(http::header::RETRY_AFTER, http::HeaderValue::from_static(text))])
        };
        assert_eq!(wait_before(200, &with("1"), 0), None);
        assert_eq!(wait_before(403, &with("1"), 0), None);
        assert_eq!(wait_before(429, &with("7"), 0), Some(Duration::from_secs(7)));
        assert_eq!(wait_before(503, &with("86400"), 0), Some(LONGEST));
        assert_eq!(wait_before(429, &with("Wed, 21 Oct 2026"), 1), Some(Duration::from_secs(1)));
        assert_eq!(wait_before(429, &HeaderMap::new(), 40), Some(LONGEST));
    }
}
