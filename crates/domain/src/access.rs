//! Who may use which product where, and on what terms.

use serde::{Deserialize, Serialize};

use crate::approval::ApprovalRule;
use crate::id::{ProductAccessId, ProductId, ProjectId};
use crate::project::Stage;

/// A project may use a product in the accounts of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductAccess {
    pub id: ProductAccessId,
    pub product: ProductId,
    pub project: ProjectId,
    pub stage: Stage,
    /// Who has to agree; floors ([`crate::approval::ApprovalFloor`]) can ask for more.
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
