use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, FormState, Listing};
use crate::id::{EnvironmentId, RevocationId};
use crate::person::StudioUserId;
use crate::problem::Problem;
use crate::revocation::{Part, RevocationState};

/// What the form for cutting somebody off is asked for with, as it stands in the URL: an environment, or a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RevokeQuery {
    pub environment: String,
    pub person: String,
    pub draft: String,
}

/// The form for cutting somebody off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokePage {
    pub person: String,
    pub person_id: StudioUserId,
    /// The environment that it was come from.
    pub environment: Option<(EnvironmentId, String)>,
    /// How far the caller may reach, the narrowest first.
    pub reaches: Vec<ReachChoice>,
    /// What of it is revoked already.
    pub in_force: Vec<(RevocationId, String)>,
    pub form: FormState,
}

/// One choice of how far a revocation reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachChoice {
    /// `environment`, `project:ID` or `everything`.
    pub value: String,
    pub label: String,
    /// What is cut off, in words.
    pub describes: String,
}

/// A revocation as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RevokeInput {
    pub environment: String,
    pub person: String,
    pub reach: String,
    pub reason: String,
}

/// One revocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationPage {
    pub id: RevocationId,
    pub person: String,
    /// "the environment churn-lab", "everything in fraud-detection"
    pub reach: String,
    pub reason: String,
    pub by: String,
    pub by_admin: bool,
    pub state: RevocationState,
    /// Why the last operation did not come to its end.
    pub problem: Option<Problem>,
    /// What is being tried again, and when next.
    pub trouble: Option<(Problem, DateTime<Utc>)>,
    pub targets: Vec<RevokedEnvironment>,
    pub created_at: DateTime<Utc>,
    /// Who asked for it to be given back.
    pub restored_by: Option<String>,
    pub updated_at: DateTime<Utc>,
    pub as_of: DateTime<Utc>,
    pub version: i64,
    /// An operation ended without having done all, and can be tried again.
    pub can_retry: bool,
    pub allowed: Allowed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedEnvironment {
    pub id: EnvironmentId,
    pub name: String,
    pub account_name: String,
    pub launcher: Part,
    pub execution: Part,
    pub running: Part,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationRow {
    pub id: RevocationId,
    pub person: String,
    pub reach: String,
    pub by: String,
    pub state: RevocationState,
    pub has_problem: bool,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationsPage {
    pub rows: Listing<RevocationRow>,
}
