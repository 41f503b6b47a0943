//! A change of the catalog that somebody asked for: carried out by an operation, and kept for good.

use chrono::{DateTime, Utc};

use super::{CatalogChange, Made};
use crate::catalog::Product;
use crate::id::{CatalogChangeId, OperationId, Region};
use crate::organization::ChangeState;
use crate::person::PersonKey;
use crate::problem::Problem;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedCatalogChange {
    pub id: CatalogChangeId,
    pub region: Region,
    pub change: CatalogChange,
    /// The product as it was, for the way back; `None` for one that is new.
    pub before: Option<Product>,
    /// What people called the product and the version.
    pub product_name: String,
    pub version_name: String,
    pub made: Option<Made>,
    pub by: PersonKey,
    pub state: ChangeState,
    pub problem: Option<Problem>,
    /// The last one that worked on it.
    pub operation: OperationId,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

impl AppliedCatalogChange {
    /// What takes it back. Only what was made has one.
    pub fn undo(&self) -> Option<CatalogChange> {
        if self.state != ChangeState::Applied {
            return None;
        }
        self.change.undo(self.before.as_ref(), self.made.as_ref())
    }
}
