//! What a region's catalog is to be: as it was when the portal first read it, and as people of the portal changed it since. What
//! somebody changed elsewhere is no part of it until it is adopted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::renames::Recognized;
use super::{CatalogNow, DescribedCatalog, DescribedPlace, DescribedTag, Thing, export};
use crate::curation::{AppliedCatalogChange, CatalogChange};
use crate::id::{PortfolioId, ProductId, TemplateId};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedCatalog {
    /// The `template` of a version is what it says ([`crate::curation::template_id`]), and no path.
    pub catalog: DescribedCatalog,
    pub ids: KnownIds,
}

/// By which ids AWS knows what is expected, by name: what is called something else there is known again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KnownIds {
    pub portfolios: BTreeMap<String, PortfolioId>,
    pub products: BTreeMap<String, ProductId>,
}

impl KnownIds {
    fn of(now: &CatalogNow<'_>) -> Self {
        Self {
            portfolios: now.portfolios.iter().map(|it| (it.name.clone(), it.id.clone())).collect(),
            products: now.products.iter().map(|it| (it.name.clone(), it.id.clone())).collect(),
        }
    }

    fn portfolio(&self, id: &PortfolioId) -> Option<&String> {
        self.portfolios.iter().find_map(|(name, known)| (known == id).then_some(name))
    }

    fn product(&self, id: &ProductId) -> Option<&String> {
        self.products.iter().find_map(|(name, known)| (known == id).then_some(name))
    }
}

impl ExpectedCatalog {
    /// The catalog as it is.
    pub fn as_it_is(now: &CatalogNow<'_>) -> Self {
        let exported = export(now);
        let mut catalog = exported.catalog;
        for version in catalog.products.iter_mut().flat_map(|it| &mut it.versions) {
            if let Some(id) = exported.templates.get(&version.template) {
                version.template = id.to_string();
            }
        }
        let mut it = Self { catalog, ids: KnownIds::of(now) };
        it.forget_ids();
        it
    }

    /// Takes the ids of what is there; answers whether any was not known.
    pub fn learn_ids(&mut self, now: &CatalogNow<'_>) -> bool {
        let recognized = Recognized::of(self, now);
        self.take_ids(&KnownIds::of(&recognized.now(now)))
    }

    fn take_ids(&mut self, there: &KnownIds) -> bool {
        let before = self.ids.clone();
        self.ids.portfolios.extend(there.portfolios.clone());
        self.ids.products.extend(there.products.clone());
        self.forget_ids();
        self.ids != before
    }

    /// Those of what is not expected.
    fn forget_ids(&mut self) {
        let Self { catalog, ids } = self;
        ids.portfolios.retain(|name, _| catalog.portfolios.iter().any(|it| it.name == *name));
        ids.products.retain(|name, _| catalog.products.iter().any(|it| it.name == *name));
    }

    /// The templates that it names.
    pub fn templates(&self) -> BTreeMap<String, TemplateId> {
        let versions = self.catalog.products.iter().flat_map(|it| &it.versions);
        versions.filter_map(|it| Some((it.template.clone(), it.template.parse().ok()?))).collect()
    }

    /// Takes what somebody changed here, as `now` has it since. What was changed of a thing that is not expected is not.
    pub fn follow(&mut self, it: &AppliedCatalogChange, now: &CatalogNow<'_>) {
        self.follow_name(it, now);
        let recognized = Recognized::of(self, now);
        let now = &recognized.now(now);
        let is = Self::as_it_is(now);
        let names = Names { now, before: it, ids: self.ids.clone() };
        match &it.change {
            CatalogChange::AddTagOption { key, value, .. } => {
                self.adopt(&Thing::TagOption { key: key.clone(), value: value.clone() }, &is);
            }
            CatalogChange::SetTagOption { .. } | CatalogChange::DeleteTagOption { .. } => {
                if let Some(option) = &it.before.tag_option {
                    let thing = Thing::TagOption { key: option.key.clone(), value: option.value.clone() };
                    self.adopt(&thing, &is);
                }
            }
            CatalogChange::AddPortfolio { text, .. } => self.adopt(&Thing::Portfolio { name: text.name.clone() }, &is),
            CatalogChange::AddProduct { name, .. } | CatalogChange::CopyProduct { name, .. } => {
                self.adopt(&Thing::Product { name: name.clone() }, &is);
            }
            // What accounts do with it is not described.
            CatalogChange::ImportPortfolio { .. } | CatalogChange::LeavePortfolio { .. } => return,
            CatalogChange::AssociateTagOption { on, .. } | CatalogChange::DisassociateTagOption { on, .. } => {
                self.follow_tags(on, now, &is);
            }
            change => {
                if let Some(id) = change.product() {
                    self.follow_product(change, &names.product(id), &names, &is);
                } else if let Some(id) = change.portfolio() {
                    self.follow_portfolio(change, &names.portfolio(id), &is);
                }
            }
        }
        self.close(&is);
    }

    /// What is given a name here is expected to have it.
    fn follow_name(&mut self, it: &AppliedCatalogChange, now: &CatalogNow<'_>) {
        match &it.change {
            CatalogChange::SetPortfolio { portfolio: id, .. } => {
                let Some(there) = now.portfolios.iter().find(|it| it.id == *id) else { return };
                let before = self.ids.portfolio(id).or(it.before.portfolio.as_ref().map(|it| &it.name)).cloned();
                let called = Thing::Portfolio { name: there.name.clone() };
                self.rename(&Thing::Portfolio { name: before.unwrap_or_default() }, &called);
                if self.ids.portfolio(id).is_none() && self.catalog.has(&called) {
                    self.ids.portfolios.insert(there.name.clone(), id.clone());
                }
            }
            CatalogChange::SetProduct { product: id, .. } => {
                let Some(there) = now.products.iter().find(|it| it.id == *id) else { return };
                let before = self.ids.product(id).or(it.before.product.as_ref().map(|it| &it.name)).cloned();
                let called = Thing::Product { name: there.name.clone() };
                self.rename(&Thing::Product { name: before.unwrap_or_default() }, &called);
                if self.ids.product(id).is_none() && self.catalog.has(&called) {
                    self.ids.products.insert(there.name.clone(), id.clone());
                }
            }
            _ => {}
        }
    }

    fn follow_product(&mut self, change: &CatalogChange, called: &Named, names: &Names<'_>, is: &Self) {
        let now = is.catalog.products.iter().find(|it| it.name == called.now);
        let Some(index) = self.catalog.products.iter().position(|it| it.name == called.before) else { return };
        let Some(now) = now else {
            self.catalog.products.remove(index);
            return;
        };
        let Some(there) = self.catalog.products.get_mut(index) else { return };
        match change {
            CatalogChange::SetProduct { .. } => {
                there.description.clone_from(&now.description);
                there.owner.clone_from(&now.owner);
                there.support.clone_from(&now.support);
                there.tags.clone_from(&now.tags);
            }
            CatalogChange::AddVersion { .. }
            | CatalogChange::SetVersion { .. }
            | CatalogChange::DeleteVersion { .. } => there.versions.clone_from(&now.versions),
            // A constraint, or whether it is there at all.
            _ => {
                let Some(id) = change.portfolio() else { return };
                let portfolio = names.portfolio(id).now;
                there.places.retain(|it| it.portfolio != portfolio);
                there.places.extend(now.places.iter().find(|it| it.portfolio == portfolio).cloned());
                there.places.sort_by(|a, b| a.portfolio.cmp(&b.portfolio));
            }
        }
    }

    fn follow_portfolio(&mut self, change: &CatalogChange, named: &Named, is: &Self) {
        let Some(now) = is.catalog.portfolios.iter().find(|it| it.name == named.now) else {
            self.adopt(&Thing::Portfolio { name: named.before.clone() }, is);
            return;
        };
        let Some(there) = self.catalog.portfolios.iter_mut().find(|it| it.name == named.before) else { return };
        match change {
            CatalogChange::AssociatePrincipal { .. } | CatalogChange::DisassociatePrincipal { .. } => {
                there.principals.clone_from(&now.principals);
            }
            CatalogChange::AddShare { .. } | CatalogChange::SetShare { .. } | CatalogChange::DeleteShare { .. } => {
                there.shares.clone_from(&now.shares);
            }
            _ => {
                there.description.clone_from(&now.description);
                there.provider.clone_from(&now.provider);
                there.tags.clone_from(&now.tags);
            }
        }
    }

    fn follow_tags(&mut self, on: &str, now: &CatalogNow<'_>, is: &Self) {
        let portfolio = now.portfolios.iter().find(|it| it.id.as_str() == on);
        if let Some(name) = portfolio.map(|it| &it.name) {
            let from = is.catalog.portfolios.iter().find(|it| it.name == *name);
            if let (Some(from), Some(to)) = (from, self.catalog.portfolios.iter_mut().find(|it| it.name == *name)) {
                to.tag_options.clone_from(&from.tag_options);
            }
        }
        let product = now.products.iter().find(|it| it.id.as_str() == on);
        if let Some(name) = product.map(|it| &it.name) {
            let from = is.catalog.products.iter().find(|it| it.name == *name);
            if let (Some(from), Some(to)) = (from, self.catalog.products.iter_mut().find(|it| it.name == *name)) {
                to.tag_options.clone_from(&from.tag_options);
            }
        }
    }

    /// Takes a thing as it is, with what it names; what is gone is no longer expected.
    pub fn adopt(&mut self, thing: &Thing, is: &Self) {
        match thing {
            Thing::Portfolio { name } => {
                replace(&mut self.catalog.portfolios, &is.catalog.portfolios, |it| it.name == *name);
            }
            Thing::Product { name } => replace(&mut self.catalog.products, &is.catalog.products, |it| it.name == *name),
            Thing::TagOption { key, value } => {
                replace(&mut self.catalog.tag_options, &is.catalog.tag_options, |it| {
                    it.key == *key && it.value == *value
                });
            }
        }
        self.close(is);
    }

    /// What is named is there: as it is now, or it is not named any more.
    fn close(&mut self, is: &Self) {
        let catalog = &mut self.catalog;
        for place in catalog.products.iter().flat_map(|it| &it.places) {
            if !catalog.portfolios.iter().any(|it| it.name == place.portfolio) {
                catalog.portfolios.extend(is.catalog.portfolios.iter().find(|it| it.name == place.portfolio).cloned());
            }
        }
        let portfolios = &catalog.portfolios;
        let there = |place: &DescribedPlace| portfolios.iter().any(|it| it.name == place.portfolio);
        catalog.products.iter_mut().for_each(|it| it.places.retain(there));
        let on_portfolios = catalog.portfolios.iter().flat_map(|it| &it.tag_options);
        for tag in on_portfolios.chain(catalog.products.iter().flat_map(|it| &it.tag_options)) {
            if !catalog.tag_options.iter().any(|it| it.key == tag.key && it.value == tag.value) {
                let now = is.catalog.tag_options.iter().find(|it| it.key == tag.key && it.value == tag.value);
                catalog.tag_options.extend(now.cloned());
            }
        }
        let options = &catalog.tag_options;
        let there = |tag: &DescribedTag| options.iter().any(|it| it.key == tag.key && it.value == tag.value);
        catalog.portfolios.iter_mut().for_each(|it| it.tag_options.retain(there));
        catalog.products.iter_mut().for_each(|it| it.tag_options.retain(there));
        catalog.tag_options.sort();
        catalog.portfolios.sort_by(|a, b| a.name.cmp(&b.name));
        catalog.products.sort_by(|a, b| a.name.cmp(&b.name));
        self.take_ids(&is.ids);
    }
}

fn replace<T: Clone>(to: &mut Vec<T>, from: &[T], is: impl Fn(&T) -> bool) {
    to.retain(|it| !is(it));
    to.extend(from.iter().find(|it| is(it)).cloned());
}

/// What something was called before a change, and is called since.
struct Named {
    before: String,
    now: String,
}

struct Names<'a> {
    now: &'a CatalogNow<'a>,
    before: &'a AppliedCatalogChange,
    /// Of what is expected: it may be called something else in AWS.
    ids: KnownIds,
}

impl Names<'_> {
    fn product(&self, id: &ProductId) -> Named {
        let before = self.ids.product(id).or(self.before.before.product.as_ref().map(|it| &it.name));
        let now = self.now.products.iter().find(|it| it.id == *id).map(|it| &it.name);
        named(before, now)
    }

    fn portfolio(&self, id: &PortfolioId) -> Named {
        let before = self.ids.portfolio(id).or(self.before.before.portfolio.as_ref().map(|it| &it.name));
        let now = self.now.portfolios.iter().find(|it| it.id == *id).map(|it| &it.name);
        named(before, now)
    }
}

/// What is gone is found by no name.
fn named(before: Option<&String>, now: Option<&String>) -> Named {
    Named { before: before.or(now).cloned().unwrap_or_default(), now: now.cloned().unwrap_or_default() }
}
