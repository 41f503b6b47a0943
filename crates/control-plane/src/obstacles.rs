//! What keeps a product from being requested, and what a change of the catalog adds to that.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::ProductAccess;
use domain::binding::ParameterBinding;
use domain::catalog::{CatalogTagOption, Product, TagOption};
use domain::curation::{AppliedCatalogChange, CatalogChange};
use domain::id::{ProvisioningArtifactId, Region};
use domain::obstacle::{Obstacle, PlaceOfUse, obstacles};
use domain::organization::ChangeState;
use domain::preflight::{Finding, Verdict, Who, tag_options, tag_policy};
use domain::project::{Project, ProjectAccount};
use domain::tag_policy::{TagRule, TagSource};
use store::Scope;

use crate::tags::{NO_ENVIRONMENT_YET, Tagged, tag_choices};
use crate::{ControlPlane, Result};

/// Where a product may be used, and by whom.
pub(crate) fn places_of_use<'a>(
    region: &Region,
    access: impl IntoIterator<Item = &'a ProductAccess>,
    accounts: &'a [ProjectAccount],
    projects: &'a [Project],
) -> Vec<PlaceOfUse<'a>> {
    let mut places = Vec::new();
    for rule in access {
        let Some(project) = projects.iter().find(|it| it.id == rule.project) else { continue };
        let here = accounts.iter().filter(|it| it.region == *region && it.project == rule.project);
        let here = here.filter(|it| it.stage == rule.stage);
        places.extend(here.map(|account| PlaceOfUse { account, project, instances: &rule.instances }));
    }
    places
}

/// What keeps the product from being requested: its own, and then of tags.
pub(crate) fn all_obstacles(
    product: &Product,
    bindings: &[ParameterBinding],
    policy: &[TagRule],
    places: &[PlaceOfUse<'_>],
) -> Vec<Obstacle> {
    let mut all = obstacles(product, bindings, places);
    all.extend(of_tags(product, policy, places));
    all
}

/// What no request can carry there: tags that the product's TagOptions, the tag policy and the project leave no value for.
fn of_tags(product: &Product, policy: &[TagRule], places: &[PlaceOfUse<'_>]) -> Vec<Obstacle> {
    let mut found: Vec<(Finding, BTreeSet<&str>)> = Vec::new();
    for place in places {
        let tagged = Tagged { product, project: place.project, stage: place.account.stage, policy };
        for finding in without_value(&tagged) {
            match found.iter_mut().find(|(known, _)| *known == finding) {
                Some((_, accounts)) => drop(accounts.insert(&place.account.name)),
                None => found.push((finding, BTreeSet::from([place.account.name.as_str()]))),
            }
        }
    }
    let all: BTreeSet<&str> = places.iter().map(|it| it.account.name.as_str()).collect();
    let told = |(finding, accounts): (Finding, BTreeSet<&str>)| Obstacle {
        parameter: format!("tag {}", finding.subject),
        why: finding.why,
        versions: Vec::new(),
        accounts: if accounts == all { Vec::new() } else { accounts.into_iter().map(str::to_owned).collect() },
    };
    found.into_iter().map(told).collect()
}

/// What the preflight denies of tags that nobody chooses or types.
fn without_value(tagged: &Tagged<'_>) -> Vec<Finding> {
    let sources = tagged.sources("the Studio user id", NO_ENVIRONMENT_YET);
    let (mut sent, mut tags, mut open) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for (key, source) in &sources {
        if let TagSource::Set(value) = source {
            sent.insert(key.clone(), value.clone());
        }
        match source.only() {
            Some(value) => drop(tags.insert(key.clone(), value.to_owned())),
            None => open.push(key.clone()),
        }
    }
    let mut findings = tag_policy(&sources, &tagged.rules(), &tags, &open);
    findings.extend(tag_options(&tag_choices(&tagged.product.tag_options), &sent, &sources));
    // What whoever asks can mend is no obstacle.
    let lasts = |it: &Finding| matches!(&it.what_to_do, Some((Who::PlatformTeam, _)));
    findings.retain(|it| it.verdict == Verdict::Denied && lasts(it));
    findings
}

impl ControlPlane {
    /// What `with` keeps from being requested that `without` does not.
    pub(crate) async fn new_obstacles(&self, with: &Product, without: &Product) -> Result<Vec<Obstacle>> {
        let store = self.store();
        let (access, accounts, projects, bindings, policy) = futures::try_join!(
            store.product_access_of_product(&with.id),
            store.all_project_accounts(),
            store.projects(&Scope::All),
            store.parameter_bindings(&with.id),
            store.tag_rules(),
        )?;
        let places = places_of_use(&with.region, &access, &accounts, &projects);
        let before = all_obstacles(without, &bindings, &policy, &places);
        let mut now = all_obstacles(with, &bindings, &policy, &places);
        now.retain(|it| !before.contains(it));
        Ok(now)
    }

    /// What a change that was made keeps from being requested, as things are now.
    pub(crate) async fn obstacles_by(&self, it: &AppliedCatalogChange) -> Result<Vec<Obstacle>> {
        // A TagOption may be on a portfolio, which is none.
        let tagged = it.change.tagged().and_then(|on| on.parse().ok());
        let with = match it.change.product().or(tagged.as_ref()) {
            Some(id) if it.state == ChangeState::Applied => self.store().product(id).await?,
            _ => None,
        };
        let option = match it.change.tag_option() {
            Some(id) if with.is_some() => self.store().tag_option(std::slice::from_ref(&it.region), id).await?,
            _ => None,
        };
        let Some((with, without)) = with.and_then(|with| Some((with.clone(), without(with, it, option)?))) else {
            return Ok(Vec::new());
        };
        self.new_obstacles(&with, &without).await
    }
}

/// The product as it would be had the change not been made; `option` is the TagOption that it is about.
fn without(mut product: Product, it: &AppliedCatalogChange, option: Option<CatalogTagOption>) -> Option<Product> {
    let before = it.before.product.as_ref();
    let version = |id: &ProvisioningArtifactId| before.and_then(|before| before.artifact(id)).cloned();
    let constraint = |id: &str| before.and_then(|it| it.constraints.iter().find(|it| it.id == id)).cloned();
    match &it.change {
        CatalogChange::AddVersion { .. } => {
            product.artifacts.retain(|version| Some(&version.id) != it.made.artifact.as_ref());
        }
        CatalogChange::SetVersion { artifact, .. } | CatalogChange::DeleteVersion { artifact, .. } => {
            product.artifacts.retain(|version| version.id != *artifact);
            product.artifacts.extend(version(artifact));
            product.artifacts.sort_by_key(|version| std::cmp::Reverse(version.created_at));
        }
        CatalogChange::AddConstraint { .. } => {
            product.constraints.retain(|constraint| Some(&constraint.id) != it.made.constraint.as_ref());
        }
        CatalogChange::SetConstraint { constraint: id, .. }
        | CatalogChange::DeleteConstraint { constraint: id, .. } => {
            product.constraints.retain(|it| it.id != *id);
            product.constraints.extend(constraint(id));
        }
        CatalogChange::AssociateProduct { portfolio, .. } => {
            product.constraints.retain(|constraint| constraint.portfolio.as_ref() != Some(portfolio));
        }
        CatalogChange::AssociateTagOption { .. } => {
            let CatalogTagOption { key, value, .. } = option?;
            product.tag_options.retain(|it| it.key != key || it.value != value);
        }
        CatalogChange::DisassociateTagOption { .. } => {
            let CatalogTagOption { key, value, active, .. } = option?;
            product.tag_options.push(TagOption { key, value, active });
        }
        _ => return None,
    }
    Some(product)
}
