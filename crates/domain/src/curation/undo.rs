//! What takes a change of the catalog back.

use serde::{Deserialize, Serialize};

use super::{CatalogChange, Guidance, Made, NewConstraint, PortfolioText, ProductText};
use crate::catalog::{CatalogTagOption, Portfolio, Product};
use crate::id::Region;
use crate::share::{ShareOptions, ShareTarget};

/// What was there before a change: the product and the portfolio that it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Before {
    pub product: Option<Product>,
    pub portfolio: Option<Portfolio>,
    pub tag_option: Option<CatalogTagOption>,
}

impl Before {
    fn constraint(&self, id: &str) -> Option<NewConstraint> {
        let product = self.product.as_ref()?;
        product.constraints.iter().find(|it| it.id == id).map(NewConstraint::like)
    }
}

impl Before {
    fn share(&self, with: &ShareTarget) -> Option<ShareOptions> {
        let shares = &self.portfolio.as_ref()?.shares;
        shares.iter().find(|it| it.with == *with).map(|it| it.options)
    }
}

impl CatalogChange {
    /// Whether it sets something that stays what it is.
    pub fn sets(&self) -> bool {
        matches!(
            self,
            Self::SetProduct { .. }
                | Self::SetVersion { .. }
                | Self::SetPortfolio { .. }
                | Self::SetConstraint { .. }
                | Self::SetTagOption { .. }
                | Self::SetShare { .. }
        )
    }

    /// `None` where nothing takes it back.
    pub fn undo(&self, region: &Region, before: &Before, made: &Made) -> Option<Self> {
        match self {
            // What others may use by now stays, and what is deleted gets another id.
            Self::AddProduct { .. } | Self::DeleteProduct { .. } | Self::DeleteVersion { .. } => None,
            Self::SetProduct { product, .. } => {
                Some(Self::SetProduct { product: product.clone(), text: ProductText::of(before.product.as_ref()?) })
            }
            Self::CopyProduct { .. } => Some(Self::DeleteProduct { product: made.product.clone()? }),
            // Environments may have it by now: it stays for them.
            Self::AddVersion { product, .. } => Some(Self::SetVersion {
                product: product.clone(),
                artifact: made.artifact.clone()?,
                active: false,
                guidance: Guidance::Default,
            }),
            Self::SetVersion { product, artifact, .. } => {
                let there = before.product.as_ref()?.artifact(artifact)?;
                Some(Self::SetVersion {
                    product: product.clone(),
                    artifact: artifact.clone(),
                    active: there.active,
                    guidance: Guidance::of(there),
                })
            }
            Self::AddPortfolio { .. } => Some(Self::DeletePortfolio { portfolio: made.portfolio.clone()? }),
            Self::SetPortfolio { portfolio, .. } => Some(Self::SetPortfolio {
                portfolio: portfolio.clone(),
                text: PortfolioText::of(before.portfolio.as_ref()?),
            }),
            // It was empty and shared to nobody: another one like it does what it did.
            Self::DeletePortfolio { .. } => {
                Some(Self::AddPortfolio { region: region.clone(), text: PortfolioText::of(before.portfolio.as_ref()?) })
            }
            Self::AssociateProduct { product, portfolio, .. } => {
                Some(Self::DisassociateProduct { product: product.clone(), portfolio: portfolio.clone() })
            }
            Self::DisassociateProduct { product, portfolio } => Some(Self::AssociateProduct {
                product: product.clone(),
                portfolio: portfolio.clone(),
                constraints: NewConstraint::of(before.product.as_ref()?, portfolio),
            }),
            Self::AddConstraint { product, portfolio, .. } => Some(Self::DeleteConstraint {
                product: product.clone(),
                portfolio: portfolio.clone(),
                constraint: made.constraint.clone()?,
            }),
            Self::SetConstraint { product, portfolio, constraint, .. } => Some(Self::SetConstraint {
                product: product.clone(),
                portfolio: portfolio.clone(),
                constraint: constraint.clone(),
                new: before.constraint(constraint)?,
            }),
            Self::AddTagOption { .. } => Some(Self::DeleteTagOption { tag_option: made.tag_option.clone()? }),
            Self::SetTagOption { tag_option, .. } => {
                Some(Self::SetTagOption { tag_option: tag_option.clone(), active: before.tag_option.as_ref()?.active })
            }
            // It was on nothing: another one like it does what it did.
            Self::DeleteTagOption { .. } => {
                let there = before.tag_option.as_ref()?;
                let (key, value) = (there.key.clone(), there.value.clone());
                Some(Self::AddTagOption { region: region.clone(), key, value })
            }
            Self::AssociateTagOption { tag_option, on } => {
                Some(Self::DisassociateTagOption { tag_option: tag_option.clone(), on: on.clone() })
            }
            Self::DisassociateTagOption { tag_option, on } => {
                Some(Self::AssociateTagOption { tag_option: tag_option.clone(), on: on.clone() })
            }
            Self::AssociatePrincipal { portfolio, principal } => {
                Some(Self::DisassociatePrincipal { portfolio: portfolio.clone(), principal: principal.clone() })
            }
            Self::DisassociatePrincipal { portfolio, principal } => {
                Some(Self::AssociatePrincipal { portfolio: portfolio.clone(), principal: principal.clone() })
            }
            Self::ImportPortfolio { portfolio, account } => {
                Some(Self::LeavePortfolio { portfolio: portfolio.clone(), account: account.clone() })
            }
            Self::LeavePortfolio { portfolio, account } => {
                Some(Self::ImportPortfolio { portfolio: portfolio.clone(), account: account.clone() })
            }
            Self::AddShare { portfolio, with, .. } => {
                Some(Self::DeleteShare { portfolio: portfolio.clone(), with: with.clone() })
            }
            Self::SetShare { portfolio, with, .. } => {
                let options = before.share(with)?;
                Some(Self::SetShare { portfolio: portfolio.clone(), with: with.clone(), options })
            }
            Self::DeleteShare { portfolio, with } => {
                let options = before.share(with)?;
                Some(Self::AddShare { portfolio: portfolio.clone(), with: with.clone(), options })
            }
            Self::DeleteConstraint { product, portfolio, constraint } => Some(Self::AddConstraint {
                product: product.clone(),
                portfolio: portfolio.clone(),
                new: before.constraint(constraint)?,
            }),
        }
    }
}
