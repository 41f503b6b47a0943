//! A message that leaves the portal: tried until it is taken, for about a day.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Notice;
use crate::id::{AuditEventId, DeliveryId, ProjectId, WebhookId};
use crate::operation::{Pace, backoff};
use crate::person::PersonKey;
use crate::problem::Problem;
use crate::project::UnknownName;

/// Half a minute after the first failure, doubled with each further one up to six hours: twelve tries in about a day.
pub const PACE: Pace = Pace {
    poll: TimeDelta::seconds(1),
    backoff: TimeDelta::seconds(30),
    backoff_cap: TimeDelta::hours(6),
    max_attempts: 12,
    deadline: TimeDelta::days(2),
    patience: TimeDelta::days(2),
};

/// Where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "channel", rename_all = "snake_case")]
pub enum Channel {
    /// To the address that the person has when it is sent.
    Email {
        person: PersonKey,
    },
    Webhook {
        webhook: WebhookId,
    },
}

impl Channel {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Email { .. } => "email",
            Self::Webhook { .. } => "webhook",
        }
    }
}

/// `Due -> Sent | Dead`; an admin may have a dead one tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Due,
    /// The other side took it.
    Sent,
    /// Given up: refused for good, or refused for too long.
    Dead,
}

impl DeliveryState {
    pub const ALL: [Self; 3] = [Self::Due, Self::Sent, Self::Dead];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Sent => "sent",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for DeliveryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DeliveryState {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// One message. Its id goes with every try: as `Message-ID` of a mail, as `webhook-id` of a webhook, so that whoever gets it
/// twice, after an answer was lost, can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub id: DeliveryId,
    pub event: AuditEventId,
    pub channel: Channel,
    pub project: Option<ProjectId>,
    pub notice: Notice,
    /// When what it tells of happened.
    pub happened_at: DateTime<Utc>,
    pub state: DeliveryState,
    /// Failures so far.
    pub attempt: u32,
    pub next_run_at: DateTime<Utc>,
    /// Why it was not taken the last time.
    pub problem: Option<Problem>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub version: i64,
}

impl Delivery {
    /// One that is due at once.
    pub fn new(id: DeliveryId, event: AuditEventId, channel: Channel, notice: Notice, now: DateTime<Utc>) -> Self {
        Self {
            id,
            event,
            channel,
            project: None,
            notice,
            happened_at: now,
            state: DeliveryState::Due,
            attempt: 0,
            next_run_at: now,
            problem: None,
            created_at: now,
            finished_at: None,
            version: 1,
        }
    }
}

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    Taken,
    /// Worth another try, at `not_before` or later where the other side named a time.
    NotTaken {
        problem: Problem,
        not_before: Option<DateTime<Utc>>,
    },
    /// Never going to be taken.
    Refused {
        problem: Problem,
    },
}

/// The delivery after a try. `jitter` is in `0.0..1.0`.
pub fn after(before: Delivery, tried: Tried, now: DateTime<Utc>, jitter: f64) -> Delivery {
    let mut it = Delivery { version: before.version + 1, ..before };
    match tried {
        Tried::Taken => {
            it.state = DeliveryState::Sent;
            it.problem = None;
        }
        Tried::Refused { problem } => {
            it.state = DeliveryState::Dead;
            it.attempt += 1;
            it.problem = Some(problem);
        }
        Tried::NotTaken { problem, not_before } => {
            let wait = backoff(&PACE, it.attempt, jitter);
            it.attempt += 1;
            it.problem = Some(problem);
            if it.attempt >= PACE.max_attempts {
                it.state = DeliveryState::Dead;
            } else {
                // What the other side asks for counts within reason.
                let latest = now + PACE.backoff_cap;
                it.next_run_at = (now + wait).max(not_before.unwrap_or(now).min(latest));
            }
        }
    }
    if it.state != DeliveryState::Due {
        it.finished_at = Some(now);
    }
    it
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::Topic;

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn due() -> Delivery {
        let channel = Channel::Webhook { webhook: "w1".parse().unwrap() };
        let notice = Notice::new(Topic::HandedOver, "a", "b", "/".into());
        Delivery::new("d1".parse().unwrap(), "e1".parse().unwrap(), channel, notice, start())
    }

    fn not_taken(not_before: Option<DateTime<Utc>>) -> Tried {
        Tried::NotTaken { problem: Problem::new("a", "b", "c"), not_before }
    }

    #[test]
    fn what_is_never_taken_is_given_up_after_about_a_day() {
        let (mut it, mut now) = (due(), start());
        while it.state == DeliveryState::Due {
            it = after(it, not_taken(None), now, 1.0);
            now = now.max(it.next_run_at);
        }
        assert_eq!((it.state, it.attempt), (DeliveryState::Dead, 12));
        let took = now - start();
        assert!(took > TimeDelta::hours(14) && took < TimeDelta::hours(30), "{took}");
        assert!(it.problem.is_some() && it.finished_at.is_some());
    }

    #[test]
    fn a_time_that_the_other_side_names_is_kept_within_reason() {
        let asked = |hours| after(due(), not_taken(Some(start() + TimeDelta::hours(hours))), start(), 0.0).next_run_at;
        assert_eq!(asked(2), start() + TimeDelta::hours(2));
        assert_eq!(asked(-2), start() + TimeDelta::seconds(15), "a time that is past hastens nothing");
        assert_eq!(asked(1_000), start() + TimeDelta::hours(6));
    }

    #[test]
    fn what_is_taken_or_refused_is_not_tried_again() {
        let taken = after(due(), Tried::Taken, start(), 0.5);
        assert_eq!((taken.state, taken.finished_at), (DeliveryState::Sent, Some(start())));
        let refused = after(due(), Tried::Refused { problem: Problem::new("a", "b", "c") }, start(), 0.5);
        assert_eq!((refused.state, refused.attempt, refused.version), (DeliveryState::Dead, 1, 2));
    }
}
