//! The form of an update, with what it would do as it stands.

use std::collections::{BTreeMap, BTreeSet};

use domain::action::Action;
use domain::binding::{form_fields, parameter_of};
use domain::catalog::{Parameter, ProvisioningArtifact};
use domain::draft::RETYPE;
use domain::environment::Environment;
use domain::id::{DraftId, EnvironmentId};
use domain::preflight::Preflight;
use domain::problem::{FieldError, Problem};
use domain::request::RequestKind;
use domain::view::{FormControl, FormField, FormState, UpdateFormPage, UpdateFormQuery, UpdatePreview};

use super::Updatable;
use super::preview::made;
use crate::catalog::versions;
use crate::preflight::{Asked, AskedTags, Form};
use crate::{Caller, ControlPlane, Error, Result, approvers};

const KEEPS: &str = "Leave it empty to keep the value that it has.";

impl ControlPlane {
    /// The form for one version; the portal proposes the one that is offered first.
    pub async fn update_form(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
        query: UpdateFormQuery,
    ) -> Result<UpdateFormPage> {
        let environment: Environment = self.authorize(caller, Action::UpdateEnvironment, id).await?.into_thing();
        let it = self.updatable(environment).await?;
        let mut state = self.form_state(caller, Some(&query.draft)).await?;
        let wanted =
            if query.artifact.is_empty() { state.value("artifact").unwrap_or_default() } else { &query.artifact };
        let to = it.chosen(wanted)?;
        let (params, kept) = it.parameters(to);
        let fields = it.fields(&params, &kept);
        state.errors.retain(|e| e.message != RETYPE || fields.iter().any(|field| field.name == e.field));
        let form = Form {
            params: &params,
            declared: &to.parameters,
            bindings: &it.bindings,
            account: &it.account,
            project: &it.project,
            person: &it.person,
            fields: &fields,
            state: &state,
        };
        let values = form.values();
        let preview = self.preview_of_update(&it, to, &values, &BTreeSet::new()).await?;
        let preflight = self.preflight_of_update(&it, to, &values, &preview).await?;
        let deciders = self.deciders_in(&it.project.id).await?;
        let (rule, there) = (&it.access.approval, it.place());
        let too_few = self.too_few(&deciders, rule, there, &caller.actor.person);
        let offered: BTreeSet<_> = it.offered().map(|artifact| &artifact.id).collect();
        let observed = self.store().observation(&it.environment.id).await?.observed;
        let undecided = self.store().undecided_request_of(&it.environment.id, RequestKind::Update).await?;
        let rolled_out = self.store().rolled_out_by(&it.environment.id).await?;
        Ok(UpdateFormPage {
            id: it.environment.id.clone(),
            name: it.environment.name.clone(),
            product_name: it.product.name.clone(),
            version_name: it.current().map_or_else(|| it.environment.artifact.to_string(), |a| a.name.clone()),
            versions: versions(&it.product).into_iter().filter(|v| offered.contains(&v.id)).collect(),
            artifact: to.id.clone(),
            is_current: to.id == it.environment.artifact,
            usage_instructions: to.usage_instructions.clone(),
            fields,
            preview,
            preflight,
            approval: approvers::in_words(rule, &deciders, there, &caller.actor),
            runs: observed.is_some_and(|observed| observed.billed().next().is_some()),
            blocked: blocked(&it.environment, undecided.is_some(), rolled_out.is_some()).or(too_few),
            waiting: undecided.or(rolled_out),
            version: it.environment.version,
            draft: if state == FormState::default() { String::new() } else { query.draft },
            state,
        })
    }

    /// Keeps the form as it was typed so far, to be drawn for another version; answers the draft.
    pub async fn show_update_form(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
        form: &str,
        fields: BTreeMap<String, String>,
        errors: Vec<FieldError>,
    ) -> Result<DraftId> {
        self.authorize::<Environment>(caller, Action::UpdateEnvironment, id).await?;
        self.save_draft(&caller.actor.person, form, fields, errors).await
    }

    /// Of what the update makes: what stays or changes in place is in the account already.
    pub(crate) async fn preflight_of_update(
        &self,
        it: &Updatable,
        to: &ProvisioningArtifact,
        values: &BTreeMap<String, String>,
        preview: &UpdatePreview,
    ) -> Result<Preflight> {
        let only = preview.unread.is_none().then(|| made(preview));
        let (product, account) = (&it.product, &it.account);
        let tags = AskedTags::that_stay(it.environment.tags.clone());
        let asked = Asked { product, artifact: to, account, values, tags, launch: false, only };
        self.preflight(&asked).await
    }
}

impl Updatable {
    /// The version asked for; without one the version that is offered first, or that it has.
    fn chosen(&self, wanted: &str) -> Result<&ProvisioningArtifact> {
        let offered: Vec<&ProvisioningArtifact> = self.offered().collect();
        let is = |id: &str| offered.iter().copied().find(|artifact| artifact.id.as_str() == id);
        let first = || self.product.preferred_artifact().or_else(|| is(self.environment.artifact.as_str()));
        is(wanted).or_else(first).ok_or_else(|| {
            Error::conflict(
                "This environment cannot be updated.",
                "Its product has no version that is active.",
                "Ask the platform team for a current version.",
            )
        })
    }

    /// The fields of a version, filled with what the environment has.
    pub(super) fn fields(&self, params: &[Parameter], kept: &BTreeSet<String>) -> Vec<FormField> {
        let mut fields = form_fields(params, &self.bindings, &self.account);
        for field in &mut fields {
            let key = parameter_of(&field.name).to_owned();
            if kept.contains(&key) {
                field.required = false;
                format!("{} {KEEPS}", field.help).trim().clone_into(&mut field.help);
            } else if !matches!(field.control, FormControl::Secret { .. })
                && let Some(value) = self.value_now(&key)
                && fits(&field.control, value)
            {
                field.default = Some(value.to_owned());
            }
        }
        fields
    }

    fn value_now(&self, key: &str) -> Option<&str> {
        let asked = || self.request.asked.get(key);
        self.environment.parameters.get(key).or_else(asked).map(String::as_str)
    }
}

/// Whether a field can show the value.
fn fits(control: &FormControl, value: &str) -> bool {
    match control {
        FormControl::Choice { values } => values.iter().any(|offered| offered == value),
        _ => true,
    }
}

fn blocked(environment: &Environment, waiting: bool, rolled_out: bool) -> Option<Problem> {
    if waiting {
        return Some(Problem::new(
            "A request about it waits for a decision.",
            "One change of an environment is asked for at a time.",
            "Look at the request: it can be withdrawn, and another one made.",
        ));
    }
    if rolled_out {
        return Some(Problem::new(
            "An update of it waits for its turn in a rollout.",
            "One change of an environment is made at a time.",
            "Wait until it is made, or ask whoever began the rollout to end it.",
        ));
    }
    (!environment.is_updatable()).then(|| {
        Problem::new(
            "It cannot be updated now.",
            format!("The environment is {}.", environment.state),
            "Wait until nothing is at work on it. What never came up is tried again, or terminated and requested anew.",
        )
    })
}
