//! How often an operation looks and tries, and for how long.

use chrono::TimeDelta;

/// How often things are looked at and how long they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks at something that runs.
    pub poll: TimeDelta,
    /// The first wait after a failure; doubled with each further one.
    pub backoff: TimeDelta,
    /// The longest wait after a failure.
    pub backoff_cap: TimeDelta,
    /// Failures in a row at one step before the operation fails.
    pub max_attempts: u32,
    /// The longest that a record may run. Service Catalog and CloudFormation have limits of their own far below it.
    pub deadline: TimeDelta,
    /// The longest that a step may wait for somebody.
    pub patience: TimeDelta,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            poll: TimeDelta::seconds(3),
            backoff: TimeDelta::seconds(1),
            backoff_cap: TimeDelta::minutes(2),
            max_attempts: 40,
            deadline: TimeDelta::hours(24),
            patience: TimeDelta::days(14),
        }
    }
}

/// The wait before try `attempt + 1`: exponential, capped, and between half and the whole of that by `jitter`.
pub fn backoff(pace: &Pace, attempt: u32, jitter: f64) -> TimeDelta {
    let doubled = pace.backoff.num_milliseconds().max(1).saturating_mul(1_i64 << attempt.min(30));
    let whole = doubled.min(pace.backoff_cap.num_milliseconds().max(1));
    let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 1.0 };
    // A wait is at most minutes: far below where f64 loses milliseconds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "milliseconds of minutes")]
    let extra = (whole as f64 / 2.0 * jitter) as i64;
    TimeDelta::milliseconds(whole / 2 + extra)
}
