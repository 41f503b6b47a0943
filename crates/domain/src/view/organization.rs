use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, FormState, Listing, OperationView};
use crate::guardrail::Finding;
use crate::id::{EnvironmentId, PolicyChangeId, ProductId};
use crate::organization::{
    ChangeState, ChangedOutlook, DiffLine, EffectiveLevel, EffectivePolicy, EffectiveStatement, NodeKind,
    OrganizationState, OutlookOf, PolicyChange, ScpLimits, ServiceControlPolicy,
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

/// A change of the service control policies as posted; `kind` is as in [`PolicyChange`], `from` the page of the form:
/// `policy` or `node`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyChangeInput {
    pub kind: String,
    pub policy: String,
    pub node: String,
    pub name: String,
    pub description: String,
    pub content: String,
    pub from: String,
}

/// A change before it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyChangePage {
    pub id: String,
    pub change: PolicyChange,
    pub policy: Option<PolicyRef>,
    pub node: Option<NodeRef>,
    /// Of the document, where the change writes one.
    pub diff: Vec<DiffLine>,
    pub findings: Vec<Finding>,
    /// Why it would be refused as things stand.
    pub mistakes: Vec<String>,
    /// What is no longer as it was when the change was entered.
    pub moved: Vec<String>,
    pub effects: ChangeEffects,
    /// The names of the policies that the effects speak of.
    pub names: BTreeMap<String, String>,
    /// Another that is being applied: until it is, this one cannot be.
    pub under_way: Option<PolicyChangeId>,
    pub state: OrganizationState,
}

/// A change under its address: still to be looked at, or decided upon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyChangeView {
    Preview(Box<PolicyChangePage>),
    Applied(Box<AppliedChangePage>),
}

/// A change that was decided upon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedChangePage {
    pub id: PolicyChangeId,
    pub change: PolicyChange,
    pub policy_name: String,
    pub node_name: Option<String>,
    /// To be linked to, while there is one.
    pub policy: Option<PolicyRef>,
    pub node: Option<NodeRef>,
    pub diff: Vec<DiffLine>,
    pub by: String,
    pub state: ChangeState,
    pub operation: Option<OperationView>,
    pub problem: Option<Problem>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub as_of: DateTime<Utc>,
    /// What takes it back, for whoever may.
    pub undo: Option<PolicyChangeInput>,
    pub can_retry: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyChangesPage {
    pub rows: Listing<PolicyChangeRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyChangeRow {
    pub id: PolicyChangeId,
    pub change: PolicyChange,
    pub policy_name: String,
    pub node_name: Option<String>,
    pub by: String,
    pub state: ChangeState,
    pub created_at: DateTime<Utc>,
}

impl From<PolicyChange> for PolicyChangeInput {
    fn from(change: PolicyChange) -> Self {
        let input = Self { kind: change.as_str().to_owned(), from: "policy".to_owned(), ..Self::default() };
        match change {
            PolicyChange::Create { name, description, content } => Self { name, description, content, ..input },
            PolicyChange::Edit { policy, name, description, content } => {
                Self { policy, name, description, content, ..input }
            }
            PolicyChange::Attach { policy, node } | PolicyChange::Detach { policy, node } => {
                Self { policy, node, ..input }
            }
            PolicyChange::Delete { policy } => Self { policy, ..input },
        }
    }
}

/// What a change does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeEffects {
    /// Accounts of projects that it reaches.
    pub accounts: usize,
    pub environments: Vec<EnvironmentEffect>,
    pub products: Vec<ProductEffect>,
    pub governed: Vec<GovernedEffect>,
    /// Policies that cannot be evaluated, and why: what they do is not among the above.
    pub unreadable: Vec<String>,
    /// There are more environments than were looked at.
    pub more_environments: bool,
}

impl ChangeEffects {
    /// Ids of the policies that the effects speak of.
    pub fn policies(&self) -> BTreeSet<String> {
        let changed =
            self.environments.iter().flat_map(|e| &e.changed).chain(self.products.iter().flat_map(|e| &e.changed));
        let outlooks = changed.flat_map(|changed| [&changed.before, &changed.after]);
        let governed = self.governed.iter().flat_map(|effect| [&effect.before, &effect.after]);
        outlooks.chain(governed).flat_map(OutlookOf::policies).cloned().collect()
    }

    /// Whether nothing is another after the change, as far as can be told.
    pub fn is_nothing(&self) -> bool {
        self.environments.is_empty()
            && self.products.is_empty()
            && self.governed.is_empty()
            && self.unreadable.is_empty()
    }
}

/// Environments of one product in one account, for which the change does the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentEffect {
    pub environments: Vec<(EnvironmentId, String)>,
    pub product: String,
    pub account: String,
    pub stage: Stage,
    pub changed: Vec<ChangedOutlook>,
}

/// A product in the accounts of a stage, for which the change does the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductEffect {
    pub product: ProductId,
    pub name: String,
    pub accounts: Vec<String>,
    pub stage: Stage,
    pub changed: Vec<ChangedOutlook>,
}

/// A governed action whose outlook is another in these accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GovernedEffect {
    pub label: String,
    pub action: String,
    pub accounts: Vec<String>,
    pub before: OutlookOf,
    pub after: OutlookOf,
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
