//! What keeps a product from being requested, and what a change of the catalog adds to that.

use domain::access::ProductAccess;
use domain::catalog::Product;
use domain::curation::{AppliedCatalogChange, CatalogChange};
use domain::id::{ProvisioningArtifactId, Region};
use domain::obstacle::{Obstacle, PlaceOfUse, obstacles};
use domain::organization::ChangeState;
use domain::project::{Project, ProjectAccount};
use store::Scope;

use crate::{ControlPlane, Result};

/// Where a product may be used, and by whom.
pub(crate) fn places_of_use<'a>(
    region: &Region,
    access: &'a [ProductAccess],
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

impl ControlPlane {
    /// What `with` keeps from being requested that `without` does not.
    pub(crate) async fn new_obstacles(&self, with: &Product, without: &Product) -> Result<Vec<Obstacle>> {
        let store = self.store();
        let (access, accounts, projects, bindings) = futures::try_join!(
            store.product_access_of_product(&with.id),
            store.all_project_accounts(),
            store.projects(&Scope::All),
            store.parameter_bindings(&with.id),
        )?;
        let places = places_of_use(&with.region, &access, &accounts, &projects);
        let before = obstacles(without, &bindings, &places);
        let mut now = obstacles(with, &bindings, &places);
        now.retain(|it| !before.contains(it));
        Ok(now)
    }

    /// What a change that was made keeps from being requested, as things are now.
    pub(crate) async fn obstacles_by(&self, it: &AppliedCatalogChange) -> Result<Vec<Obstacle>> {
        let product = match it.change.product() {
            Some(id) if it.state == ChangeState::Applied => self.store().product(id).await?,
            _ => None,
        };
        let Some((with, without)) = product.and_then(|with| Some((with.clone(), without(with, it)?))) else {
            return Ok(Vec::new());
        };
        self.new_obstacles(&with, &without).await
    }
}

/// The product as it would be had the change not been made.
fn without(mut product: Product, it: &AppliedCatalogChange) -> Option<Product> {
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
        _ => return None,
    }
    Some(product)
}
