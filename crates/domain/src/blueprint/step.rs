//! What is done, one after the other, so that an organization is as it is described.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::guardrail::{Finding, Policy, PolicyKind, SizeLimit};
use crate::id::AccountId;
use crate::organization::fingerprint;
use crate::project::{DataClass, Stage};
use crate::tag_policy::TagValues;

/// A node by what people call it, and by its id once it has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The path of a unit; empty for the root.
    pub path: String,
    pub id: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.path.is_empty() { "the root" } else { &self.path })
    }
}

/// See the module. What has no id yet is made by a step before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OrganizationStep {
    CreatePolicy {
        name: String,
        description: String,
        document: String,
    },
    EditPolicy {
        policy: String,
        name: String,
        description: String,
        document: String,
    },
    CreateUnit {
        within: Place,
        name: String,
        path: String,
    },
    Attach {
        name: String,
        policy: Option<String>,
        node: Place,
    },
    MoveAccount {
        account: AccountId,
        name: String,
        from: Place,
        to: Place,
    },
    Detach {
        name: String,
        policy: String,
        node: Place,
    },
    /// Of the portal's own tag policy.
    SetTagRule {
        key: String,
        stage: Option<Stage>,
        data_class: Option<DataClass>,
        values: TagValues,
    },
}

impl OrganizationStep {
    /// Whether all that it names is there.
    pub fn is_ready(&self) -> bool {
        match self {
            Self::CreateUnit { within, .. } => within.id.is_some(),
            Self::Attach { policy, node, .. } => policy.is_some() && node.id.is_some(),
            Self::MoveAccount { from, to, .. } => from.id.is_some() && to.id.is_some(),
            Self::CreatePolicy { .. } | Self::EditPolicy { .. } | Self::Detach { .. } | Self::SetTagRule { .. } => true,
        }
    }

    /// The same for a step whatever ids there are by then; with the document of a policy in it.
    pub fn key(&self) -> String {
        match self {
            Self::CreatePolicy { description, document, .. } | Self::EditPolicy { description, document, .. } => {
                format!("{self} {}", fingerprint(&format!("{description}\n{document}")))
            }
            _ => self.to_string(),
        }
    }

    /// As in the audit log.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::CreatePolicy { .. } => "create_policy",
            Self::EditPolicy { .. } => "edit_policy",
            Self::CreateUnit { .. } => "create_unit",
            Self::Attach { .. } => "attach",
            Self::MoveAccount { .. } => "move_account",
            Self::Detach { .. } => "detach",
            Self::SetTagRule { .. } => "set_tag_rule",
        }
    }

    /// Whether it changes what the portal keeps by itself, and nothing in AWS.
    pub fn is_of_the_portal(&self) -> bool {
        matches!(self, Self::SetTagRule { .. })
    }

    /// What is legal in the document that it writes and most likely not meant.
    pub fn findings(&self) -> Vec<Finding> {
        let (Self::CreatePolicy { name, document, .. } | Self::EditPolicy { name, document, .. }) = self else {
            return Vec::new();
        };
        let read = Policy::parse_within(SizeLimit::NONE, PolicyKind::ServiceControl, name, document);
        read.map(|policy| policy.findings().to_vec()).unwrap_or_default()
    }

    /// Whether it takes something away from a guardrail, or may: looked at twice.
    pub fn loosens(&self) -> bool {
        matches!(self, Self::EditPolicy { .. } | Self::Detach { .. } | Self::MoveAccount { .. })
    }
}

/// As a line of a plan.
impl fmt::Display for OrganizationStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreatePolicy { name, .. } => write!(f, "Make the policy {name}"),
            Self::EditPolicy { name, .. } => write!(f, "Change the policy {name}"),
            Self::CreateUnit { path, .. } => write!(f, "Make the organizational unit {path}"),
            Self::Attach { name, node, .. } => write!(f, "Attach {name} to {node}"),
            Self::MoveAccount { account, name, from, to } => {
                write!(f, "Move the account {name} ({account}) from {from} to {to}")
            }
            Self::Detach { name, node, .. } => write!(f, "Detach {name} from {node}"),
            Self::SetTagRule { key, stage, data_class, values } => {
                write!(f, "Have the tag policy ask for {key}")?;
                if let Some(stage) = stage {
                    write!(f, " in {}", stage.label())?;
                }
                if let Some(class) = data_class {
                    write!(f, ", {} data", class.as_str())?;
                }
                write!(f, ": {values}")
            }
        }
    }
}
