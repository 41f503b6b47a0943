//! What of a plan Service Catalog would refuse for its quotas: told before anything is made.

use std::collections::{BTreeMap, BTreeSet};

use super::{CatalogNow, DescribedCatalog, DescribedTag, Plan};
use crate::curation::CatalogChange;
use crate::curation::quotas::{KEYS, PORTFOLIOS, PRODUCTS, PRODUCTS_INSIDE, VALUES, VERSIONS};
use crate::mistake::Mistake;

/// A line for each. What is there already is never one: an account may have had its quotas raised.
pub(super) fn over_quota(wanted: &DescribedCatalog, plan: &Plan, now: &CatalogNow<'_>) -> Vec<Mistake> {
    let mut over = Vec::new();
    let mut add: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for it in &plan.changes {
        let (what, of) = match &it.change {
            CatalogChange::AddPortfolio { .. } => ("portfolios", ""),
            CatalogChange::AddProduct { .. } => ("products", ""),
            CatalogChange::AddVersion { .. } => ("versions", it.named.product.as_str()),
            CatalogChange::AssociateProduct { .. } => ("products", it.named.portfolio.as_str()),
            CatalogChange::AddTagOption { key, .. } => ("values", key.as_str()),
            _ => continue,
        };
        *add.entry((what, of)).or_default() += 1;
    }
    for ((what, of), more) in add {
        let product = now.products.iter().find(|it| it.name == of);
        let portfolio = now.portfolios.iter().find(|it| it.name == of);
        let inside = usize::try_from(PRODUCTS_INSIDE).unwrap_or(usize::MAX);
        let (there, most, whose) = match (what, of) {
            ("portfolios", _) => (now.portfolios.len(), PORTFOLIOS, "A region".to_owned()),
            ("products", "") => (now.products.len(), PRODUCTS, "A region".to_owned()),
            // The first version comes with the product.
            ("versions", _) => (product.map_or(1, |it| it.artifacts.len()), VERSIONS, format!("The product {of}")),
            ("products", _) => {
                let is_inside = |id| now.products.iter().filter(|it| it.portfolios.contains(id)).count();
                (portfolio.map_or(0, |it| is_inside(&it.id)), inside, format!("The portfolio {of}"))
            }
            _ => (now.tag_options.iter().filter(|it| it.key == of).count(), VALUES, format!("The key {of}")),
        };
        if there + more > most {
            let message = format!("{whose} has at most {most} {what}: it has {there}, and the files add {more}.");
            over.push(Mistake::new([], message));
        }
    }
    let portfolios = wanted.portfolios.iter().enumerate().map(|(n, it)| (("portfolio", n), &it.name, &it.tag_options));
    let products = wanted.products.iter().enumerate().map(|(n, it)| (("product", n), &it.name, &it.tag_options));
    for (at, name, tags) in portfolios.chain(products) {
        let keys: BTreeSet<&str> = tags.iter().map(|it: &DescribedTag| it.key.as_str()).collect();
        if keys.len() > KEYS {
            let message = format!("{name} has TagOptions of {} keys, and nothing has more than {KEYS}.", keys.len());
            over.push(Mistake::new([at], message));
        }
    }
    over
}
