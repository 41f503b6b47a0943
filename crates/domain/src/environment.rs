//! An environment: one provisioned product, as people read it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::home::Homes;
use crate::id::{
    AccountId, EnvironmentId, OperationId, ProductId, ProjectId, ProvisionedProductId, ProvisioningArtifactId, Region,
    RequestId,
};
use crate::lease::Hold;
use crate::person::{PersonKey, StudioUserId};
use crate::problem::Problem;
use crate::project::{Stage, UnknownName};

/// Where an environment stands. `Tainted` and `Error` are Service Catalog's own words (`ProvisionedProductStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentState {
    /// Approved; an operation is bringing it up.
    Provisioning,
    Available,
    /// An operation is changing it.
    Updating,
    /// The last change failed; the stack runs in its previous form.
    Tainted,
    /// Exists in Service Catalog without a running stack, or could not be provisioned.
    Error,
    /// An operation is taking it down.
    Terminating,
    /// Nothing is left but the record.
    Terminated,
}

impl EnvironmentState {
    pub const ALL: [Self; 7] = [
        Self::Provisioning,
        Self::Available,
        Self::Updating,
        Self::Tainted,
        Self::Error,
        Self::Terminating,
        Self::Terminated,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Available => "available",
            Self::Updating => "updating",
            Self::Tainted => "tainted",
            Self::Error => "error",
            Self::Terminating => "terminating",
            Self::Terminated => "terminated",
        }
    }

    /// Whether an operation is at work on it.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Provisioning | Self::Updating | Self::Terminating)
    }
}

impl fmt::Display for EnvironmentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EnvironmentState {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// What a termination leaves in AWS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leaves {
    #[default]
    Nothing,
    /// What AWS cannot delete: Service Catalog lets go of it all the same (`IgnoreErrors`).
    Undeletable,
    /// The stack with all its resources (`RetainPhysicalResources`).
    Everything,
}

impl Leaves {
    pub const ALL: [Self; 3] = [Self::Nothing, Self::Undeletable, Self::Everything];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Undeletable => "undeletable",
            Self::Everything => "everything",
        }
    }
}

impl FromStr for Leaves {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|leaves| leaves.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// That somebody who cannot go on has asked the platform team to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    pub by: PersonKey,
    pub note: String,
    pub at: DateTime<Utc>,
}

/// That it is being given to another person of its project. From its start on nobody opens it: the former owner no more, the new
/// one when all is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub to: PersonKey,
    pub reason: String,
    /// Whom it was to be given to before, which failed: the tag in AWS may name one of them.
    #[serde(default)]
    pub tried: BTreeSet<StudioUserId>,
    /// Where it stood before, and stands again afterwards.
    pub state: EnvironmentState,
    pub problem: Option<Problem>,
}

/// What "Open" opens, found among the stack's resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LaunchTarget {
    /// Opened by `CreatePresignedDomainUrl`.
    Studio { domain_id: String, user_profile_name: String },
    /// Opened by `CreatePresignedNotebookInstanceUrl`.
    NotebookInstance { name: String },
}

/// An output of the stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    pub key: String,
    pub value: String,
    pub description: String,
}

/// See the module. Made when a request is approved, in the same transaction as the operation that provisions it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    pub id: EnvironmentId,
    /// What it was last brought up or updated by.
    pub request: RequestId,
    /// The update that is being made, or that failed.
    pub update: Option<RequestId>,
    pub project: ProjectId,
    /// Who asked for it, or was given it; the only person who may open it.
    pub owner: PersonKey,
    pub studio_user_id: StudioUserId,
    /// Whose id the things in AWS were named with, where that is not the owner: a new name would replace the user profile, and
    /// its home directory would be lost.
    pub named_after: Option<StudioUserId>,
    /// It is being given to somebody else, or that failed.
    pub transfer: Option<Transfer>,
    pub product: ProductId,
    pub artifact: ProvisioningArtifactId,
    pub account: AccountId,
    pub region: Region,
    pub stage: Stage,
    pub name: String,
    pub state: EnvironmentState,
    /// Why it is `Error` or `Tainted`.
    pub problem: Option<Problem>,
    pub provisioned_product: Option<ProvisionedProductId>,
    pub stack_arn: Option<String>,
    pub outputs: Vec<Output>,
    /// What AWS was last sent, without secrets; empty where that is not known.
    pub parameters: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    pub launch_target: Option<LaunchTarget>,
    /// The operation at work on it, or the last one.
    pub operation: Option<OperationId>,
    pub lease_ends_at: DateTime<Utc>,
    /// What its termination leaves, once that was asked for.
    pub leaves: Leaves,
    /// The home file systems of its own Studio domains.
    pub homes: Homes,
    /// It waits for the platform team.
    pub handed_over: Option<HandOver>,
    /// What keeps it from being terminated at the end of its lease.
    pub hold: Option<Hold>,
    /// A revocation is in force on it. Follows from the revocations, and is no part of a version.
    pub revoked: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

impl Environment {
    /// Whether it stands, and no operation is at work on it.
    pub fn is_at_rest(&self) -> bool {
        matches!(self.state, EnvironmentState::Available | EnvironmentState::Tainted | EnvironmentState::Error)
    }

    /// Whether it was made past the portal and is being taken over: whatever the portal brings up has tags from the first call.
    pub fn is_being_adopted(&self) -> bool {
        self.tags.is_empty()
    }

    /// The id that things in AWS are named with.
    pub fn name_id(&self) -> &StudioUserId {
        self.named_after.as_ref().unwrap_or(&self.studio_user_id)
    }

    /// Whether it can be given to somebody else: what never came up is rather terminated.
    pub fn is_transferable(&self) -> bool {
        matches!(self.state, EnvironmentState::Available | EnvironmentState::Tainted)
            && self.provisioned_product.is_some()
    }

    /// What a transfer that is done makes of it.
    pub fn change_hands(&mut self) {
        let Some(transfer) = self.transfer.take() else { return };
        let (former, new) = (self.studio_user_id.clone(), transfer.to.studio_user_id());
        self.named_after = Some(self.named_after.take().unwrap_or(former)).filter(|name| *name != new);
        self.owner = transfer.to;
        self.tags.insert("studiouserid".to_owned(), new.as_str().to_owned());
        self.studio_user_id = new;
        self.state = transfer.state;
        self.problem = transfer.problem;
    }

    /// Whether there is something to update, and no operation is at work on it. AWS updates no stack that never came up.
    pub fn is_updatable(&self) -> bool {
        let came_up = self.launch_target.is_some() || !self.outputs.is_empty();
        self.is_at_rest() && (came_up || self.state != EnvironmentState::Error)
    }
}

/// One line of a stack's story, from `DescribeStackEvents`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackEvent {
    /// `EventId`, unique within the stack.
    pub event_id: String,
    pub at: DateTime<Utc>,
    pub logical_id: String,
    pub resource_type: String,
    /// `ResourceStatus`: `CREATE_IN_PROGRESS`, ...
    pub status: String,
    /// `ResourceStatusReason`, AWS's own message.
    pub reason: Option<String>,
}
