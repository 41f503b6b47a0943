//! The whole organization, as it was read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{OrganizationNode, ServiceControlPolicy};
use crate::project::UnknownName;

/// What a node of the tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    Root,
    /// An organizational unit.
    Unit,
    Account,
}

impl NodeKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Unit => "unit",
            Self::Account => "account",
        }
    }

    /// As written for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Root => "Root",
            Self::Unit => "Organizational unit",
            Self::Account => "Account",
        }
    }
}

impl fmt::Display for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for NodeKind {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Root, Self::Unit, Self::Account]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// The root, an organizational unit or an account, and its place in the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeNode {
    pub node: OrganizationNode,
    pub kind: NodeKind,
    /// Ids from the root down to its parent; empty for the root.
    pub above: Vec<String>,
    /// No service control policy reaches it: the management account, or an organization without all features.
    pub exempt: bool,
}

impl TreeNode {
    /// Ids from the root down to the node itself.
    pub fn way(&self) -> impl Iterator<Item = &String> {
        self.above.iter().chain(std::iter::once(&self.node.id))
    }
}

/// Every node and every service control policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    /// Depth first: a node comes before everything below it, and that before its next sibling.
    pub nodes: Vec<TreeNode>,
    pub policies: Vec<ServiceControlPolicy>,
}
