use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ExtensionOf, FormState, Listing, RequestRow, UpdateOf};
use crate::id::{AccountId, DelegationId, Region, RequestId};
use crate::problem::Problem;
use crate::request::Decided;

/// What waits for this person, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalsPage {
    pub waiting: Listing<RequestRow>,
    /// Decided lately, newest first, at most ten.
    pub decided: Vec<RequestRow>,
}

/// Requests that are decided together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideManyPage {
    /// Those that whoever looks may decide now.
    pub open: Vec<DecideRow>,
    /// Those that were chosen too, and wait for them no more.
    pub others: Vec<RequestRow>,
    pub form: FormState,
}

/// A request among those that are decided together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideRow {
    pub request: RequestRow,
    pub version_name: String,
    pub account: AccountId,
    pub account_name: String,
    pub region: Region,
    pub lease_days: u16,
    /// Of an update: of what, and what it would do.
    pub update: Option<UpdateOf>,
    /// Of more time: whose lease, and how much.
    pub extension: Option<ExtensionOf>,
    /// "a team lead, then an admin".
    pub steps: String,
    /// Why it cannot be approved as it stands.
    pub hindrance: Option<Problem>,
    /// How many of the requester's environments run in the project.
    pub running: i64,
    pub version: i64,
}

/// One decision on several requests, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DecideManyInput {
    /// `approve` or `deny`.
    pub decision: String,
    /// For all that have no reason of their own.
    pub comment: String,
    /// `id:version`, with commas between them.
    pub chosen: String,
    /// By [`DecideManyInput::key`].
    pub reason: BTreeMap<String, String>,
}

impl DecideManyInput {
    /// The key of a request's own reason: an id alone can begin with a digit, which a form reads as the place in a list.
    pub fn key(id: &RequestId) -> String {
        format!("of-{id}")
    }

    /// The field of it.
    pub fn field(id: &RequestId) -> String {
        format!("reason[{}]", Self::key(id))
    }
}

/// What became of requests that were decided together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedTogether {
    pub decided: Vec<Decided>,
    /// Those that were not open any more, each by its name with what became of it.
    pub passed_over: Vec<String>,
}

/// Who decides in this person's place, and in whose place they do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegationsPage {
    pub given: Vec<DelegationRow>,
    pub received: Vec<DelegationRow>,
    /// Whether they decide anything that could be delegated.
    pub decides: bool,
    /// The last day that a delegation can reach.
    pub last_day: DateTime<Utc>,
    pub form: FormState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegationRow {
    pub id: DelegationId,
    /// The other person.
    pub who: String,
    pub reason: String,
    pub until: DateTime<Utc>,
}

/// A delegation as posted; `until` is a day, `2026-12-31`, and counts whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DelegationInput {
    /// The e-mail address of who decides.
    pub delegate: String,
    pub until: String,
    pub reason: String,
}
