//! What is other in the catalog than it is expected to be, thing by thing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::planner::Planner;
use super::renames::{self, Recognized};
use super::{CatalogNow, DescribedCatalog, ExpectedCatalog, InUse, Planned, Undescribed, export};
use crate::catalog::{Portfolio, Product};
use crate::curation::{CatalogChange, Named};
use crate::id::{ProvisioningArtifactId, Region, TemplateId};

/// What drifts, and is adopted or put back, as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Thing {
    Portfolio { name: String },
    Product { name: String },
    TagOption { key: String, value: String },
}

/// A thing that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftedThing {
    pub thing: Thing,
    /// Nothing but the thing, as it is to be; empty where nobody made it here.
    pub expected: DescribedCatalog,
    /// As it is; empty where it is gone.
    pub now: DescribedCatalog,
    /// What puts it back, in this order. Nothing does where no change of the portal's sets what is other.
    pub back: Vec<Planned>,
    /// The products in a portfolio that is to be deleted, by name: they have to be out of it before.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub holds: BTreeSet<String>,
    /// It is called as another thing is expected to be, and names tell them apart: it is not kept so.
    #[serde(default)]
    pub taken: bool,
}

impl DriftedThing {
    /// Other things that have to be there before it can be put back, as people call them: to leave out what needs them and go on would
    /// take it where it was away, and put it nowhere.
    pub fn lacks(&self) -> BTreeSet<String> {
        let own = self.thing.to_string();
        self.back.iter().filter_map(Planned::lacks).filter(|it| *it != own).collect()
    }

    /// What it is called now, where it was renamed.
    pub fn renamed(&self) -> Option<Thing> {
        things(&self.now).into_iter().find(|it| !self.expected.is_empty() && *it != self.thing)
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CatalogDrift {
    pub things: Vec<DriftedThing>,
    /// What could not be compared, and why.
    pub left_out: Vec<String>,
}

impl CatalogDrift {
    /// Leaves out what changes of the portal's own that are under way are about: it is half made.
    pub fn leave_out<'a>(&mut self, under_way: impl IntoIterator<Item = &'a Named>) {
        let half_made: BTreeSet<String> = under_way.into_iter().filter_map(Thing::named).collect();
        self.things.retain(|it| !half_made.contains(&it.thing.to_string()));
    }
}

impl Thing {
    /// What a change is about: a product also where it is put into a portfolio or gets a TagOption. As it is displayed.
    fn named(it: &Named) -> Option<String> {
        [("Product", &it.product), ("Portfolio", &it.portfolio), ("TagOption", &it.tag_option)]
            .into_iter()
            .find_map(|(kind, name)| (!name.is_empty()).then(|| format!("{kind} {name}")))
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Portfolio { name } => write!(f, "Portfolio {name}"),
            Self::Product { name } => write!(f, "Product {name}"),
            Self::TagOption { key, value } => write!(f, "TagOption {key} = {value}"),
        }
    }
}

/// Compares the catalog of `region` with what it is to be. What names cannot tell apart is left out; a version whose template could
/// not be read counts as what it was.
pub fn drift(expected: &ExpectedCatalog, now: &CatalogNow<'_>, region: &Region) -> CatalogDrift {
    let recognized = Recognized::of(expected, now);
    let now = &recognized.now(now);
    let templates = assumed(expected, now);
    let mut left_out = export(&CatalogNow { templates: &templates, ..*now }).left_out;
    left_out.extend(recognized.beside.iter().cloned());
    let (twice_made, twice_shared) =
        (twice(now.products.iter().map(|it| &it.name)), twice(now.portfolios.iter().map(|it| &it.name)));
    let known = |it: &Product| {
        let mut it = it.clone();
        it.artifacts.retain(|version| templates.contains_key(&version.id));
        (!it.artifacts.is_empty() && !twice_made.contains(&it.name)).then_some(it)
    };
    let products: Vec<Product> = now.products.iter().filter_map(known).collect();
    let portfolios: Vec<Portfolio> =
        now.portfolios.iter().filter(|it| !twice_shared.contains(&it.name)).cloned().collect();
    let seen = CatalogNow { products: &products, portfolios: &portfolios, templates: &templates, ..*now };
    let is = ExpectedCatalog::as_it_is(&seen).catalog;
    let mut was = expected.catalog.clone();
    was.products.retain(|it| !twice_made.contains(&it.name));
    was.portfolios.retain(|it| !twice_shared.contains(&it.name));
    for product in &mut was.products {
        product.places.retain(|it| !twice_shared.contains(&it.portfolio));
    }
    let (wanted, none) = (expected.templates(), InUse::new());
    let mut planner = Planner::new(&was, &wanted, &seen, region, Undescribed::Goes(&none));
    planner.bring();
    planner.take_away();
    let mut back: BTreeMap<Thing, Vec<Planned>> = BTreeMap::new();
    for planned in planner.plan.changes {
        back.entry(about(&planned, &was, &is)).or_default().push(planned);
    }
    // A note, say, or the template under the name of a version.
    for thing in things(&was).into_iter().chain(things(&is)) {
        if only(&was, &thing) != only(&is, &thing) {
            back.entry(thing).or_default();
        }
    }
    let mut called = BTreeMap::new();
    for (thing, now_called) in &recognized.renamed {
        if was.has(thing) && is.has(thing) {
            give_name_back(thing, back.entry(thing.clone()).or_default(), &seen);
            called.insert(thing, now_called);
        }
    }
    let of = |(thing, back): (Thing, Vec<Planned>)| {
        let now = only(&is, &thing);
        let called = called.get(&thing);
        DriftedThing {
            expected: only(&was, &thing),
            now: called.map_or_else(|| now.clone(), |called| now.clone().called(called)),
            taken: called.is_some_and(|called| expected.catalog.has(called)),
            holds: held(&back, &seen),
            thing,
            back,
        }
    };
    CatalogDrift { things: back.into_iter().map(of).collect(), left_out }
}

/// What sets other things of it says its name too.
fn give_name_back(thing: &Thing, back: &mut Vec<Planned>, seen: &CatalogNow<'_>) {
    let sets =
        |it: &Planned| matches!(it.change, CatalogChange::SetPortfolio { .. } | CatalogChange::SetProduct { .. });
    if !back.iter().any(sets) {
        back.splice(0..0, renames::back(thing, seen));
    }
}

/// The products in the portfolios that are to be deleted: taking them out is about the products.
fn held(back: &[Planned], now: &CatalogNow<'_>) -> BTreeSet<String> {
    let deleted = |it: &Product| {
        back.iter().any(|planned| match &planned.change {
            CatalogChange::DeletePortfolio { portfolio } => it.portfolios.contains(portfolio),
            _ => false,
        })
    };
    now.products.iter().filter(|it| deleted(it)).map(|it| it.name.clone()).collect()
}

/// The template of each version; of one that could not be read, what it was.
fn assumed(expected: &ExpectedCatalog, now: &CatalogNow<'_>) -> BTreeMap<ProvisioningArtifactId, TemplateId> {
    let mut templates = now.templates.clone();
    for product in now.products {
        let Some(was) = expected.catalog.products.iter().find(|it| it.name == product.name) else { continue };
        for version in &product.artifacts {
            let known = was.versions.iter().find(|it| it.name == version.name).and_then(|it| it.template.parse().ok());
            if let Some(template) = known.filter(|_| !templates.contains_key(&version.id)) {
                templates.insert(version.id.clone(), template);
            }
        }
    }
    templates
}

fn twice<'a>(names: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    names.filter(|name| !seen.insert(*name)).cloned().collect()
}

/// What a change is about: a product also where it is put into a portfolio or gets a TagOption.
fn about(planned: &Planned, was: &DescribedCatalog, is: &DescribedCatalog) -> Thing {
    let named = &planned.named;
    if !named.product.is_empty() {
        return Thing::Product { name: named.product.clone() };
    }
    if !named.portfolio.is_empty() {
        return Thing::Portfolio { name: named.portfolio.clone() };
    }
    if let CatalogChange::AddTagOption { key, value, .. } = &planned.change {
        return Thing::TagOption { key: key.clone(), value: value.clone() };
    }
    let called = |it: &&super::DescribedTagOption| format!("{} = {}", it.key, it.value) == named.tag_option;
    let found = was.tag_options.iter().chain(&is.tag_options).find(called);
    let (key, value) = found.map(|it| (it.key.clone(), it.value.clone())).unwrap_or_default();
    Thing::TagOption { key, value }
}

fn things(it: &DescribedCatalog) -> Vec<Thing> {
    let portfolios = it.portfolios.iter().map(|it| Thing::Portfolio { name: it.name.clone() });
    let products = it.products.iter().map(|it| Thing::Product { name: it.name.clone() });
    let options = it.tag_options.iter().map(|it| Thing::TagOption { key: it.key.clone(), value: it.value.clone() });
    portfolios.chain(products).chain(options).collect()
}

/// Nothing but a thing. A version that is made anew is the youngest: their order tells nothing.
fn only(it: &DescribedCatalog, thing: &Thing) -> DescribedCatalog {
    let mut only = DescribedCatalog::default();
    match thing {
        Thing::Portfolio { name } => {
            only.portfolios = it.portfolios.iter().filter(|it| it.name == *name).cloned().collect();
        }
        Thing::Product { name } => {
            only.products = it.products.iter().filter(|it| it.name == *name).cloned().collect();
            only.products.iter_mut().for_each(|it| it.versions.sort_by(|a, b| a.name.cmp(&b.name)));
        }
        Thing::TagOption { key, value } => {
            let same = |it: &&super::DescribedTagOption| it.key == *key && it.value == *value;
            only.tag_options = it.tag_options.iter().filter(same).cloned().collect();
        }
    }
    only
}

#[cfg(test)]
#[path = "drift_tests.rs"]
mod tests;
