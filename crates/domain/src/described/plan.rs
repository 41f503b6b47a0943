//! What has to be done so that the catalog is as files describe it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::planner::{NEW, Planner};
use super::portal::{PortalStep, keeps_versions};
use super::quotas::over_quota;
use super::{CatalogNow, DescribedCatalog, DescribedProduct};
use crate::catalog::Product;
use crate::changed_member::ChangedMember;
use crate::curation::{CatalogChange, Named, NewConstraint};
use crate::id::{PortfolioId, ProductId, ProvisioningArtifactId, Region, TagOptionId, TemplateId};
use crate::share::{PrincipalAssociation, ShareTarget};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// In an order in which they can be made.
    pub changes: Vec<Planned>,
    /// What is told to the portal itself once these are made; [`plan`] alone leaves it empty.
    pub portal: Vec<PortalStep>,
    /// What is in the catalog and not in the files, and is left there.
    pub stays: Vec<String>,
    /// Why the files cannot be brought into the catalog; then nothing is planned.
    pub mistakes: Vec<String>,
}

/// One change, with what people call the things that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    pub change: CatalogChange,
    pub named: Named,
    /// Everything that it is about is there: the others are planned anew once it is.
    pub ready: bool,
    /// Of a change of what is there: what it sets otherwise. For whoever reads the plan; it is not kept.
    #[serde(skip)]
    pub sets: Vec<ChangedMember>,
}

impl Planned {
    /// The portfolio or TagOption that it needs and that is not there, as people call it. What is made before it of the same thing, a
    /// product or a version of it, is not meant.
    pub fn lacks(&self) -> Option<String> {
        let new = |id: Option<&str>| id == Some(NEW);
        if new(self.change.portfolio().map(PortfolioId::as_str)) {
            return Some(format!("Portfolio {}", self.named.portfolio));
        }
        new(self.change.tag_option().map(TagOptionId::as_str)).then(|| format!("TagOption {}", self.named.tag_option))
    }

    /// What it deletes although environments have it, as people call it.
    pub fn deletes_of(&self, in_use: &InUse) -> Option<String> {
        let Named { product: name, version, .. } = &self.named;
        match &self.change {
            CatalogChange::DeleteProduct { product } if in_use.iter().any(|(it, _)| it == product) => {
                Some(format!("Product {name}"))
            }
            CatalogChange::DeleteVersion { product, artifact }
                if in_use.contains(&(product.clone(), artifact.clone())) =>
            {
                Some(format!("Version {version} of {name}"))
            }
            _ => None,
        }
    }
}

/// Products and versions that environments have.
pub type InUse = BTreeSet<(ProductId, ProvisioningArtifactId)>;

/// What becomes of what is in the catalog and is not described. What holds of something that is described goes either way.
#[derive(Clone, Copy, Debug)]
pub enum Undescribed<'a> {
    Stays,
    /// But for what environments have, with the portfolios that it is in and the `TagOptions` that are on those.
    Goes(&'a InUse),
}

/// Plans what brings the catalog of `region` to what `wanted` says. `templates`: of each file that it names.
pub fn plan(
    wanted: &DescribedCatalog,
    templates: &BTreeMap<String, TemplateId>,
    now: &CatalogNow<'_>,
    region: &Region,
    undescribed: Undescribed<'_>,
) -> Plan {
    let mistakes = mistakes(wanted, templates, now);
    if !mistakes.is_empty() {
        return Plan { mistakes, ..Plan::default() };
    }
    let mut planner = Planner::new(wanted, templates, now, region, undescribed);
    planner.bring();
    planner.take_away();
    let plan = planner.plan;
    let mistakes = over_quota(wanted, &plan, now);
    if mistakes.is_empty() { plan } else { Plan { mistakes, ..Plan::default() } }
}

fn mistakes(wanted: &DescribedCatalog, templates: &BTreeMap<String, TemplateId>, now: &CatalogNow<'_>) -> Vec<String> {
    let mut mistakes = Vec::new();
    once("portfolio", wanted.portfolios.iter().map(|it| it.name.as_str()), &mut mistakes);
    once("product", wanted.products.iter().map(|it| it.name.as_str()), &mut mistakes);
    let options: Vec<String> = wanted.tag_options.iter().map(|it| format!("{} = {}", it.key, it.value)).collect();
    once("TagOption", options.iter().map(String::as_str), &mut mistakes);
    let known = |key: &str, value: &str| wanted.tag_options.iter().any(|it| it.key == key && it.value == value);
    for portfolio in &wanted.portfolios {
        if now.portfolios.iter().filter(|it| it.name == portfolio.name).count() > 1 {
            mistakes.push(format!("Several portfolios of the catalog are called {}.", portfolio.name));
        }
        for tag in portfolio.tag_options.iter().filter(|it| !known(&it.key, &it.value)) {
            mistakes.push(format!("{}: {} = {} is no [[tag_option]] of the file.", portfolio.name, tag.key, tag.value));
        }
        for arn in &portfolio.principals {
            if let Err(why) = PrincipalAssociation::read(arn) {
                mistakes.push(format!("{}: {arn:?} is no principal. {why}", portfolio.name));
            }
        }
        for share in portfolio.shares.iter().filter(|it| it.with.parse::<ShareTarget>().is_err()) {
            mistakes.push(format!("{}: it cannot be shared with {:?}.", portfolio.name, share.with));
        }
    }
    for product in &wanted.products {
        if now.products.iter().filter(|it| it.name == product.name).count() > 1 {
            mistakes.push(format!("Several products of the catalog are called {}.", product.name));
        }
        for tag in product.tag_options.iter().filter(|it| !known(&it.key, &it.value)) {
            mistakes.push(format!("{}: {} = {} is no [[tag_option]] of the file.", product.name, tag.key, tag.value));
        }
        for place in &product.places {
            if !wanted.portfolios.iter().any(|it| it.name == place.portfolio) {
                mistakes.push(format!("{}: {} is no [[portfolio]] of the file.", product.name, place.portfolio));
            }
        }
        about_versions(product, templates, now, &mut mistakes);
    }
    mistakes
}

fn about_versions(
    product: &DescribedProduct,
    templates: &BTreeMap<String, TemplateId>,
    now: &CatalogNow<'_>,
    mistakes: &mut Vec<String>,
) {
    let called = format!("version of {}", product.name);
    once(&called, product.versions.iter().map(|it| it.name.as_str()), mistakes);
    if product.versions.is_empty() {
        mistakes.push(format!("{} has no version.", product.name));
    }
    let there = now.products.iter().find(|it| it.name == product.name);
    for version in &product.versions {
        let Some(template) = templates.get(&version.template) else {
            mistakes.push(format!("{} {}: there is no file {}.", product.name, version.name, version.template));
            continue;
        };
        let made = there.and_then(|it| it.artifacts.iter().find(|it| it.name == version.name));
        let other = made.and_then(|it| now.templates.get(&it.id)).filter(|it| *it != template);
        if other.is_some() {
            mistakes.push(format!(
                "{} {}: {} is not the template that the version was made of, and a version keeps its template. Give it as \
                 another version.",
                product.name, version.name, version.template
            ));
        }
    }
}

/// What the form of a constraint would refuse of those that are not there yet, each in a line. What versions ask for that are not
/// made yet, nobody knows here.
pub fn mistakes_in_constraints(wanted: &DescribedCatalog, products: &[Product]) -> Vec<String> {
    let mut mistakes = Vec::new();
    for product in &wanted.products {
        let there = products.iter().find(|it| it.name == product.name);
        let known = there.filter(|there| keeps_versions(product, there)).map(Product::active_parameters);
        let made: Vec<NewConstraint> = there.iter().flat_map(|it| &it.constraints).map(NewConstraint::like).collect();
        for place in &product.places {
            let wrong = NewConstraint::mistakes_of_new(&place.constraints(), &made, known.as_ref());
            mistakes.extend(wrong.into_iter().map(|why| format!("{} in {}: {why}", product.name, place.portfolio)));
            // Of several constraints the same is said once.
            mistakes.dedup();
        }
    }
    mistakes
}

fn once<'a>(what: &str, names: impl Iterator<Item = &'a str>, mistakes: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            mistakes.push(format!("The {what} {name} is described twice."));
        }
    }
}
