//! What was renamed elsewhere: AWS knows it by the id that it had, and calls it something else.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use super::{CatalogNow, DescribedCatalog, ExpectedCatalog, Planned, Thing};
use crate::catalog::{Portfolio, Product};
use crate::curation::{CatalogChange, Named, PortfolioText, ProductText};

/// The catalog as it is, but that what is expected is called what it is expected to be called.
pub(super) struct Recognized {
    pub(super) portfolios: Vec<Portfolio>,
    pub(super) products: Vec<Product>,
    /// What is called something else, and what it is called.
    pub(super) renamed: Vec<(Thing, Thing)>,
    /// What is called as something expected is, and is another: it is left out.
    pub(super) beside: Vec<String>,
}

impl Recognized {
    pub(super) fn of(expected: &ExpectedCatalog, now: &CatalogNow<'_>) -> Self {
        let ids = &expected.ids;
        let portfolios = recognize(&ids.portfolios, now.portfolios, |it| &it.id, |it| &mut it.name);
        let products = recognize(&ids.products, now.products, |it| &it.id, |it| &mut it.name);
        let portfolio = |name| Thing::Portfolio { name };
        let product = |name| Thing::Product { name };
        let of_portfolios = portfolios.renamed.into_iter().map(|(is, called)| (portfolio(is), portfolio(called)));
        let of_products = products.renamed.into_iter().map(|(is, called)| (product(is), product(called)));
        let another = |kind: &str, name: String| {
            format!("{kind} {name}: another one is called so too, which nobody made here, and names tell them apart.")
        };
        let beside = portfolios.beside.into_iter().map(|name| another("Portfolio", name));
        Self {
            renamed: of_portfolios.chain(of_products).collect(),
            beside: beside.chain(products.beside.into_iter().map(|name| another("Product", name))).collect(),
            portfolios: portfolios.all,
            products: products.all,
        }
    }

    pub(super) fn now<'a>(&'a self, of: &CatalogNow<'a>) -> CatalogNow<'a> {
        CatalogNow { portfolios: &self.portfolios, products: &self.products, ..*of }
    }
}

struct Found<T> {
    all: Vec<T>,
    /// What it is expected to be called, and is.
    renamed: Vec<(String, String)>,
    beside: Vec<String>,
}

fn recognize<T: Clone, Id: Ord>(
    ids: &BTreeMap<String, Id>,
    all: &[T],
    id: impl Fn(&T) -> &Id,
    name: impl Fn(&mut T) -> &mut String,
) -> Found<T> {
    let known: BTreeMap<&Id, &String> = ids.iter().map(|(name, id)| (id, name)).collect();
    let there: BTreeSet<&String> = all.iter().filter_map(|it| known.get(id(it)).copied()).collect();
    let mut found = Found { all: Vec::new(), renamed: Vec::new(), beside: Vec::new() };
    for one in all {
        let mut it = one.clone();
        match known.get(id(one)) {
            Some(expected) => {
                let called = mem::replace(name(&mut it), (*expected).clone());
                if called != **expected {
                    found.renamed.push(((*expected).clone(), called));
                }
            }
            None if there.contains(&*name(&mut it)) => {
                found.beside.push(name(&mut it).clone());
                continue;
            }
            None => {}
        }
        found.all.push(it);
    }
    found
}

/// What gives a thing its name back. `seen`: as [`Recognized`].
pub(super) fn back(thing: &Thing, seen: &CatalogNow<'_>) -> Option<Planned> {
    let (change, named) = match thing {
        Thing::Portfolio { name } => {
            let there = seen.portfolios.iter().find(|it| it.name == *name)?;
            let (portfolio, text) = (there.id.clone(), PortfolioText::of(there));
            (CatalogChange::SetPortfolio { portfolio, text }, Named { portfolio: name.clone(), ..Named::default() })
        }
        Thing::Product { name } => {
            let there = seen.products.iter().find(|it| it.name == *name)?;
            let (product, text) = (there.id.clone(), ProductText::of(there));
            (CatalogChange::SetProduct { product, text }, Named { product: name.clone(), ..Named::default() })
        }
        Thing::TagOption { .. } => return None,
    };
    Some(Planned { change, named, ready: true, sets: Vec::new() })
}

impl DescribedCatalog {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Of one thing: the same, called as `thing` is.
    pub(super) fn called(mut self, thing: &Thing) -> Self {
        match thing {
            Thing::Portfolio { name } => self.portfolios.iter_mut().for_each(|it| it.name.clone_from(name)),
            Thing::Product { name } => self.products.iter_mut().for_each(|it| it.name.clone_from(name)),
            Thing::TagOption { .. } => {}
        }
        self
    }

    pub(super) fn has(&self, thing: &Thing) -> bool {
        match thing {
            Thing::Portfolio { name } => self.portfolios.iter().any(|it| it.name == *name),
            Thing::Product { name } => self.products.iter().any(|it| it.name == *name),
            Thing::TagOption { key, value } => self.tag_options.iter().any(|it| it.key == *key && it.value == *value),
        }
    }
}

impl ExpectedCatalog {
    /// Calls a thing what it is called now, wherever it is named. Not where another one is called so: names tell things apart.
    pub(super) fn rename(&mut self, thing: &Thing, now: &Thing) {
        if self.catalog.has(now) {
            return;
        }
        match (thing, now) {
            (Thing::Portfolio { name }, Thing::Portfolio { name: called }) => {
                let catalog = &mut self.catalog;
                let own = catalog.portfolios.iter_mut().map(|it| &mut it.name);
                let places = catalog.products.iter_mut().flat_map(|it| &mut it.places).map(|it| &mut it.portfolio);
                own.chain(places).filter(|it| *it == name).for_each(|it| it.clone_from(called));
                for product in &mut catalog.products {
                    product.places.sort_by(|a, b| a.portfolio.cmp(&b.portfolio));
                }
                catalog.portfolios.sort_by(|a, b| a.name.cmp(&b.name));
                let id = self.ids.portfolios.remove(name);
                self.ids.portfolios.extend(id.map(|id| (called.clone(), id)));
            }
            (Thing::Product { name }, Thing::Product { name: called }) => {
                let products = self.catalog.products.iter_mut();
                products.filter(|it| it.name == *name).for_each(|it| it.name.clone_from(called));
                self.catalog.products.sort_by(|a, b| a.name.cmp(&b.name));
                let id = self.ids.products.remove(name);
                self.ids.products.extend(id.map(|id| (called.clone(), id)));
            }
            _ => {}
        }
    }

    /// Takes what drifts as it is, under the name that it has now.
    pub fn adopt_drifted(&mut self, it: &super::DriftedThing, now: &CatalogNow<'_>) {
        let recognized = Recognized::of(self, now);
        self.adopt(&it.thing, &Self::as_it_is(&recognized.now(now)));
        if let Some(called) = it.renamed() {
            self.rename(&it.thing, &called);
        }
    }
}
