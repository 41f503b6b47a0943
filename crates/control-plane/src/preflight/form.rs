//! The request form: what is typed, or offered, so far.

use std::collections::BTreeMap;

use domain::binding::{BindingPerson, ParameterBinding, parameter_of, resolve};
use domain::catalog::{Parameter, Product, ProvisioningArtifact};
use domain::preflight::Preflight;
use domain::project::{Project, ProjectAccount};
use domain::tag_policy::TagRule;
use domain::view::{FormField, FormState};

use super::{Asked, tags_of_form};
use crate::tags::Tagged;
use crate::{Caller, ControlPlane, Result};

/// What the values of a form follow from.
pub(crate) struct Form<'a> {
    /// With the choices that constraints and instance types leave.
    pub(crate) params: &'a [Parameter],
    /// As the template declares them.
    pub(crate) declared: &'a [Parameter],
    pub(crate) bindings: &'a [ParameterBinding],
    pub(crate) account: &'a ProjectAccount,
    pub(crate) project: &'a Project,
    pub(crate) person: &'a BindingPerson,
    pub(crate) fields: &'a [FormField],
    pub(crate) state: &'a FormState,
}

impl Form<'_> {
    /// What is typed, or offered, in a field.
    fn typed(&self, field: &FormField) -> Option<String> {
        let value = self.state.value(&field.name).map(str::to_owned).or_else(|| field.default.clone());
        value.filter(|value| !value.is_empty())
    }

    /// What would be sent as the form stands, without secrets. What does not hold in a field is told there.
    pub(crate) fn values(&self) -> BTreeMap<String, String> {
        let mut values = BTreeMap::new();
        for param in self.params.iter().filter(|param| !param.no_echo) {
            let field = self.fields.iter().find(|field| parameter_of(&field.name) == param.key);
            let asked =
                field.and_then(|it| self.typed(it)).map(|value| (param.key.clone(), value)).into_iter().collect();
            let one = std::slice::from_ref(param);
            let resolved = |one| resolve(one, self.bindings, self.account, self.project, self.person, &asked).ok();
            // What the platform sets is set though a constraint refuses it: that is what the preflight has to judge.
            let declared = || self.declared.iter().find(|it| field.is_none() && it.key == param.key);
            let value = resolved(one).or_else(|| resolved(std::slice::from_ref(declared()?)));
            values.extend(value.unwrap_or_default());
        }
        values
    }
}

/// A form as it is drawn.
pub(crate) struct Drawn<'a> {
    pub(crate) product: &'a Product,
    pub(crate) artifact: &'a ProvisioningArtifact,
    pub(crate) tag_fields: &'a [FormField],
    pub(crate) policy: &'a [TagRule],
    pub(crate) form: Form<'a>,
}

impl ControlPlane {
    /// What would become of the form as it stands: of what is not filled yet nothing is said.
    pub(crate) async fn preflight_of_form(&self, caller: &Caller, drawn: &Drawn<'_>) -> Result<Preflight> {
        let Drawn { product, artifact, tag_fields, policy, form } = drawn;
        let key = |name: &str| Some(name.strip_prefix("tag[")?.strip_suffix(']')?.to_owned());
        let chosen = tag_fields.iter().filter_map(|field| Some((key(&field.name)?, form.typed(field)?))).collect();
        let who = caller.actor.person.studio_user_id();
        let account = form.account;
        let tagged = Tagged { product, project: form.project, stage: account.stage, policy };
        let tags = tags_of_form(&who, &tagged, &chosen);
        let open = tag_fields.iter().filter_map(|field| key(&field.name)).collect();
        let values = &form.values();
        self.preflight(&Asked { product, artifact, account, values, tags: tags.open(open), launch: true, only: None })
            .await
    }
}
