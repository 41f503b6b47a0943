//! A change of the catalog, before it is made: what is wrong with it, and what takes it back.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::catalog::{Portfolio, Product, ProvisioningArtifact};
use crate::id::{PortfolioId, ProductId, ProvisioningArtifactId, Region, TemplateId};
use crate::problem::FieldError;
use crate::project::UnknownName;

/// Characters of a name that people read in lists; Service Catalog takes more.
const LONGEST_NAME: usize = 100;
const LONGEST_TEXT: usize = 1_000;
/// RFC 5321, 4.5.3.1.3.
const LONGEST_ADDRESS: usize = 254;

/// What people who have a version are told of it (`ProvisioningArtifactGuidance`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guidance {
    Default,
    /// Environments keep it, and nobody may request it.
    Deprecated,
}

impl Guidance {
    pub const ALL: [Self; 2] = [Self::Default, Self::Deprecated];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Deprecated => "deprecated",
        }
    }

    /// Of a version as the mirror has it.
    pub fn of(version: &ProvisioningArtifact) -> Self {
        if version.deprecated { Self::Deprecated } else { Self::Default }
    }
}

impl fmt::Display for Guidance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Guidance {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CatalogChange {
    /// A product of a template, with its first version, in a portfolio.
    AddProduct {
        template: TemplateId,
        portfolio: PortfolioId,
        name: String,
        description: String,
        /// Who is responsible for it, in words.
        owner: String,
        /// Whom to ask: an e-mail address, or nothing.
        support: String,
        version: String,
        note: String,
    },
    /// One more version of a product.
    AddVersion { product: ProductId, template: TemplateId, version: String, note: String },
    /// Whether a version can be requested, and what is said of it.
    SetVersion { product: ProductId, artifact: ProvisioningArtifactId, active: bool, guidance: Guidance },
}

/// What the change is about, as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AroundCatalogChange {
    /// The portfolio, if there is one of its id.
    pub portfolio: Option<Portfolio>,
    /// The product, if there is one of its id.
    pub product: Option<Product>,
    /// The names of all products of the region.
    pub names: Vec<String>,
    /// How many things are to be mended in the template; `None` where it is not kept.
    pub findings: Option<u32>,
}

impl CatalogChange {
    /// As in the audit log.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::AddProduct { .. } => "add_product",
            Self::AddVersion { .. } => "add_version",
            Self::SetVersion { .. } => "set_version",
        }
    }

    /// The product that it is about; none for one that is new.
    pub fn product(&self) -> Option<&ProductId> {
        match self {
            Self::AddProduct { .. } => None,
            Self::AddVersion { product, .. } | Self::SetVersion { product, .. } => Some(product),
        }
    }

    pub fn portfolio(&self) -> Option<&PortfolioId> {
        match self {
            Self::AddProduct { portfolio, .. } => Some(portfolio),
            Self::AddVersion { .. } | Self::SetVersion { .. } => None,
        }
    }

    pub fn template(&self) -> Option<&TemplateId> {
        match self {
            Self::AddProduct { template, .. } | Self::AddVersion { template, .. } => Some(template),
            Self::SetVersion { .. } => None,
        }
    }

    /// Where it is made.
    pub fn region<'a>(&self, around: &'a AroundCatalogChange) -> Option<&'a Region> {
        let of_portfolio = around.portfolio.as_ref().map(|portfolio| &portfolio.region);
        of_portfolio.or(around.product.as_ref().map(|product| &product.region))
    }

    /// Why it would be refused, by field: what AWS would refuse, and what the portal does not let through.
    pub fn mistakes(&self, around: &AroundCatalogChange) -> Vec<FieldError> {
        let mut mistakes = Vec::new();
        let mut wrong = |field: &str, message: String| mistakes.push(FieldError::new(field, message));
        if self.product().is_some() && around.product.is_none() {
            wrong("product", "Choose a product of the catalog.".to_owned());
        }
        if self.portfolio().is_some() && around.portfolio.is_none() {
            wrong("portfolio", "Choose a portfolio.".to_owned());
        }
        match (self.template(), around.findings) {
            (None, _) | (Some(_), Some(0)) => {}
            (Some(_), None) => wrong("template", "It is no longer kept: check it once more.".to_owned()),
            (Some(_), Some(1)) => wrong("template", "One thing is to be mended in it first.".to_owned()),
            (Some(_), Some(more)) => wrong("template", format!("{more} things are to be mended in it first.")),
        }
        match self {
            Self::AddProduct { name, description, owner, support, version, note, .. } => {
                if let Some(message) = no_name(name) {
                    wrong("product_name", message);
                } else if around.names.iter().any(|there| there.trim() == name.trim()) {
                    wrong("product_name", "Another product of the catalog has this name.".to_owned());
                }
                if let Some(message) = no_name(owner) {
                    wrong("product_owner", message);
                }
                let support = support.trim();
                let is_address = support.contains('@') && support.chars().count() <= LONGEST_ADDRESS;
                if !support.is_empty() && !is_address {
                    wrong("support", "An e-mail address, or nothing.".to_owned());
                }
                if let Some(message) = no_name(version) {
                    wrong("version_name", message);
                }
                too_long("product_description", description, &mut wrong);
                too_long("version_note", note, &mut wrong);
            }
            Self::AddVersion { version, note, .. } => {
                let mut versions = around.product.iter().flat_map(|product| &product.artifacts);
                if let Some(message) = no_name(version) {
                    wrong("version_name", message);
                } else if versions.any(|there| there.name.trim() == version.trim()) {
                    wrong("version_name", "Another version of the product has this name.".to_owned());
                }
                too_long("version_note", note, &mut wrong);
            }
            Self::SetVersion { artifact, active, guidance, .. } => {
                let there = around.product.as_ref().map(|product| product.artifact(artifact));
                let is_so = |there: &ProvisioningArtifact| there.active == *active && Guidance::of(there) == *guidance;
                match there {
                    Some(None) => wrong("artifact", "Choose a version of the product.".to_owned()),
                    Some(Some(there)) if is_so(there) => wrong("artifact", "It is so already.".to_owned()),
                    Some(Some(_)) | None => {}
                }
            }
        }
        mistakes
    }

    /// What takes it back. `before` is the product as it was; `made` what was made: the product and the version. `None` where
    /// nothing does.
    pub fn undo(&self, before: Option<&Product>, made: Option<&Made>) -> Option<Self> {
        match self {
            Self::AddProduct { .. } => None,
            // Environments may have it by now: it stays for them.
            Self::AddVersion { .. } => made.map(|made| Self::SetVersion {
                product: made.product.clone(),
                artifact: made.artifact.clone(),
                active: false,
                guidance: Guidance::Default,
            }),
            Self::SetVersion { product, artifact, .. } => {
                let there = before?.artifact(artifact)?;
                Some(Self::SetVersion {
                    product: product.clone(),
                    artifact: artifact.clone(),
                    active: there.active,
                    guidance: Guidance::of(there),
                })
            }
        }
    }
}

/// What a change made in Service Catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub product: ProductId,
    pub artifact: ProvisioningArtifactId,
}

fn no_name(text: &str) -> Option<String> {
    let length = text.trim().chars().count();
    (length == 0 || length > LONGEST_NAME).then(|| format!("1 to {LONGEST_NAME} characters."))
}

fn too_long(field: &str, text: &str, wrong: &mut impl FnMut(&str, String)) {
    if text.chars().count() > LONGEST_TEXT {
        wrong(field, format!("At most {LONGEST_TEXT} characters."));
    }
}
