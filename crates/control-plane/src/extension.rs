//! A later end of a lease than the limit of its product allows: asked for, and decided like a new environment.

use chrono::{DateTime, TimeDelta, Utc};
use domain::action::Action;
use domain::approval::ApprovalRule;
use domain::environment::{Environment, EnvironmentState};
use domain::id::{EnvironmentId, RequestId};
use domain::problem::{FieldError, Problem};
use domain::request::{Request, RequestKind};
use domain::view::{ExtensionInput, ExtensionOf};
use store::Tx;

use crate::authorize::Where;
use crate::submit::{check_justification, check_rate};
use crate::trail::{By, Event};
use crate::{Caller, ControlPlane, Error, Result};

/// Days from the approval that one extension gives at most.
const LONGEST: u16 = 365;

impl ControlPlane {
    /// Asks for an end in so many days from the approval. A second click answers what the first made.
    pub async fn request_extension(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
        input: ExtensionInput,
    ) -> Result<RequestId> {
        let seen: Environment = self.authorize(caller, Action::ExtendLease, id).await?.into_thing();
        let (lease_days, justification) = checked(&input)?;
        let left = (seen.lease_ends_at - self.now()).num_days();
        if i64::from(lease_days) <= left {
            let ends = seen.lease_ends_at.format("%-d %b %Y");
            let message = format!("It ends on {ends}: as long as that lies ahead, ask for {} days or more.", left + 1);
            return Err(Error::field("extension_days", message));
        }
        let Some(rule) = self.rule_beyond(&seen).await? else {
            return Err(Error::conflict(
                "More time cannot be asked for.",
                "The project may no longer use the product in this stage.",
                "Ask a lead to hold the environment until you have what you need of it.",
            ));
        };
        let there = Where { project: &seen.project, product: &seen.product, stage: seen.stage };
        self.refuse_what_nobody_decides(&rule, there, &caller.actor.person).await?;
        let first = self.store().request(&seen.request).await?.ok_or_else(|| Error::not_found("request"))?;
        let now = self.now();
        let mut tx = self.store().begin().await?;
        let it = self.living(&mut tx, id).await?;
        if let Some(waiting) = tx.undecided_request_of(id, RequestKind::Extension).await? {
            let made = tx.request(&waiting).await?;
            let same = |made: &Request| {
                made.requester == caller.actor.person
                    && (made.lease_days, &made.justification) == (lease_days, &justification)
            };
            return if made.as_ref().is_some_and(same) { Ok(waiting) } else { Err(one_at_a_time()) };
        }
        check_rate(&mut tx, &caller.actor.person, now).await?;
        let asker = caller.actor.person.clone();
        let request = Request {
            environment: Some(it.id.clone()),
            artifact: it.artifact.clone(),
            lease_days,
            justification,
            approval: rule,
            ..first.followed_by(self.ids().next()?, RequestKind::Extension, asker, now)
        };
        tx.insert_request(&request).await?;
        let event = Event::done(Action::SubmitRequest.as_str(), "request", request.id.as_str())
            .project(&request.project)
            .version(1)
            .with("name", &request.name)
            .with("extension_of", it.id.as_str())
            .with("lease_days", lease_days.to_string())
            .with("approval", request.approval.to_string());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.signals().sealer.notify_one();
        self.changed(id);
        Ok(request.id)
    }

    /// Puts the end off as an approved request says.
    pub(crate) async fn extend_by(&self, tx: &mut Tx, by: By<'_>, request: &Request) -> Result<()> {
        let Some(id) = &request.environment else { return Err(Error::not_found("environment")) };
        let mut it = self.living(tx, id).await?;
        let before = it.lease_ends_at;
        it.lease_ends_at = self.end_by(request).max(before);
        it.version += 1;
        it.updated_at = self.now();
        tx.update_environment(&it).await?;
        let event = Event::done(Action::ExtendLease.as_str(), "environment", it.id.as_str())
            .project(&it.project)
            .version(it.version)
            .with("name", &it.name)
            .with("from", before.to_rfc3339())
            .with("to", it.lease_ends_at.to_rfc3339())
            .with("request", request.id.as_str());
        self.record(tx, by, event).await
    }

    /// What keeps an extension from being made.
    pub(crate) async fn extension_hindrance(&self, request: &Request) -> Result<Option<Problem>> {
        let it = self.extended_by(request).await?;
        let ends = |state| matches!(state, EnvironmentState::Terminating | EnvironmentState::Terminated);
        Ok(it.is_none_or(|it| ends(it.state)).then(|| {
            Problem::new(
                "There is nothing left to extend.",
                "The environment is being terminated, or is terminated.",
                "Deny it with that reason; a new environment can be requested.",
            )
        }))
    }

    /// Whose lease a request is about.
    pub(crate) async fn extension_of(&self, request: &Request) -> Result<Option<ExtensionOf>> {
        let it = self.extended_by(request).await?;
        Ok(it.map(|it| ExtensionOf {
            environment: it.id,
            ends_at: it.lease_ends_at,
            would_end_at: self.end_by(request).max(it.lease_ends_at),
        }))
    }

    /// Who decides a request for more time, for the page of an environment.
    pub(crate) async fn beyond_in_words(&self, it: &Environment) -> Result<String> {
        Ok(self.rule_beyond(it).await?.map(|rule| rule.in_words()).unwrap_or_default())
    }

    async fn extended_by(&self, request: &Request) -> Result<Option<Environment>> {
        match (request.kind, &request.environment) {
            (RequestKind::Extension, Some(id)) => Ok(self.store().environment(id).await?),
            _ => Ok(None),
        }
    }

    fn end_by(&self, request: &Request) -> DateTime<Utc> {
        self.now() + TimeDelta::days(i64::from(request.lease_days))
    }

    /// What decides more time than the limit: what decides a new environment there, and a lead at least.
    async fn rule_beyond(&self, it: &Environment) -> Result<Option<ApprovalRule>> {
        let access = self.store().product_access(&it.product, &it.project, it.stage).await?;
        let access = self.with_floors(access.into_iter().collect()).await?.pop();
        Ok(access.map(|access| access.approval.raised_to(&ApprovalRule::one_lead())))
    }
}

fn checked(input: &ExtensionInput) -> Result<(u16, String)> {
    let days = input.extension_days.trim().parse().ok().filter(|days| (1..=LONGEST).contains(days));
    let mut errors = Vec::new();
    if days.is_none() {
        errors.push(FieldError::new("extension_days", format!("A whole number of days from 1 to {LONGEST}.")));
    }
    let justification = check_justification(&input.extension_reason)
        .map_err(|message| errors.push(FieldError::new("extension_reason", message)))
        .ok();
    match (days, justification) {
        (Some(days), Some(justification)) => Ok((days, justification)),
        _ => Err(Error::Invalid(errors)),
    }
}

fn one_at_a_time() -> Error {
    Error::conflict(
        "A request for more time waits for a decision already.",
        "More time is asked for once at a time.",
        "Look at the request: it can be withdrawn, and another one made.",
    )
}
