use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, FormState};
use crate::guardrail::Finding;
use crate::organization::{
    EffectiveLevel, EffectivePolicy, EffectiveStatement, NodeKind, OrganizationState, OutlookOf, ScpLimits,
    ServiceControlPolicy,
};
use crate::probe::{Disagreement, Sighting};
use crate::problem::Problem;
use crate::project::Stage;

/// A node of the organization, to be linked to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRef {
    pub id: String,
    pub name: String,
    pub kind: NodeKind,
}

/// A service control policy, to be linked to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PolicyRef {
    pub id: String,
    pub name: String,
}

/// Which part of the tree, from where on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrganizationQuery {
    /// A node's id: it and what is below it.
    pub within: String,
    pub after: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationPage {
    /// Depth first.
    pub rows: Vec<OrganizationRow>,
    pub next: Option<String>,
    pub query: OrganizationQuery,
    pub within: Option<NodeRef>,
    pub state: OrganizationState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationRow {
    pub node: NodeRef,
    /// 0 is the root.
    pub depth: usize,
    /// Of the accounts there that the portal knows.
    pub stages: Vec<Stage>,
    pub projects: Vec<String>,
    pub attached: Vec<PolicyRef>,
    /// From the nodes above it, without those that are attached here too.
    pub inherited: Vec<PolicyRef>,
    pub exempt: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodePage {
    pub node: NodeRef,
    /// The nodes above it, root first.
    pub above: Vec<NodeRef>,
    pub stages: Vec<Stage>,
    pub projects: Vec<String>,
    pub exempt: bool,
    pub attached: Vec<PolicyRef>,
    /// By the node they are attached to, root first.
    pub inherited: Vec<(NodeRef, Vec<PolicyRef>)>,
    pub effective: EffectivePolicy,
    /// Policies that can be attached; empty for whoever may not.
    pub attachable: Vec<PolicyRef>,
    pub limits: ScpLimits,
    pub state: OrganizationState,
    pub allowed: Allowed,
    pub form: FormState,
}

/// Two nodes, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompareQuery {
    pub left: String,
    pub right: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparePage {
    pub query: CompareQuery,
    /// The root, the units and the accounts of projects.
    pub choices: Vec<NodeRef>,
    /// As soon as two are chosen.
    pub comparison: Option<Comparison>,
    pub state: OrganizationState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    pub left: ComparedNode,
    pub right: ComparedNode,
    /// Denied at both, as the left one has it.
    pub both: Vec<EffectiveStatement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedNode {
    pub node: NodeRef,
    pub stages: Vec<Stage>,
    pub exempt: bool,
    /// Denied here and not at the other.
    pub only_here: Vec<EffectiveStatement>,
    /// Levels that do not let everything through.
    pub narrow_levels: Vec<EffectiveLevel>,
    pub unreadable: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoliciesPage {
    pub rows: Vec<PolicyRow>,
    /// The name after which the next page begins.
    pub next: Option<String>,
    pub after: String,
    pub limits: ScpLimits,
    pub state: OrganizationState,
    pub allowed: Allowed,
    pub form: FormState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRow {
    pub policy: PolicyRef,
    pub description: String,
    pub aws_managed: bool,
    /// Nodes that it is attached to.
    pub attachments: i64,
    pub findings: usize,
    /// It cannot be evaluated.
    pub unreadable: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyPage {
    pub policy: ServiceControlPolicy,
    /// How long the document is.
    pub characters: usize,
    pub limits: ScpLimits,
    /// Why it cannot be evaluated, and where.
    pub unreadable: Option<Finding>,
    pub findings: Vec<Finding>,
    pub statements: Vec<EffectiveStatement>,
    pub attached: Vec<NodeRef>,
    /// There are more than are shown.
    pub more_attached: bool,
    /// Nodes that it can be attached to; empty for whoever may not.
    pub attachable: Vec<NodeRef>,
    pub state: OrganizationState,
    pub allowed: Allowed,
    pub form: FormState,
}

/// Governed actions by account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixPage {
    pub accounts: Vec<MatrixAccount>,
    pub rows: Vec<MatrixRow>,
    /// The names of the policies that the cells speak of.
    pub names: BTreeMap<String, String>,
    /// Whose calls they are.
    pub role: String,
    pub next: Option<String>,
    pub query: OrganizationQuery,
    /// The root and the units.
    pub choices: Vec<NodeRef>,
    pub state: OrganizationState,
    pub allowed: Allowed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixAccount {
    pub node: NodeRef,
    pub stages: Vec<Stage>,
    pub exempt: bool,
    /// Policies on its way that cannot be evaluated, and why.
    pub unreadable: Vec<String>,
    /// The last probe that was asked for.
    pub probe: Option<AccountProbe>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    pub label: String,
    pub action: String,
    /// One for each account.
    pub cells: Vec<MatrixCell>,
}

/// What the evaluation says, and what a live probe saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixCell {
    pub outlook: OutlookOf,
    pub probe: CellProbe,
}

/// A governed action in a live probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellProbe {
    /// No call asks for it without doing it where it is allowed.
    NoCall,
    NotYet,
    Found(Box<ProbedCell>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbedCell {
    pub finding: Sighting,
    /// The evaluation of the very call of the probe says otherwise.
    pub disagreement: Option<Disagreement>,
    /// The organization was read after the probe.
    pub read_since: bool,
    /// The action that stood in for this one.
    pub stand_in: Option<String>,
}

/// A probe of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountProbe {
    /// Who asked.
    pub by: String,
    pub asked_at: DateTime<Utc>,
    /// Nobody has carried it out yet.
    pub waiting: bool,
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it told nothing, or not everything.
    pub problem: Option<Problem>,
}

/// Which accounts to probe: one, or those of projects in a part of the organization. `after` is where the page was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProbeInput {
    pub account: String,
    pub within: String,
    pub after: String,
}
