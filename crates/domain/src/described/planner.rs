//! Comparing a description with the catalog, thing by thing. What is not there yet has the id [`NEW`].

use std::collections::BTreeMap;

use super::plan::{Plan, Planned, Undescribed};
use super::{CatalogNow, DescribedCatalog, DescribedPlace, DescribedPortfolio, DescribedProduct, DescribedTag};
use crate::catalog::{CatalogTagOption, Constraint, Portfolio, Product};
use crate::changed_member::{ChangedMember, changed_members};
use crate::curation::{
    Before, CatalogChange, Guidance, Made, Named, NewConstraint, PortfolioText, ProductText, constraint_kind,
};
use crate::id::{PortfolioId, ProductId, Region, TemplateId};
use crate::share::{PrincipalAssociation, ShareOptions, ShareTarget};

/// Stands for an id that is known only once the thing is there.
pub(super) const NEW: &str = "new";

pub(super) struct Planner<'a> {
    pub(super) wanted: &'a DescribedCatalog,
    templates: &'a BTreeMap<String, TemplateId>,
    pub(super) now: &'a CatalogNow<'a>,
    region: &'a Region,
    pub(super) undescribed: Undescribed<'a>,
    pub(super) plan: Plan,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        wanted: &'a DescribedCatalog,
        templates: &'a BTreeMap<String, TemplateId>,
        now: &'a CatalogNow<'a>,
        region: &'a Region,
        undescribed: Undescribed<'a>,
    ) -> Self {
        Self { wanted, templates, now, region, undescribed, plan: Plan::default() }
    }

    /// What is described and is not so.
    pub(super) fn bring(&mut self) {
        let wanted = self.wanted;
        for it in &wanted.tag_options {
            let named = Named { tag_option: format!("{} = {}", it.key, it.value), ..Named::default() };
            let there = self.option(&it.key, &it.value);
            let (id, active) = there.map_or((None, true), |there| (Some(there.id.clone()), there.active));
            if id.is_none() {
                let (region, key, value) = (self.region.clone(), it.key.clone(), it.value.clone());
                self.push(CatalogChange::AddTagOption { region, key, value }, named.clone());
            }
            if let Some(tag_option) = id.or_else(|| NEW.parse().ok()).filter(|_| active != it.active) {
                self.push(CatalogChange::SetTagOption { tag_option, active: it.active }, named);
            }
        }
        for it in &wanted.portfolios {
            self.bring_portfolio(it);
        }
        for it in &wanted.products {
            self.bring_product(it);
        }
        for it in &wanted.portfolios {
            let named = Named { portfolio: it.name.clone(), ..Named::default() };
            let id = self.portfolio(&it.name).map(|there| there.id.to_string());
            self.bring_tags(id.as_deref(), &it.tag_options, &named);
            self.bring_access(it);
        }
    }

    fn bring_portfolio(&mut self, it: &DescribedPortfolio) {
        let named = Named { portfolio: it.name.clone(), ..Named::default() };
        match self.portfolio(&it.name) {
            None => {
                let change = CatalogChange::AddPortfolio { region: self.region.clone(), text: it.text() };
                self.push(change, named);
            }
            Some(there) if PortfolioText::of(there) != it.text() => {
                let change = CatalogChange::SetPortfolio { portfolio: there.id.clone(), text: it.text() };
                self.push(change, named);
            }
            Some(_) => {}
        }
    }

    fn bring_product(&mut self, it: &DescribedProduct) {
        let named = Named { product: it.name.clone(), ..Named::default() };
        let there = self.product(&it.name);
        let Some(id) = there.map(|there| there.id.clone()).or_else(|| NEW.parse().ok()) else { return };
        let first = it.versions.first();
        let text = match (there, first.and_then(|first| Some((first, self.templates.get(&first.template)?)))) {
            (Some(there), _) => ProductText::of(there),
            (None, Some((first, template))) => {
                let ProductText { name, description, owner, support, .. } = it.text();
                let change = CatalogChange::AddProduct {
                    template: template.clone(),
                    portfolio: None,
                    version: first.name.clone(),
                    note: first.note.clone(),
                    name,
                    description,
                    owner,
                    support,
                };
                self.push(change, Named { version: first.name.clone(), ..named.clone() });
                ProductText { tags: BTreeMap::new(), ..it.text() }
            }
            (None, None) => return,
        };
        if text != it.text() {
            self.push(CatalogChange::SetProduct { product: id.clone(), text: it.text() }, named.clone());
        }
        self.bring_versions(it, there, &id, &named);
        for place in &it.places {
            self.bring_place(place, there, &id, &named);
        }
        let known = there.map(|there| there.id.to_string());
        self.bring_tags(known.as_deref(), &it.tag_options, &named);
    }

    fn bring_versions(&mut self, it: &DescribedProduct, there: Option<&'a Product>, id: &ProductId, named: &Named) {
        for (number, version) in it.versions.iter().enumerate() {
            let named = Named { version: version.name.clone(), ..named.clone() };
            let made = there.and_then(|there| there.artifacts.iter().find(|it| it.name == version.name));
            // The first one comes with the product.
            if made.is_none() && (there.is_some() || number > 0) {
                let Some(template) = self.templates.get(&version.template) else { continue };
                let change = CatalogChange::AddVersion {
                    product: id.clone(),
                    template: template.clone(),
                    version: version.name.clone(),
                    note: version.note.clone(),
                };
                self.push(change, named.clone());
            }
            if let Some(made) = made.filter(|made| made.description != version.note) {
                self.plan
                    .stays
                    .push(format!("The note of version {} of {}: {:?}", made.name, it.name, made.description));
            }
            let (active, guidance) = made.map_or((true, Guidance::Default), |it| (it.active, Guidance::of(it)));
            let artifact = made.map(|it| it.id.clone()).or_else(|| NEW.parse().ok());
            if let Some(artifact) = artifact.filter(|_| (active, guidance) != (version.active, version.guidance)) {
                let (active, guidance) = (version.active, version.guidance);
                self.push(CatalogChange::SetVersion { product: id.clone(), artifact, active, guidance }, named);
            }
        }
    }

    fn bring_place(&mut self, place: &DescribedPlace, there: Option<&'a Product>, id: &ProductId, named: &Named) {
        let named = Named { portfolio: place.portfolio.clone(), ..named.clone() };
        let known = self.portfolio(&place.portfolio).map(|it| it.id.clone());
        let Some(portfolio) = known.or_else(|| NEW.parse().ok()) else { return };
        let inside = there.filter(|there| there.portfolios.contains(&portfolio));
        let Some(product) = inside else {
            let change =
                CatalogChange::AssociateProduct { product: id.clone(), portfolio, constraints: place.constraints() };
            self.push(change, named);
            return;
        };
        for change in constraint_changes(product, &portfolio, place.constraints()) {
            self.push(change, named.clone());
        }
    }

    /// `id`: of the portfolio or product, where it is there.
    pub(super) fn bring_tags(&mut self, id: Option<&str>, tags: &[DescribedTag], named: &Named) {
        for tag in tags {
            let option = self.option(&tag.key, &tag.value);
            if id.is_some_and(|id| option.is_some_and(|option| option.resources.contains(id))) {
                continue;
            }
            let Some(tag_option) = option.map(|it| it.id.clone()).or_else(|| NEW.parse().ok()) else { continue };
            let change = CatalogChange::AssociateTagOption { tag_option, on: id.unwrap_or(NEW).to_owned() };
            self.push(change, Named { tag_option: format!("{} = {}", tag.key, tag.value), ..named.clone() });
        }
        let Some(id) = id else { return };
        let now = self.now;
        for option in now.tag_options.iter().filter(|it| it.resources.contains(id)) {
            if !tags.iter().any(|it| it.key == option.key && it.value == option.value) {
                let change = CatalogChange::DisassociateTagOption { tag_option: option.id.clone(), on: id.to_owned() };
                self.push(change, Named { tag_option: called(option), ..named.clone() });
            }
        }
    }

    pub(super) fn bring_access(&mut self, it: &DescribedPortfolio) {
        let there = self.portfolio(&it.name);
        let Some(portfolio) = there.map(|it| it.id.clone()).or_else(|| NEW.parse().ok()) else { return };
        let named = Named { portfolio: it.name.clone(), ..Named::default() };
        for principal in it.principals.iter().filter_map(|arn| PrincipalAssociation::read(arn).ok()) {
            if there.is_none_or(|there| !there.principals.contains(&principal)) {
                self.push(CatalogChange::AssociatePrincipal { portfolio: portfolio.clone(), principal }, named.clone());
            }
        }
        for share in &it.shares {
            let Ok(with) = share.with.parse::<ShareTarget>() else { continue };
            let options = ShareOptions { tag_options: share.tag_options, principals: share.principals };
            let made = there.and_then(|there| there.shares.iter().find(|it| it.with == with));
            let named = Named { share: with.to_string(), ..named.clone() };
            match made {
                None => self.push(CatalogChange::AddShare { portfolio: portfolio.clone(), with, options }, named),
                Some(made) if made.options != options => {
                    self.push(CatalogChange::SetShare { portfolio: portfolio.clone(), with, options }, named);
                }
                Some(_) => {}
            }
        }
        let Some(there) = there else { return };
        let gone = there.shares.iter().filter(|made| !it.shares.iter().any(|it| it.with == made.with.to_string()));
        for made in gone {
            let named = Named { share: made.with.to_string(), ..named.clone() };
            self.push(CatalogChange::DeleteShare { portfolio: portfolio.clone(), with: made.with.clone() }, named);
        }
        for principal in there.principals.iter().filter(|made| !it.principals.contains(&made.arn)) {
            let (portfolio, principal) = (portfolio.clone(), principal.clone());
            self.push(CatalogChange::DisassociatePrincipal { portfolio, principal }, named.clone());
        }
    }

    pub(super) fn push(&mut self, change: CatalogChange, named: Named) {
        let (ready, sets) = (is_ready(&change), self.sets(&change));
        self.plan.changes.push(Planned { change, named, ready, sets });
    }

    /// What a change of something that is there sets otherwise.
    fn sets(&self, change: &CatalogChange) -> Vec<ChangedMember> {
        if !change.sets() {
            return Vec::new();
        }
        let now = self.now;
        let before = Before {
            product: now.products.iter().find(|it| Some(&it.id) == change.product()).cloned(),
            portfolio: now.portfolios.iter().find(|it| Some(&it.id) == change.portfolio()).cloned(),
            tag_option: now.tag_options.iter().find(|it| Some(&it.id) == change.tag_option()).cloned(),
        };
        let was = change.undo(self.region, &before, &Made::default());
        was.map(|was| changed_members(change, Some(&was))).unwrap_or_default()
    }

    fn portfolio(&self, name: &str) -> Option<&'a Portfolio> {
        self.now.portfolios.iter().find(|it| it.name == name)
    }

    fn product(&self, name: &str) -> Option<&'a Product> {
        self.now.products.iter().find(|it| it.name == name)
    }

    fn option(&self, key: &str, value: &str) -> Option<&'a CatalogTagOption> {
        self.now.tag_options.iter().find(|it| it.key == key && it.value == value)
    }
}

pub(super) fn called(option: &CatalogTagOption) -> String {
    format!("{} = {}", option.key, option.value)
}

fn is_ready(change: &CatalogChange) -> bool {
    let ids = [
        change.product().map(ProductId::as_str),
        change.portfolio().map(PortfolioId::as_str),
        change.artifact().map(crate::id::ProvisioningArtifactId::as_str),
        change.tag_option().map(crate::id::TagOptionId::as_str),
        change.tagged(),
    ];
    ids.into_iter().flatten().all(|id| id != NEW)
}

/// What makes the constraints of a product in a portfolio what they are to be: one takes the place of another of its kind.
fn constraint_changes(product: &Product, portfolio: &PortfolioId, wanted: Vec<NewConstraint>) -> Vec<CatalogChange> {
    let mut there: Vec<&Constraint> =
        product.constraints.iter().filter(|it| it.portfolio.as_ref() == Some(portfolio)).collect();
    let mut missing: Vec<NewConstraint> = Vec::new();
    for it in wanted {
        match there.iter().position(|made| NewConstraint::like(made) == it) {
            Some(same) => {
                there.remove(same);
            }
            None => missing.push(it),
        }
    }
    let mut changes = Vec::new();
    for new in missing {
        let (product, portfolio) = (product.id.clone(), portfolio.clone());
        let instead = there.iter().position(|made| constraint_kind(&made.rule) == constraint_kind(&new.rule));
        changes.push(match instead {
            Some(instead) => {
                let constraint = there.remove(instead).id.clone();
                CatalogChange::SetConstraint { product, portfolio, constraint, new }
            }
            None => CatalogChange::AddConstraint { product, portfolio, new },
        });
    }
    let gone = there.into_iter().map(|made| CatalogChange::DeleteConstraint {
        product: product.id.clone(),
        portfolio: portfolio.clone(),
        constraint: made.id.clone(),
    });
    // What excludes another goes before it comes.
    let mut all: Vec<CatalogChange> = gone.collect();
    all.extend(changes);
    all
}
