//! A change of the service control policies that was decided upon: carried out by an operation, and kept for good.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Basis, PolicyChange, ServiceControlPolicy};
use crate::id::{OperationId, PolicyChangeId};
use crate::person::PersonKey;
use crate::problem::Problem;
use crate::project::UnknownName;

/// Where a change stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeState {
    /// An operation is at work on it. One at a time in the organization: each was decided upon by what stood before it.
    Applying,
    /// Organizations shows it.
    Applied,
    /// It was refused or given up; the problem says whether anything was changed.
    Failed,
}

impl ChangeState {
    pub const ALL: [Self; 3] = [Self::Applying, Self::Applied, Self::Failed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applying => "applying",
            Self::Applied => "applied",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for ChangeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ChangeState {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedChange {
    pub id: PolicyChangeId,
    pub change: PolicyChange,
    /// What it was decided upon. It is not made where that is something else by then.
    pub basis: Basis,
    /// The policy as it was, for the way back; `None` for one that is new.
    pub before: Option<ServiceControlPolicy>,
    /// What people called the policy and the node.
    pub policy_name: String,
    pub node_name: Option<String>,
    /// The id that a new policy was given.
    pub made: Option<String>,
    pub by: PersonKey,
    pub state: ChangeState,
    pub problem: Option<Problem>,
    /// The last one that worked on it.
    pub operation: OperationId,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

impl AppliedChange {
    /// The policy that it is about, once there is one.
    pub fn policy(&self) -> Option<&str> {
        self.change.policy().or(self.made.as_deref())
    }

    /// What takes it back. Only what was made has one.
    pub fn undo(&self) -> Option<PolicyChange> {
        if self.state != ChangeState::Applied {
            return None;
        }
        self.change.undo(self.before.as_ref(), self.made.as_deref())
    }
}
