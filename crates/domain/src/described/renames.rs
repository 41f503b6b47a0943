//! What was renamed elsewhere: one thing is gone, and one is there that nobody made here, and both have one id. Where the id of what is
//! gone is not known, they are the same but for their names.

use super::{
    CatalogNow, DescribedCatalog, DescribedPortfolio, DescribedProduct, ExpectedCatalog, KnownIds, Planned, Thing,
};
use crate::curation::{CatalogChange, Named, PortfolioText, ProductText};

/// What things were called and are called now; `was` calls them as they are called now.
pub(super) fn of(was: &mut ExpectedCatalog, is: &ExpectedCatalog) -> Vec<(Thing, Thing)> {
    let portfolio = |name: &str| Thing::Portfolio { name: name.to_owned() };
    let id = |ids: &KnownIds, it: &DescribedPortfolio| ids.portfolios.get(&it.name).cloned();
    let one = same(|it| id(&was.ids, it), |it| id(&is.ids, it), same_portfolio);
    let mut all: Vec<(Thing, Thing)> = pairs(&was.catalog.portfolios, &is.catalog.portfolios, |it| &it.name, one)
        .map(|(before, now)| (portfolio(&before.name), portfolio(&now.name)))
        .collect();
    for (before, now) in &all {
        was.rename(before, now);
    }
    // With the portfolios that they are in called as they are called now.
    let product = |name: &str| Thing::Product { name: name.to_owned() };
    let id = |ids: &KnownIds, it: &DescribedProduct| ids.products.get(&it.name).cloned();
    let one = same(|it| id(&was.ids, it), |it| id(&is.ids, it), same_product);
    let products: Vec<(Thing, Thing)> = pairs(&was.catalog.products, &is.catalog.products, |it| &it.name, one)
        .map(|(before, now)| (product(&before.name), product(&now.name)))
        .collect();
    for (before, now) in &products {
        was.rename(before, now);
    }
    all.extend(products);
    all
}

/// What gives a thing its name back.
pub(super) fn back(thing: &Thing, now: &Thing, seen: &CatalogNow<'_>) -> Option<Planned> {
    let (change, named) = match (thing, now) {
        (Thing::Portfolio { name }, Thing::Portfolio { name: called }) => {
            let there = seen.portfolios.iter().find(|it| it.name == *called)?;
            let text = PortfolioText { name: name.clone(), ..PortfolioText::of(there) };
            let named = Named { portfolio: called.clone(), ..Named::default() };
            (CatalogChange::SetPortfolio { portfolio: there.id.clone(), text }, named)
        }
        (Thing::Product { name }, Thing::Product { name: called }) => {
            let there = seen.products.iter().find(|it| it.name == *called)?;
            let text = ProductText { name: name.clone(), ..ProductText::of(there) };
            let named = Named { product: called.clone(), ..Named::default() };
            (CatalogChange::SetProduct { product: there.id.clone(), text }, named)
        }
        _ => return None,
    };
    Some(Planned { change, named, ready: true })
}

/// Those of `was` whose name is gone with those of `is` whose name is new, where one is the same as one other alone.
fn pairs<'a, T>(
    was: &'a [T],
    is: &'a [T],
    name: impl Fn(&T) -> &String,
    same: impl Fn(&T, &T) -> bool,
) -> impl Iterator<Item = (&'a T, &'a T)> {
    let without = |all: &'a [T], of: &'a [T]| -> Vec<&'a T> {
        all.iter().filter(|it| !of.iter().any(|other| name(other) == name(it))).collect()
    };
    let (gone, new) = (without(was, is), without(is, was));
    let alone = |mut alike: Vec<&'a T>| if alike.len() == 1 { alike.pop() } else { None };
    let pairs: Vec<(&T, &T)> = gone
        .iter()
        .filter_map(|before| {
            let now = alone(new.iter().copied().filter(|now| same(before, now)).collect())?;
            alone(gone.iter().copied().filter(|before| same(before, now)).collect()).map(|_| (*before, now))
        })
        .collect();
    pairs.into_iter()
}

/// Whether two are one, by their ids where both are known.
fn same<T, Id: PartialEq>(
    was: impl Fn(&T) -> Option<Id>,
    is: impl Fn(&T) -> Option<Id>,
    alike: impl Fn(&T, &T) -> bool,
) -> impl Fn(&T, &T) -> bool {
    move |before, now| match (was(before), is(now)) {
        (Some(before), Some(now)) => before == now,
        _ => alike(before, now),
    }
}

fn same_portfolio(one: &DescribedPortfolio, other: &DescribedPortfolio) -> bool {
    DescribedPortfolio { name: other.name.clone(), ..one.clone() } == *other
}

/// The order of versions tells nothing.
fn same_product(one: &DescribedProduct, other: &DescribedProduct) -> bool {
    let sorted = |it: &DescribedProduct| {
        let mut it = DescribedProduct { name: String::new(), ..it.clone() };
        it.versions.sort_by(|a, b| a.name.cmp(&b.name));
        it
    };
    sorted(one) == sorted(other)
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
}

impl ExpectedCatalog {
    /// Calls a thing what it is called now, wherever it is named.
    fn rename(&mut self, thing: &Thing, now: &Thing) {
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

    /// Takes what drifts as it is; of what was renamed, the name.
    pub fn adopt_drifted(&mut self, it: &super::DriftedThing, is: &Self) {
        match it.renamed() {
            Some(now) => self.rename(&it.thing, &now),
            None => self.adopt(&it.thing, is),
        }
    }
}
