//! The organization as a file describes it: organizational units with their stages, which accounts are in them, service control
//! policies and where they are attached, and the rules of the tag policy. Everything is called by its name, so that the file can live in
//! a repository and be brought into any organization.

mod applied;
mod make;
mod mistakes;
mod plan;
mod step;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::project::{DataClass, Stage};

pub use applied::AppliedBlueprint;
pub use plan::{BlueprintPlan, Standing, plan};
pub use step::{OrganizationStep, Place};

/// AWS attaches this policy to whatever is new, and without any nothing would be allowed there: it is never detached.
pub const FULL_ACCESS: &str = "FullAWSAccess";
/// The deepest nesting of units, below the root (Organizations user guide, "Quotas and service limits").
pub const DEEPEST: usize = 5;

/// `organization.toml`. What it does not describe stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationBlueprint {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<DescribedRoot>,
    #[serde(default, rename = "unit", skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<DescribedUnit>,
    #[serde(default, rename = "account", skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<DescribedAccount>,
    #[serde(default, rename = "policy", skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<DescribedPolicy>,
    #[serde(default, rename = "tag_rule", skip_serializing_if = "Vec::is_empty")]
    pub tag_rules: Vec<DescribedTagRule>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedRoot {
    /// All that is attached there, besides [`FULL_ACCESS`].
    #[serde(default)]
    pub policies: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedUnit {
    /// From below the root: `Workloads/Dev`.
    pub path: String,
    /// The stage of the projects' accounts in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// All that is attached to the unit itself, besides [`FULL_ACCESS`].
    #[serde(default)]
    pub policies: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedAccount {
    /// Its id, or its name where no other account has it.
    pub account: String,
    /// The path of the unit that it is in; empty: directly under the root.
    #[serde(default)]
    pub unit: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedPolicy {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The file of its document, from the folder of the blueprint; taken into `document` when it is read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedTagRule {
    pub key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_class: Option<DataClass>,
    /// Values, or patterns with `*`; none takes any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}
