//! Updates of an environment: another version of its product, or other values. An update is a request, decided by the rule of
//! its product, and then an operation.

mod adopt;
mod form;
mod offered;
mod preview;
mod submit;

use std::collections::BTreeSet;

use domain::access::ProductAccess;
use domain::binding::{BindingPerson, ParameterBinding};
use domain::catalog::{Parameter, Product, ProvisioningArtifact};
use domain::environment::Environment;
use domain::parameter::{narrow, within_instances};
use domain::project::{Project, ProjectAccount};
use domain::request::Request;

pub(crate) use preview::made;

use crate::authorize::Where;
use crate::{ControlPlane, Error, Result};

/// An environment with all that an update of it goes by.
pub(crate) struct Updatable {
    pub(crate) environment: Environment,
    /// What it is as of.
    pub(crate) request: Request,
    pub(crate) product: Product,
    pub(crate) project: Project,
    pub(crate) account: ProjectAccount,
    /// Its approval raised to the floors.
    pub(crate) access: ProductAccess,
    pub(crate) bindings: Vec<ParameterBinding>,
    pub(crate) person: BindingPerson,
}

impl ControlPlane {
    /// Fails with what to do where something that the environment stands on is gone.
    pub(crate) async fn updatable(&self, environment: Environment) -> Result<Updatable> {
        let gone = |why: &str| {
            Error::conflict("This environment cannot be updated.", why, "Ask the platform team, or terminate it.")
        };
        let store = self.store();
        let it = &environment;
        let product = store.product(&it.product).await?.ok_or_else(|| gone("Its product left the catalog."))?;
        let project = store.project(&it.project).await?.ok_or_else(|| Error::not_found("project"))?;
        let account = store.project_account(&it.project, &it.account, &it.region).await?;
        let account = account.ok_or_else(|| gone("Its account no longer belongs to the project."))?;
        let access = store.product_access(&it.product, &it.project, it.stage).await?;
        let access = self.with_floors(access.into_iter().collect()).await?.pop();
        let access = access.ok_or_else(|| gone("The project may no longer use its product in this stage."))?;
        let request = store.request(&it.request).await?.ok_or_else(|| Error::not_found("request"))?;
        let bindings = store.parameter_bindings(&it.product).await?;
        let person = self.person_of(&request, Some(it)).await?;
        Ok(Updatable { environment, request, product, project, account, access, bindings, person })
    }
}

impl Updatable {
    /// As who decides its requests depends on it.
    pub(crate) fn place(&self) -> Where<'_> {
        Where { project: &self.environment.project, product: &self.environment.product, stage: self.environment.stage }
    }

    /// The version that it has, where the catalog still has it.
    pub(crate) fn current(&self) -> Option<&ProvisioningArtifact> {
        self.product.artifact(&self.environment.artifact)
    }

    /// The versions that it can be brought to: those that are offered, and the one that it has.
    pub(crate) fn offered(&self) -> impl Iterator<Item = &ProvisioningArtifact> {
        self.product.artifacts.iter().filter(|a| a.active && (!a.deprecated || a.id == self.environment.artifact))
    }

    /// The parameters of a version, as its constraints narrow them, and which of them are secrets that it has already.
    pub(crate) fn parameters(&self, of: &ProvisioningArtifact) -> (Vec<Parameter>, BTreeSet<String>) {
        let params = narrow(&of.parameters, &self.product.constraints);
        let params = within_instances(params, &self.access.instances);
        let kept = kept_secrets(&params, self.current());
        (params, kept)
    }
}

/// The secrets among `params` that an environment of this version has: they keep their values unless others are typed.
pub(crate) fn kept_secrets(params: &[Parameter], current: Option<&ProvisioningArtifact>) -> BTreeSet<String> {
    let has = |key: &str| current.is_none_or(|current| current.parameters.iter().any(|p| p.key == key));
    params.iter().filter(|p| p.no_echo && has(&p.key)).map(|p| p.key.clone()).collect()
}
