//! Asking for an update, and what follows from its approval.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::action::Action;
use domain::binding::{field_name, resolve};
use domain::catalog::ProvisioningArtifact;
use domain::draft::RETYPE;
use domain::environment::{Environment, EnvironmentState, Leaves};
use domain::id::{EnvironmentId, RequestId, RolloutId};
use domain::operation::{OperationKind, Subject};
use domain::parameter::outside_instances;
use domain::person::PersonKey;
use domain::problem::FieldError;
use domain::request::{Decision, Request, RequestKind};
use domain::view::UpdateInput;
use store::Tx;

use super::Updatable;
use crate::preflight::refuse_denied;
use crate::submit::{check_constraints, check_justification, check_rate};
use crate::trail::{By, Event};
use crate::{Caller, ControlPlane, Error, Result};

/// A form that holds.
pub(super) struct Checked<'a> {
    pub(super) to: &'a ProvisioningArtifact,
    justification: String,
    /// Without secrets.
    asked: BTreeMap<String, String>,
    /// Those that were typed.
    secrets: BTreeMap<String, String>,
    /// What would be sent, without secrets.
    pub(super) values: BTreeMap<String, String>,
}

impl ControlPlane {
    /// Asks for an update, and where the rule asks nobody, starts it. A second click answers what the first made.
    pub async fn submit_update(&self, caller: &Caller, id: &EnvironmentId, input: UpdateInput) -> Result<RequestId> {
        let environment: Environment = self.authorize(caller, Action::UpdateEnvironment, id).await?.into_thing();
        let it = self.updatable(environment).await?;
        let checked = check_form(&it, &input)?;
        let typed: BTreeSet<String> = checked.secrets.keys().cloned().collect();
        let preview = self.preview_of_update(&it, checked.to, &checked.values, &typed).await?;
        let preflight = self.preflight_of_update(&it, checked.to, &checked.values, &preview).await?;
        refuse_denied(&preflight)?;
        self.refuse_what_nobody_decides(&it.access.approval, it.place(), &caller.actor.person).await?;
        let now = self.now();
        let request_id: RequestId = self.ids().next()?;
        let mut tx = self.store().begin().await?;
        let seen = tx.environment(id).await?.ok_or_else(|| Error::not_found("environment"))?;
        if let Some(made) = self.made_before(&mut tx, caller, &seen, &checked).await? {
            return Ok(made);
        }
        self.refuse_a_second_change(&mut tx, id).await?;
        if input.version.trim().parse() != Ok(seen.version) {
            return Err(Error::stale("environment"));
        }
        check_rate(&mut tx, &caller.actor.person, now).await?;
        let sealed = self.sealed(&request_id, &checked.secrets)?;
        let request = Request { sealed, ..it.asked_for(request_id.clone(), &checked, &caller.actor.person, now) };
        self.keep_update_request(&mut tx, caller, &request, &seen, None).await?;
        self.approve_where_nobody_is_asked(&mut tx, caller, request).await?;
        if let Ok(draft) = input.draft.parse() {
            tx.delete_draft(&draft, &caller.actor.person).await?;
        }
        tx.commit().await?;
        self.signals().sealer.notify_one();
        self.changed(id);
        Ok(request_id)
    }

    /// One change of an environment is asked for at a time, and none while an approved update waits for its turn.
    pub(crate) async fn refuse_a_second_change(&self, tx: &mut Tx, id: &EnvironmentId) -> Result<()> {
        if tx.undecided_request_of(id, RequestKind::Update).await?.is_some() {
            return Err(Error::conflict(
                "A change of this environment waits for a decision already.",
                "One change of an environment is asked for at a time.",
                "Look at the request: it can be withdrawn, and another one made.",
            ));
        }
        if tx.rolled_out_by(id).await?.is_some() {
            return Err(Error::conflict(
                "An update of this environment waits for its turn in a rollout.",
                "One change of an environment is made at a time.",
                "Wait until it is made. Whoever began the rollout, and leads and admins, can end it.",
            ));
        }
        Ok(())
    }

    /// Writes down that somebody asks for an update; `rollout`: as part of which.
    pub(crate) async fn keep_update_request(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        request: &Request,
        of: &Environment,
        rollout: Option<&RolloutId>,
    ) -> Result<()> {
        tx.insert_request(request).await?;
        let mut event = Event::done(Action::UpdateEnvironment.as_str(), "environment", of.id.as_str())
            .project(&request.project)
            .with("name", &request.name)
            .with("request", request.id.as_str())
            .with("from", of.artifact.as_str())
            .with("to", request.artifact.as_str())
            .with("approval", request.approval.to_string());
        let mut submitted = Event::done(Action::SubmitRequest.as_str(), "request", request.id.as_str())
            .project(&request.project)
            .version(1)
            .with("name", &request.name)
            .with("update_of", of.id.as_str());
        if let Some(rollout) = rollout {
            event = event.with("rollout", rollout.as_str());
            submitted = submitted.with("rollout", rollout.as_str());
        }
        self.record(tx, caller, event).await?;
        self.record(tx, caller, submitted).await
    }

    /// Approves a request whose rule asks nobody.
    pub(crate) async fn approve_where_nobody_is_asked(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        request: Request,
    ) -> Result<()> {
        if !request.approval.asks_nobody() {
            return Ok(());
        }
        let decision = Decision::Approve { by: None, on_behalf_of: None, comment: String::new() };
        self.apply_decision(tx, caller, request, decision).await.map(drop)
    }

    /// The same update, if the caller asked for it and it waits or is being made.
    async fn made_before(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        seen: &Environment,
        now: &Checked<'_>,
    ) -> Result<Option<RequestId>> {
        let under_way = seen.update.clone().filter(|_| seen.state == EnvironmentState::Updating);
        let Some(id) = tx.undecided_request_of(&seen.id, RequestKind::Update).await?.or(under_way) else {
            return Ok(None);
        };
        let Some(made) = tx.request(&id).await? else { return Ok(None) };
        let same = made.requester == caller.actor.person
            && (&made.artifact, &made.asked, &made.justification) == (&now.to.id, &now.asked, &now.justification)
            && self.secrets_of(&made)? == now.secrets;
        Ok(same.then_some(id))
    }

    /// Puts the operation of an approved update to work.
    pub(crate) async fn begin_update(&self, tx: &mut Tx, by: By<'_>, request: &Request) -> Result<()> {
        let id = request.environment.as_ref().ok_or_else(|| Error::not_found("environment"))?;
        let mut it = tx.environment(id).await?.ok_or_else(|| Error::not_found("environment"))?;
        if !it.is_updatable() {
            return Err(Error::conflict(
                "This update cannot be approved now.",
                format!("The environment is {}.", it.state),
                "Wait until nothing is at work on it, or deny the request with a note.",
            ));
        }
        let subject = Subject::Environment { id: it.id.clone(), project: it.project.clone() };
        let operation = self.operation(OperationKind::Update, subject, &request.requester)?;
        it.state = EnvironmentState::Updating;
        it.leaves = Leaves::Nothing;
        it.homes.files = None;
        it.problem = None;
        // One that failed and is not tried again needs its secrets no more.
        if let Some(failed) = it.update.replace(request.id.clone()) {
            tx.erase_sealed(&failed).await?;
        }
        it.operation = Some(operation.id.clone());
        it.updated_at = self.now();
        it.version += 1;
        tx.update_environment(&it).await?;
        tx.insert_operation(&operation).await?;
        let event = Event::done("begin_update", "environment", it.id.as_str())
            .project(&it.project)
            .version(it.version)
            .with("name", &it.name)
            .with("request", request.id.as_str())
            .with("operation", operation.id.as_str());
        self.record(tx, by, event).await
    }
}

impl Updatable {
    /// The request that a form makes, without what is sealed.
    pub(super) fn asked_for(&self, id: RequestId, form: &Checked<'_>, by: &PersonKey, now: DateTime<Utc>) -> Request {
        Request {
            environment: Some(self.environment.id.clone()),
            artifact: form.to.id.clone(),
            asked: form.asked.clone(),
            justification: form.justification.clone(),
            approval: self.access.approval.clone(),
            ..self.request.clone().followed_by(id, RequestKind::Update, by.clone(), now)
        }
    }
}

pub(super) fn check_form<'a>(it: &'a Updatable, input: &UpdateInput) -> Result<Checked<'a>> {
    if !input.drawn_for.is_empty() && input.drawn_for != input.artifact {
        let message = "The version changed: look over what is below and submit again.";
        return Err(Error::field("artifact", message));
    }
    let to = it
        .offered()
        .find(|artifact| artifact.id.as_str() == input.artifact)
        .ok_or_else(|| Error::field("artifact", "This version is not offered: choose another."))?;
    let mut errors = Vec::new();
    let justification = match check_justification(&input.justification) {
        Ok(justification) => justification,
        Err(message) => {
            errors.push(FieldError::new("justification", message));
            String::new()
        }
    };
    let (params, kept) = it.parameters(to);
    let secret = |key: &str| params.iter().any(|p| p.key == key && p.no_echo);
    let left = |key: &str| input.parameters.get(key).is_none_or(String::is_empty);
    // What is kept is not asked for.
    let asked_for: Vec<_> = params.iter().filter(|p| !(kept.contains(&p.key) && left(&p.key))).cloned().collect();
    let given: BTreeMap<String, String> =
        input.parameters.iter().filter(|(key, value)| !(secret(key) && value.is_empty())).map(pair).collect();
    let mut values = BTreeMap::new();
    match resolve(&asked_for, &it.bindings, &it.account, &it.project, &it.person, &given) {
        Err(mistakes) => errors.extend(mistakes),
        Ok(resolved) => {
            errors.extend(check_constraints(&it.product, &resolved)?);
            let outside = outside_instances(&params, &resolved, &it.access.instances);
            errors.extend(outside.into_iter().map(|(key, message)| FieldError::new(field_name(&key), message)));
            values = resolved;
        }
    }
    for key in input.retype.iter().filter(|key| secret(key) && left(key)) {
        let field = field_name(key);
        errors.retain(|e| e.field != field);
        errors.push(FieldError::new(field, RETYPE));
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    values.retain(|key, _| !secret(key));
    let (secrets, asked) = given.into_iter().partition(|(key, _)| secret(key));
    Ok(Checked { to, justification, asked, secrets, values })
}

fn pair((key, value): (&String, &String)) -> (String, String) {
    (key.clone(), value.clone())
}
