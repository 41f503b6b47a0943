//! The one engine for everything that takes several calls. See `docs/architecture.md`, "Operations".

mod next;
#[cfg(test)]
mod next_tests;
mod pace;

pub use next::{Moment, Observation, Transition, next};
pub use pace::{Pace, backoff};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{
    BlueprintId, CatalogChangeId, EnvironmentId, OperationId, PolicyChangeId, ProjectId, RecordId, RevocationId,
    RolloutId,
};
use crate::idle::IdleStop;
use crate::observed::Item;
use crate::person::PersonKey;
use crate::problem::Problem;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    Provision,
    /// Bring an environment to another version, or to other values.
    Update,
    Terminate,
    /// Give an environment to another person of its project.
    Transfer,
    /// Give an environment the tags that it would be launched with now.
    Tag,
    /// Cut somebody off.
    Revoke,
    /// Give back what was cut off.
    Restore,
    /// Change a service control policy, or where one is attached.
    ChangePolicy,
    /// Bring the organization to what a blueprint describes.
    ApplyBlueprint,
    /// Change what Service Catalog offers.
    ChangeCatalog,
    /// Stop what runs in an environment.
    Stop,
    /// Start a notebook instance.
    Start,
    /// Update several environments, one after the other.
    Rollout,
}

impl OperationKind {
    pub const ALL: [Self; 13] = [
        Self::Provision,
        Self::Update,
        Self::Terminate,
        Self::Transfer,
        Self::Tag,
        Self::Revoke,
        Self::Restore,
        Self::ChangePolicy,
        Self::ApplyBlueprint,
        Self::ChangeCatalog,
        Self::Stop,
        Self::Start,
        Self::Rollout,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provision => "provision",
            Self::Update => "update",
            Self::Terminate { .. } => "terminate",
            Self::Transfer => "transfer",
            Self::Tag => "tag",
            Self::Revoke => "revoke",
            Self::Restore => "restore",
            Self::ChangePolicy => "change_policy",
            Self::ApplyBlueprint => "apply_blueprint",
            Self::ChangeCatalog => "change_catalog",
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Rollout => "rollout",
        }
    }
}

/// What an operation works on. One operation at a time works on each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    Environment {
        id: EnvironmentId,
        project: ProjectId,
    },
    Revocation {
        id: RevocationId,
    },
    PolicyChange {
        id: PolicyChangeId,
    },
    CatalogChange {
        id: CatalogChangeId,
    },
    Blueprint {
        id: BlueprintId,
    },
    Rollout {
        id: RolloutId,
    },
    /// What runs in an environment, apart from the environment itself: neither keeps the other waiting.
    Running {
        id: EnvironmentId,
        project: ProjectId,
    },
}

impl Subject {
    /// The kind of [`Self::Running`].
    pub const RUNNING: &str = "running";
    /// The kind of [`Self::Rollout`].
    pub const ROLLOUT: &str = "rollout";

    /// As in the row and the audit log.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Environment { .. } => "environment",
            Self::Revocation { .. } => "revocation",
            Self::PolicyChange { .. } => "policy_change",
            Self::CatalogChange { .. } => "catalog_change",
            Self::Blueprint { .. } => "blueprint",
            Self::Rollout { .. } => Self::ROLLOUT,
            Self::Running { .. } => Self::RUNNING,
        }
    }

    pub fn id(&self) -> &str {
        match self {
            Self::Environment { id, .. } | Self::Running { id, .. } => id.as_str(),
            Self::Revocation { id } => id.as_str(),
            Self::PolicyChange { id } => id.as_str(),
            Self::CatalogChange { id } => id.as_str(),
            Self::Blueprint { id } => id.as_str(),
            Self::Rollout { id } => id.as_str(),
        }
    }
}

/// What `ProvisionProduct` or `UpdateProvisionedProduct` will be sent with, kept from before the call so that a repetition says the same whatever an
/// admin changes meanwhile. `NoEcho` values are not in here: they stay sealed with the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The launch path; `None` when the product has only one.
    pub path: Option<String>,
    pub parameters: BTreeMap<String, String>,
    /// Of an update: parameters that keep the value that they have, secrets among them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub kept: BTreeSet<String>,
    pub tags: BTreeMap<String, String>,
}

/// Where an operation stands. Serialized with its data into the row: what is needed to go on after a crash is in here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Authorize again, validate again, resolve bindings.
    Check,
    /// The same for tags, with the values that somebody chose.
    CheckTags {
        chosen: BTreeMap<String, String>,
    },
    /// `TerminateProvisionedProduct` for what an earlier, failed try left behind under the same name.
    Clear,
    FollowClear {
        record: RecordId,
    },
    /// `ProvisionProduct` is about to be sent, or was sent and the answer was lost: repeat it with the same token, name
    /// and parameters.
    Provision {
        plan: Plan,
    },
    /// Service Catalog works; follow the record.
    FollowProvision {
        record: RecordId,
    },
    /// `UpdateProvisionedProduct` is about to be sent, or was sent and the answer was lost.
    Update {
        plan: Plan,
    },
    /// Service Catalog changes the environment; follow the record.
    FollowUpdate {
        record: RecordId,
        plan: Plan,
    },
    /// Read outputs, resources and what can be launched.
    Collect {
        record: RecordId,
    },
    /// Delete apps and spaces, which block the stack's deletion.
    DeleteApps {
        /// How many were left at the last look.
        #[serde(default)]
        remaining: Option<u32>,
    },
    /// `TerminateProvisionedProduct` is about to be sent, or was sent and the answer was lost.
    Terminate {
        /// A second time, with a token of its own: what was in the stack's way is gone.
        #[serde(default)]
        again: bool,
    },
    FollowTerminate {
        record: RecordId,
    },
    /// The stack's domains are gone: delete the mount targets of their home file systems, and the security groups that SageMaker
    /// made for these.
    DetachHomes {
        /// Why the stack could not be deleted, where that is why they go first: it is terminated again afterwards.
        #[serde(default)]
        held_up: Option<Problem>,
        /// How many mount targets and groups were left at the last look.
        #[serde(default)]
        remaining: Option<u32>,
    },
    /// Delete the home file systems with everything in them.
    DeleteHomes,
    /// End what runs in an environment that changes hands: its files stay.
    EndRunning {
        /// How many were left at the last look.
        #[serde(default)]
        remaining: Option<u32>,
    },
    /// `UpdateProvisionedProductProperties` is about to be sent, or was sent and the answer was lost.
    Transfer,
    /// Service Catalog writes down the new owner; follow the record.
    FollowTransfer {
        record: RecordId,
    },
    /// Put the new owner's tag on what is opened.
    TagOwner,
    /// What the former owner started before the tag was another ends too.
    EndAgain {
        /// How many were left at the last look.
        #[serde(default)]
        remaining: Option<u32>,
    },
    /// Put deny policies in place and end what runs; which parts are done is kept with the revocation.
    Cut,
    /// Take the deny policies away.
    Lift,
    /// The change of a service control policy, or of the catalog, is about to be sent, or was sent and the answer was lost.
    Change,
    /// AWS took the change; look whether it shows it.
    ReadBack,
    /// Stop what runs; everything, or one thing.
    Stop {
        only: Option<Item>,
        /// How many were left at the last look.
        #[serde(default)]
        remaining: Option<u32>,
        /// It is stopped for being idle: looked at once more right before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        idle: Option<IdleStop>,
    },
    /// Start the notebook instance.
    Start,
    /// Look what is left of a blueprint, and do the first of it; what was done is kept with the blueprint.
    Apply,
    /// Look how far the updates are, and begin the next one; how far each is, is kept with the rollout.
    Roll,
    Succeeded,
    Failed {
        problem: Problem,
        /// Which of the steps that people see it failed at, from 0.
        #[serde(default)]
        at: u8,
    },
}

impl Step {
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed { .. })
    }

    /// Where the step stands among those that people see of an operation: check, start, follow, finish for a provisioning and an update;
    /// check, delete apps, start, follow, detach homes, delete homes for a termination; check, end what runs, tell Service Catalog, tag,
    /// end the rest for a transfer; check, start, follow for tags; check, change, read back for a change of
    /// policies. 6 when all are done. The parts of a revocation and of a rollout are their own.
    pub fn position(&self) -> u8 {
        match self {
            Self::Check
            | Self::CheckTags { .. }
            | Self::Clear
            | Self::FollowClear { .. }
            | Self::Stop { .. }
            | Self::Start => 0,
            Self::Provision { .. }
            | Self::Update { .. }
            | Self::DeleteApps { .. }
            | Self::EndRunning { .. }
            | Self::Cut
            | Self::Lift
            | Self::Roll
            | Self::Apply
            | Self::Change => 1,
            Self::FollowProvision { .. }
            | Self::FollowUpdate { .. }
            | Self::Terminate { .. }
            | Self::Transfer
            | Self::FollowTransfer { .. }
            | Self::ReadBack => 2,
            Self::Collect { .. } | Self::FollowTerminate { .. } | Self::TagOwner => 3,
            Self::DetachHomes { .. } | Self::EndAgain { .. } => 4,
            Self::DeleteHomes => 5,
            Self::Succeeded => 6,
            Self::Failed { at, .. } => *at,
        }
    }

    /// The same for a step's name; `None` for what is no step, or a final one.
    pub fn position_of(name: &str) -> Option<u8> {
        match name {
            "check" | "check_tags" | "clear" | "follow_clear" => Some(0),
            "provision" | "update" | "delete_apps" | "end_running" | "cut" | "lift" | "roll" | "apply" | "change" => {
                Some(1)
            }
            "follow_provision" | "follow_update" | "terminate" | "transfer" | "follow_transfer" | "read_back" => {
                Some(2)
            }
            "collect" | "follow_terminate" | "tag_owner" => Some(3),
            "detach_homes" | "end_again" => Some(4),
            "delete_homes" => Some(5),
            _ => None,
        }
    }

    /// The name in the row, the audit log and the metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::CheckTags { .. } => "check_tags",
            Self::Clear => "clear",
            Self::FollowClear { .. } => "follow_clear",
            Self::Provision { .. } => "provision",
            Self::FollowProvision { .. } => "follow_provision",
            Self::Update { .. } => "update",
            Self::FollowUpdate { .. } => "follow_update",
            Self::Collect { .. } => "collect",
            Self::DeleteApps { .. } => "delete_apps",
            Self::Terminate { .. } => "terminate",
            Self::FollowTerminate { .. } => "follow_terminate",
            Self::DetachHomes { .. } => "detach_homes",
            Self::DeleteHomes => "delete_homes",
            Self::EndRunning { .. } => "end_running",
            Self::Transfer => "transfer",
            Self::FollowTransfer { .. } => "follow_transfer",
            Self::TagOwner => "tag_owner",
            Self::EndAgain { .. } => "end_again",
            Self::Cut => "cut",
            Self::Lift => "lift",
            Self::Change => "change",
            Self::ReadBack => "read_back",
            Self::Stop { .. } => "stop_running",
            Self::Start => "start_notebook_instance",
            Self::Roll => "roll",
            Self::Apply => "apply",
            Self::Succeeded => "succeeded",
            Self::Failed { .. } => "failed",
        }
    }
}

/// The row, which is the job. A worker holds it by a lease and writes it back `WHERE version = ?`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    pub id: OperationId,
    pub kind: OperationKind,
    pub subject: Subject,
    /// Whose change it carries out; authorized again before each act.
    pub on_behalf_of: PersonKey,
    pub step: Step,
    /// When it came to the step.
    pub step_entered_at: DateTime<Utc>,
    /// Calls that failed in a row at this step; zero again after progress.
    pub attempt: u32,
    /// The last failure, while it is being retried.
    pub trouble: Option<Problem>,
    pub next_run_at: DateTime<Utc>,
    pub lease_owner: Option<String>,
    pub lease_until: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub version: i64,
}
