use domain::action::Action;
use domain::catalog::{Parameter, Product};
use domain::id::ProductId;
use domain::view::{AdminProductPage, AdminProductRow, AdminProductsPage};
use store::Scope;

use super::proposals::{propose, unbound};
use crate::{Caller, ControlPlane, Error, Result, words};

impl ControlPlane {
    /// All products of the mirror, with how many rules let them be used, and what stands in the way.
    pub async fn admin_products(&self, caller: &Caller) -> Result<AdminProductsPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let access = self.store().all_product_access().await?;
        let portfolios = self.store().portfolios().await?;
        let mut products = Vec::new();
        for product in self.store().products("").await? {
            let bindings = self.store().parameter_bindings(&product.id).await?;
            let named = |id| portfolios.iter().find(|p| &p.id == id).map(|p| p.name.clone());
            products.push(AdminProductRow {
                portfolios: product.portfolios.iter().filter_map(named).collect(),
                versions: u32::try_from(product.artifacts.len()).unwrap_or(u32::MAX),
                access_rules: u32::try_from(access.iter().filter(|a| a.product == product.id).count())
                    .unwrap_or(u32::MAX),
                unbound: unbound(&parameters(&product), &bindings),
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
        Ok(AdminProductPage {
            proposals,
            parameters,
            bindings,
            access: self.store().product_access_of_product(id).await?,
            projects: self.store().projects(&Scope::All).await?,
            accounts: self.store().all_project_accounts().await?,
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, draft).await?,
            id: product.id,
            name: product.name,
            description: product.description,
        })
    }
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
