//! The end of an environment's time: when it comes, how it is put off, and what holds it up.
//!
//! At the end the environment is no longer opened. A grace period later the portal terminates it, unless a lead holds it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::environment::Environment;
use crate::person::PersonKey;

/// Before the end, from the longest: a reader is warned once for each.
pub const WARNINGS: [TimeDelta; 3] = [TimeDelta::days(7), TimeDelta::days(1), TimeDelta::hours(1)];

/// A lead's word that nothing is deleted until a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub by: PersonKey,
    pub reason: String,
    pub until: DateTime<Utc>,
}

impl Hold {
    /// Whether it holds at a moment.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        now < self.until
    }
}

/// Where a lease stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LeaseStanding {
    /// More than a week is left.
    Runs,
    /// It ends within the longest warning.
    EndsSoon,
    /// It ended: nothing is opened any more. Terminated at `terminates_at`.
    Ended { terminates_at: DateTime<Utc> },
    /// The grace period, and whatever held it, are over too.
    Over,
}

impl LeaseStanding {
    /// `grace`: between the end and the termination.
    pub fn of(ends_at: DateTime<Utc>, hold: Option<&Hold>, grace: TimeDelta, now: DateTime<Utc>) -> Self {
        let soon = WARNINGS.first().copied().unwrap_or_default();
        let terminates_at = terminates_at(ends_at, hold, grace);
        if now >= terminates_at {
            Self::Over
        } else if now >= ends_at {
            Self::Ended { terminates_at }
        } else if now + soon >= ends_at {
            Self::EndsSoon
        } else {
            Self::Runs
        }
    }

    /// Whether the end has come.
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Ended { .. } | Self::Over)
    }
}

/// When the portal terminates it: after the grace period, and after what holds it.
pub fn terminates_at(ends_at: DateTime<Utc>, hold: Option<&Hold>, grace: TimeDelta) -> DateTime<Utc> {
    let after_grace = ends_at + grace;
    hold.map_or(after_grace, |hold| after_grace.max(hold.until))
}

/// What one more extension gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Extension {
    /// A later end.
    To { end: DateTime<Utc> },
    /// Nothing worth a click before this moment: what it gives, the lease has almost or altogether.
    NotBefore { at: DateTime<Utc> },
    /// It ends at the limit of what the project may use the product for.
    AtLimit,
    /// The project may no longer use the product.
    NoAccess,
}

/// What an extension has to give to be one, where the lease is not shorter than two of it.
const LEAST_GAIN: TimeDelta = TimeDelta::days(1);

impl Extension {
    /// By an extension to `days` from now, and no later than `longest` days after the environment was approved.
    pub fn of(it: &Environment, days: u16, longest: u16, now: DateTime<Utc>) -> Self {
        let span = TimeDelta::days(i64::from(days));
        let least = LEAST_GAIN.min(span / 2);
        let limit = it.created_at + TimeDelta::days(i64::from(longest));
        let end = (now + span).min(limit);
        if end >= it.lease_ends_at + least {
            Self::To { end }
        } else if limit < it.lease_ends_at + least {
            Self::AtLimit
        } else {
            Self::NotBefore { at: it.lease_ends_at + least - span }
        }
    }
}

/// The last day of what ends with a day: it is over at midnight, which is the next day already.
pub fn last_day(end: DateTime<Utc>) -> DateTime<Utc> {
    end - TimeDelta::milliseconds(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn hold(days: i64) -> Hold {
        let by = PersonKey { issuer: "i".into(), subject: "lead".into() };
        Hold { by, reason: "an audit".into(), until: start() + TimeDelta::days(days) }
    }

    #[test]
    fn it_warns_ends_and_is_over_in_that_order() {
        let (end, grace) = (start() + TimeDelta::days(30), TimeDelta::days(7));
        let at = |days: i64| LeaseStanding::of(end, None, grace, start() + TimeDelta::days(days));
        assert_eq!(
            (at(0), at(22), at(23), at(29)),
            (LeaseStanding::Runs, LeaseStanding::Runs, LeaseStanding::EndsSoon, LeaseStanding::EndsSoon)
        );
        let terminates_at = end + grace;
        assert_eq!((at(30), at(36)), (LeaseStanding::Ended { terminates_at }, LeaseStanding::Ended { terminates_at }));
        assert_eq!((at(37), at(400)), (LeaseStanding::Over, LeaseStanding::Over));
    }

    #[test]
    fn what_is_held_is_not_over_before_the_hold_ends() {
        let (end, grace) = (start() + TimeDelta::days(30), TimeDelta::days(7));
        let held = hold(60);
        let at = |days: i64| LeaseStanding::of(end, Some(&held), grace, start() + TimeDelta::days(days));
        assert_eq!(at(59), LeaseStanding::Ended { terminates_at: held.until });
        assert_eq!(at(60), LeaseStanding::Over);
        let short = hold(31);
        let soon = LeaseStanding::of(end, Some(&short), grace, start() + TimeDelta::days(35));
        assert_eq!(soon, LeaseStanding::Ended { terminates_at: end + grace }, "a short hold takes no grace away");
    }

    proptest! {
        /// A hold only ever puts the termination off.
        #[test]
        fn a_hold_never_hastens_the_end(days in 0_i64..400, until in 0_i64..400, now in 0_i64..800) {
            let (end, grace) = (start() + TimeDelta::days(days), TimeDelta::days(7));
            let now = start() + TimeDelta::days(now);
            let held = LeaseStanding::of(end, Some(&hold(until)), grace, now);
            let free = LeaseStanding::of(end, None, grace, now);
            prop_assert!(held != LeaseStanding::Over || free == LeaseStanding::Over);
            prop_assert_eq!(held.has_ended(), free.has_ended());
        }
    }
}
