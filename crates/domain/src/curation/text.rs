//! What people read of portfolios and products, and what an admin edits of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::tags;
use crate::catalog::{Portfolio, Product};
use crate::problem::FieldError;
use crate::text::{reads_as, unseen};

/// Characters of a name that people read in lists; Service Catalog takes more of a product.
const LONGEST_NAME: usize = 100;
/// Characters of `ProviderName`.
const LONGEST_PROVIDER: usize = 50;
/// Characters of descriptions and notes; Service Catalog takes 2,000 of a portfolio and more of a product.
pub(super) const LONGEST_TEXT: usize = 1_000;
/// RFC 5321, 4.5.3.1.3.
const LONGEST_ADDRESS: usize = 254;

/// Where a text stops being JSON, without the parser's own words.
pub fn no_json(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "It is no JSON: it ends before it is whole.".to_owned();
    }
    format!("It is no JSON: something is wrong in line {}, column {}.", error.line(), error.column())
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfolioText {
    pub name: String,
    pub description: String,
    pub provider: String,
    pub tags: BTreeMap<String, String>,
}

impl PortfolioText {
    pub fn of(it: &Portfolio) -> Self {
        Self {
            name: it.name.clone(),
            description: it.description.clone(),
            provider: it.provider.clone(),
            tags: it.tags.clone(),
        }
    }

    /// `others`: the names of the region's other portfolios.
    pub fn mistakes(&self, others: &[String]) -> Vec<FieldError> {
        let mut mistakes = Vec::new();
        if let Some(message) = no_name(&self.name, LONGEST_NAME) {
            mistakes.push(FieldError::new("portfolio_name", message));
        } else if others.iter().any(|other| reads_as(other, &self.name)) {
            mistakes.push(FieldError::new("portfolio_name", "Another portfolio of the catalog has this name."));
        }
        if let Some(message) = no_name(&self.provider, LONGEST_PROVIDER) {
            mistakes.push(FieldError::new("provider", message));
        }
        mistakes.extend(too_long("portfolio_description", &self.description));
        mistakes.extend(tags::mistakes("portfolio_tags", &self.tags));
        mistakes
    }
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductText {
    pub name: String,
    pub description: String,
    /// Who is responsible for it, in words.
    pub owner: String,
    /// Whom to ask: an e-mail address, or nothing. What the console says beside it stays as it is.
    pub support: String,
    pub tags: BTreeMap<String, String>,
}

impl ProductText {
    pub fn of(it: &Product) -> Self {
        Self {
            name: it.name.clone(),
            description: it.description.clone(),
            owner: it.owner.clone(),
            support: it.support.clone(),
            tags: it.tags.clone(),
        }
    }

    /// `others`: the names of the region's other products. What is as in `before` is right.
    pub fn mistakes(&self, before: Option<&Self>, others: &[String]) -> Vec<FieldError> {
        let mut mistakes = Vec::new();
        if let Some(message) = no_name(&self.name, LONGEST_NAME) {
            mistakes.push(FieldError::new("product_name", message));
        } else if others.iter().any(|other| reads_as(other, &self.name)) {
            mistakes.push(FieldError::new("product_name", "Another product of the catalog has this name."));
        }
        if let Some(message) = no_name(&self.owner, LONGEST_NAME) {
            mistakes.push(FieldError::new("product_owner", message));
        }
        let support = self.support.trim();
        let is_address = support.contains('@') && !support.contains(' ') && support.chars().count() <= LONGEST_ADDRESS;
        if !support.is_empty() && !is_address && before.is_none_or(|before| before.support != support) {
            mistakes.push(FieldError::new("support", "An e-mail address, or nothing."));
        }
        mistakes.extend(too_long("product_description", &self.description));
        mistakes.extend(tags::mistakes("product_tags", &self.tags));
        mistakes
    }
}

/// Names what an admin saw when a form was drawn: another one says that it was changed meanwhile.
pub fn seen(text: &impl Serialize) -> String {
    let json = serde_json::to_vec(text).unwrap_or_default();
    hex::encode(&Sha256::digest(json)[..8])
}

pub(super) fn no_name(text: &str, longest: usize) -> Option<String> {
    let length = text.trim().chars().count();
    if length == 0 || length > longest {
        return Some(format!("1 to {longest} characters."));
    }
    unseen(text.trim()).map(|c| format!("A name is one line of what can be read: it holds the character {c:?}."))
}

/// Of a version.
pub(super) fn no_version_name(text: &str) -> Option<FieldError> {
    no_name(text, LONGEST_NAME).map(|message| FieldError::new("version_name", message))
}

pub(super) fn too_long(field: &str, text: &str) -> Option<FieldError> {
    let message = || format!("At most {LONGEST_TEXT} characters.");
    (text.chars().count() > LONGEST_TEXT).then(|| FieldError::new(field, message()))
}
