//! What a platform team brings into the catalog, and what it changes there.

mod access;
mod applied;
mod around;
mod change;
mod constraint;
mod guidance;
mod mistakes;
pub(crate) mod quotas;
mod subject;
mod tag_option;
mod tags;
mod text;
mod undo;
mod waiver;

pub use applied::AppliedCatalogChange;
pub use around::{AroundCatalogChange, TaggedThing};
pub use change::{CatalogChange, Made, Named};
pub use constraint::{NewConstraint, kind as constraint_kind};
pub use guidance::Guidance;
pub use tags::{MOST_TAGS, mistake_in as mistake_in_tag, tags_as_text, tags_of};
pub use text::{PortfolioText, ProductText, no_json, seen};
pub use undo::Before;
pub use waiver::{LONGEST_WAIVER_DAYS, LONGEST_WAIVER_REASON, Waiver};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use crate::id::{InvalidId, TemplateId};
use crate::person::PersonKey;

/// A template that somebody gave the portal: looked at, and waiting to become a version of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedTemplate {
    pub id: TemplateId,
    /// As it was called where it came from; up to [`LONGEST_FILE_NAME`] characters.
    pub file_name: String,
    pub text: String,
    /// What was found when it came.
    pub findings: u32,
    pub by: PersonKey,
    pub at: DateTime<Utc>,
}

/// Characters of a file's name.
pub const LONGEST_FILE_NAME: usize = 200;
/// Of a template that came without a name.
pub const UNNAMED: &str = "template.yaml";

/// The id of a template is what it says: the same text is the same template, whoever brings it.
pub fn template_id(text: &str) -> Result<TemplateId, InvalidId> {
    hex::encode(Sha256::digest(text)).parse()
}
