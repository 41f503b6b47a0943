//! Stacks, as they are kept.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::id::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::context::Caller;
use template::{Attributes, Physical, Pseudo, Values};

/// One stack.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stack {
    pub arn: String,
    pub name: String,
    pub account: AccountId,
    pub region: String,
    /// Who makes the resources: a session of the launch role, or whoever asked for the stack.
    pub caller: Caller,
    pub role_arn: Option<String>,
    /// The template's text.
    pub template: String,
    /// All parameters, by default or as given.
    pub parameters: Values,
    pub no_echo: BTreeSet<String>,
    pub tags: BTreeMap<String, String>,
    pub notification_arns: Vec<String>,
    pub status: String,
    pub reason: Option<String>,
    pub created: DateTime<Utc>,
    pub updated: Option<DateTime<Utc>>,
    pub deleted: Option<DateTime<Utc>>,
    /// In the order in which they were started.
    pub resources: Vec<StackResource>,
    /// Oldest first.
    pub events: Vec<StackEvent>,
    pub outputs: Vec<StackOutput>,
    /// What is being done; `None` when the stack rests.
    pub work: Option<Work>,
    /// When there is something to do next.
    pub wake: Option<DateTime<Utc>>,
    /// Bytes that the evaluated properties take.
    #[serde(default)]
    pub spent: usize,
    /// Names of the exports that its resources and outputs import.
    #[serde(default)]
    pub imports: BTreeSet<String>,
    /// What an update that fails goes back to.
    pub before: Option<Box<Before>>,
}

/// What a stack is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    Create,
    /// Removing what a failed creation made.
    Rollback,
    Update,
    /// Going back to what was before a failed update.
    UpdateRollback,
    /// Removing what an update replaced or dropped.
    Cleanup,
    Delete,
}

/// The part of a stack that an update changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Before {
    pub template: String,
    pub parameters: Values,
    pub no_echo: BTreeSet<String>,
    pub tags: BTreeMap<String, String>,
    #[serde(default)]
    pub spent: usize,
    #[serde(default)]
    pub imports: BTreeSet<String>,
    pub resources: Vec<StackResource>,
}

/// Where a resource stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Its turn has not come.
    Waiting,
    Making,
    Made,
    Failed,
    /// Waits for those that need it to go.
    Leaving,
    /// A notebook instance has to stop before it can go.
    Stopping,
    Removing,
    /// Removed or left alone for good.
    Gone,
    /// Cannot be removed.
    Stuck,
}

/// One resource of a stack.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "what the template says of it, each by itself")]
pub struct StackResource {
    pub logical_id: String,
    pub kind: String,
    pub phase: Phase,
    /// Empty until there is one.
    pub physical_id: String,
    pub attributes: Attributes,
    /// Evaluated.
    pub properties: Value,
    /// Logical ids of the resources that it needs.
    pub needs: BTreeSet<String>,
    /// Whether it stays when the stack goes.
    pub retain: bool,
    /// Whether it stays when the stack's creation fails.
    pub retain_on_failure: bool,
    /// Whether it stays when an update puts another in its place.
    #[serde(default)]
    pub retain_when_replaced: bool,
    /// Made without being understood.
    pub opaque: bool,
    pub status: String,
    pub reason: Option<String>,
    pub at: DateTime<Utc>,
    /// When the step that it is in began, and when it is looked at next.
    pub since: DateTime<Utc>,
    pub due: Option<DateTime<Utc>>,
}

impl StackResource {
    /// What the rest of the template sees of it.
    pub fn physical(&self) -> Physical {
        Physical { reference: self.physical_id.clone(), attributes: self.attributes.clone(), opaque: self.opaque }
    }
}

/// One event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StackEvent {
    pub id: String,
    pub at: DateTime<Utc>,
    pub logical_id: String,
    pub physical_id: String,
    pub kind: String,
    pub status: String,
    pub reason: Option<String>,
}

/// One output, evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackOutput {
    pub key: String,
    pub value: String,
    pub description: String,
    pub export: Option<String>,
}

impl Stack {
    pub fn pseudo(&self) -> Pseudo {
        Pseudo {
            account: self.account.to_string(),
            region: self.region.clone(),
            stack_name: self.name.clone(),
            stack_id: self.arn.clone(),
            notification_arns: self.notification_arns.clone(),
        }
    }

    pub fn resource(&self, logical_id: &str) -> Option<&StackResource> {
        self.resources.iter().find(|r| r.logical_id == logical_id && r.phase != Phase::Gone)
    }

    /// Whether it has come to rest.
    pub fn rests(&self) -> bool {
        self.work.is_none()
    }
}
