use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, FormState, Listing};
use crate::id::{AccountId, ProjectId, ProvisionedProductId, Region};
use crate::observed::ProductStatus;
use crate::problem::Problem;

/// What somebody provisioned past the portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmanagedPage {
    pub rows: Listing<UnmanagedRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmanagedRow {
    pub id: ProvisionedProductId,
    pub name: String,
    pub account: AccountId,
    pub account_name: String,
    pub region: Region,
    /// `None`: the account belongs to no project any more.
    pub project: Option<ProjectId>,
    /// Their ids where the catalog does not have them; empty where AWS does not say.
    pub product_name: String,
    pub version_name: String,
    pub status: ProductStatus,
    /// AWS's words where it is tainted or in error.
    pub said: String,
    pub made_by: String,
    pub made_at: Option<DateTime<Utc>>,
    pub found_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
}

/// One of them, with the form that makes an environment of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmanagedProductPage {
    pub product: UnmanagedRow,
    /// Why no environment can be made of it.
    pub hindrance: Option<Problem>,
    pub max_lease_days: u16,
    /// Addresses of people who could have it.
    pub owners: Vec<String>,
    pub allowed: Allowed,
    pub form: FormState,
}

/// What an environment is made with, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdoptInput {
    /// The owner's e-mail address.
    pub adopt_owner: String,
    pub adopt_days: String,
    pub adopt_reason: String,
}
