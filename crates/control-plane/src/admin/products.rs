use std::collections::BTreeMap;

use domain::access::ProductAccess;
use domain::action::Action;
use domain::catalog::{Parameter, Product, ProvisioningArtifact};
use domain::id::ProductId;
use domain::project::ProjectAccount;
use domain::view::{AdminProductPage, AdminProductRow, AdminProductsPage, CuratedVersion};
use store::Scope;

use super::proposals::{left_to_default, propose, unbound};
use super::removals;
use crate::{Caller, ControlPlane, Error, Result, words};

impl ControlPlane {
    /// All products of the mirror, with how many rules let them be used, and what stands in the way.
    pub async fn admin_products(&self, caller: &Caller) -> Result<AdminProductsPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let access = self.store().all_product_access().await?;
        let portfolios = self.store().portfolios().await?;
        let all_bindings = self.store().all_parameter_bindings().await?;
        let accounts = self.store().all_project_accounts().await?;
        let mut products = Vec::new();
        for product in self.store().products("").await? {
            let bindings: Vec<_> = all_bindings.iter().filter(|b| b.product == product.id).cloned().collect();
            let used_in = accounts_of(&product, &access, &accounts);
            let named = |id| portfolios.iter().find(|p| &p.id == id).map(|p| p.name.clone());
            products.push(AdminProductRow {
                portfolios: product.portfolios.iter().filter_map(named).collect(),
                versions: u32::try_from(product.artifacts.len()).unwrap_or(u32::MAX),
                access_rules: u32::try_from(access.iter().filter(|a| a.product == product.id).count())
                    .unwrap_or(u32::MAX),
                unbound: unbound(&parameters(&product), &bindings, &used_in).into_keys().collect(),
                id: product.id,
                name: product.name,
            });
        }
        Ok(AdminProductsPage {
            products,
            mirrors: self.store().mirror_states().await?,
            allowed: self.administration_allowed(caller).await?,
        })
    }

    /// One product: its parameters and bindings, and who may use it.
    pub async fn admin_product(
        &self,
        caller: &Caller,
        id: &ProductId,
        draft: Option<&str>,
    ) -> Result<AdminProductPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let product = self.store().product(id).await?.ok_or_else(|| Error::not_found("product"))?;
        let bindings = self.store().parameter_bindings(id).await?;
        let parameters = parameters(&product);
        let proposals =
            propose(&parameters, &bindings).into_iter().map(|(key, source)| (key, words::binding(&source))).collect();
        let access = self.store().product_access_of_product(id).await?;
        let accounts = self.store().all_project_accounts().await?;
        let removals = access.iter().map(|a| (a.id.to_string(), removals::of_access(a)));
        let of_bindings = bindings.iter().map(|b| (b.id.to_string(), removals::of_binding(b, &bindings, &parameters)));
        Ok(AdminProductPage {
            removals: removals.chain(of_bindings).collect(),
            unbound: unbound(&parameters, &bindings, &accounts_of(&product, &access, &accounts)),
            left_to_default: left_to_default(&parameters, &bindings),
            versions: self.versions_of(&product).await?,
            settings: self.store().product_settings(id).await?,
            proposals,
            parameters,
            bindings,
            access,
            projects: self.store().projects(&Scope::All).await?,
            accounts,
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, draft).await?,
            id: product.id,
            name: product.name,
            description: product.description,
        })
    }
}

impl ControlPlane {
    /// The versions of a product with how many environments have each.
    async fn versions_of(&self, product: &Product) -> Result<Vec<CuratedVersion>> {
        let mut have: BTreeMap<_, u64> = BTreeMap::new();
        for group in self.store().fleet().await? {
            *have.entry(group.version).or_default() += u64::try_from(group.environments).unwrap_or_default();
        }
        let preferred = product.preferred_artifact().map(|artifact| &artifact.id);
        let row = |it: &ProvisioningArtifact| CuratedVersion {
            id: it.id.clone(),
            name: it.name.clone(),
            note: it.description.clone(),
            created_at: it.created_at,
            active: it.active,
            deprecated: it.deprecated,
            preferred: preferred == Some(&it.id),
            environments: have.get(&it.id).copied().unwrap_or_default(),
        };
        Ok(product.artifacts.iter().map(row).collect())
    }
}

/// The accounts that a product may be used in.
pub(crate) fn accounts_of<'a>(
    product: &Product,
    access: &[ProductAccess],
    accounts: &'a [ProjectAccount],
) -> Vec<&'a ProjectAccount> {
    let lets = |rule: &ProductAccess, account: &ProjectAccount| {
        rule.product == product.id && rule.project == account.project && rule.stage == account.stage
    };
    accounts.iter().filter(|a| a.region == product.region && access.iter().any(|rule| lets(rule, a))).collect()
}

/// The parameters of all versions that can still be requested, the preferred version's first.
pub(super) fn parameters(product: &Product) -> Vec<Parameter> {
    let mut all: Vec<Parameter> = Vec::new();
    let preferred = product.preferred_artifact();
    let others = product.artifacts.iter().filter(|a| a.active && !a.deprecated);
    for artifact in preferred.into_iter().chain(others) {
        for parameter in &artifact.parameters {
            if !all.iter().any(|p| p.key == parameter.key) {
                let no_echo = product.is_secret(&parameter.key);
                all.push(Parameter { no_echo, ..parameter.clone() });
            }
        }
    }
    all
}
