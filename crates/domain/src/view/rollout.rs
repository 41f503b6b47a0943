use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, EnvironmentRow, Listing};
use crate::id::{ProjectId, RequestId, RolloutId};
use crate::problem::Problem;
use crate::rollout::{Progress, RolloutState};

/// One rollout: which environments it updates, and how far each is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutPage {
    pub id: RolloutId,
    pub by: String,
    pub reason: String,
    pub state: RolloutState,
    /// Why it stopped.
    pub problem: Option<Problem>,
    /// What is tried again, and when.
    pub trouble: Option<(Problem, DateTime<Utc>)>,
    pub ended_by: Option<String>,
    /// In the order in which they are updated.
    pub items: Vec<RolloutItemRow>,
    /// Those that whoever looks may not see.
    pub hidden: usize,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub as_of: DateTime<Utc>,
    pub version: i64,
    pub allowed: Allowed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutItemRow {
    pub environment: EnvironmentRow,
    pub request: Option<RequestId>,
    /// Its request waits for a decision.
    pub undecided: bool,
    pub progress: Progress,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutsPage {
    pub rows: Listing<RolloutRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutRow {
    pub id: RolloutId,
    pub by: String,
    pub reason: String,
    /// `None`: of several.
    pub project: Option<ProjectId>,
    pub state: RolloutState,
    pub done: usize,
    pub all: usize,
    pub created_at: DateTime<Utc>,
}

/// That a request for an update is part of a rollout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InRollout {
    /// Where whoever looks may see it.
    pub rollout: Option<RolloutId>,
    pub progress: Progress,
}
