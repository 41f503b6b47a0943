//! The request form: what is typed, or offered, so far.

use std::collections::BTreeMap;

use domain::binding::{BindingPerson, ParameterBinding, parameter_of, resolve};
use domain::catalog::{Parameter, Product, ProvisioningArtifact};
use domain::preflight::Preflight;
use domain::project::Project;
use domain::view::{FormField, FormState};

use super::{Asked, tags_of_form};
use crate::request_form::Place;
use crate::{Caller, ControlPlane, Result};

/// A form as it is drawn.
pub(crate) struct Drawn<'a> {
    pub(crate) product: &'a Product,
    pub(crate) artifact: &'a ProvisioningArtifact,
    pub(crate) place: &'a Place,
    pub(crate) project: &'a Project,
    pub(crate) params: &'a [Parameter],
    pub(crate) bindings: &'a [ParameterBinding],
    pub(crate) fields: &'a [FormField],
    pub(crate) tag_fields: &'a [FormField],
    pub(crate) state: &'a FormState,
    pub(crate) person: &'a BindingPerson,
}

impl ControlPlane {
    /// What would become of the form as it stands: of what is not filled yet nothing is said.
    pub(crate) async fn preflight_of_form(&self, caller: &Caller, form: &Drawn<'_>) -> Result<Preflight> {
        let typed = |field: &FormField| {
            let value = form.state.value(&field.name).map(str::to_owned).or_else(|| field.default.clone());
            value.filter(|value| !value.is_empty())
        };
        let mut values = BTreeMap::new();
        for param in form.params.iter().filter(|param| !param.no_echo) {
            let field = form.fields.iter().find(|field| parameter_of(&field.name) == param.key);
            let asked = field.and_then(typed).map(|value| (param.key.clone(), value)).into_iter().collect();
            let one = std::slice::from_ref(param);
            let (account, project) = (&form.place.account, form.project);
            // One that does not hold is told at its field.
            if let Ok(value) = resolve(one, form.bindings, account, project, form.person, &asked) {
                values.extend(value);
            }
        }
        let key = |name: &str| Some(name.strip_prefix("tag[")?.strip_suffix(']')?.to_owned());
        let chosen = form.tag_fields.iter().filter_map(|field| Some((key(&field.name)?, typed(field)?))).collect();
        let who = caller.actor.person.studio_user_id();
        let account = &form.place.account;
        let tags = tags_of_form(who.as_str(), form.product, form.project, account, &chosen);
        let Drawn { product, artifact, .. } = *form;
        self.preflight(&Asked { product, artifact, account, values: &values, tags, only: None }).await
    }
}
