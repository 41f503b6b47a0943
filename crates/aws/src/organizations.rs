//! Organizations: the tree of accounts, and the service control policies on it.

mod changes;
mod tree_changes;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{PolicySummary as SdkSummary, PolicyType};
use aws_types::SdkConfig;
use domain::id::AccountId;

use crate::Result;
use crate::answer::{id, required, text};
use crate::call::{call, collect, endless};

/// Deepest nesting of organizational units that AWS allows is five; the bound leaves room.
const MAX_DEPTH: usize = 10;
/// AWS's limit of a page of these lists.
const PAGE: i32 = 20;

/// Reads the organization and changes its policies; see the module. Only from the management account or a delegated administrator.
#[derive(Clone, Debug)]
pub struct Organizations(Client);

/// The organization itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    pub id: String,
    pub management_account: AccountId,
    /// `ALL` or `CONSOLIDATED_BILLING`; service control policies need `ALL`.
    pub feature_set: String,
}

/// The root or an organizational unit, with all below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// `r-...` or `ou-...`.
    pub id: String,
    pub arn: String,
    pub name: String,
    pub units: Vec<Node>,
    pub accounts: Vec<Account>,
}

/// A member account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub arn: String,
    pub name: String,
    pub email: String,
    /// `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`.
    pub status: String,
}

/// A service control policy as a list names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicySummary {
    pub id: String,
    pub arn: String,
    pub name: String,
    pub description: String,
    pub aws_managed: bool,
}

/// A service control policy with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceControlPolicy {
    pub summary: PolicySummary,
    pub content: String,
}

impl Organizations {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        Self(Client::new(sdk))
    }

    fn client(&self) -> &Client {
        &self.0
    }

    pub async fn describe_organization(&self) -> Result<Organization> {
        const OPERATION: &str = "organizations:DescribeOrganization";
        let answer = call(OPERATION, self.0.describe_organization().send()).await?;
        let organization = required(OPERATION, "Organization", answer.organization)?;
        Ok(Organization {
            id: required(OPERATION, "Id", organization.id)?,
            management_account: id(OPERATION, "MasterAccountId", organization.master_account_id)?,
            feature_set: organization.feature_set.map(|set| set.as_str().to_owned()).unwrap_or_default(),
        })
    }

    /// Everything from the root down.
    pub async fn tree(&self) -> Result<Node> {
        const OPERATION: &str = "organizations:ListRoots";
        let stream = self.0.list_roots().into_paginator().send();
        let roots = collect(OPERATION, stream, |page| page.roots, Ok).await?;
        let root = required(OPERATION, "Root", roots.into_iter().next())?;
        let root = Node {
            id: required(OPERATION, "Id", root.id)?,
            arn: text(root.arn),
            name: text(root.name),
            units: Vec::new(),
            accounts: Vec::new(),
        };
        self.fill(root, MAX_DEPTH).await
    }

    async fn fill(&self, mut node: Node, depth: usize) -> Result<Node> {
        if depth == 0 {
            return Err(endless("organizations:ListOrganizationalUnitsForParent"));
        }
        node.accounts = self.accounts_of(&node.id).await?;
        for unit in self.units_of(&node.id).await? {
            node.units.push(Box::pin(self.fill(unit, depth - 1)).await?);
        }
        Ok(node)
    }

    async fn units_of(&self, parent: &str) -> Result<Vec<Node>> {
        const OPERATION: &str = "organizations:ListOrganizationalUnitsForParent";
        let stream =
            self.0.list_organizational_units_for_parent().parent_id(parent).into_paginator().page_size(PAGE).send();
        collect(
            OPERATION,
            stream,
            |page| page.organizational_units,
            |unit| {
                Ok(Node {
                    id: required(OPERATION, "Id", unit.id)?,
                    arn: text(unit.arn),
                    name: text(unit.name),
                    units: Vec::new(),
                    accounts: Vec::new(),
                })
            },
        )
        .await
    }

    async fn accounts_of(&self, parent: &str) -> Result<Vec<Account>> {
        const OPERATION: &str = "organizations:ListAccountsForParent";
        let stream = self.0.list_accounts_for_parent().parent_id(parent).into_paginator().page_size(PAGE).send();
        collect(
            OPERATION,
            stream,
            |page| page.accounts,
            |account| {
                let status = status(&account);
                Ok(Account {
                    id: id(OPERATION, "Id", account.id)?,
                    arn: text(account.arn),
                    name: text(account.name),
                    email: text(account.email),
                    status,
                })
            },
        )
        .await
    }

    /// `ACTIVE`, `SUSPENDED` or `PENDING_CLOSURE`.
    pub async fn account_status(&self, account: &AccountId) -> Result<String> {
        const OPERATION: &str = "organizations:DescribeAccount";
        let answer = call(OPERATION, self.0.describe_account().account_id(account.as_str()).send()).await?;
        Ok(status(&required(OPERATION, "Account", answer.account)?))
    }

    /// The service control policies that are attached to the target itself: a root, unit or account id.
    pub async fn list_policies_for_target(&self, target: &str) -> Result<Vec<PolicySummary>> {
        const OPERATION: &str = "organizations:ListPoliciesForTarget";
        let stream = self
            .0
            .list_policies_for_target()
            .target_id(target)
            .filter(PolicyType::ServiceControlPolicy)
            .into_paginator()
            .page_size(PAGE)
            .send();
        collect(OPERATION, stream, |page| page.policies, |policy| summary(OPERATION, policy)).await
    }

    /// Every service control policy of the organization, without its text.
    pub async fn list_policies(&self) -> Result<Vec<PolicySummary>> {
        const OPERATION: &str = "organizations:ListPolicies";
        let list = self.0.list_policies().filter(PolicyType::ServiceControlPolicy);
        let stream = list.into_paginator().page_size(PAGE).send();
        collect(OPERATION, stream, |page| page.policies, |policy| summary(OPERATION, policy)).await
    }

    /// The ids of the root, units and accounts that a policy is attached to.
    pub async fn list_targets_for_policy(&self, policy_id: &str) -> Result<Vec<String>> {
        const OPERATION: &str = "organizations:ListTargetsForPolicy";
        let list = self.0.list_targets_for_policy().policy_id(policy_id);
        let stream = list.into_paginator().page_size(PAGE).send();
        collect(OPERATION, stream, |page| page.targets, |target| required(OPERATION, "TargetId", target.target_id))
            .await
    }

    pub async fn describe_policy(&self, policy_id: &str) -> Result<ServiceControlPolicy> {
        const OPERATION: &str = "organizations:DescribePolicy";
        let answer = call(OPERATION, self.0.describe_policy().policy_id(policy_id).send()).await?;
        let policy = required(OPERATION, "Policy", answer.policy)?;
        Ok(ServiceControlPolicy {
            summary: summary(OPERATION, required(OPERATION, "PolicySummary", policy.policy_summary)?)?,
            content: required(OPERATION, "Content", policy.content)?,
        })
    }
}

/// AWS replaces `Status` by `State`; which of the two comes depends on its age.
#[allow(deprecated)]
fn status(account: &aws_sdk_organizations::types::Account) -> String {
    let state = account.state.as_ref().map(|state| state.as_str().to_owned());
    text(state.or_else(|| account.status.as_ref().map(|status| status.as_str().to_owned())))
}

fn summary(operation: &'static str, policy: SdkSummary) -> Result<PolicySummary> {
    Ok(PolicySummary {
        id: required(operation, "Id", policy.id)?,
        arn: text(policy.arn),
        name: text(policy.name),
        description: text(policy.description),
        aws_managed: policy.aws_managed,
    })
}
