//! Is this answer worth asking again, and how long should we wait first?

use http::HeaderMap;
use std::time::Duration;

/// At most this many times is a request sent again.
const RETRIES: u32 = 4;

/// At most this many times when it was the service that failed: it may have a bad moment, or a bad day.
const RETRIES_OF_FAILURES: u32 = 2;

/// The longest wait that is honoured.
const LONGEST: Duration = Duration::from_secs(30);

/// How long to wait before the next attempt, after `attempt` of them; `None` when the status is about neither load
/// nor a failure of the service, or when it was tried often enough.
pub(crate) fn wait_before(status: u16, headers: &HeaderMap, attempt: u32) -> Option<Duration> {
    let most = match status {
        429 | 503 => RETRIES,
        500 | 502 | 504 => RETRIES_OF_FAILURES,
        _ => return None,
    };
    if attempt >= most {
        return None;
    }
    let asked = headers
        .get(http::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.trim().parse().ok())
        .map(Duration::from_secs);
    Some(asked.unwrap_or_else(|| own_wait(attempt)).min(LONGEST))
}

/// How long to wait after an exchange that ended without an answer; `None` when it was tried often enough.
pub(crate) fn wait_after_loss(attempt: u32) -> Option<Duration> {
    (attempt < RETRIES_OF_FAILURES).then(|| own_wait(attempt))
}

fn own_wait(attempt: u32) -> Duration {
    Duration::from_millis(500) * 2u32.saturating_pow(attempt.min(6))
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
        assert_eq!(wait_before(429, &HeaderMap::new(), RETRIES), None);
        assert_eq!(wait_before(500, &HeaderMap::new(), 1), Some(Duration::from_secs(1)));
        assert_eq!(wait_before(500, &HeaderMap::new(), 2), None);
        assert_eq!(wait_before(501, &HeaderMap::new(), 0), None);
        assert_eq!((wait_after_loss(0), wait_after_loss(2)), (Some(Duration::from_millis(500)), None));
    }
}
