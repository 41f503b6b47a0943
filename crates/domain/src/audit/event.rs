//! What an audit event is.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{AuditEventId, ProjectId};
use crate::person::PersonKey;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AuditActor {
    Person {
        person: PersonKey,
        display_name: String,
    },
    /// A worker, for a person whose change it carries out.
    SystemFor {
        person: PersonKey,
    },
    /// The portal by itself: expiry, mirror.
    System,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// About to be tried; the outcome follows in an event of its own.
    Intent,
    Succeeded,
    Failed,
    Denied,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Intent, Self::Succeeded, Self::Failed, Self::Denied];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Denied => "denied",
        }
    }
}

/// One thing that happened. Holds no secret and no presigned URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    pub id: AuditEventId,
    pub at: DateTime<Utc>,
    pub actor: AuditActor,
    /// [`crate::action::Action`] or a step of an operation: `provision_product`.
    pub action: String,
    /// `environment`, `request`, `project`, ...
    pub resource_kind: String,
    pub resource_id: String,
    pub project: Option<ProjectId>,
    pub outcome: Outcome,
    /// The HTTP request or operation it belongs to.
    pub correlation: String,
    /// The version of the entity that this event made, where it made one.
    pub entity_version: Option<i64>,
    /// What else matters, by name.
    pub detail: BTreeMap<String, String>,
}
