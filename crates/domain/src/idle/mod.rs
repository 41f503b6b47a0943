//! What runs and nobody uses: after which time it is stopped, and why something is not.
//!
//! An admin writes [`IdleRule`]s; the most specific one holds. How long something was idle is told by SageMaker's own times
//! alone, so a clock of the portal that jumps stops nothing.

mod rule;
mod verdict;

pub use rule::{IdleLimit, IdleRule, Instances, InvalidInstances, MINUTES, rule_for};
pub use verdict::{Activity, IdleStop, IdleVerdict, Kept, RUNNING_JOB_TAG, Situation, Untold, verdict};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::id::EnvironmentId;
use crate::person::PersonKey;

/// The longest that somebody's word lasts that something runs a job; it can be given anew.
pub const LONGEST_MARK: TimeDelta = TimeDelta::days(7);

/// Somebody's word that something runs a job: it is not stopped for being idle until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobMark {
    pub environment: EnvironmentId,
    /// [`crate::observed::Item::key`] of what runs it.
    pub item: String,
    pub reason: String,
    pub until: DateTime<Utc>,
    pub by: PersonKey,
}
