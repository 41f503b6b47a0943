use std::collections::BTreeMap;

use domain::access::ProductAccess;
use domain::action::Action;
use domain::catalog::{Parameter, Portfolio, Product, ProvisioningArtifact};
use domain::curation::{ProductText, seen};
use domain::id::{PortfolioId, ProductId, ProvisioningArtifactId, Region};
use domain::product_summary::ProductSummary;
use domain::project::ProjectAccount;
use domain::view::{
    AdminProductPage, AdminProductRow, AdminProductsPage, CuratedVersion, FORMS_OF_A_SHEET, PortfolioOfProduct,
    ROWS_OF_A_SHEET, Sheet,
};
use store::{ProductFilter, Scope};

use super::proposals::{left_to_default, propose, unbound};
use super::removals;
use crate::curation::removals as curated;
use crate::obstacles::{all_obstacles, places_of_use};
use crate::{Caller, ControlPlane, Error, Result, words};

impl ControlPlane {
    /// The products of the mirror by name, with how many rules let them be used, and what stands in the way. `q`: in name,
    /// description or owner; `page`: which [`Sheet`].
    pub async fn admin_products(&self, caller: &Caller, q: &str, page: &str) -> Result<AdminProductsPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let access = self.store().all_product_access().await?;
        let portfolios = self.store().portfolios().await?;
        let all_bindings = self.store().all_parameter_bindings().await?;
        let accounts = self.store().all_project_accounts().await?;
        let mut products = Vec::new();
        let filter = ProductFilter { text: q.trim(), ..ProductFilter::default() };
        let (sheet, shown) = self.sheet_of_products(&filter, page, ROWS_OF_A_SHEET).await?;
        for product in shown {
            let bindings: Vec<_> = all_bindings.iter().filter(|b| b.product == product.id).cloned().collect();
            let used_in = accounts_of(&product.id, &product.region, &access, &accounts);
            let named = |id| portfolios.iter().find(|p| &p.id == id).map(|p| p.name.clone());
            products.push(AdminProductRow {
                portfolios: product.portfolios.iter().filter_map(named).collect(),
                versions: product.versions,
                access_rules: u32::try_from(access.iter().filter(|a| a.product == product.id).count())
                    .unwrap_or(u32::MAX),
                unbound: unbound(&product.to_bind, &bindings, &used_in).into_keys().collect(),
                id: product.id,
                name: product.name,
            });
        }
        Ok(AdminProductsPage {
            products,
            q: q.trim().to_owned(),
            sheet,
            drifted: usize::try_from(self.store().count_drifted_things().await?).unwrap_or(usize::MAX),
            mirrors: self.store().mirror_states().await?,
            allowed: self.administration_allowed(caller).await?,
        })
    }

    /// The part of a list of products that a link names, where each has `rows`.
    pub(crate) async fn sheet_of_products(
        &self,
        filter: &ProductFilter<'_>,
        page: &str,
        rows: usize,
    ) -> Result<(Sheet, Vec<ProductSummary>)> {
        let sheet = Sheet::named(page);
        let read = self.store().product_list(filter, sheet.offset(rows), rows + 1).await?;
        Ok(sheet.filled(rows, read))
    }

    /// One product: its parameters and bindings, and who may use it. `page`: which [`Sheet`] of its versions.
    pub async fn admin_product(
        &self,
        caller: &Caller,
        id: &ProductId,
        draft: Option<&str>,
        page: &str,
    ) -> Result<AdminProductPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let store = self.store();
        // They need nothing of each other.
        let (product, bindings, mut access, accounts, portfolios, have, settings, projects, policy) = futures::try_join!(
            store.product(id),
            store.parameter_bindings(id),
            store.product_access_of_product(id),
            store.all_project_accounts(),
            store.portfolios(),
            store.environments_by_version(id),
            store.product_settings(id),
            store.projects(&Scope::All),
            store.tag_rules(),
        )?;
        let product = product.ok_or_else(|| Error::not_found("product"))?;
        let parameters = product.requestable_parameters();
        let proposals =
            propose(&parameters, &bindings).into_iter().map(|(key, source)| (key, words::binding(&source))).collect();
        access.sort_by(|a, b| (&a.project, a.stage).cmp(&(&b.project, b.stage)));
        let text = ProductText::of(&product);
        let places = places_of_use(&product.region, &access, &accounts, &projects);
        let removals = access.iter().map(|a| (a.id.to_string(), removals::of_access(a)));
        let (sheet, versions) = Sheet::cut(page, FORMS_OF_A_SHEET, product.artifacts.iter().collect());
        let of_bindings = bindings.iter().map(|b| (b.id.to_string(), removals::of_binding(b, &bindings, &parameters)));
        Ok(AdminProductPage {
            removals: removals.chain(of_bindings).collect(),
            unbound: unbound(&parameters, &bindings, &accounts_of(&product.id, &product.region, &access, &accounts)),
            asked_by: asked_by(&product, &parameters),
            left_to_default: left_to_default(&parameters, &bindings),
            obstacles: all_obstacles(&product, &bindings, &policy, &places),
            portfolios: portfolios_of(&product, &portfolios),
            other_portfolios: others_of(&product, &portfolios),
            deletion: curated::of_product(&product, have.values().sum()),
            versions: versions_of(&product, &versions, &have),
            sheet,
            seen: seen(&text),
            text,
            settings,
            proposals,
            parameters,
            bindings,
            access,
            projects,
            accounts,
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, draft).await?,
            id: product.id,
        })
    }
}

/// Of parameters that some of the versions ask for which can be requested: the names of those.
fn asked_by(product: &Product, parameters: &[Parameter]) -> BTreeMap<String, Vec<String>> {
    let offered: Vec<&ProvisioningArtifact> = product.offered_artifacts().collect();
    let asks = |version: &ProvisioningArtifact, key: &str| version.parameters.iter().any(|it| it.key == key);
    let named = |parameter: &Parameter| {
        let asking = offered.iter().filter(|version| asks(version, &parameter.key));
        let names: Vec<String> = asking.map(|version| version.name.clone()).collect();
        (names.len() < offered.len()).then(|| (parameter.key.clone(), names))
    };
    parameters.iter().filter_map(named).collect()
}

/// Versions of a product with how many environments have each.
fn versions_of(
    product: &Product,
    versions: &[&ProvisioningArtifact],
    have: &BTreeMap<ProvisioningArtifactId, u64>,
) -> Vec<CuratedVersion> {
    let preferred = product.preferred_artifact().map(|artifact| &artifact.id);
    let row = |it: &&ProvisioningArtifact| {
        let environments = have.get(&it.id).copied().unwrap_or_default();
        CuratedVersion {
            id: it.id.clone(),
            name: it.name.clone(),
            note: it.description.clone(),
            created_at: it.created_at,
            active: it.active,
            deprecated: it.deprecated,
            preferred: preferred == Some(&it.id),
            deletion: curated::of_version(product, it, environments),
            environments,
        }
    };
    versions.iter().map(row).collect()
}

/// The portfolios that it is in, with what holds for it in each.
fn portfolios_of(product: &Product, portfolios: &[Portfolio]) -> Vec<PortfolioOfProduct> {
    let there = portfolios.iter().filter(|it| product.portfolios.contains(&it.id));
    let row = |it: &Portfolio| {
        let here: Vec<_> =
            product.constraints.iter().filter(|constraint| constraint.portfolio.as_ref() == Some(&it.id)).collect();
        let last = product.portfolios.iter().all(|other| *other == it.id);
        PortfolioOfProduct {
            id: it.id.clone(),
            name: it.name.clone(),
            removal: curated::from_portfolio(here.len(), last),
            constraints: here.into_iter().map(words::constraint_for_curators).collect(),
        }
    };
    there.map(row).collect()
}

/// The portfolios that it could be put into.
fn others_of(product: &Product, portfolios: &[Portfolio]) -> Vec<(PortfolioId, String)> {
    let others = portfolios.iter().filter(|it| it.region == product.region && !product.portfolios.contains(&it.id));
    others.map(|it| (it.id.clone(), it.name.clone())).collect()
}

/// The accounts that a product may be used in.
pub(crate) fn accounts_of<'a>(
    product: &ProductId,
    region: &Region,
    access: &[ProductAccess],
    accounts: &'a [ProjectAccount],
) -> Vec<&'a ProjectAccount> {
    let lets = |rule: &ProductAccess, account: &ProjectAccount| {
        rule.product == *product && rule.project == account.project && rule.stage == account.stage
    };
    accounts.iter().filter(|a| a.region == *region && access.iter().any(|rule| lets(rule, a))).collect()
}
