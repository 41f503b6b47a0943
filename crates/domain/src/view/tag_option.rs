use serde::{Deserialize, Serialize};

use super::{Allowed, FormState};
use crate::catalog::MirrorState;
use crate::id::{Region, TagOptionId};

/// TagOptions by key and value, for whoever curates them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagOptionsPage {
    pub options: Vec<TagOptionRow>,
    /// Portfolios and products that one can be put on.
    pub things: Vec<TaggedBy>,
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
    pub on: Vec<TaggedBy>,
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
