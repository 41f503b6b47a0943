use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, FormField, FormState, IdleView};
use crate::environment::{EnvironmentState, LaunchTarget, Output, StackEvent};
use crate::id::{AccountId, EnvironmentId, ProductId, ProjectId, Region, RequestId, RevocationId};
use crate::lease::{Extension, LeaseStanding};
use crate::observed::{Drift, Running, Space};
use crate::operation::OperationKind;
use crate::problem::Problem;
use crate::project::Stage;
use crate::request::{RequestKind, RequestState};
use crate::tag_policy::TagDifference;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentRow {
    pub id: EnvironmentId,
    pub name: String,
    pub product_name: String,
    pub project: ProjectId,
    pub stage: Stage,
    pub owner: String,
    /// The owner left the project.
    pub owner_left: bool,
    pub state: EnvironmentState,
    pub lease_ends_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    /// Whether "Open" can be offered.
    pub can_launch: bool,
    pub marks: Vec<EnvironmentMark>,
}

/// What stands beside the state of an environment in a list, since it decides what can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnvironmentMark {
    /// Access to it is revoked: nobody opens it.
    Revoked,
    /// It is not terminated at the end of its lease.
    Held,
    /// Its notebook instance was stopped at the last look: it is started on its page before it opens.
    Stopped,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentPage {
    pub id: EnvironmentId,
    pub name: String,
    /// Where its tags are not as they would be given now.
    pub tag_differences: Option<TagsView>,
    /// The latest requests about it, and what became of them; newest first.
    pub requests: Vec<RequestAbout>,
    pub product: ProductId,
    pub product_name: String,
    pub version_name: String,
    /// Nobody may request its version any more.
    pub version_is_deprecated: bool,
    /// The version that is offered instead of the one that it has.
    pub newer_version: Option<String>,
    /// A change of it that waits for a decision.
    pub update_waiting: Option<RequestId>,
    /// More time for it that waits for a decision.
    pub extension_waiting: Option<RequestId>,
    /// An update of it that is approved, and waits for its turn in a rollout.
    pub rolled_out: Option<RequestId>,
    /// What it was brought up with, without secrets.
    pub parameters: Vec<(String, String)>,
    pub project: ProjectId,
    pub stage: Stage,
    pub account: AccountId,
    pub account_name: String,
    pub region: Region,
    pub owner: String,
    pub is_owner: bool,
    pub provisioned_product: Option<String>,
    pub progress: Progress,
    pub outputs: Vec<Output>,
    pub tags: Vec<(String, String)>,
    pub launch: Option<LaunchTarget>,
    /// How long the link of the next launch lives, in words; for notebook instances AWS does not let it be set.
    pub launch_note: String,
    pub lease: LeaseView,
    pub observed: ObservedView,
    pub created_at: DateTime<Utc>,
    /// Who terminated it and when, once that was asked for.
    pub termination: Option<(String, DateTime<Utc>)>,
    /// What a termination deletes: resource types and how many of each.
    pub termination_deletes: Vec<(String, u32)>,
    /// What else comes of a termination, what stays, and what stands in its way, in words.
    pub termination_consequences: Vec<String>,
    /// Where its own stack has a Studio domain: the choice that a termination needs.
    pub home_choice: Option<HomeChoice>,
    /// Home file systems that are left of it.
    pub kept_homes: Vec<KeptHome>,
    /// Resource types and how many of each its termination has left in AWS, because an admin wanted it so.
    pub left_behind: Option<Vec<(String, u32)>>,
    /// The stack, by its ARN.
    pub stack_arn: Option<String>,
    pub handed_over: Option<HandOverView>,
    /// Why its owner counts as having left the project, for whoever may transfer it.
    pub owner_left: Option<String>,
    /// It is being given to somebody else, or that failed.
    pub transfer: Option<TransferView>,
    /// Addresses of people who could have it, for whoever may transfer it.
    pub next_owners: Vec<String>,
    /// The former owner's name in AWS, which the things in it keep.
    pub named_after: Option<String>,
    /// How long an open Studio session lasts at most, in words.
    pub longest_session: String,
    /// Whom the platform team is, in words.
    pub contact: String,
    /// Access to it is revoked; by which revocations, for those who may see them.
    pub revoked: Option<Vec<RevocationId>>,
    /// The caller may cut it, or its owner, off.
    pub may_revoke: bool,
    pub version: i64,
    pub allowed: Allowed,
    pub form: FormState,
}

/// One request about an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestAbout {
    pub id: RequestId,
    pub kind: RequestKind,
    pub state: RequestState,
    pub requester: String,
    pub submitted_at: DateTime<Utc>,
    /// Whether whoever reads this may open it.
    pub may_see: bool,
}

/// The part of the environment page that changes while an operation runs; also what the event stream sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub state: EnvironmentState,
    pub problem: Option<Problem>,
    /// The operation at work or the last one.
    pub operation: Option<OperationView>,
    /// AWS's own events of the stack, those of the oldest operation first; at most 200, the newest.
    pub events: Vec<StackEventGroup>,
    pub as_of: DateTime<Utc>,
}

/// What the stack told while one operation was at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackEventGroup {
    /// `None` where nobody knows any more.
    pub operation: Option<OperationKind>,
    /// Oldest first.
    pub events: Vec<StackEvent>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationView {
    pub kind: OperationKind,
    pub steps: Vec<StepView>,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    /// How long it usually takes, in seconds, where that is known.
    pub typical_seconds: Option<u32>,
    /// What is being retried, and when next.
    pub trouble: Option<Problem>,
    pub next_run_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// "Create the resources in AWS"
    pub label: String,
    pub status: StepStatus,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    /// "3 of 7 resources", the record's id at Service Catalog, why it failed.
    pub detail: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    Waiting,
    Running,
    Done,
    Failed,
}

/// What the last look at AWS found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedView {
    pub drift: Vec<DriftView>,
    pub running: Vec<Running>,
    pub spaces: Vec<Space>,
    /// Bytes in its home file systems, as AWS metered them.
    pub home_bytes: Option<u64>,
    /// `None`: nobody has looked yet.
    pub read_at: Option<DateTime<Utc>>,
    /// Why AWS did not tell everything.
    pub problem: Option<Problem>,
    /// Somebody waits for a fresh look.
    pub waiting: bool,
    /// What is being stopped or started, or failed to be.
    pub work: Option<RunningWork>,
    /// What the rules about what is idle say of each thing that runs, by its [`crate::observed::Item::key`].
    pub idle: BTreeMap<String, IdleView>,
}

/// Tags that are not as they would be given now, and what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagsView {
    pub differences: Vec<TagDifference>,
    /// What somebody has to decide before they can be pushed.
    pub fields: Vec<FormField>,
    /// Why AWS would not change them.
    pub refused: Option<Problem>,
    /// Resources of the stack that keep the tags which they were made with.
    pub keeps: Vec<String>,
    /// What runs, and keeps the tags that it was started with.
    pub started: Vec<String>,
    /// What can be requested again in its place.
    pub request: RequestId,
}

/// The last stop or start, while it is under way or after it failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningWork {
    pub kind: OperationKind,
    pub by: String,
    pub since: DateTime<Utc>,
    /// How many things are left to be stopped, once that is known.
    pub remaining: Option<u32>,
    /// Why it failed, or what it is being tried again for.
    pub problem: Option<Problem>,
    pub failed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftView {
    pub drift: Drift,
    /// The name of the version that AWS has, where that is the drift.
    pub version: Option<String>,
}

/// What is said of a lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseView {
    pub ends_at: DateTime<Utc>,
    pub standing: LeaseStanding,
    /// What one more extension gives.
    pub extension: Extension,
    /// Who decides a request for more than that, in words.
    pub beyond: String,
    pub hold: Option<HoldView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldView {
    pub by: String,
    pub reason: String,
    pub until: DateTime<Utc>,
}

/// A request for more time as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionInput {
    pub extension_days: String,
    pub extension_reason: String,
}

/// A hold as posted; `hold_until` is a day, `2026-12-31`, and counts whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HoldInput {
    pub hold_reason: String,
    pub hold_until: String,
}

/// A termination as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminateInput {
    /// The environment's name, typed to confirm.
    pub confirm: String,
    pub version: String,
    /// As [`crate::environment::Leaves`] is written; empty for nothing.
    pub leaves: String,
    /// As [`crate::home::Files`] is written; empty where nobody chose.
    pub files: String,
}

/// What somebody has to know who chooses what becomes of the home file system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeChoice {
    /// `fs-...`; empty while none is known, as of what is coming up.
    pub file_systems: Vec<String>,
    /// Bytes in the home file systems, as AWS metered them by the last look.
    pub bytes: Option<u64>,
    /// The stack has a key of its own, which is scheduled for deletion with it and encrypts what may be kept.
    pub key_goes: bool,
}

/// A home file system whose files are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptHome {
    /// `fs-...`
    pub file_system: String,
    /// The ARN of the key that encrypts it.
    pub kms_key: Option<String>,
    /// The key went with the stack: it is scheduled for deletion.
    pub key_goes: bool,
    /// Its mount targets are there too.
    pub attached: bool,
}

/// To whom an environment is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TransferInput {
    /// An e-mail address.
    pub transfer_to: String,
    pub transfer_reason: String,
    pub version: String,
}

/// A transfer that is not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferView {
    pub to: String,
    pub reason: String,
    /// It goes on; else it failed.
    pub at_work: bool,
}

/// What somebody asks the platform team.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandOverInput {
    pub handover_note: String,
}

/// That it waits for the platform team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOverView {
    pub by: String,
    pub note: String,
    pub at: DateTime<Utc>,
}
