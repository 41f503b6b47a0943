use serde::{Deserialize, Serialize};

use super::{Allowed, FormState, Sheet};
use crate::catalog::MirrorState;
use crate::id::{Region, TagOptionId};

/// TagOptions by key and value, for whoever curates them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagOptionsPage {
    pub options: Vec<TagOptionRow>,
    pub sheet: Sheet,
    /// Where a new one can be made.
    pub regions: Vec<Region>,
    pub mirrors: Vec<MirrorState>,
    pub allowed: Allowed,
    pub form: FormState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagOptionRow {
    pub id: TagOptionId,
    pub region: Region,
    pub key: String,
    pub value: String,
    pub active: bool,
    /// What it is on, or the first few of that.
    pub on: Vec<TaggedBy>,
    /// How many more that is.
    pub more: u64,
    /// How many things it is on that the mirror does not have.
    pub unknown: u64,
}

/// A portfolio or product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaggedBy {
    pub id: String,
    pub name: String,
    pub is_portfolio: bool,
}

/// One, with everything that it is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagOptionPage {
    /// With the part of what it is on that the page shows.
    pub option: TagOptionRow,
    pub sheet: Sheet,
    /// Portfolios and products of its region that it can be put on.
    pub others: Vec<TaggedBy>,
    pub allowed: Allowed,
    pub form: FormState,
}
