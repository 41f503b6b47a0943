//! Of what is looked at: whether its tags are those that it would be launched with now.

use std::collections::BTreeMap;

use aws::service_catalog::AccessLevel;
use domain::catalog::Product;
use domain::environment::Environment;
use domain::id::{ProductId, ProjectId};
use domain::idle::IdleRule;
use domain::project::Project;
use domain::tag_policy::{TagDifference, TagRule, tag_differences};

use super::observe::AccountLook;
use crate::tags::Tagged;
use crate::{ControlPlane, Result};

/// What the store says of more than one environment, read once for a round.
pub(super) struct Facts {
    pub(super) idle: Vec<IdleRule>,
    policy: Vec<TagRule>,
    products: BTreeMap<ProductId, Option<Product>>,
    projects: BTreeMap<ProjectId, Option<Project>>,
}

impl ControlPlane {
    pub(super) async fn facts(&self) -> Result<Facts> {
        Ok(Facts {
            idle: self.store().idle_rules().await?,
            policy: self.store().tag_rules().await?,
            products: BTreeMap::new(),
            projects: BTreeMap::new(),
        })
    }

    /// Of the tags that AWS has, those that are other than they would be if it were launched now.
    pub(super) async fn tag_differences(
        &self,
        it: &Environment,
        is: &BTreeMap<String, String>,
        facts: &mut Facts,
    ) -> Result<Vec<TagDifference>> {
        if !facts.products.contains_key(&it.product) {
            facts.products.insert(it.product.clone(), self.store().product(&it.product).await?);
        }
        if !facts.projects.contains_key(&it.project) {
            facts.projects.insert(it.project.clone(), self.store().project(&it.project).await?);
        }
        let (product, project) = (facts.products.get(&it.product), facts.projects.get(&it.project));
        // What the catalog has no more says nothing of tags.
        let (Some(Some(product)), Some(Some(project))) = (product, project) else { return Ok(Vec::new()) };
        let tagged = Tagged { product, project, stage: it.stage, policy: &facts.policy };
        Ok(tag_differences(&tagged.sources_of(it), &tagged.rules(), &it.tags, is))
    }
}

impl AccountLook {
    /// The tags that Service Catalog has of its provisioned product; only the list tells them.
    pub(super) async fn tags_of_product(&self, it: &Environment) -> aws::Result<BTreeMap<String, String>> {
        let Some(id) = &it.provisioned_product else { return Ok(BTreeMap::new()) };
        if let Some(found) = self.products.as_ref().and_then(|products| products.get(id)) {
            return Ok(found.tags.clone());
        }
        let query = format!("id:{id}");
        let catalog = self.session().service_catalog();
        let found = catalog.search_provisioned_products(AccessLevel::Account, Some(&query)).await?;
        Ok(found.into_iter().find(|product| product.id == *id).map(|product| product.tags).unwrap_or_default())
    }
}
