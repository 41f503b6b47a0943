//! What is in the catalog and not in the description: taken away, or left where it is.

use std::collections::BTreeSet;

use super::plan::Undescribed;
use super::planner::{Planner, called};
use super::{DescribedCatalog, DescribedPortfolio, DescribedProduct};
use crate::catalog::{CatalogTagOption, Portfolio, Product};
use crate::curation::{CatalogChange, Named};

impl<'a> Planner<'a> {
    /// What is there and is not described.
    pub(super) fn take_away(&mut self) {
        let (now, wanted) = (self.now, self.wanted);
        for product in now.products {
            self.take_product_away(product);
        }
        for portfolio in now.portfolios.iter().filter(|it| !describes_portfolio(wanted, it)) {
            match (self.undescribed, self.kept_in(portfolio)) {
                (Undescribed::Stays, _) => self.plan.stays.push(format!("Portfolio {}", portfolio.name)),
                (Undescribed::Goes(_), Some(product)) => {
                    self.plan.stays.push(format!("Portfolio {}: {} stays in it", portfolio.name, product.name));
                }
                (Undescribed::Goes(_), None) => self.delete_portfolio(portfolio),
            }
        }
        for option in now.tag_options.iter().filter(|it| !describes_option(wanted, it)) {
            match (self.undescribed, self.kept_under(option)) {
                (Undescribed::Stays, _) => self.plan.stays.push(format!("TagOption {}", called(option))),
                (Undescribed::Goes(_), Some(on)) => {
                    self.plan.stays.push(format!("TagOption {}: {on} stays, which it is on", called(option)));
                }
                (Undescribed::Goes(_), None) => {
                    let named = Named { tag_option: called(option), ..Named::default() };
                    self.push(CatalogChange::DeleteTagOption { tag_option: option.id.clone() }, named);
                }
            }
        }
    }

    fn take_product_away(&mut self, product: &Product) {
        let (now, wanted) = (self.now, self.wanted);
        let described = wanted.products.iter().find(|it| it.name == product.name);
        let named = Named { product: product.name.clone(), ..Named::default() };
        let places = match (described, self.undescribed) {
            // Where something described is, the files say.
            (Some(described), _) => described.places.iter().map(|it| it.portfolio.as_str()).collect(),
            (None, Undescribed::Stays) => return self.plan.stays.push(format!("Product {}", product.name)),
            (None, Undescribed::Goes(_)) if self.is_kept(product) => {
                return self.plan.stays.push(format!("Product {}: environments have it", product.name));
            }
            (None, Undescribed::Goes(_)) => BTreeSet::new(),
        };
        for portfolio in now.portfolios.iter().filter(|it| product.portfolios.contains(&it.id)) {
            if !places.contains(portfolio.name.as_str()) {
                let change =
                    CatalogChange::DisassociateProduct { product: product.id.clone(), portfolio: portfolio.id.clone() };
                self.push(change, Named { portfolio: portfolio.name.clone(), ..named.clone() });
            }
        }
        if let Some(described) = described {
            self.take_versions_away(product, described, &named);
        } else {
            self.bring_tags(Some(product.id.as_str()), &[], &named);
            self.push(CatalogChange::DeleteProduct { product: product.id.clone() }, named);
        }
    }

    fn take_versions_away(&mut self, product: &Product, described: &DescribedProduct, named: &Named) {
        for version in &product.artifacts {
            if described.versions.iter().any(|it| it.name == version.name) {
                continue;
            }
            let stays = format!("Version {} of {}", version.name, product.name);
            match self.undescribed {
                Undescribed::Stays => self.plan.stays.push(stays),
                Undescribed::Goes(in_use) if in_use.contains(&(product.id.clone(), version.id.clone())) => {
                    self.plan.stays.push(format!("{stays}: environments have it"));
                }
                Undescribed::Goes(_) => {
                    let (product, artifact) = (product.id.clone(), version.id.clone());
                    let change = CatalogChange::DeleteVersion { product, artifact };
                    self.push(change, Named { version: version.name.clone(), ..named.clone() });
                }
            }
        }
    }

    fn delete_portfolio(&mut self, portfolio: &Portfolio) {
        let named = Named { portfolio: portfolio.name.clone(), ..Named::default() };
        let nothing = DescribedPortfolio { name: portfolio.name.clone(), ..DescribedPortfolio::default() };
        self.bring_access(&nothing);
        self.bring_tags(Some(portfolio.id.as_str()), &[], &named);
        self.push(CatalogChange::DeletePortfolio { portfolio: portfolio.id.clone() }, named);
    }

    /// Not described, and environments have it.
    fn is_kept(&self, product: &Product) -> bool {
        let Undescribed::Goes(in_use) = self.undescribed else { return false };
        !self.wanted.products.iter().any(|it| it.name == product.name) && in_use.iter().any(|(it, _)| *it == product.id)
    }

    /// What keeps a portfolio from going.
    fn kept_in(&self, portfolio: &Portfolio) -> Option<&'a Product> {
        self.now.products.iter().find(|it| it.portfolios.contains(&portfolio.id) && self.is_kept(it))
    }

    /// What keeps a `TagOption` from going.
    fn kept_under(&self, option: &CatalogTagOption) -> Option<&'a str> {
        let on = |id: &str| option.resources.contains(id);
        let product = self.now.products.iter().find(|it| on(it.id.as_str()) && self.is_kept(it));
        let portfolio = || {
            let kept = |it: &&Portfolio| !describes_portfolio(self.wanted, it) && self.kept_in(it).is_some();
            self.now.portfolios.iter().filter(|it| on(it.id.as_str())).find(kept)
        };
        product.map(|it| it.name.as_str()).or_else(|| portfolio().map(|it| it.name.as_str()))
    }
}

fn describes_portfolio(wanted: &DescribedCatalog, it: &Portfolio) -> bool {
    wanted.portfolios.iter().any(|described| described.name == it.name)
}

fn describes_option(wanted: &DescribedCatalog, it: &CatalogTagOption) -> bool {
    wanted.tag_options.iter().any(|described| described.key == it.key && described.value == it.value)
}
