//! What time is it, how long did it take, and when is a stage over?

use model::Observation;
use model::observation::Seen;
use std::time::Duration;
use tokio::time::Instant;

/// No wait is longer than this, whatever a caller asks for; it also keeps sums of times in range.
const LONGEST: Duration = Duration::from_secs(3600);
/// Time left at the end for reports of what ran out of time.
const LAST_WORD: Duration = Duration::from_millis(50);

/// Now, RFC 3339 in UTC with milliseconds. The only clock for time stamps in privpath.
pub fn now() -> String {
    let now = time::OffsetDateTime::now_utc();
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second(),
        now.millisecond()
    )
}

/// How many seconds ago a time stamp (RFC 3339) was; negative for one of the future, `None` for what is none.
pub fn seconds_since(stamp: &str) -> Option<i64> {
    let then = time::OffsetDateTime::parse(stamp, &time::format_description::well_known::Rfc3339).ok()?;
    Some((time::OffsetDateTime::now_utc() - then).whole_seconds())
}

/// When one measurement started.
#[derive(Clone)]
pub(crate) struct Stopwatch {
    at: String,
    began: Instant,
    took: Option<Duration>,
}

impl Stopwatch {
    /// Starts now.
    pub(crate) fn start() -> Self {
        Self { at: now(), began: Instant::now(), took: None }
    }

    /// What is measured ends now; what follows until [`stop`](Self::stop) is our own work.
    pub(crate) fn hold(&mut self) {
        self.took = Some(self.began.elapsed());
    }

    /// The observation, which ends now unless it was held before.
    pub(crate) fn stop(self, seen: Seen) -> Observation {
        Observation { at: self.at, took: self.took.unwrap_or_else(|| self.began.elapsed()), seen }
    }
}

/// How long a stage and the whole may take.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    stage: Duration,
    end: Instant,
    deadline: Instant,
}

impl Limits {
    /// The whole starts now.
    pub(crate) fn start(stage: Duration, whole: Duration) -> Self {
        let (now, whole) = (Instant::now(), whole.min(LONGEST));
        // The last stages end a little earlier, so that they can still say how they ended.
        let end = now + whole.saturating_sub(LAST_WORD.min(whole / 10));
        Self { stage: stage.min(LONGEST), end, deadline: now + whole }
    }

    /// The same end with stages of at most `stage`.
    pub(crate) fn with_stage(self, stage: Duration) -> Self {
        Self { stage: self.stage.min(stage), ..self }
    }

    /// When a stage that starts now is over.
    pub(crate) fn stage_end(self) -> Instant {
        (Instant::now() + self.stage).min(self.end)
    }

    /// When everything is over, whatever is still missing.
    pub(crate) fn deadline(self) -> Instant {
        self.deadline
    }

    /// True when there is no time left to start a stage.
    pub(crate) fn spent(self) -> bool {
        Instant::now() >= self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stamps_are_rfc_3339_with_milliseconds() {
        let stamp = now();
        assert_eq!(stamp.len(), "2026-01-31T00:00:00.000Z".len(), "{stamp}");
        assert!(seconds_since(&stamp).is_some_and(|seconds| (0..60).contains(&seconds)));
        assert!(seconds_since("2001-01-31T00:00:00Z").is_some_and(|seconds| seconds > 700_000_000));
        assert!(seconds_since("9999-12-31T23:59:59Z").is_some_and(|seconds| seconds < 0));
        assert_eq!(seconds_since("yesterday"), None);
    }

    #[test]
    fn limits_never_overflow() {
        let limits = Limits::start(Duration::MAX, Duration::MAX);
        assert!(limits.stage_end() < limits.deadline());
        assert!(!limits.spent());
        assert!(Limits::start(Duration::MAX, Duration::ZERO).spent());
    }
}
