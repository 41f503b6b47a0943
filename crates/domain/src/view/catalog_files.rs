use serde::{Deserialize, Serialize};

use super::{Allowed, FormState};
use crate::catalog::MirrorState;
use crate::changed_member::ChangedMember;
use crate::curation::{CatalogChange, Named};
use crate::described::PortalStep;
use crate::id::Region;

/// The longest `catalog.toml` that can be looked at in the portal, in bytes; the command has no such limit.
pub const LONGEST_CATALOG: usize = 500_000;

/// A catalog as a file, and what bringing it in would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogFilesPage {
    /// Those whose catalogs the portal reads, and the one that is looked at.
    pub regions: Vec<Region>,
    pub region: Region,
    /// `catalog.toml`: as it was entered, or of the catalog as it is; empty before either.
    pub text: String,
    /// What of the catalog as it is the text does not hold, and why.
    pub left_out: Vec<String>,
    /// Of what was entered.
    pub plan: Option<CatalogPlanView>,
    pub mirrors: Vec<MirrorState>,
    pub allowed: Allowed,
    pub form: FormState,
}

/// See [`crate::described::Plan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogPlanView {
    /// Each with what it sets otherwise than it is.
    pub changes: Vec<(CatalogChange, Named, Vec<ChangedMember>)>,
    pub portal: Vec<PortalStep>,
    pub stays: Vec<String>,
    pub notices: Vec<String>,
    pub mistakes: Vec<String>,
}

/// A catalog that is to be looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CatalogFilesInput {
    /// Empty where the portal has one alone.
    pub region: String,
    /// `catalog.toml`.
    pub catalog: String,
    /// `yes`: what the file does not describe is taken away too.
    pub delete: String,
}
