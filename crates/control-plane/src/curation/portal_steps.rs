//! What the portal itself holds of products, as files describe it: read, planned, and told one step after the other.

use domain::access::{ProductAccess, ProductSettings};
use domain::action::Action;
use domain::binding::ParameterBinding;
use domain::catalog::Product;
use domain::described::{DescribedCatalog, Plan, PortalNow, PortalSays, PortalStep, notices};
use domain::id::ProductId;
use domain::project::{Project, ProjectAccount};
use domain::view::{ParameterBindingInput, ProductAccessInput, ProductSettingsInput, RuleInput};
use store::Scope;

use crate::obstacles::places_of_use;
use crate::{Caller, ControlPlane, Error, Result};

/// See [`PortalNow`].
#[derive(Debug)]
pub(super) struct Held {
    access: Vec<ProductAccess>,
    bindings: Vec<ParameterBinding>,
    settings: Vec<ProductSettings>,
    projects: Vec<Project>,
    accounts: Vec<ProjectAccount>,
}

impl Held {
    pub(super) fn now(&self) -> PortalNow<'_> {
        let Self { access, bindings, settings, projects, accounts } = self;
        PortalNow { access, bindings, settings, projects, accounts }
    }

    /// What files would keep from being requested.
    pub(super) fn notices(&self, wanted: &DescribedCatalog, plan: &Plan, products: &[Product]) -> Vec<String> {
        notices(wanted, plan, products, &self.bindings, |product| {
            let access = self.access.iter().filter(|it| it.product == product.id);
            places_of_use(&product.region, access, &self.accounts, &self.projects)
        })
    }
}

impl ControlPlane {
    pub(super) async fn held(&self, products: &[Product]) -> Result<Held> {
        let ids: Vec<ProductId> = products.iter().map(|it| it.id.clone()).collect();
        Ok(Held {
            access: self.store().all_product_access().await?,
            bindings: self.store().all_parameter_bindings().await?,
            settings: self.store().product_settings_of(&ids).await?.into_values().collect(),
            projects: self.store().projects(&Scope::All).await?,
            accounts: self.store().all_project_accounts().await?,
        })
    }

    /// Tells the portal one step of a plan, as the form of the product's page does.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the form would refuse it; not found where the product is not there yet.
    pub async fn tell_portal(&self, caller: &Caller, step: &PortalStep) -> Result<()> {
        self.authorize_portal(caller, Action::ManageProductAccess).await?;
        let product = step.id.as_ref().ok_or_else(|| Error::not_found("product"))?.to_string();
        match &step.says {
            PortalSays::SetAccess { access, version } => {
                let input = ProductAccessInput {
                    product,
                    project: access.project.to_string(),
                    stage: access.stage.to_string(),
                    rule: RuleInput::of(&access.approval),
                    max_lease_days: access.max_lease_days.to_string(),
                    instances: access.instances.as_text(),
                    version: posted(*version),
                };
                self.save_product_access(caller, input).await.map(drop)
            }
            PortalSays::RemoveAccess { id, .. } => self.remove_product_access(caller, id).await,
            PortalSays::SetBinding { binding, version } => {
                let (source, value) = binding.source.posted();
                let input = ParameterBindingInput {
                    product,
                    account: binding.account.as_ref().map(ToString::to_string).unwrap_or_default(),
                    parameter: binding.parameter.clone(),
                    source,
                    value,
                    version: posted(*version),
                };
                self.save_parameter_binding(caller, input).await.map(drop)
            }
            PortalSays::RemoveBinding { id, .. } => self.remove_parameter_binding(caller, id).await,
            PortalSays::SetTypicalMinutes { minutes, version } => {
                let typical_minutes = minutes.map(|it| it.to_string()).unwrap_or_default();
                let input = ProductSettingsInput { product, typical_minutes, version: posted(*version) };
                self.save_product_settings(caller, input).await
            }
        }
    }
}

/// Of what is new a form posts no version.
fn posted(version: i64) -> String {
    if version == 0 { String::new() } else { version.to_string() }
}
