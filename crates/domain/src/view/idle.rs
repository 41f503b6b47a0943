use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, FormState};
use crate::idle::{IdleRule, IdleVerdict};

/// What becomes of something that runs, and who says that it runs a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleView {
    pub verdict: IdleVerdict,
    pub mark: Option<JobMarkView>,
    /// The reason in its tag at AWS.
    pub tagged: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobMarkView {
    pub by: String,
    pub reason: String,
    pub until: DateTime<Utc>,
}

/// That something runs a job, as posted; `what` is its [`crate::observed::Item::key`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobMarkInput {
    pub what: String,
    pub job_reason: String,
    pub job_hours: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminIdlePage {
    pub rules: Vec<IdleRule>,
    pub allowed: Allowed,
    pub form: FormState,
}

/// A rule as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdleRuleInput {
    /// A stage, or `any`.
    pub stage: String,
    /// As [`crate::idle::Instances`] is written.
    pub instances: String,
    /// `after` or `never`.
    pub limit: String,
    /// For `after`.
    pub minutes: String,
    /// Empty when it is new.
    pub version: String,
}
