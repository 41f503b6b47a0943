use super::{CatalogChange, Guidance, NewConstraint, PortfolioText, ProductText};
use crate::catalog::{CatalogTagOption, Constraint, Portfolio, Product};
use crate::share::PortfolioShare;

/// What a change of the catalog is about, as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AroundCatalogChange {
    /// The portfolio, if there is one of its id.
    pub portfolio: Option<Portfolio>,
    /// The product, if there is one of its id.
    pub product: Option<Product>,
    /// What people call whom the portfolio is shared to, where that is known.
    pub share_name: Option<String>,
    /// The names of the region's other portfolios.
    pub portfolio_names: Vec<String>,
    /// The names of the region's other products.
    pub product_names: Vec<String>,
    /// How many products are in the portfolio.
    pub products_inside: u64,
    /// How many environments have the version, or the product where no version is named. Terminated ones are left out.
    pub environments: u64,
    /// The TagOption, if there is one of its id, and all of the region.
    pub tag_option: Option<CatalogTagOption>,
    pub tag_options: Vec<CatalogTagOption>,
    /// What a TagOption is put on, or taken off, if there is one of its id.
    pub tagged: Option<TaggedThing>,
    /// How many things are to be mended in the template; `None` where it is not kept.
    pub findings: Option<u32>,
}

/// What a TagOption can be on, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaggedThing {
    Product(String),
    Portfolio(String),
}

impl AroundCatalogChange {
    /// The product in the portfolio.
    pub(super) fn is_inside(&self) -> bool {
        match (&self.product, &self.portfolio) {
            (Some(product), Some(portfolio)) => product.portfolios.contains(&portfolio.id),
            _ => false,
        }
    }

    /// Whether everything is as `change` wants it.
    pub fn has(&self, change: &CatalogChange) -> bool {
        let version = |artifact| self.product.as_ref().and_then(|product| product.artifact(artifact));
        match change {
            CatalogChange::SetVersion { artifact, active, guidance, .. } => {
                version(artifact).is_some_and(|it| it.active == *active && Guidance::of(it) == *guidance)
            }
            CatalogChange::SetProduct { text, .. } => {
                self.product.as_ref().is_some_and(|it| ProductText::of(it) == *text)
            }
            CatalogChange::SetPortfolio { text, .. } => {
                self.portfolio.as_ref().is_some_and(|it| PortfolioText::of(it) == *text)
            }
            CatalogChange::SetConstraint { new, .. } => {
                self.constraint(change).is_some_and(|it| NewConstraint::like(it) == *new)
            }
            CatalogChange::SetTagOption { active, .. } => {
                self.tag_option.as_ref().is_some_and(|it| it.active == *active)
            }
            CatalogChange::AssociatePrincipal { principal, .. } => {
                self.portfolio.as_ref().is_some_and(|it| it.principals.contains(principal))
            }
            CatalogChange::AddShare { options, .. } | CatalogChange::SetShare { options, .. } => {
                self.share(change).is_some_and(|it| it.options == *options)
            }
            _ => false,
        }
    }

    /// Whether what `change` deletes, or takes away, is not there any more.
    pub fn is_rid_of(&self, change: &CatalogChange) -> bool {
        match change {
            CatalogChange::DeleteProduct { .. } => self.product.is_none(),
            CatalogChange::DeletePortfolio { .. } => self.portfolio.is_none(),
            CatalogChange::DeleteVersion { artifact, .. } => {
                self.product.as_ref().is_none_or(|product| product.artifact(artifact).is_none())
            }
            CatalogChange::DeleteConstraint { .. } => self.constraint(change).is_none(),
            CatalogChange::DeleteTagOption { .. } => self.tag_option.is_none(),
            CatalogChange::DisassociatePrincipal { principal, .. } => {
                self.portfolio.as_ref().is_none_or(|it| !it.principals.contains(principal))
            }
            CatalogChange::DeleteShare { .. } => self.share(change).is_none(),
            _ => false,
        }
    }

    /// The share that `change` is about, as it is there.
    pub fn share(&self, change: &CatalogChange) -> Option<&PortfolioShare> {
        let shares = &self.portfolio.as_ref()?.shares;
        shares.iter().find(|it| change.share() == Some(&it.with))
    }

    /// The constraint that `change` is about, as it is there.
    pub fn constraint(&self, change: &CatalogChange) -> Option<&Constraint> {
        let (product, portfolio) = (self.product.as_ref()?, change.portfolio()?);
        let mut there = product.constraints.iter().filter(|it| it.portfolio.as_ref() == Some(portfolio));
        there.find(|it| change.constraint() == Some(it.id.as_str()))
    }
}
