//! What Service Catalog keeps.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::id::AccountId;
use serde::{Deserialize, Serialize};

use crate::context::Caller;

/// Portfolios, products, provisioned products and records of all accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub portfolios: BTreeMap<String, Portfolio>,
    pub products: BTreeMap<String, Product>,
    pub constraints: BTreeMap<String, Constraint>,
    pub tag_options: BTreeMap<String, TagOption>,
    pub provisioned: BTreeMap<String, ProvisionedProduct>,
    pub records: BTreeMap<String, Record>,
    pub tasks: Vec<Task>,
    /// What was made with which token, by account, region, operation and token.
    pub made: BTreeMap<String, Made>,
    /// Shares to accounts, nodes and the organization that are being carried out, or were, by their token.
    pub share_tokens: BTreeMap<String, ShareToken>,
    /// Accounts that a share to a node does not reach, for whatever reason AWS may have.
    #[serde(default)]
    pub unreached: BTreeSet<AccountId>,
    /// How many seconds the search index lags behind.
    pub search_lag: u32,
    /// What was terminated, as long as the index still has it.
    pub terminated: Vec<ProvisionedProduct>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            portfolios: BTreeMap::new(),
            products: BTreeMap::new(),
            constraints: BTreeMap::new(),
            tag_options: BTreeMap::new(),
            provisioned: BTreeMap::new(),
            records: BTreeMap::new(),
            tasks: Vec::new(),
            made: BTreeMap::new(),
            share_tokens: BTreeMap::new(),
            unreached: BTreeSet::new(),
            search_lag: 5,
            terminated: Vec::new(),
        }
    }
}

/// An answer, which the same request with the same token gets again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Made {
    /// The request without its token.
    pub request: String,
    pub answer: serde_json::Value,
}

/// What a change of the shares of a portfolio came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShareToken {
    pub portfolio: String,
    /// The node that it is about.
    pub node: String,
    pub kind: String,
    /// When it is complete.
    pub due: DateTime<Utc>,
    pub succeeded: Vec<AccountId>,
    #[serde(default)]
    pub failed: Vec<AccountId>,
}

/// A share to an organizational unit or the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeShare {
    /// `ORGANIZATIONAL_UNIT`, `ORGANIZATION` or `ORGANIZATION_MEMBER_ACCOUNT`.
    pub kind: String,
    pub tag_options: bool,
    pub principals: bool,
    pub from: DateTime<Utc>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Portfolio {
    pub id: String,
    pub account: AccountId,
    pub region: String,
    pub name: String,
    pub description: String,
    pub provider: String,
    pub created: DateTime<Utc>,
    pub tags: BTreeMap<String, String>,
    pub products: BTreeSet<String>,
    /// The accounts that it is shared to, and whether they accepted.
    pub shares: BTreeMap<AccountId, bool>,
    /// Those of them that get its TagOptions along.
    #[serde(default)]
    pub tag_option_shares: BTreeSet<AccountId>,
    /// The nodes of the organization that it is shared to, by their id.
    #[serde(default)]
    pub nodes: BTreeMap<String, NodeShare>,
    /// Who may launch, by the account that associated them.
    pub principals: BTreeMap<AccountId, Vec<Principal>>,
    pub tag_options: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    pub arn: String,
    /// `IAM` or `IAM_PATTERN`.
    pub kind: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Product {
    pub id: String,
    pub account: AccountId,
    pub region: String,
    pub name: String,
    pub description: String,
    pub owner: String,
    pub distributor: String,
    pub support_email: String,
    pub support_url: String,
    pub support_description: String,
    pub created: DateTime<Utc>,
    /// Oldest first.
    pub artifacts: Vec<Artifact>,
    pub tags: BTreeMap<String, String>,
    pub tag_options: BTreeSet<String>,
}

/// A provisioning artifact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Artifact {
    pub id: String,
    pub name: String,
    pub description: String,
    pub template: String,
    pub created: DateTime<Utc>,
    pub active: bool,
    /// `DEFAULT` or `DEPRECATED`.
    pub guidance: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Constraint {
    pub id: String,
    /// `LAUNCH`, `TEMPLATE`, `RESOURCE_UPDATE`, `NOTIFICATION`, `STACKSET`.
    pub kind: String,
    pub portfolio: String,
    pub product: String,
    pub owner: AccountId,
    pub description: String,
    /// JSON.
    pub parameters: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TagOption {
    pub id: String,
    pub owner: AccountId,
    pub region: String,
    pub key: String,
    pub value: String,
    pub active: bool,
}

/// A provisioned product.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProvisionedProduct {
    pub id: String,
    pub arn: String,
    pub name: String,
    pub account: AccountId,
    pub region: String,
    pub status: String,
    pub message: Option<String>,
    pub created: DateTime<Utc>,
    /// The token it was provisioned with.
    pub token: String,
    pub product: String,
    pub artifact: String,
    pub path: String,
    /// As given, for `UsePreviousValue`.
    pub parameters: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    pub launch_role: Option<String>,
    /// Topics that stack events go to; passed on to CloudFormation.
    pub notification_arns: Vec<String>,
    /// `UserArn` and `UserArnSession` of who provisioned it, or was made its owner.
    pub user_arn: String,
    pub user_session: String,
    pub last_record: String,
    pub last_provisioning_record: String,
    pub last_successful_record: Option<String>,
    pub stack: Option<String>,
    /// Changes of status, for the index that lags.
    pub history: Vec<(DateTime<Utc>, String)>,
    pub terminated: Option<DateTime<Utc>>,
}

/// The record of a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    pub id: String,
    /// `PROVISION_PRODUCT`, `UPDATE_PROVISIONED_PRODUCT`, `TERMINATE_PROVISIONED_PRODUCT`; of a change of properties see
    /// `properties.rs`.
    pub kind: String,
    pub account: AccountId,
    pub region: String,
    pub provisioned_name: String,
    pub provisioned: String,
    pub product: String,
    pub artifact: String,
    pub path: String,
    pub status: String,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    pub errors: Vec<RecordError>,
    pub outputs: Vec<RecordOutput>,
    pub tags: BTreeMap<String, String>,
    pub launch_role: Option<String>,
    pub user_arn: String,
    pub user_session: String,
    pub token: String,
    /// The request without its token: the same token with something else is refused.
    pub request: String,
    pub ignore_errors: bool,
    pub stack: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordError {
    pub code: String,
    pub description: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordOutput {
    pub key: String,
    pub value: String,
    pub description: String,
}

/// Something that begins later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    pub at: DateTime<Utc>,
    pub record: String,
    /// Who makes the resources.
    pub caller: Caller,
    pub retain: bool,
}

impl Portfolio {
    pub fn arn(&self) -> String {
        format!("arn:aws:catalog:{}:{}:portfolio/{}", self.region, self.account, self.id)
    }
}

impl Product {
    pub fn arn(&self) -> String {
        format!("arn:aws:catalog:{}:{}:product/{}", self.region, self.account, self.id)
    }
}

impl ProvisionedProduct {
    /// Takes a status.
    pub fn turn(&mut self, now: DateTime<Utc>, status: &str, message: Option<String>) {
        status.clone_into(&mut self.status);
        self.message = message;
        self.history.push((now, status.to_owned()));
    }
}
