use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, ConstraintRow, FormState, Listing, OperationView, PortfolioAccess, Removal, Sheet};
use crate::catalog::MirrorState;
use crate::curation::{CatalogChange, Named, NewConstraint, PortfolioText};
use crate::id::{CatalogChangeId, PortfolioId, ProductId, ProvisioningArtifactId, Region, TemplateId};
use crate::obstacle::Obstacle;
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
    /// `yes`: it is meant, though the template has nothing in common with the versions so far.
    pub unlike: String,
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

/// What people read of a product, as an admin edits it; `product_tags`: `key = value`, one in a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProductTextInput {
    pub product: String,
    pub product_name: String,
    pub product_description: String,
    pub product_owner: String,
    pub support: String,
    pub product_tags: String,
    /// [`crate::curation::seen`] of what the form was drawn with.
    pub seen: String,
}

/// What people read of a portfolio, as an admin edits it; of a new one `portfolio` and `seen` are empty, of an old one `region`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PortfolioInput {
    pub portfolio: String,
    pub region: String,
    pub portfolio_name: String,
    pub portfolio_description: String,
    pub provider: String,
    pub portfolio_tags: String,
    pub seen: String,
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
    pub deletion: Removal,
}

/// A portfolio that a product is in, for whoever curates it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfolioOfProduct {
    pub id: PortfolioId,
    pub name: String,
    /// What holds for the product there.
    pub constraints: Vec<ConstraintRow>,
    /// What it means to take the product out.
    pub removal: Removal,
}

/// A product of a portfolio, for whoever curates it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductOfPortfolio {
    pub id: ProductId,
    pub name: String,
    pub owner: String,
    pub versions: u64,
    /// How many things hold for it there.
    pub constraints: u64,
    pub removal: Removal,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfoliosPage {
    pub portfolios: Vec<PortfolioRow>,
    /// Where a new one can be made.
    pub regions: Vec<Region>,
    pub mirrors: Vec<MirrorState>,
    pub allowed: Allowed,
    pub form: FormState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfolioRow {
    pub id: PortfolioId,
    pub region: Region,
    pub name: String,
    pub description: String,
    pub provider: String,
    pub products: u64,
}

/// One portfolio, for whoever curates it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfolioPage {
    pub id: PortfolioId,
    pub region: Region,
    pub text: PortfolioText,
    /// See [`PortfolioInput::seen`].
    pub seen: String,
    pub products: Vec<ProductOfPortfolio>,
    pub sheet: Sheet,
    /// Products that could be put into it.
    pub others: Vec<(ProductId, String)>,
    pub access: PortfolioAccess,
    pub deletion: Removal,
    pub allowed: Allowed,
    pub form: FormState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogChangesPage {
    pub rows: Listing<CatalogChangeRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogChangeRow {
    pub id: CatalogChangeId,
    pub change: CatalogChange,
    pub named: Named,
    pub by: String,
    pub state: ChangeState,
    /// See [`CatalogChangePage::was`].
    pub was: Option<CatalogChange>,
    /// It takes another one back.
    pub takes_back: bool,
    /// Another one takes it back.
    pub taken_back: bool,
    pub created_at: DateTime<Utc>,
}

/// A change of the catalog that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogChangePage {
    pub id: CatalogChangeId,
    pub change: CatalogChange,
    pub named: Named,
    /// To be linked to, while there is one.
    pub product: Option<ProductId>,
    pub portfolio: Option<PortfolioId>,
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
    pub undo: Option<CatalogChange>,
    /// Why nothing takes it back, where it was made and nothing did yet.
    pub no_way_back: Option<String>,
    pub takes_back: Option<CatalogChangeId>,
    pub taken_back_by: Option<CatalogChangeId>,
    /// Of a change that sets something: what sets it as it was.
    pub was: Option<CatalogChange>,
    /// Of a constraint that is deleted: what it says.
    pub deletes: Option<NewConstraint>,
    /// Of a version that was made: the parameters that no other version asks for and that are bound to nothing.
    pub asks: Vec<String>,
    /// Of a change that puts a thing back: what else does so, after it.
    pub follows: Vec<(CatalogChange, Named)>,
    /// What it keeps from being requested, as things are.
    pub obstacles: Vec<Obstacle>,
    pub can_retry: bool,
}
