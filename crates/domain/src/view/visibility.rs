use serde::{Deserialize, Serialize};

use crate::id::ProductId;

/// Why somebody sees a product, or does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisibilityPage {
    pub product: ProductId,
    pub name: String,
    /// The e-mail address or Studio user id, as typed; empty before anything is.
    pub person: String,
    /// Nobody was found by what was typed.
    pub nobody: bool,
    /// One for each person of the address.
    pub answers: Vec<Visibility>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visibility {
    pub display_name: String,
    pub email: Option<String>,
    /// How the identity provider knows them.
    pub subject: String,
    pub roles: Vec<String>,
    /// They find it in the catalog.
    pub sees: bool,
    /// They may request it, and there is a version and an account to request it in.
    pub requests: bool,
    pub reasons: Vec<VisibilityReason>,
}

/// One thing that it follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisibilityReason {
    pub stands: ReasonStands,
    pub what: String,
    /// What would change it, and the page where; both empty where nothing needs to.
    pub next: String,
    pub page: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonStands {
    /// For it.
    For,
    /// In its way.
    Against,
    /// It changes nothing by itself.
    Note,
}
