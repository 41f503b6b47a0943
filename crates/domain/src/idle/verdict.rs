//! Whether something that runs is stopped for being idle, and why not.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::JobMark;
use super::rule::{IdleLimit, IdleRule, minutes_in_words, rule_for};
use crate::observed::{Item, Running};
use crate::project::Stage;

/// The tag by which something at AWS is marked as running a job; its value is the reason.
pub const RUNNING_JOB_TAG: &str = "studiogate:running-job";

/// What SageMaker says of the use of an app (`DescribeApp`).
///
/// Its documentation says that `LastUserActivityTimestamp` is moved by health checks without any activity too, and then is
/// the same as `LastHealthCheckTimestamp`: only an activity that is older than the last health check tells anything.
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeApp.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub last_used: Option<DateTime<Utc>>,
    /// Up to when SageMaker knows of it.
    pub checked: Option<DateTime<Utc>>,
    /// Why SageMaker did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// What else there is to know of an environment when something in it may be stopped.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    pub stage: Stage,
    pub rules: &'a [IdleRule],
    pub marks: &'a [JobMark],
    /// A lead holds the environment until then.
    pub held_until: Option<DateTime<Utc>>,
    /// An operation is at work on the environment, or on what runs in it.
    pub at_work: bool,
    /// The last stop of something idle failed: with which words, and when it is tried again.
    pub failed: Option<(&'a str, DateTime<Utc>)>,
    pub now: DateTime<Utc>,
}

/// What becomes of something that runs. Rules are in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IdleVerdict {
    NoRule,
    Never {
        rule: String,
    },
    /// It is stopped at `stops_at` if nobody uses it before.
    Waits {
        rule: String,
        last_used: DateTime<Utc>,
        stops_at: DateTime<Utc>,
    },
    Stops(IdleStop),
    Kept {
        rule: String,
        last_used: Option<DateTime<Utc>>,
        because: Kept,
    },
}

/// That something is stopped, and what for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleStop {
    pub rule: String,
    pub last_used: DateTime<Utc>,
    /// For how long it was idle, as far as SageMaker knows.
    pub idle_minutes: i64,
}

impl IdleStop {
    /// "2 hours", "75 minutes".
    pub fn idle_in_words(&self) -> String {
        minutes_in_words(self.idle_minutes)
    }
}

/// Why something is not stopped that a rule is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Kept {
    /// It does not run yet, or is being changed.
    Starting,
    Untold {
        untold: Untold,
    },
    /// `until`: for a mark of the portal; a tag at AWS has no end.
    RunsJob {
        reason: String,
        until: Option<DateTime<Utc>>,
    },
    Held {
        until: DateTime<Utc>,
    },
    AtWork,
    /// AWS refused; the portal tries again after that.
    Failed {
        why: String,
        again: DateTime<Utc>,
    },
}

/// Why nothing is known of its use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "untold", rename_all = "snake_case")]
pub enum Untold {
    NotebookInstance,
    /// `DescribeApp` has no time of an activity, or none of a health check.
    App,
    /// Its last activity is its last health check.
    HealthCheck,
    /// AWS was not asked since the rule was made.
    NotAsked,
    Refused {
        why: String,
    },
}

/// What becomes of `it`. Whether it was idle for long enough is told by SageMaker's times alone; what ends by itself, marks
/// and holds, has ended only where it has by SageMaker's times and by the portal's clock.
pub fn verdict(it: &Running, situation: &Situation<'_>) -> IdleVerdict {
    let Some(found) = rule_for(situation.rules, situation.stage, &it.instance_type) else { return IdleVerdict::NoRule };
    let rule = found.to_string();
    let IdleLimit::After { minutes } = found.limit else { return IdleVerdict::Never { rule } };
    let kept = |last_used, because| IdleVerdict::Kept { rule: rule.clone(), last_used, because };
    let known = it.activity.as_ref().and_then(|activity| activity.last_used);
    if let Some(because) = spared(it, situation) {
        return kept(known, because);
    }
    let (last_used, checked) = match told(it) {
        Ok(told) => told,
        Err(untold) => return kept(None, Kept::Untold { untold }),
    };
    let limit = TimeDelta::minutes(i64::from(minutes));
    let idle = checked - last_used;
    if idle < limit {
        return IdleVerdict::Waits { rule, last_used, stops_at: last_used + limit };
    }
    if let Some((why, again)) = situation.failed {
        return kept(Some(last_used), Kept::Failed { why: why.to_owned(), again });
    }
    IdleVerdict::Stops(IdleStop { rule, last_used, idle_minutes: idle.num_minutes() })
}

/// What keeps it running however idle it is.
fn spared(it: &Running, situation: &Situation<'_>) -> Option<Kept> {
    let checked = it.activity.as_ref().and_then(|activity| activity.checked);
    let now = checked.map_or(situation.now, |checked| checked.min(situation.now));
    let key = it.item.key();
    let mark = situation.marks.iter().filter(|mark| mark.item == key && mark.until > now).max_by_key(|mark| mark.until);
    if let Some(mark) = mark {
        return Some(Kept::RunsJob { reason: mark.reason.clone(), until: Some(mark.until) });
    }
    if let Some(reason) = &it.job {
        return Some(Kept::RunsJob { reason: reason.clone(), until: None });
    }
    if let Some(until) = situation.held_until.filter(|until| *until > now) {
        return Some(Kept::Held { until });
    }
    if situation.at_work {
        return Some(Kept::AtWork);
    }
    (it.status != "InService").then_some(Kept::Starting)
}

/// When it was used last, and up to when that is known.
fn told(it: &Running) -> Result<(DateTime<Utc>, DateTime<Utc>), Untold> {
    if matches!(it.item, Item::NotebookInstance { .. }) {
        return Err(Untold::NotebookInstance);
    }
    let activity = it.activity.as_ref().ok_or(Untold::NotAsked)?;
    if let Some(why) = &activity.failed {
        return Err(Untold::Refused { why: why.clone() });
    }
    let (Some(last_used), Some(checked)) = (activity.last_used, activity.checked) else { return Err(Untold::App) };
    // Its start is a use of it.
    let last_used = it.since.map_or(last_used, |since| since.max(last_used));
    if activity.last_used >= Some(checked) { Err(Untold::HealthCheck) } else { Ok((last_used, checked)) }
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
