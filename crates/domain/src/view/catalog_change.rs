use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Listing, OperationView};
use crate::curation::CatalogChange;
use crate::id::{CatalogChangeId, ProductId, ProvisioningArtifactId, TemplateId};
use crate::organization::ChangeState;
use crate::problem::Problem;

/// A product that is to be made of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddProductInput {
    pub template: String,
    pub portfolio: String,
    pub product_name: String,
    pub product_description: String,
    pub product_owner: String,
    pub support: String,
    pub version_name: String,
    pub version_note: String,
}

/// A version that is to be made of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddVersionInput {
    pub template: String,
    pub product: String,
    pub version_name: String,
    pub version_note: String,
}

/// What is to become of a version. `active`: `yes` or `no`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetVersionInput {
    pub product: String,
    pub artifact: String,
    pub active: String,
    pub guidance: String,
}

/// A version of a product, for whoever curates it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CuratedVersion {
    pub id: ProvisioningArtifactId,
    pub name: String,
    pub note: String,
    pub created_at: DateTime<Utc>,
    pub active: bool,
    pub deprecated: bool,
    /// It is offered first.
    pub preferred: bool,
    /// Environments that have it, terminated ones left out.
    pub environments: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogChangesPage {
    pub rows: Listing<CatalogChangeRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogChangeRow {
    pub id: CatalogChangeId,
    pub change: CatalogChange,
    pub product_name: String,
    pub version_name: String,
    pub by: String,
    pub state: ChangeState,
    pub created_at: DateTime<Utc>,
}

/// A change of the catalog that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogChangePage {
    pub id: CatalogChangeId,
    pub change: CatalogChange,
    pub product_name: String,
    pub version_name: String,
    /// To be linked to, while there is one.
    pub product: Option<ProductId>,
    /// Its template, while it is kept.
    pub template: Option<TemplateId>,
    pub by: String,
    pub state: ChangeState,
    pub operation: Option<OperationView>,
    pub problem: Option<Problem>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub as_of: DateTime<Utc>,
    /// What takes it back, for whoever may.
    pub undo: Option<SetVersionInput>,
    pub can_retry: bool,
}
