//! What a person typed into a form that was not accepted, with the error of each field. One mechanism for validation
//! errors, a sign-out in the middle of typing, and the back button.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::DraftId;
use crate::person::PersonKey;
use crate::problem::FieldError;

/// The largest draft that is kept, in bytes of its JSON.
pub const MAX_BYTES: usize = 64 * 1024;
/// How long a draft is kept.
pub const LIFETIME: chrono::TimeDelta = chrono::TimeDelta::hours(24);
/// What the field of a secret says when its form comes back: the value was typed, and is not in the draft.
pub const RETYPE: &str = "Type it again: secrets are not kept.";
/// The field that goes along with a form that came back and names such secrets, separated by commas.
pub const RETYPE_FIELD: &str = "retype";

/// See the module. Belongs to one person; nobody else can read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub id: DraftId,
    pub owner: PersonKey,
    /// The path of the form it was typed into.
    pub form: String,
    /// Field name to text, `NoEcho` values left out.
    pub fields: BTreeMap<String, String>,
    pub errors: Vec<FieldError>,
    pub created_at: DateTime<Utc>,
}
