use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, Sheet};
use crate::catalog::MirrorState;
use crate::curation::{CatalogChange, Named};
use crate::described::Thing;
use crate::id::Region;
use crate::organization::DiffLine;

/// What was changed elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogDriftPage {
    /// Those that have been compared.
    pub regions: Vec<RegionDrift>,
    pub mirrors: Vec<MirrorState>,
    pub allowed: Allowed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionDrift {
    pub region: Region,
    /// How many things there are, and which of them are shown.
    pub number: usize,
    pub sheet: Sheet,
    pub things: Vec<DriftedThingView>,
    /// What could not be compared, and why.
    pub left_out: Vec<String>,
    pub compared_at: DateTime<Utc>,
}

/// A thing that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftedThingView {
    pub thing: Thing,
    pub stands: ThingStands,
    /// From what is expected to what is there.
    pub difference: Vec<DiffLine>,
    /// What puts it back.
    pub back: Vec<(CatalogChange, Named)>,
    /// Other things that have to be there before.
    pub lacks: Vec<String>,
    /// What it is called now.
    pub renamed: Option<Thing>,
    /// Products that have to be out of it before it is deleted.
    pub holds: Vec<String>,
    /// What would be deleted although environments have it: the rest is not done either.
    pub in_use: Option<String>,
    /// It is called as another thing is expected to be: it is not kept so.
    pub taken: bool,
    /// See [`CatalogDriftInput::thing`].
    pub key: String,
    /// See [`CatalogDriftInput::seen`].
    pub seen: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThingStands {
    /// It is there, and nobody made it here.
    New,
    Gone,
    Other,
}

/// Which thing is adopted, or put back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CatalogDriftInput {
    pub region: String,
    /// [`Thing`] as JSON.
    pub thing: String,
    /// A fingerprint of what was looked at: another one by now is looked at again.
    pub seen: String,
}
