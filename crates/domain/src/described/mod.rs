//! A catalog as files describe it: by names instead of ids and in a stable order, so that it can live in a repository and be
//! brought into any region.

mod drift;
mod expected;
mod export;
mod mistakes;
mod notices;
mod plan;
mod planner;
mod portal;
#[cfg(test)]
mod portal_tests;
mod quotas;
mod renames;
mod tables;
mod take_away;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod told;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::{CatalogTagOption, ConstraintRule, Portfolio, Product};
use crate::curation::{Guidance, NewConstraint, PortfolioText, ProductText};
use crate::id::{ProvisioningArtifactId, TemplateId};

pub use drift::{CatalogDrift, DriftedThing, Thing, drift};
pub use expected::{ExpectedCatalog, KnownIds};
pub use export::{Exported, export};
pub use mistakes::mistakes_in_constraints;
pub use notices::notices;
pub use plan::{InUse, Plan, Planned, Undescribed, plan};
pub use portal::{
    DescribedAccess, DescribedBinding, DescribedPortal, PortalNow, PortalSays, PortalStep, describe_portal, plan_portal,
};

/// `catalog.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedCatalog {
    #[serde(default, rename = "tag_option", skip_serializing_if = "Vec::is_empty")]
    pub tag_options: Vec<DescribedTagOption>,
    #[serde(default, rename = "portfolio", skip_serializing_if = "Vec::is_empty")]
    pub portfolios: Vec<DescribedPortfolio>,
    #[serde(default, rename = "product", skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<DescribedProduct>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedTagOption {
    pub key: String,
    pub value: String,
    /// Whether it can be chosen.
    #[serde(default = "yes", skip_serializing_if = "is_so")]
    pub active: bool,
}

/// A TagOption that something has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedTag {
    pub key: String,
    pub value: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedPortfolio {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub provider: String,
    /// ARNs; one without an account is a pattern.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub principals: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    #[serde(default, rename = "tag_option", skip_serializing_if = "Vec::is_empty")]
    pub tag_options: Vec<DescribedTag>,
    #[serde(default, rename = "share", skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<DescribedShare>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedShare {
    /// `organizational_unit/ou-...`, `organization/o-...`, `member_account/...` or `account/...`.
    pub with: String,
    #[serde(default, skip_serializing_if = "is_not")]
    pub tag_options: bool,
    #[serde(default, skip_serializing_if = "is_not")]
    pub principals: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedProduct {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub owner: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub support: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    #[serde(default, rename = "tag_option", skip_serializing_if = "Vec::is_empty")]
    pub tag_options: Vec<DescribedTag>,
    /// Oldest first.
    #[serde(default, rename = "version")]
    pub versions: Vec<DescribedVersion>,
    /// The portfolios that it is in.
    #[serde(default, rename = "in", skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<DescribedPlace>,
    /// What the portal itself holds of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<DescribedPortal>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedVersion {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The file of its template, from the folder of `catalog.toml`.
    pub template: String,
    #[serde(default = "yes", skip_serializing_if = "is_so")]
    pub active: bool,
    #[serde(default = "usual", skip_serializing_if = "is_usual")]
    pub guidance: Guidance,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedPlace {
    pub portfolio: String,
    #[serde(default, rename = "constraint", skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<DescribedConstraint>,
}

/// What holds for a product in a portfolio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "tables::ConstraintTable")]
pub struct DescribedConstraint {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(flatten)]
    pub rule: ConstraintRule,
}

impl DescribedPortfolio {
    fn text(&self) -> PortfolioText {
        PortfolioText {
            name: self.name.clone(),
            description: self.description.clone(),
            provider: self.provider.clone(),
            tags: self.tags.clone(),
        }
    }
}

impl DescribedProduct {
    fn text(&self) -> ProductText {
        ProductText {
            name: self.name.clone(),
            description: self.description.clone(),
            owner: self.owner.clone(),
            support: self.support.clone(),
            tags: self.tags.clone(),
        }
    }
}

impl DescribedPlace {
    fn constraints(&self) -> Vec<NewConstraint> {
        let new =
            |it: &DescribedConstraint| NewConstraint { description: it.description.clone(), rule: it.rule.clone() };
        self.constraints.iter().map(new).collect()
    }
}

/// The catalog of one region, as the mirror has it.
#[derive(Clone, Copy, Debug)]
pub struct CatalogNow<'a> {
    pub portfolios: &'a [Portfolio],
    pub products: &'a [Product],
    pub tag_options: &'a [CatalogTagOption],
    /// The template of each version; of one that could not be read it is missing.
    pub templates: &'a BTreeMap<ProvisioningArtifactId, TemplateId>,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde asks with")]
fn is_so(it: &bool) -> bool {
    *it
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde asks with")]
fn is_not(it: &bool) -> bool {
    !*it
}

fn usual() -> Guidance {
    Guidance::Default
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde asks with")]
fn is_usual(it: &Guidance) -> bool {
    *it == Guidance::Default
}
