use serde::{Deserialize, Serialize};

use super::Removal;
use crate::id::AccountId;
use crate::share::{PrincipalAssociation, ShareOptions, ShareTarget};

/// Whom a portfolio is to be shared to, and what goes along. `share_with`: a [`ShareTarget`], or its kind alone, and then
/// `share_id` says which. The others are `yes` or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShareInput {
    pub portfolio: String,
    pub share_with: String,
    pub share_id: String,
    pub share_tag_options: String,
    pub share_principals: String,
    /// Of a share that is there: [`crate::curation::seen`] of the options that the page was drawn with.
    pub seen: String,
}

/// Who gets a portfolio, for whoever curates it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfolioAccess {
    pub principals: Vec<PrincipalRow>,
    pub shares: Vec<ShareRow>,
    /// Units of the organization that it could be shared to.
    pub units: Vec<(ShareTarget, String)>,
    /// How the accounts of projects in the region stand to it: those that cannot launch from it first.
    pub recipients: Vec<RecipientRow>,
    /// Accounts beyond those.
    pub more_recipients: u64,
    /// The pattern by which the portal's own role launches wherever the portfolio goes with its principals.
    pub own_pattern: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalRow {
    pub principal: PrincipalAssociation,
    /// The portal launches by it.
    pub own: bool,
    pub removal: Removal,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareRow {
    pub with: ShareTarget,
    pub name: String,
    pub accepted: bool,
    pub options: ShareOptions,
    /// See [`ShareInput::seen`].
    pub seen: String,
    pub removal: Removal,
}

/// How an account of a project stands to a portfolio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientRow {
    pub account: AccountId,
    pub name: String,
    /// What people call the shares that reach it.
    pub by: Vec<String>,
    pub standing: RecipientStanding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipientStanding {
    /// No share reaches it.
    NotShared,
    /// It was shared to it, and it has not taken it.
    NotAccepted,
    /// It has it, and its own list of principals leaves the portal's role out, as it was last read.
    NotAssociated,
    /// It has it; who launches from it is said there, and was not read yet.
    NotRead,
    /// The portal's role launches from it.
    Launches,
}
