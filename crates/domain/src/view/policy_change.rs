use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Listing, NodeRef, OperationView, PolicyRef};
use crate::guardrail::Finding;
use crate::id::{EnvironmentId, PolicyChangeId, ProductId};
use crate::organization::{ChangeState, ChangedOutlook, DiffLine, OrganizationState, OutlookOf, PolicyChange};
use crate::problem::Problem;
use crate::project::Stage;

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
