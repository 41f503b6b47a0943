//! Parameter bindings: where the value of each template parameter comes from. A published template asks for VPCs, subnets
//! and role ARNs; a person must never be able to choose those.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ParameterBindingId, ProductId};

/// Which declared value of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountValue {
    AccountId,
    Region,
    Stage,
    VpcId,
    /// All of them, comma separated, or one when the parameter is not a list.
    SubnetIds,
    SecurityGroupIds,
    KmsKeyArn,
    StudioDomainId,
}

/// Which value of the person or the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonValue {
    /// The user profile name, and the owner tag.
    StudioUserId,
    Email,
    Project,
    CostCenter,
    DataClass,
    /// The environment's name.
    EnvironmentName,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum BindingSource {
    Fixed {
        value: String,
    },
    FromAccount {
        value: AccountValue,
    },
    FromPerson {
        value: PersonValue,
    },
    /// The person chooses among these.
    Choice {
        values: Vec<String>,
    },
    /// The person is asked, within the template's own limits.
    Ask,
}

/// One rule; a rule for one account goes before the rule for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterBinding {
    pub id: ParameterBindingId,
    pub product: ProductId,
    /// `None`: all accounts.
    pub account: Option<AccountId>,
    pub parameter: String,
    pub source: BindingSource,
}

/// Parameter key to value, ready to be sent.
pub type ResolvedParameters = BTreeMap<String, String>;
