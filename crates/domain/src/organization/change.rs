//! A change of the service control policies, before it is made: what is wrong with it, what it makes of the policies, and
//! what it was decided upon.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{OrganizationNode, ServiceControlPolicy, TreeNode};
use crate::guardrail::{Finding, Policy, PolicyError, PolicyKind, SizeLimit};
use crate::problem::FieldError;

/// Organizations' quotas, which AWS can raise for one organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScpLimits {
    /// Characters of a document, white space included.
    pub characters: usize,
    /// Policies attached to one node.
    pub per_node: usize,
}

impl Default for ScpLimits {
    fn default() -> Self {
        Self { characters: PolicyKind::ServiceControl.limit().characters, per_node: 10 }
    }
}

impl ScpLimits {
    /// Reads a document as Organizations would take it.
    pub fn read(self, name: &str, content: &str) -> Result<Policy, PolicyError> {
        let limit = SizeLimit { characters: self.characters, counts_white_space: true };
        Policy::parse_within(limit, PolicyKind::ServiceControl, name, content)
    }
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PolicyChange {
    Create { name: String, description: String, content: String },
    Edit { policy: String, name: String, description: String, content: String },
    Attach { policy: String, node: String },
    Detach { policy: String, node: String },
    Delete { policy: String },
}

/// What the change is about, as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AroundChange {
    /// The policy, if there is one of its id.
    pub policy: Option<ServiceControlPolicy>,
    /// The nodes that it is attached to: names by id.
    pub attached_to: BTreeMap<String, String>,
    /// The node, if there is one of its id.
    pub node: Option<TreeNode>,
    /// What is attached to the node: names by id.
    pub on_node: BTreeMap<String, String>,
    /// Another policy that has the name.
    pub holder: Option<ServiceControlPolicy>,
}

/// What somebody decided upon: the rest may change without another look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    policy: Option<PolicySeen>,
    attached_to: BTreeMap<String, String>,
    on_node: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PolicySeen {
    name: String,
    description: String,
    /// SHA-256 of the document, in hexadecimal.
    content: String,
}

/// Nodes with a policy that a change of it is decided upon, in the order of their ids: nobody looks at more.
pub const MOST_NODES: u32 = 500;
const LONGEST_NAME: usize = 128;
const LONGEST_DESCRIPTION: usize = 512;

impl PolicyChange {
    /// As in the forms and the audit log.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Edit { .. } => "edit",
            Self::Attach { .. } => "attach",
            Self::Detach { .. } => "detach",
            Self::Delete { .. } => "delete",
        }
    }

    /// The policy that it is about; none for one that is new.
    pub fn policy(&self) -> Option<&str> {
        match self {
            Self::Create { .. } => None,
            Self::Edit { policy, .. }
            | Self::Attach { policy, .. }
            | Self::Detach { policy, .. }
            | Self::Delete { policy } => Some(policy),
        }
    }

    pub fn node(&self) -> Option<&str> {
        match self {
            Self::Attach { node, .. } | Self::Detach { node, .. } => Some(node),
            Self::Create { .. } | Self::Edit { .. } | Self::Delete { .. } => None,
        }
    }

    /// The document that it writes, and the policy's name.
    pub fn document(&self) -> Option<(&str, &str)> {
        match self {
            Self::Create { name, content, .. } | Self::Edit { name, content, .. } => Some((name, content)),
            Self::Attach { .. } | Self::Detach { .. } | Self::Delete { .. } => None,
        }
    }

    /// Why it would be refused, by field: what AWS would refuse, and what nobody should be able to ask of it.
    pub fn mistakes(&self, around: &AroundChange, limits: ScpLimits) -> Vec<FieldError> {
        let mut mistakes = Vec::new();
        let mut wrong = |field: &str, message: String| mistakes.push(FieldError::new(field, message));
        if self.policy().is_some() && around.policy.is_none() {
            wrong("policy", "Choose a policy of the organization.".to_owned());
        }
        if self.node().is_some() && around.node.is_none() {
            wrong("node", "Choose a node of the organization.".to_owned());
        }
        if !mistakes.is_empty() {
            return mistakes;
        }
        let mut wrong = |field: &str, message: String| mistakes.push(FieldError::new(field, message));
        let aws_managed = around.policy.as_ref().is_some_and(|policy| policy.aws_managed);
        if aws_managed && matches!(self, Self::Edit { .. } | Self::Delete { .. }) {
            wrong("policy", "This policy is AWS's own: nobody can change or delete it.".to_owned());
        }
        match self {
            Self::Create { name, description, content } | Self::Edit { name, description, content, .. } => {
                if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
                    wrong("name", format!("A name of 1 to {LONGEST_NAME} characters."));
                } else if around.holder.is_some() {
                    wrong("name", "Another policy of the organization has this name.".to_owned());
                }
                if description.chars().count() > LONGEST_DESCRIPTION {
                    wrong("description", format!("At most {LONGEST_DESCRIPTION} characters."));
                }
                if let Err(PolicyError { line, column, message }) = limits.read(name, content) {
                    wrong("content", format!("Line {line}, column {column}: {message}."));
                }
                if let (Self::Edit { .. }, Some(before)) = (self, &around.policy)
                    && (&before.name, &before.description, &before.content) == (name, description, content)
                {
                    wrong("content", "Nothing is different from what the policy is now.".to_owned());
                }
            }
            Self::Attach { policy, .. } if around.on_node.contains_key(policy) => {
                wrong("policy", "It is attached there already.".to_owned());
            }
            Self::Attach { .. } if around.on_node.len() >= limits.per_node => wrong(
                "policy",
                format!(
                    "{} policies are attached there, and AWS allows no more: detach one first, or put the statements of \
                     two into one.",
                    around.on_node.len()
                ),
            ),
            Self::Detach { policy, .. } if !around.on_node.contains_key(policy) => {
                wrong("policy", "It is not attached there.".to_owned());
            }
            Self::Detach { .. } if around.on_node.len() == 1 => wrong(
                "policy",
                "It is the last one there, and AWS keeps at least one at every node: without any, nothing would be \
                 allowed. Attach another first."
                    .to_owned(),
            ),
            Self::Attach { .. } | Self::Detach { .. } => {}
            Self::Delete { .. } => {
                if !around.attached_to.is_empty() {
                    let names: Vec<&str> = around.attached_to.values().map(String::as_str).collect();
                    wrong("policy", format!("It is attached to {}: detach it there first.", names.join(", ")));
                }
            }
        }
        mistakes
    }

    /// Whether it is as the change would have it: by an earlier try whose answer was lost, or by somebody else.
    pub fn is_made(&self, around: &AroundChange) -> bool {
        match self {
            Self::Create { name, description, content } => {
                around.holder.as_ref().is_some_and(|policy| policy.says(name, description, content))
            }
            Self::Edit { name, description, content, .. } => {
                around.policy.as_ref().is_some_and(|policy| policy.says(name, description, content))
            }
            Self::Attach { policy, .. } => around.on_node.contains_key(policy),
            Self::Detach { policy, .. } => around.node.is_some() && !around.on_node.contains_key(policy),
            Self::Delete { .. } => around.policy.is_none(),
        }
    }

    /// What takes it back; `before` is the policy as it was, `made` the id of one that was created. `None` where that is not
    /// known.
    pub fn undo(&self, before: Option<&ServiceControlPolicy>, made: Option<&str>) -> Option<Self> {
        Some(match self {
            Self::Create { .. } => Self::Delete { policy: made?.to_owned() },
            Self::Edit { policy, .. } => {
                let ServiceControlPolicy { name, description, content, .. } = before?.clone();
                Self::Edit { policy: policy.clone(), name, description, content }
            }
            Self::Attach { policy, node } => Self::Detach { policy: policy.clone(), node: node.clone() },
            Self::Detach { policy, node } => Self::Attach { policy: policy.clone(), node: node.clone() },
            Self::Delete { .. } => {
                let ServiceControlPolicy { name, description, content, .. } = before?.clone();
                Self::Create { name, description, content }
            }
        })
    }

    /// What is legal in the document that it writes and most likely not meant.
    pub fn findings(&self) -> Vec<Finding> {
        let Some((name, content)) = self.document() else { return Vec::new() };
        let read = Policy::parse_within(SizeLimit::NONE, PolicyKind::ServiceControl, name, content);
        read.map(|policy| policy.findings().to_vec()).unwrap_or_default()
    }

    /// Makes the change in what was read; nodes and policies that it is not about stay as they are.
    pub fn make(&self, nodes: &mut [OrganizationNode], policies: &mut BTreeMap<String, ServiceControlPolicy>) {
        match self {
            Self::Edit { policy, name, description, content } => {
                if let Some(edited) = policies.get_mut(policy) {
                    edited.name.clone_from(name);
                    edited.description.clone_from(description);
                    edited.content.clone_from(content);
                }
            }
            Self::Attach { policy, node } => {
                for node in nodes.iter_mut().filter(|n| n.id == *node && !n.policies.contains(policy)) {
                    node.policies.push(policy.clone());
                }
            }
            Self::Detach { policy, node } => {
                for node in nodes.iter_mut().filter(|n| n.id == *node) {
                    node.policies.retain(|id| id != policy);
                }
            }
            Self::Create { .. } | Self::Delete { .. } => {}
        }
    }

    /// Whether it can change anything on this way from the root.
    pub fn reaches(&self, nodes: &[OrganizationNode]) -> bool {
        match self {
            Self::Edit { policy, .. } => nodes.iter().any(|node| node.policies.contains(policy)),
            Self::Attach { node, .. } | Self::Detach { node, .. } => nodes.iter().any(|n| n.id == *node),
            Self::Create { .. } | Self::Delete { .. } => false,
        }
    }
}

/// SHA-256 of a document, in hexadecimal.
pub fn fingerprint(content: &str) -> String {
    hex::encode(Sha256::digest(content))
}

impl Basis {
    pub fn of(change: &PolicyChange, around: &AroundChange) -> Self {
        let about_node = change.node().is_some();
        let first = |nodes: &BTreeMap<String, String>| {
            nodes.iter().take(MOST_NODES as usize).map(|(id, name)| (id.clone(), name.clone())).collect()
        };
        Self {
            policy: around.policy.as_ref().map(|policy| PolicySeen {
                name: policy.name.clone(),
                description: policy.description.clone(),
                content: fingerprint(&policy.content),
            }),
            attached_to: if about_node { BTreeMap::new() } else { first(&around.attached_to) },
            on_node: if about_node { around.on_node.clone() } else { BTreeMap::new() },
        }
    }

    /// What is no longer as it was decided upon, a sentence each.
    pub fn what_changed(&self, now: &Self) -> Vec<String> {
        let mut said = Vec::new();
        match (&self.policy, &now.policy) {
            (Some(before), Some(now)) => {
                if before.name != now.name {
                    said.push(format!("The policy {} is now called {}.", before.name, now.name));
                }
                if before.description != now.description {
                    said.push(format!("The description of {} is another.", now.name));
                }
                if before.content != now.content {
                    said.push(format!("The document of {} is another.", now.name));
                }
            }
            (Some(before), None) => said.push(format!("The policy {} was deleted.", before.name)),
            (None, _) => {}
        }
        let mut moved = |before: &BTreeMap<String, String>, now: &BTreeMap<String, String>, gone: &str, new: &str| {
            said.extend(
                before.iter().filter(|(id, _)| !now.contains_key(*id)).map(|(_, name)| format!("{name} {gone}.")),
            );
            said.extend(
                now.iter().filter(|(id, _)| !before.contains_key(*id)).map(|(_, name)| format!("{name} {new}.")),
            );
        };
        moved(&self.attached_to, &now.attached_to, "no longer has the policy", "has the policy now too");
        moved(&self.on_node, &now.on_node, "is no longer attached there", "is attached there now too");
        said
    }
}
