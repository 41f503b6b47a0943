//! A change of the catalog that somebody asked for: carried out by an operation, and kept for good.

use chrono::{DateTime, Utc};

use super::{Before, CatalogChange, Made, Named};
use crate::described::Planned;
use crate::id::{CatalogChangeId, OperationId, Region};
use crate::organization::ChangeState;
use crate::person::PersonKey;
use crate::problem::Problem;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedCatalogChange {
    pub id: CatalogChangeId,
    pub region: Region,
    /// What is changed by one at a time: [`CatalogChange::subject`].
    pub subject: String,
    pub change: CatalogChange,
    /// For the way back.
    pub before: Before,
    pub named: Named,
    pub made: Made,
    /// Of a change that puts a thing back which was changed elsewhere: what else does so, once this is made.
    pub rest: Option<Vec<Planned>>,
    /// The change that this one takes back.
    pub takes_back: Option<CatalogChangeId>,
    pub by: PersonKey,
    pub state: ChangeState,
    /// Why it failed; of one that was applied, why nothing followed it that was to.
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
        self.change.undo(&self.region, &self.before, &self.made)
    }

    /// Of a change that sets what was there before: what sets it as it was.
    pub fn was(&self) -> Option<CatalogChange> {
        if self.change.sets() { self.change.undo(&self.region, &self.before, &self.made) } else { None }
    }
}
