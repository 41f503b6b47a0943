//! A provisioned product in an account of a project that no environment stands for: somebody made it past the portal.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ProductId, ProvisionedProductId, ProvisioningArtifactId, RecordId, Region};
use crate::observed::ProductStatus;

/// See the module. As the last look at its account found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmanagedProduct {
    pub id: ProvisionedProductId,
    pub account: AccountId,
    pub region: Region,
    pub name: String,
    pub product: Option<ProductId>,
    pub artifact: Option<ProvisioningArtifactId>,
    /// Of its last provisioning: what it is, is read from there.
    pub record: Option<RecordId>,
    pub status: ProductStatus,
    /// AWS's words where it is tainted or in error.
    pub said: String,
    /// The ARN of who made it, as far as AWS says.
    pub made_by: String,
    pub made_at: Option<DateTime<Utc>>,
    /// When the portal first saw it, and last.
    pub found_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
}
