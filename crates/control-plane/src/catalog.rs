//! The catalog, from the mirror: no page waits for AWS.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::ProductAccess;
use domain::action::Action;
use domain::catalog::{Portfolio, Product};
use domain::id::{PortfolioId, ProductId, ProjectId};
use domain::product_summary::ProductSummary;
use domain::project::{DataClass, Project, ProjectAccount, Stage};
use domain::tag_policy::{ENVIRONMENT_TAG, OWNER_TAG, TagRule, TagSource};
use domain::view::{
    AccessRow, ApproverRow, CatalogPage, CatalogQuery, ConstraintRow, ProductCard, ProductPage, ROWS_OF_A_SHEET,
    VersionRow,
};
use store::{ProductFilter, Scope};

use crate::authorize::Where;
use crate::tags::Tagged;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Result, approvers, words};

impl ControlPlane {
    /// The products that the caller's projects may use; all of them for admins and auditors.
    pub async fn catalog(&self, caller: &Caller, query: CatalogQuery) -> Result<CatalogPage> {
        let query = known(query);
        let access = self.access_in_reach(caller).await?;
        let projects = self.projects_by_id().await?;
        let reach = Self::products_in_reach(caller, &access);
        let of = self.filtered(reach.clone(), &query, &access, &projects).await?;
        let filter = ProductFilter { text: query.q.trim(), of: of.as_deref(), ..from_portfolios() };
        let (sheet, shown) = self.sheet_of_products(&filter, &query.page, ROWS_OF_A_SHEET).await?;
        let any = !shown.is_empty() || {
            let without = ProductFilter { of: reach.as_deref(), ..from_portfolios() };
            !self.store().product_list(&without, 0, 1).await?.is_empty()
        };
        let products = self.cards(shown, &access, &projects).await?;
        let projects: BTreeSet<ProjectId> = if reach.is_none() {
            access.iter().map(|a| a.project.clone()).collect()
        } else {
            caller.actor.projects().into_iter().cloned().collect()
        };
        let mirrors = self.store().mirror_states().await?;
        Ok(CatalogPage { sheet, products, query, projects: projects.into_iter().collect(), mirrors, any })
    }

    /// The products of `access`; none: every product, for admins and auditors.
    fn products_in_reach(caller: &Caller, access: &[ProductAccess]) -> Option<Vec<ProductId>> {
        let everything = caller.actor.is_admin() || caller.actor.is_auditor();
        let used: BTreeSet<&ProductId> = access.iter().map(|rule| &rule.product).collect();
        (!everything).then(|| used.into_iter().cloned().collect())
    }

    /// Which of them the filters leave, besides the text.
    async fn filtered(
        &self,
        reach: Option<Vec<ProductId>>,
        query: &CatalogQuery,
        access: &[ProductAccess],
        projects: &BTreeMap<ProjectId, Project>,
    ) -> Result<Option<Vec<ProductId>>> {
        let fits = |row: &AccessRow| {
            (query.stage.is_empty() || row.stage.as_str() == query.stage)
                && (query.project.is_empty() || row.project.as_str() == query.project)
                && (query.approval.is_empty() || (query.approval == "none") == row.approval.asks_nobody())
                && (query.data_class.is_empty() || row.data_class.as_str() == query.data_class)
        };
        let by_access = [&query.stage, &query.project, &query.approval, &query.data_class];
        let left = if by_access.into_iter().any(|filter| !filter.is_empty()) {
            let fitting = access.iter().filter(|rule| access_rows(&[rule], projects).iter().any(fits));
            let fitting: BTreeSet<&ProductId> = fitting.map(|rule| &rule.product).collect();
            Some(fitting.into_iter().cloned().collect())
        } else {
            reach
        };
        // A link with a number that is none filters nothing.
        let Ok(minutes) = query.within.trim().parse::<u32>() else { return Ok(left) };
        let mut left = match left {
            Some(left) => left,
            None => self.store().all_product_names().await?.into_iter().map(|(_, id, _)| id).collect(),
        };
        let typical = self.typical_times(&left).await?;
        let limit = minutes.saturating_mul(60);
        left.retain(|id| typical.get(id).is_some_and(|typical| typical.seconds <= limit));
        Ok(Some(left))
    }

    /// As the catalog shows them.
    async fn cards(
        &self,
        products: Vec<ProductSummary>,
        access: &[ProductAccess],
        projects: &BTreeMap<ProjectId, Project>,
    ) -> Result<Vec<ProductCard>> {
        let portfolios = self.portfolio_names().await?;
        let ids: Vec<ProductId> = products.iter().map(|product| product.id.clone()).collect();
        let typical = self.typical_times(&ids).await?;
        let draw = |product: ProductSummary| {
            let rules: Vec<&ProductAccess> = access.iter().filter(|a| a.product == product.id).collect();
            ProductCard {
                portfolio: portfolio_of(&product.portfolios, &portfolios),
                typical: typical.get(&product.id).copied(),
                access: access_rows(&rules, projects),
                id: product.id,
                name: product.name,
                description: product.description,
            }
        };
        Ok(products.into_iter().map(draw).collect())
    }

    /// The first products, by name, that the caller may start from.
    pub(crate) async fn first_products(&self, caller: &Caller, limit: usize) -> Result<Vec<ProductCard>> {
        let access = self.access_in_reach(caller).await?;
        let reach = Self::products_in_reach(caller, &access);
        let filter = ProductFilter { of: reach.as_deref(), ..from_portfolios() };
        let found = self.store().product_list(&filter, 0, limit).await?;
        self.cards(found, &access, &self.projects_by_id().await?).await
    }

    /// One product, with who approves it and what stands in its way.
    pub async fn product(&self, caller: &Caller, id: &ProductId) -> Result<ProductPage> {
        let product: Product = self.authorize(caller, Action::ViewProduct, id).await?.into_thing();
        let mut access = self.access_in_reach(caller).await?;
        access.retain(|a| a.product == product.id);
        let accounts = self.accounts_in_reach(caller).await?;
        let projects = self.projects_by_id().await?;
        let rules: Vec<&ProductAccess> = access.iter().collect();
        let (organization, guardrails) = self.guardrails_of(&product, &access, &accounts).await?;
        let bindings = self.store().parameter_bindings(id).await?;
        let mirrors = self.store().mirror_states().await?;
        let allowed = self.allowed_actions(caller, &product, &[Action::SubmitRequest, Action::ViewProduct]).await?;
        let policy = self.store().tag_rules().await?;
        let (tags_set, tags_chosen) = tags_of(&product, &access, &projects, &policy);
        Ok(ProductPage {
            typical: self.typical_time(id).await?,
            portfolio: portfolio_of(&product.portfolios, &self.portfolio_names().await?),
            access: access_rows(&rules, &projects),
            approvers: self.approvers(caller, &access).await?,
            versions: versions(&product),
            constraints: constraints_of(&product),
            guardrails,
            organization,
            tags_set,
            tags_chosen,
            bound: words::bound(&bindings, &accounts, |parameter| product.is_secret(parameter)),
            refreshed_at: mirrors.iter().find(|m| m.region == product.region).and_then(|m| m.refreshed_at),
            allowed,
            id: product.id,
            name: product.name,
            description: product.description,
            owner: product.owner,
            support: product.support,
        })
    }

    /// Who approves, project by project; stages where it is the same together.
    async fn approvers(&self, caller: &Caller, access: &[ProductAccess]) -> Result<Vec<ApproverRow>> {
        let mut rows: Vec<ApproverRow> = Vec::new();
        let projects: BTreeSet<&ProjectId> = access.iter().map(|rule| &rule.project).collect();
        let deciders = self.deciders(|project| projects.contains(project)).await?;
        for rule in access {
            let there = Where { project: &rule.project, product: &rule.product, stage: rule.stage };
            let who = approvers::in_words(&rule.approval, &deciders, there, &caller.actor);
            match rows.iter_mut().find(|row| row.project == rule.project && row.who == who) {
                Some(row) => row.stages.push(rule.stage),
                None => rows.push(ApproverRow { project: rule.project.clone(), stages: vec![rule.stage], who }),
            }
        }
        for row in &mut rows {
            row.stages.sort_unstable();
        }
        rows.sort_by(|a, b| (&a.project, &a.stages).cmp(&(&b.project, &b.stages)));
        Ok(rows)
    }

    /// Asks for a fresh reading of the catalog; it runs in the background.
    pub async fn refresh_catalog(&self, caller: &Caller) -> Result<()> {
        self.authorize_portal(caller, Action::RefreshCatalog).await?;
        self.record_alone(caller, Event::done(Action::RefreshCatalog.as_str(), "catalog", "all")).await?;
        self.signals().catalog.notify_one();
        Ok(())
    }

    /// The access rules of the caller's projects, raised to the floors; all rules for admins and auditors.
    async fn access_in_reach(&self, caller: &Caller) -> Result<Vec<ProductAccess>> {
        if caller.actor.is_admin() || caller.actor.is_auditor() {
            return self.with_floors(self.store().all_product_access().await?).await;
        }
        let projects: Vec<ProjectId> = caller.actor.projects().into_iter().cloned().collect();
        self.with_floors(self.store().product_access_of_projects(&projects).await?).await
    }

    /// The accounts of the caller's projects; all accounts for admins and auditors.
    async fn accounts_in_reach(&self, caller: &Caller) -> Result<Vec<ProjectAccount>> {
        if caller.actor.is_admin() || caller.actor.is_auditor() {
            return Ok(self.store().all_project_accounts().await?);
        }
        let projects: Vec<ProjectId> = caller.actor.projects().into_iter().cloned().collect();
        Ok(self.store().accounts_of_projects(&projects).await?)
    }

    async fn projects_by_id(&self) -> Result<BTreeMap<ProjectId, Project>> {
        let projects = self.store().projects(&Scope::All).await?;
        Ok(projects.into_iter().map(|p| (p.id.clone(), p)).collect())
    }

    async fn portfolio_names(&self) -> Result<Vec<Portfolio>> {
        Ok(self.store().portfolios().await?)
    }
}

/// Tags that nobody chooses, with their value or where it comes from.
type TagsSet = Vec<(String, String)>;
/// Tags that the person chooses, with the values.
type TagsChosen = Vec<(String, Vec<String>)>;

/// The tags of what is made of a product, for projects that may use it in their stages: those that are set, and those that the person
/// chooses or types.
fn tags_of(
    product: &Product,
    access: &[ProductAccess],
    projects: &BTreeMap<ProjectId, Project>,
    policy: &[TagRule],
) -> (TagsSet, TagsChosen) {
    let from_person = "the Studio user id of who requests it".to_owned();
    let mut set: BTreeMap<String, Vec<String>> = BTreeMap::from([
        (OWNER_TAG.to_owned(), vec![from_person]),
        ("project".to_owned(), vec!["the project".to_owned()]),
        ("stage".to_owned(), vec!["the stage of the account".to_owned()]),
        (ENVIRONMENT_TAG.to_owned(), vec!["the id of the environment in the portal".to_owned()]),
    ]);
    let fixed: Vec<String> = set.keys().cloned().collect();
    let of_project = |key: &str| matches!(key, "cost-center" | "data-class");
    if access.is_empty() {
        for key in ["cost-center", "data-class"] {
            set.insert(key.to_owned(), vec!["that of the project".to_owned()]);
        }
    }
    let mut chosen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for access in access {
        let Some(project) = projects.get(&access.project) else { continue };
        let tagged = Tagged { product, project, stage: access.stage, policy };
        for (key, source) in tagged.sources("", "").into_iter().filter(|(key, _)| !fixed.contains(key)) {
            let (into, values) = match source {
                TagSource::Set(value) if of_project(&key) => (&mut set, vec![format!("{value} ({})", project.name)]),
                TagSource::Set(value) | TagSource::Catalog(value) => (&mut set, vec![value]),
                TagSource::Choice(values) => (&mut chosen, values),
                TagSource::Typed(wanted) => (&mut chosen, vec![wanted.join(" and ")]),
                TagSource::Impossible(_) => continue,
            };
            let there = into.entry(key).or_default();
            there.extend(values.into_iter().filter(|value| !there.contains(value)).collect::<Vec<_>>());
        }
    }
    // What is set in one place and chosen in another is chosen.
    set.retain(|key, _| !chosen.contains_key(key));
    (set.into_iter().map(|(key, values)| (key, values.join(", "))).collect(), chosen.into_iter().collect())
}

/// A filter that names nothing known is no filter: an old link still shows a list.
fn known(query: CatalogQuery) -> CatalogQuery {
    let kept = |value: String, known: bool| if known { value } else { String::new() };
    let (stage, class) = (query.stage.parse::<Stage>().is_ok(), query.data_class.parse::<DataClass>().is_ok());
    let approval = matches!(query.approval.as_str(), "none" | "some");
    CatalogQuery {
        stage: kept(query.stage, stage),
        data_class: kept(query.data_class, class),
        approval: kept(query.approval, approval),
        ..query
    }
}

/// From no portfolio nobody can launch.
fn from_portfolios() -> ProductFilter<'static> {
    ProductFilter { held: true, ..ProductFilter::default() }
}

fn portfolio_of(holders: &[PortfolioId], portfolios: &[Portfolio]) -> String {
    let name = |id: &PortfolioId| portfolios.iter().find(|p| &p.id == id).map(|p| p.name.clone());
    holders.iter().filter_map(name).collect::<Vec<_>>().join(", ")
}

fn access_rows(rules: &[&ProductAccess], projects: &BTreeMap<ProjectId, Project>) -> Vec<AccessRow> {
    let mut rules = rules.to_vec();
    rules.sort_by(|a, b| (&a.project, a.stage).cmp(&(&b.project, b.stage)));
    rules
        .into_iter()
        .map(|rule| AccessRow {
            project: rule.project.clone(),
            stage: rule.stage,
            approval: rule.approval.clone(),
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

/// What holds for it, once where it holds in several portfolios.
fn constraints_of(product: &Product) -> Vec<ConstraintRow> {
    let mut rows: Vec<ConstraintRow> = Vec::new();
    for row in product.constraints.iter().map(words::constraint) {
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}
