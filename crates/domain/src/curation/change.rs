//! A change of the catalog, before it is made: what it is about.

use serde::{Deserialize, Serialize};

use super::{AroundCatalogChange, Guidance, NewConstraint, PortfolioText, ProductText, TaggedThing};
use crate::id::{AccountId, PortfolioId, ProductId, ProvisioningArtifactId, Region, TagOptionId, TemplateId};
use crate::share::{PrincipalAssociation, ShareOptions, ShareTarget};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CatalogChange {
    /// A product of a template, with its first version; in a portfolio, where the portal's role launches it, or in none.
    AddProduct {
        template: TemplateId,
        portfolio: Option<PortfolioId>,
        name: String,
        description: String,
        /// Who is responsible for it, in words.
        owner: String,
        /// Whom to ask: an e-mail address, or nothing.
        support: String,
        version: String,
        note: String,
    },
    /// What people read of a product, and its tags.
    SetProduct {
        product: ProductId,
        text: ProductText,
    },
    /// Another product with the versions that can be requested of this one; it is in no portfolio.
    CopyProduct {
        product: ProductId,
        name: String,
    },
    DeleteProduct {
        product: ProductId,
    },
    /// One more version of a product.
    AddVersion {
        product: ProductId,
        template: TemplateId,
        version: String,
        note: String,
    },
    /// Whether a version can be requested, and what is said of it.
    SetVersion {
        product: ProductId,
        artifact: ProvisioningArtifactId,
        active: bool,
        guidance: Guidance,
    },
    DeleteVersion {
        product: ProductId,
        artifact: ProvisioningArtifactId,
    },
    AddPortfolio {
        region: Region,
        text: PortfolioText,
    },
    /// What people read of a portfolio, and its tags.
    SetPortfolio {
        portfolio: PortfolioId,
        text: PortfolioText,
    },
    DeletePortfolio {
        portfolio: PortfolioId,
    },
    /// Puts a product into a portfolio, and what holds for it there.
    AssociateProduct {
        product: ProductId,
        portfolio: PortfolioId,
        constraints: Vec<NewConstraint>,
    },
    /// Takes a product out of a portfolio, with its constraints there.
    DisassociateProduct {
        product: ProductId,
        portfolio: PortfolioId,
    },
    /// One more thing that holds for a product in a portfolio.
    AddConstraint {
        product: ProductId,
        portfolio: PortfolioId,
        new: NewConstraint,
    },
    /// Another rule in the place of one of the same kind.
    SetConstraint {
        product: ProductId,
        portfolio: PortfolioId,
        constraint: String,
        new: NewConstraint,
    },
    DeleteConstraint {
        product: ProductId,
        portfolio: PortfolioId,
        constraint: String,
    },
    /// A value that people can choose for a key, once it is put on a product or portfolio.
    AddTagOption {
        region: Region,
        key: String,
        value: String,
    },
    /// Whether it can be chosen.
    SetTagOption {
        tag_option: TagOptionId,
        active: bool,
    },
    DeleteTagOption {
        tag_option: TagOptionId,
    },
    /// Puts a TagOption on a product or portfolio. `on`: its id.
    AssociateTagOption {
        tag_option: TagOptionId,
        on: String,
    },
    DisassociateTagOption {
        tag_option: TagOptionId,
        on: String,
    },
    /// Lets somebody launch from a portfolio.
    AssociatePrincipal {
        portfolio: PortfolioId,
        principal: PrincipalAssociation,
    },
    DisassociatePrincipal {
        portfolio: PortfolioId,
        principal: PrincipalAssociation,
    },
    /// Shares a portfolio to an account or a part of the organization.
    AddShare {
        portfolio: PortfolioId,
        with: ShareTarget,
        options: ShareOptions,
    },
    /// What goes along with a shared portfolio.
    SetShare {
        portfolio: PortfolioId,
        with: ShareTarget,
        options: ShareOptions,
    },
    DeleteShare {
        portfolio: PortfolioId,
        with: ShareTarget,
    },
    /// Accepts a portfolio in an account that it is shared to, where that is needed, and lets the portal's role launch from it
    /// there.
    ImportPortfolio {
        portfolio: PortfolioId,
        account: AccountId,
    },
    /// Lets the portal's role launch no more there. The account keeps the portfolio.
    LeavePortfolio {
        portfolio: PortfolioId,
        account: AccountId,
    },
}

/// What a change made in Service Catalog, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Made {
    pub product: Option<ProductId>,
    pub artifact: Option<ProvisioningArtifactId>,
    pub portfolio: Option<PortfolioId>,
    pub constraint: Option<String>,
    pub tag_option: Option<TagOptionId>,
    /// `CopyProductToken`: the copy is made in the background.
    pub copying: Option<String>,
    /// `PortfolioShareToken`: a share to a part of the organization is made in the background.
    pub sharing: Option<String>,
}

/// What a change was about, as people called it then; empty where it is about none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub portfolio: String,
    pub product: String,
    pub version: String,
    /// `key = value`.
    pub tag_option: String,
    /// Whom a portfolio is shared to.
    #[serde(default)]
    pub share: String,
}

impl CatalogChange {
    /// As in the audit log.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::AddProduct { .. } => "add_product",
            Self::SetProduct { .. } => "set_product",
            Self::CopyProduct { .. } => "copy_product",
            Self::DeleteProduct { .. } => "delete_product",
            Self::AddVersion { .. } => "add_version",
            Self::SetVersion { .. } => "set_version",
            Self::DeleteVersion { .. } => "delete_version",
            Self::AddPortfolio { .. } => "add_portfolio",
            Self::SetPortfolio { .. } => "set_portfolio",
            Self::DeletePortfolio { .. } => "delete_portfolio",
            Self::AssociateProduct { .. } => "associate_product",
            Self::DisassociateProduct { .. } => "disassociate_product",
            Self::AddConstraint { .. } => "add_constraint",
            Self::SetConstraint { .. } => "set_constraint",
            Self::DeleteConstraint { .. } => "delete_constraint",
            Self::AddTagOption { .. } => "add_tag_option",
            Self::SetTagOption { .. } => "set_tag_option",
            Self::DeleteTagOption { .. } => "delete_tag_option",
            Self::AssociateTagOption { .. } => "associate_tag_option",
            Self::DisassociateTagOption { .. } => "disassociate_tag_option",
            Self::AssociatePrincipal { .. } => "associate_principal",
            Self::DisassociatePrincipal { .. } => "disassociate_principal",
            Self::AddShare { .. } => "add_share",
            Self::SetShare { .. } => "set_share",
            Self::DeleteShare { .. } => "delete_share",
            Self::ImportPortfolio { .. } => "import_portfolio",
            Self::LeavePortfolio { .. } => "leave_portfolio",
        }
    }

    /// The product that it is about; none for one that is new.
    pub fn product(&self) -> Option<&ProductId> {
        match self {
            Self::SetProduct { product, .. }
            | Self::CopyProduct { product, .. }
            | Self::DeleteProduct { product }
            | Self::AddVersion { product, .. }
            | Self::SetVersion { product, .. }
            | Self::DeleteVersion { product, .. }
            | Self::AssociateProduct { product, .. }
            | Self::DisassociateProduct { product, .. }
            | Self::AddConstraint { product, .. }
            | Self::SetConstraint { product, .. }
            | Self::DeleteConstraint { product, .. } => Some(product),
            _ => None,
        }
    }

    /// The portfolio that it is about; none for one that is new.
    pub fn portfolio(&self) -> Option<&PortfolioId> {
        match self {
            Self::AddProduct { portfolio, .. } => portfolio.as_ref(),
            Self::SetPortfolio { portfolio, .. }
            | Self::DeletePortfolio { portfolio }
            | Self::AssociateProduct { portfolio, .. }
            | Self::DisassociateProduct { portfolio, .. }
            | Self::AddConstraint { portfolio, .. }
            | Self::SetConstraint { portfolio, .. }
            | Self::DeleteConstraint { portfolio, .. }
            | Self::AssociatePrincipal { portfolio, .. }
            | Self::DisassociatePrincipal { portfolio, .. }
            | Self::AddShare { portfolio, .. }
            | Self::SetShare { portfolio, .. }
            | Self::DeleteShare { portfolio, .. }
            | Self::ImportPortfolio { portfolio, .. }
            | Self::LeavePortfolio { portfolio, .. } => Some(portfolio),
            _ => None,
        }
    }

    pub fn artifact(&self) -> Option<&ProvisioningArtifactId> {
        match self {
            Self::SetVersion { artifact, .. } | Self::DeleteVersion { artifact, .. } => Some(artifact),
            _ => None,
        }
    }

    /// The TagOption that it is about; none for one that is new.
    pub fn tag_option(&self) -> Option<&TagOptionId> {
        match self {
            Self::SetTagOption { tag_option, .. }
            | Self::DeleteTagOption { tag_option }
            | Self::AssociateTagOption { tag_option, .. }
            | Self::DisassociateTagOption { tag_option, .. } => Some(tag_option),
            _ => None,
        }
    }

    /// The id of the product or portfolio that a TagOption is put on, or taken off.
    pub fn tagged(&self) -> Option<&str> {
        match self {
            Self::AssociateTagOption { on, .. } | Self::DisassociateTagOption { on, .. } => Some(on),
            _ => None,
        }
    }

    /// The constraint that it is about; none for one that is new.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::SetConstraint { constraint, .. } | Self::DeleteConstraint { constraint, .. } => Some(constraint),
            _ => None,
        }
    }

    /// Who is let launch, or not any more.
    pub fn principal(&self) -> Option<&PrincipalAssociation> {
        match self {
            Self::AssociatePrincipal { principal, .. } | Self::DisassociatePrincipal { principal, .. } => {
                Some(principal)
            }
            _ => None,
        }
    }

    /// Whom a portfolio is shared to, or not any more.
    pub fn share(&self) -> Option<&ShareTarget> {
        match self {
            Self::AddShare { with, .. } | Self::SetShare { with, .. } | Self::DeleteShare { with, .. } => Some(with),
            _ => None,
        }
    }

    /// The account in which a portfolio is taken, or left.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::ImportPortfolio { account, .. } | Self::LeavePortfolio { account, .. } => Some(account),
            _ => None,
        }
    }

    pub fn template(&self) -> Option<&TemplateId> {
        match self {
            Self::AddProduct { template, .. } | Self::AddVersion { template, .. } => Some(template),
            _ => None,
        }
    }

    /// Where it is made.
    pub fn region<'a>(&'a self, around: &'a AroundCatalogChange) -> Option<&'a Region> {
        if let Self::AddPortfolio { region, .. } | Self::AddTagOption { region, .. } = self {
            return Some(region);
        }
        if let Some(option) = &around.tag_option {
            return Some(&option.region);
        }
        let of_portfolio = around.portfolio.as_ref().map(|portfolio| &portfolio.region);
        of_portfolio.or(around.product.as_ref().map(|product| &product.region))
    }

    /// What people call the things that it is about.
    pub fn named(&self, around: &AroundCatalogChange) -> Named {
        let mut named = Named {
            portfolio: around.portfolio.as_ref().map(|it| it.name.clone()).unwrap_or_default(),
            product: around.product.as_ref().map(|it| it.name.clone()).unwrap_or_default(),
            version: String::new(),
            tag_option: around.tag_option.as_ref().map(|it| format!("{} = {}", it.key, it.value)).unwrap_or_default(),
            share: around
                .share_name
                .clone()
                .or_else(|| self.share().map(ToString::to_string))
                .or_else(|| self.account().map(ToString::to_string))
                .unwrap_or_default(),
        };
        match self {
            Self::AddProduct { name, version, .. } => {
                named.product.clone_from(name);
                named.version.clone_from(version);
            }
            Self::AddVersion { version, .. } => named.version.clone_from(version),
            Self::SetVersion { artifact, .. } | Self::DeleteVersion { artifact, .. } => {
                let version = around.product.as_ref().and_then(|product| product.artifact(artifact));
                named.version = version.map_or_else(|| artifact.to_string(), |version| version.name.clone());
            }
            Self::AddPortfolio { text, .. } => named.portfolio.clone_from(&text.name),
            Self::AddTagOption { key, value, .. } => named.tag_option = format!("{key} = {value}"),
            Self::AssociateTagOption { .. } | Self::DisassociateTagOption { .. } => match &around.tagged {
                Some(TaggedThing::Product(name)) => named.product.clone_from(name),
                Some(TaggedThing::Portfolio(name)) => named.portfolio.clone_from(name),
                None => {}
            },
            _ => {}
        }
        named
    }
}
