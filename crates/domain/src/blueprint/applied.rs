//! A blueprint that was looked at and is brought about by an operation.

use chrono::{DateTime, Utc};

use super::OrganizationStep;
use crate::id::{BlueprintId, OperationId};
use crate::organization::ChangeState;
use crate::person::PersonKey;
use crate::problem::Problem;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedBlueprint {
    pub id: BlueprintId,
    /// TOML, with the documents of its policies.
    pub text: String,
    /// What was looked at: nothing else is done.
    pub steps: Vec<OrganizationStep>,
    /// What was done so far, in words.
    pub made: Vec<String>,
    pub by: PersonKey,
    pub state: ChangeState,
    pub problem: Option<Problem>,
    /// The one that works on it.
    pub operation: OperationId,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}
