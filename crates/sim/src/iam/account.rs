//! Accounts, roles and managed policies, as they are kept.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::id::AccountId;
use serde::{Deserialize, Serialize};

use crate::aws_policies::aws_policy;

/// One AWS account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    pub email: String,
    pub joined: DateTime<Utc>,
    /// By role name.
    #[serde(default)]
    pub roles: BTreeMap<String, IamRole>,
    /// Customer managed policies by ARN: the document as JSON text.
    #[serde(default)]
    pub managed_policies: BTreeMap<String, String>,
}

/// A role of IAM. Policies are kept as the JSON text that was given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IamRole {
    pub name: String,
    pub arn: String,
    /// `AROA...`
    pub id: String,
    /// The trust policy (`AssumeRolePolicyDocument`).
    pub trust: String,
    /// Inline policies by name.
    #[serde(default)]
    pub policies: BTreeMap<String, String>,
    /// ARNs of managed policies.
    #[serde(default)]
    pub attached: Vec<String>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// ARN of the managed policy that bounds the role.
    #[serde(default)]
    pub boundary: Option<String>,
    /// `MaxSessionDuration` in seconds: 3,600 to 43,200.
    pub max_session: u32,
    pub created: DateTime<Utc>,
}

impl Account {
    /// The document of a managed policy: the account's own, or one of AWS's that the local AWS knows. `None`: it
    /// cannot be attached.
    pub fn managed_policy(&self, arn: &str) -> Option<&str> {
        if let Some(text) = self.managed_policies.get(arn) {
            return Some(text);
        }
        aws_policy(arn.strip_prefix("arn:aws:iam::aws:policy/")?)
    }
}
