//! Who may use which product where, and who has to agree.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{ProductAccessId, ProductId, ProjectId};
use crate::project::{Stage, UnknownName};

/// Who has to agree before a request is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalRule {
    /// Nobody: the request is approved by the rule itself.
    None,
    /// One team lead of the project who is not the requester; where there is none, an admin.
    OneLead,
}

impl ApprovalRule {
    pub const ALL: [Self; 2] = [Self::None, Self::OneLead];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::OneLead => "one_lead",
        }
    }
}

impl fmt::Display for ApprovalRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ApprovalRule {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// A project may use a product in the accounts of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductAccess {
    pub id: ProductAccessId,
    pub product: ProductId,
    pub project: ProjectId,
    pub stage: Stage,
    pub approval: ApprovalRule,
    /// The longest lease that may be asked for, in days (1 to 365).
    pub max_lease_days: u16,
    /// Goes up by one with every change; a form that was filled against an older version is refused.
    pub version: i64,
}

/// What the platform team says of a product besides who may use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSettings {
    pub product: ProductId,
    /// How long it usually takes to come up, as long as too few runs were measured (1 to 1,440 minutes).
    pub typical_minutes: Option<u16>,
    /// Like [`ProductAccess::version`]; 0 before anything was said.
    pub version: i64,
}
