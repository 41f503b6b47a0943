//! Deciding a request, and what follows: an approval makes the environment and its operation in the same transaction.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::action::Action;
use domain::audit::Outcome;
use domain::environment::{Environment, EnvironmentState, Leaves};
use domain::id::{EnvironmentId, OperationId, RequestId};
use domain::operation::{Operation, OperationKind, Step, Subject};
use domain::person::PersonKey;
use domain::problem::Problem;
use domain::request::{Decision, DecisionError, Request, RequestKind, RequestState};
use domain::view::DecisionInput;
use store::Tx;

use crate::trail::{By, Event};
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Approves or denies. A request that changed since the page was loaded is not decided; one that the caller decided
    /// just so is left as it is.
    pub async fn decide_request(&self, caller: &Caller, id: &RequestId, input: DecisionInput) -> Result<()> {
        let seen: Request = self.authorize(caller, Action::DecideRequest, id).await?.into_thing();
        let by = caller.actor.person.clone();
        let comment = input.comment.trim().to_owned();
        if comment.chars().count() > 2_000 {
            return Err(Error::field("comment", "At most 2000 characters."));
        }
        let decision = match input.decision.as_str() {
            // What is known to come to nothing is not begun. A second click finds it approved.
            "approve" if seen.state == RequestState::Submitted => {
                let valid = match self.still_valid(&seen).await? {
                    Ok(valid) => valid,
                    Err(problem) => return Err(Error::Conflict(problem)),
                };
                if let Some(problem) = self.denied(&seen, &valid).await? {
                    return Err(Error::Conflict(problem));
                }
                Decision::Approve { by: Some(by), comment }
            }
            "approve" => Decision::Approve { by: Some(by), comment },
            "deny" => Decision::Deny { by, comment },
            _ => return Err(Error::field("decision", "Choose to approve or to deny.")),
        };
        self.decide(caller, &seen, input.version.trim().parse().unwrap_or(-1), decision).await
    }

    /// Takes the caller's own undecided request back.
    pub async fn withdraw_request(&self, caller: &Caller, id: &RequestId, version: i64) -> Result<()> {
        let seen: Request = self.authorize(caller, Action::WithdrawRequest, id).await?.into_thing();
        let decision = Decision::Withdraw { by: caller.actor.person.clone() };
        self.decide(caller, &seen, version, decision).await
    }

    async fn decide(&self, caller: &Caller, seen: &Request, version: i64, decision: Decision) -> Result<()> {
        let mut tx = self.store().begin().await?;
        let request = tx.request(&seen.id).await?.ok_or_else(|| Error::not_found("request"))?;
        // A second click: what it asks for is done.
        if request.decision.as_ref().is_some_and(|made| is_same(made, &decision)) {
            return Ok(());
        }
        if let Some(made) = &request.decision {
            let problem = self.decided_already(made).await?;
            return Err(Error::Conflict(problem));
        }
        if request.version != version || request.version != seen.version {
            return Err(Error::Stale { what: "request".to_owned() });
        }
        let decided = self.apply_decision(&mut tx, caller, request, decision).await?;
        tx.commit().await?;
        self.signals().sealer.notify_one();
        if let Some(environment) = &decided.environment {
            self.changed(environment);
        }
        Ok(())
    }

    /// What somebody is told who comes too late.
    async fn decided_already(&self, made: &Decision) -> Result<Problem> {
        let (by, did) = match made {
            Decision::Approve { by, .. } => (by.as_ref(), "approved"),
            Decision::Deny { by, .. } => (Some(by), "denied"),
            Decision::Withdraw { by } => (Some(by), "withdrew"),
            Decision::Expire => (None, "closed"),
        };
        let names = self.names([], by).await?;
        let who = by.map_or_else(|| "The portal".to_owned(), |by| names.person(by));
        Ok(Problem::new(
            format!("{who} {did} the request before."),
            "What you decided was not recorded.",
            "The page shows the request as it is now.",
        ))
    }

    /// Writes a decision and what follows from it.
    pub(crate) async fn apply_decision<'a>(
        &self,
        tx: &mut Tx,
        by: impl Into<By<'a>>,
        request: Request,
        decision: Decision,
    ) -> Result<Request> {
        let by = by.into();
        let now = self.now();
        let action = match &decision {
            Decision::Approve { .. } => "approve_request",
            Decision::Deny { .. } => "deny_request",
            Decision::Withdraw { .. } => Action::WithdrawRequest.as_str(),
            Decision::Expire => "expire_request",
        };
        let comment = match &decision {
            Decision::Approve { comment, .. } | Decision::Deny { comment, .. } => comment.clone(),
            Decision::Withdraw { .. } | Decision::Expire => String::new(),
        };
        let nobody_asked = matches!(decision, Decision::Approve { by: None, .. });
        let mut decided = request.decide(decision, now).map_err(|e| refused_decision(&e))?;
        if decided.state == RequestState::Approved && decided.kind == RequestKind::Update {
            tx.update_request(&decided).await?;
            self.begin_update(tx, by, &decided).await?;
        } else if decided.state == RequestState::Approved {
            let (environment, operation) = self.environment_for(&decided)?;
            decided.environment = Some(environment.id.clone());
            tx.update_request(&decided).await?;
            tx.insert_environment(&environment).await.map_err(name_taken)?;
            tx.insert_operation(&operation).await?;
            let event = Event::done("create_environment", "environment", environment.id.as_str())
                .project(&environment.project)
                .version(environment.version)
                .with("name", &environment.name)
                .with("request", decided.id.as_str())
                .with("operation", operation.id.as_str());
            self.record(tx, by, event).await?;
        } else {
            tx.update_request(&decided).await?;
            tx.erase_sealed(&decided.id).await?;
        }
        let mut event = Event::done(action, "request", decided.id.as_str())
            .project(&decided.project)
            .version(decided.version)
            .outcome(Outcome::Succeeded);
        if !comment.is_empty() {
            event = event.with("comment", comment);
        }
        if nobody_asked {
            event = event.with("because", "the approval rule asks nobody");
        }
        self.record(tx, by, event).await?;
        Ok(decided)
    }

    fn environment_for(&self, request: &Request) -> Result<(Environment, Operation)> {
        let now = self.now();
        let id: EnvironmentId = self.ids().next()?;
        let subject = Subject::Environment { id: id.clone(), project: request.project.clone() };
        let operation = self.operation(OperationKind::Provision, subject, &request.requester)?;
        let environment = Environment {
            id,
            request: request.id.clone(),
            update: None,
            project: request.project.clone(),
            owner: request.requester.clone(),
            studio_user_id: request.requester.studio_user_id(),
            product: request.product.clone(),
            artifact: request.artifact.clone(),
            account: request.account.clone(),
            region: request.region.clone(),
            stage: request.stage,
            name: request.name.clone(),
            state: EnvironmentState::Provisioning,
            problem: None,
            provisioned_product: None,
            stack_arn: None,
            outputs: Vec::new(),
            parameters: BTreeMap::new(),
            tags: BTreeMap::new(),
            launch_target: None,
            operation: Some(operation.id.clone()),
            lease_ends_at: now + TimeDelta::days(i64::from(request.lease_days)),
            leaves: Leaves::Nothing,
            handed_over: None,
            hold: None,
            revoked: false,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        Ok((environment, operation))
    }

    /// A new operation, due at once. Its id is the token that AWS knows it by.
    pub(crate) fn operation(
        &self,
        kind: OperationKind,
        subject: Subject,
        on_behalf_of: &PersonKey,
    ) -> Result<Operation> {
        let id: OperationId = self.ids().next()?;
        let now = self.now();
        Ok(Operation {
            id,
            kind,
            subject,
            on_behalf_of: on_behalf_of.clone(),
            step: Step::Check,
            step_entered_at: now,
            attempt: 0,
            trouble: None,
            next_run_at: now,
            lease_owner: None,
            lease_until: None,
            created_at: now,
            finished_at: None,
            version: 1,
        })
    }
}

/// Whether the same person decided the same; what they wrote to it does not matter.
fn is_same(made: &Decision, now: &Decision) -> bool {
    match (made, now) {
        (Decision::Approve { by: Some(made), .. }, Decision::Approve { by: Some(now), .. })
        | (Decision::Deny { by: made, .. }, Decision::Deny { by: now, .. })
        | (Decision::Withdraw { by: made }, Decision::Withdraw { by: now }) => made == now,
        _ => false,
    }
}

fn refused_decision(error: &DecisionError) -> Error {
    match error {
        DecisionError::AlreadyDecided(_) => Error::Stale { what: "request".to_owned() },
        DecisionError::ReasonMissing => {
            Error::field("comment", "Say why, so that the person who asked knows what to change.")
        }
        DecisionError::OwnRequest | DecisionError::NotTheRequester | DecisionError::NotYetExpired(_) => {
            Error::conflict("This decision cannot be made.", format!("{error}."), "Look at the request again.")
        }
    }
}

fn name_taken(error: store::Error) -> Error {
    match error {
        store::Error::Duplicate { .. } => Error::conflict(
            "An environment of this name came into the account meanwhile.",
            "Names are unique in an account.",
            "Deny the request with a note, so that it can be made again under another name.",
        ),
        error => error.into(),
    }
}
