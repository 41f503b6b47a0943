//! The catalog, from the mirror: no page waits for AWS.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::ProductAccess;
use domain::action::Action;
use domain::catalog::{Portfolio, Product};
use domain::id::{PortfolioId, ProductId, ProjectId};
use domain::person::ProjectRole;
use domain::project::{DataClass, Project};
use domain::view::{AccessRow, CatalogPage, CatalogQuery, ProductCard, ProductPage, VersionRow};
use store::Scope;

use crate::trail::Event;
use crate::{Caller, ControlPlane, Result, words};

impl ControlPlane {
    /// The products that the caller's projects may use; all of them for admins and auditors.
    pub async fn catalog(&self, caller: &Caller, query: CatalogQuery) -> Result<CatalogPage> {
        let access = self.access_in_reach(caller).await?;
        let everything = caller.actor.is_admin() || caller.actor.is_auditor();
        let projects = self.projects_by_id().await?;
        let portfolios = self.portfolio_names().await?;
        let mirrors = self.store().mirror_states().await?;
        let mut any = false;
        let mut products = Vec::new();
        for product in self.store().products(query.q.trim()).await? {
            let rules: Vec<&ProductAccess> = access.iter().filter(|a| a.product == product.id).collect();
            if rules.is_empty() && !everything {
                continue;
            }
            any = true;
            let fits = |a: &&ProductAccess| {
                (query.stage.is_empty() || a.stage.as_str() == query.stage)
                    && (query.project.is_empty() || a.project.as_str() == query.project)
                    && (query.approval.is_empty() || a.approval.as_str() == query.approval)
            };
            let filtered = !(query.stage.is_empty() && query.project.is_empty() && query.approval.is_empty());
            if filtered && !rules.iter().any(fits) {
                continue;
            }
            products.push(ProductCard {
                typical_seconds: None,
                portfolio: portfolio_of(&product, &portfolios),
                access: access_rows(&rules, &projects),
                id: product.id,
                name: product.name,
                description: product.description,
            });
        }
        self.add_typical_times(&mut products).await?;
        any |= !query.q.trim().is_empty() && !self.store().products("").await?.is_empty();
        let projects: BTreeSet<ProjectId> = if everything {
            access.iter().map(|a| a.project.clone()).collect()
        } else {
            caller.actor.projects().into_iter().cloned().collect()
        };
        Ok(CatalogPage { products, query, projects: projects.into_iter().collect(), mirrors, any })
    }

    /// The first products, by name, that the caller may start from.
    pub(crate) async fn first_products(&self, caller: &Caller, limit: u32) -> Result<Vec<ProductCard>> {
        let access = self.access_in_reach(caller).await?;
        let everything = caller.actor.is_admin() || caller.actor.is_auditor();
        let ids: BTreeSet<ProductId> = access.iter().map(|a| a.product.clone()).collect();
        let ids: Vec<ProductId> = ids.into_iter().collect();
        let found = self.store().products_by_name((!everything).then_some(ids.as_slice()), limit).await?;
        let projects = self.projects_by_id().await?;
        let portfolios = self.portfolio_names().await?;
        let mut products = Vec::new();
        for product in found {
            let rules: Vec<&ProductAccess> = access.iter().filter(|a| a.product == product.id).collect();
            products.push(ProductCard {
                typical_seconds: None,
                portfolio: portfolio_of(&product, &portfolios),
                access: access_rows(&rules, &projects),
                id: product.id,
                name: product.name,
                description: product.description,
            });
        }
        self.add_typical_times(&mut products).await?;
        Ok(products)
    }

    async fn add_typical_times(&self, products: &mut [ProductCard]) -> Result<()> {
        let ids: Vec<ProductId> = products.iter().map(|p| p.id.clone()).collect();
        let times = self.typical_times(&ids).await?;
        for product in products {
            product.typical_seconds = times.get(&product.id).copied();
        }
        Ok(())
    }

    /// One product, with who approves it.
    pub async fn product(&self, caller: &Caller, id: &ProductId) -> Result<ProductPage> {
        let product: Product = self.authorize(caller, Action::ViewProduct, id).await?.into_thing();
        let mut access = self.access_in_reach(caller).await?;
        access.retain(|a| a.product == product.id);
        let projects = self.projects_by_id().await?;
        let rules: Vec<&ProductAccess> = access.iter().collect();
        let mut approvers = Vec::new();
        for rule in &rules {
            if approvers.iter().any(|(p, _)| p == &rule.project) {
                continue;
            }
            let leads = self.eligible_leads(&rule.project, &caller.actor.person).await?;
            let is_lead = caller.actor.has_project_role(&rule.project, ProjectRole::Lead);
            approvers.push((rule.project.clone(), words::approval(rule.approval, &leads, is_lead)));
        }
        let bindings = self.store().parameter_bindings(id).await?;
        let mirrors = self.store().mirror_states().await?;
        let allowed = self.allowed_actions(caller, &product, &[Action::SubmitRequest, Action::ViewProduct]).await?;
        let mut tag_options: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for option in product.tag_options.iter().filter(|o| o.active) {
            tag_options.entry(option.key.clone()).or_default().push(option.value.clone());
        }
        Ok(ProductPage {
            typical_seconds: self.typical_time(id).await?,
            portfolio: portfolio_of(&product, &self.portfolio_names().await?),
            access: access_rows(&rules, &projects),
            versions: versions(&product),
            constraints: product.constraints.iter().map(words::constraint).collect(),
            tag_options: tag_options.into_iter().collect(),
            bound: words::bound(&bindings, |parameter| product.is_secret(parameter)),
            approvers,
            refreshed_at: mirrors.iter().find(|m| m.region == product.region).and_then(|m| m.refreshed_at),
            allowed,
            id: product.id,
            name: product.name,
            description: product.description,
            owner: product.owner,
            support: product.support,
        })
    }

    /// Asks for a fresh reading of the catalog; it runs in the background.
    pub async fn refresh_catalog(&self, caller: &Caller) -> Result<()> {
        self.authorize_portal(caller, Action::RefreshCatalog).await?;
        self.record_alone(caller, Event::done(Action::RefreshCatalog.as_str(), "catalog", "all")).await?;
        self.signals().catalog.notify_one();
        Ok(())
    }

    /// The access rules of the caller's projects; all rules for admins and auditors.
    async fn access_in_reach(&self, caller: &Caller) -> Result<Vec<ProductAccess>> {
        if caller.actor.is_admin() || caller.actor.is_auditor() {
            return Ok(self.store().all_product_access().await?);
        }
        let projects: Vec<ProjectId> = caller.actor.projects().into_iter().cloned().collect();
        Ok(self.store().product_access_of_projects(&projects).await?)
    }

    async fn projects_by_id(&self) -> Result<BTreeMap<ProjectId, Project>> {
        let projects = self.store().projects(&Scope::All).await?;
        Ok(projects.into_iter().map(|p| (p.id.clone(), p)).collect())
    }

    async fn portfolio_names(&self) -> Result<Vec<Portfolio>> {
        Ok(self.store().portfolios().await?)
    }
}

fn portfolio_of(product: &Product, portfolios: &[Portfolio]) -> String {
    let name = |id: &PortfolioId| portfolios.iter().find(|p| &p.id == id).map(|p| p.name.clone());
    product.portfolios.iter().filter_map(name).collect::<Vec<_>>().join(", ")
}

fn access_rows(rules: &[&ProductAccess], projects: &BTreeMap<ProjectId, Project>) -> Vec<AccessRow> {
    rules
        .iter()
        .map(|rule| AccessRow {
            project: rule.project.clone(),
            stage: rule.stage,
            approval: rule.approval,
            data_class: projects.get(&rule.project).map_or(DataClass::Restricted, |p| p.data_class),
            max_lease_days: rule.max_lease_days,
        })
        .collect()
}

/// The versions that people see: active ones, newest first.
pub(crate) fn versions(product: &Product) -> Vec<VersionRow> {
    let preferred = product.preferred_artifact().map(|a| a.id.clone());
    product
        .artifacts
        .iter()
        .filter(|a| a.active)
        .map(|a| VersionRow {
            id: a.id.clone(),
            name: a.name.clone(),
            description: a.description.clone(),
            created_at: a.created_at,
            deprecated: a.deprecated,
            preferred: Some(&a.id) == preferred.as_ref(),
            resources: a.resources.iter().map(|(kind, count)| (kind.clone(), *count)).collect(),
        })
        .collect()
}
