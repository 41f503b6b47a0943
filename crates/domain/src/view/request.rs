use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, ConstraintRow, EnvironmentRow, FormState, Listing, TypicalTime, UpdateOf};
use crate::id::{AccountId, EnvironmentId, ProductId, ProjectId, Region, RequestId};
use crate::preflight::Preflight;
use crate::problem::Problem;
use crate::project::{DataClass, Stage};
use crate::question::MessageKind;
use crate::request::{RequestKind, RequestState};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    pub id: RequestId,
    pub kind: RequestKind,
    pub name: String,
    pub product_name: String,
    pub project: ProjectId,
    pub stage: Stage,
    pub requester: String,
    /// Why it is asked for.
    pub justification: String,
    pub state: RequestState,
    /// What was written about it last, as long as nobody decided it.
    pub last_message: Option<MessageKind>,
    pub submitted_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Filters of the requests list, as they stand in the URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestsQuery {
    pub q: String,
    pub state: String,
    pub project: String,
    pub after: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestsPage {
    pub rows: Listing<RequestRow>,
    pub query: RequestsQuery,
    pub projects: Vec<ProjectId>,
}

/// Everything needed to decide, on one page; the requester sees the same page without the decision form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestPage {
    pub id: RequestId,
    pub name: String,
    pub product: ProductId,
    pub product_name: String,
    pub product_description: String,
    pub version_name: String,
    pub project: ProjectId,
    pub project_name: String,
    pub cost_center: String,
    pub data_class: DataClass,
    pub stage: Stage,
    pub account: AccountId,
    pub account_name: String,
    pub region: Region,
    pub requester: String,
    pub requester_email: Option<String>,
    pub justification: String,
    pub lease_days: u16,
    /// What the person chose.
    pub asked: Vec<(String, String)>,
    /// What the platform sets.
    pub bound: Vec<(String, String)>,
    /// What the resources will be tagged with.
    pub tags: Vec<(String, String)>,
    /// The portfolio's constraints.
    pub constraints: Vec<ConstraintRow>,
    /// Resource type and number.
    pub creates: Vec<(String, u32)>,
    /// How long an environment of this product takes until it is available.
    pub typical: Option<TypicalTime>,
    /// The requester's environments in this project that run now, as far as whoever looks may see them.
    pub running: Vec<EnvironmentRow>,
    /// What the requester asked for in this project before, newest first, as far as whoever looks may see it.
    pub history: Vec<RequestRow>,
    pub state: RequestState,
    /// What is updated, where that is asked for.
    pub update: Option<UpdateOf>,
    /// Whose lease would end later, where that is asked for.
    pub extension: Option<ExtensionOf>,
    /// Whether it is the own request of whoever looks.
    pub is_mine: bool,
    /// Who denied it, and why.
    pub denial: Option<Denial>,
    pub timeline: Vec<TimelineEntry>,
    /// What was asked back and answered, first to last.
    pub messages: Vec<MessageRow>,
    /// Who has to agree, one step after the other.
    pub steps: Vec<StepRow>,
    /// Who can decide now, in words.
    pub approvers: String,
    /// Why it cannot be approved as it stands, while it waits for a decision.
    pub hindrance: Option<Problem>,
    /// What was looked at beforehand and how it ended, while it waits for a decision and still holds.
    pub preflight: Option<Preflight>,
    pub expires_at: DateTime<Utc>,
    pub environment: Option<EnvironmentId>,
    /// Posted back with a decision: a decision on a request that changed meanwhile is refused.
    pub version: i64,
    pub allowed: Allowed,
    pub form: FormState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denial {
    pub by: String,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    pub at: DateTime<Utc>,
    pub who: String,
    pub what: String,
    pub comment: Option<String>,
}

/// A question about a request, or an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRow {
    pub kind: MessageKind,
    pub by: String,
    pub at: DateTime<Utc>,
    pub text: String,
}

/// A question or an answer as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageInput {
    pub text: String,
    pub version: String,
}

/// The environment that somebody asks more time for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionOf {
    pub environment: EnvironmentId,
    pub ends_at: DateTime<Utc>,
    /// When it would end if this were approved now.
    pub would_end_at: DateTime<Utc>,
}

/// A step of an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRow {
    /// "2 team leads".
    pub who: String,
    pub state: StepState,
    /// Who agreed.
    pub agreed: Vec<String>,
    /// How many people still have to agree.
    pub wanting: u8,
}

/// Where a step of an approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Done,
    /// It is decided now.
    Open,
    /// Those before it come first.
    Ahead,
    /// The request ended before it was decided.
    Dropped,
}

/// A decision as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionInput {
    /// `approve` or `deny`.
    pub decision: String,
    pub comment: String,
    pub version: String,
}
