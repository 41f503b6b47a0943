//! The update that an environment is offered: to the version that is offered first, with the values that it has.

use std::collections::BTreeSet;

use domain::binding::parameter_of;
use domain::environment::Environment;
use domain::problem::FieldError;
use domain::request::Request;
use domain::view::{UpdateInput, UpdatePreview};

use super::submit::check_form;
use crate::authorize::Deciders;
use crate::preflight::refuse_denied;
use crate::{Caller, ControlPlane, Error, Result, approvers};

/// An update as a request asks for it, with what there is to know before it is made.
pub(crate) struct Offered {
    pub(crate) request: Request,
    pub(crate) preview: UpdatePreview,
    /// The names of the version that it has, and of the one that is offered.
    pub(crate) from: String,
    pub(crate) to: String,
    /// Who decides it, in words.
    pub(crate) approval: String,
}

impl ControlPlane {
    /// The update that is offered, asked for by the caller for this reason. Fails with why there is none.
    pub(crate) async fn offered_update(
        &self,
        caller: &Caller,
        environment: Environment,
        reason: &str,
        deciders: &Deciders,
    ) -> Result<Offered> {
        let it = self.updatable(environment).await?;
        let has = it.current().map_or_else(|| it.environment.artifact.to_string(), |current| current.name.clone());
        let Some(to) = it.product.preferred_artifact() else {
            return Err(no_update("Its product has no version that is active."));
        };
        if to.id == it.environment.artifact {
            return Err(no_update(&format!("It has version {has}, which is the one that is offered.")));
        }
        let (params, kept) = it.parameters(to);
        let given = it.fields(&params, &kept).into_iter().filter_map(|field| {
            let value = field.default?;
            Some((parameter_of(&field.name).to_owned(), value))
        });
        let input = UpdateInput {
            artifact: to.id.to_string(),
            justification: reason.to_owned(),
            parameters: given.collect(),
            ..UpdateInput::default()
        };
        let checked = check_form(&it, &input).map_err(about_parameters)?;
        let preview = self.preview_of_update(&it, checked.to, &checked.values, &BTreeSet::new()).await?;
        let preflight = self.preflight_of_update(&it, checked.to, &checked.values, &preview).await?;
        refuse_denied(&preflight)?;
        let (rule, there) = (&it.access.approval, it.place());
        if let Some(problem) = self.too_few(deciders, rule, there, &caller.actor.person) {
            return Err(Error::Conflict(problem));
        }
        Ok(Offered {
            request: it.asked_for(self.ids().next()?, &checked, &caller.actor.person, self.now()),
            preview,
            from: has,
            to: to.name.clone(),
            approval: approvers::in_words(rule, deciders, there, &caller.actor),
        })
    }
}

fn no_update(why: &str) -> Error {
    Error::conflict("There is no update to make.", why, "Its own page has what else can be changed.")
}

/// There is no form to type in: each mistake says of which parameter it is.
fn about_parameters(error: Error) -> Error {
    let Error::Invalid(errors) = error else { return error };
    let told = |error: FieldError| {
        let parameter = parameter_of(&error.field);
        let message = format!("{parameter}: {} Update it on its own page.", error.message);
        FieldError::new(error.field.clone(), message)
    };
    Error::Invalid(errors.into_iter().map(told).collect())
}
