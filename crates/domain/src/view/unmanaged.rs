use serde::{Deserialize, Serialize};

use super::{Allowed, FormState, Listing};
use crate::id::ProjectId;
use crate::problem::Problem;
use crate::unmanaged::UnmanagedProduct;

/// What somebody provisioned past the portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmanagedPage {
    pub rows: Listing<UnmanagedRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmanagedRow {
    pub found: UnmanagedProduct,
    pub account_name: String,
    /// `None`: the account belongs to no project any more.
    pub project: Option<ProjectId>,
    /// Their ids where the catalog does not have them; empty where AWS does not say.
    pub product_name: String,
    pub version_name: String,
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
