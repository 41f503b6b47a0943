//! Deciding a request, and what follows: an approval makes the environment and its operation in the same transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::action::Action;
use domain::audit::Outcome;
use domain::environment::{Environment, EnvironmentState, Leaves};
use domain::home::Homes;
use domain::id::{EnvironmentId, OperationId, RequestId};
use domain::operation::{Operation, OperationKind, Step, Subject};
use domain::person::PersonKey;
use domain::problem::Problem;
use domain::request::{Decided, Decision, DecisionError, Request, RequestKind, RequestState, StepDecision, Verdict};
use domain::view::DecisionInput;
use store::Tx;

use crate::trail::{By, Event};
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Approves the open step, or denies. A request that changed since the page was loaded is not decided; one that the caller
    /// decided just so is left as it is.
    pub async fn decide_request(&self, caller: &Caller, id: &RequestId, input: DecisionInput) -> Result<Decided> {
        let verdict = match input.decision.as_str() {
            "approve" => Verdict::Approve,
            "deny" => Verdict::Deny,
            _ => return Err(Error::field("decision", "Choose to approve or to deny.")),
        };
        // A second click: what it asks for is done, by whoever may not do it twice.
        if let Some(decided) = self.decided_before(caller, id, verdict).await? {
            return Ok(decided);
        }
        let seen: Request = match self.authorize(caller, Action::DecideRequest, id).await {
            Ok(authorized) => authorized.into_thing(),
            // The first of two clicks was quicker by this much.
            Err(denied @ Error::Denied { .. }) => {
                return self.decided_before(caller, id, verdict).await?.ok_or(denied);
            }
            Err(error) => return Err(error),
        };
        let deciders = self.deciders_in(&seen.project).await?;
        let (by, on_behalf_of) = (caller.actor.person.clone(), deciders.stands_for(&seen, &caller.actor, self.now()));
        let comment = input.comment.trim().to_owned();
        if comment.chars().count() > 2_000 {
            return Err(Error::field("comment", "At most 2000 characters."));
        }
        let decision = match verdict {
            // What is known to come to nothing is not begun.
            Verdict::Approve if seen.state == RequestState::Submitted => {
                if let Some(problem) = self.hindrance_of(&seen).await? {
                    return Err(Error::Conflict(problem));
                }
                Decision::Approve { by: Some(by), on_behalf_of, comment }
            }
            Verdict::Approve => Decision::Approve { by: Some(by), on_behalf_of, comment },
            Verdict::Deny => Decision::Deny { by, on_behalf_of, comment },
        };
        self.decide(caller, &seen, input.version.trim().parse().unwrap_or(-1), decision).await
    }

    /// What became of a request that the caller decided just so before; refused where they decided otherwise.
    async fn decided_before(&self, caller: &Caller, id: &RequestId, verdict: Verdict) -> Result<Option<Decided>> {
        let Some(made) = self.store().request_decision_of(id, &caller.actor.person).await? else { return Ok(None) };
        if made.verdict != verdict {
            let did = if made.verdict == Verdict::Approve { "approved" } else { "denied" };
            return Err(Error::conflict(
                &format!("You {did} the request before."),
                "One person decides one step of a request, and no other; what you decided now was not recorded.",
                "The page shows the request as it is now.",
            ));
        }
        Ok(self.store().request(id).await?.map(|request| Decided::of(&request)))
    }

    /// Takes the caller's own undecided request back.
    pub async fn withdraw_request(&self, caller: &Caller, id: &RequestId, version: i64) -> Result<()> {
        let seen: Request = self.authorize(caller, Action::WithdrawRequest, id).await?.into_thing();
        let decision = Decision::Withdraw { by: caller.actor.person.clone() };
        self.decide(caller, &seen, version, decision).await.map(drop)
    }

    async fn decide(&self, caller: &Caller, seen: &Request, version: i64, decision: Decision) -> Result<Decided> {
        let mut tx = self.store().begin().await?;
        let request = tx.request(&seen.id).await?.ok_or_else(|| Error::not_found("request"))?;
        // A second click: what it asks for is done.
        if is_made(&request, &decision) {
            return Ok(Decided::of(&request));
        }
        if let Some(made) = &request.decision {
            let problem = self.decided_already(made).await?;
            return Err(Error::Conflict(problem));
        }
        if request.version != version || request.version != seen.version {
            return Err(Error::stale("request"));
        }
        let decided = self.apply_decision(&mut tx, caller, request, decision).await?;
        tx.commit().await?;
        self.signals().sealer.notify_one();
        if let Some(environment) = &decided.environment {
            self.changed(environment);
        }
        Ok(Decided::of(&decided))
    }

    /// What somebody is told who comes too late.
    async fn decided_already(&self, made: &Decision) -> Result<Problem> {
        let (by, did) = match made {
            Decision::Approve { by, .. } => (by.as_ref(), "approved"),
            Decision::Deny { by, .. } => (Some(by), "denied"),
            Decision::Withdraw { by } => (Some(by), "withdrew"),
            Decision::Close { by } => (Some(by), "closed"),
            Decision::Expire | Decision::Lapse | Decision::Void => (None, "closed"),
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
        let made = step_decision(&request, &decision, now);
        let nobody_asked = matches!(decision, Decision::Approve { by: None, .. });
        let steps = request.approval.steps().len();
        let mut decided = request.decide(decision.clone(), now).map_err(|e| refused_decision(&e))?;
        let action = match &decision {
            Decision::Approve { .. } if decided.state == RequestState::Submitted => "approve_step",
            Decision::Approve { .. } => "approve_request",
            Decision::Deny { .. } => "deny_request",
            Decision::Withdraw { .. } => Action::WithdrawRequest.as_str(),
            Decision::Expire => "expire_request",
            Decision::Lapse => "lapse_request",
            Decision::Void => "void_request",
            Decision::Close { .. } => "close_request",
        };
        let rollout = match decided.kind {
            RequestKind::Update if decided.state.is_final() => tx.rollout_of(&decided.id).await?,
            _ => None,
        };
        if let Some(rollout) = &rollout {
            tx.hasten_operation(Subject::ROLLOUT, rollout.as_str(), now).await?;
        }
        if decided.state == RequestState::Approved && decided.kind == RequestKind::Update {
            tx.update_request(&decided).await?;
            // In a rollout it waits for its turn.
            if rollout.is_none() {
                self.begin_update(tx, by, &decided).await?;
            }
        } else if decided.state == RequestState::Approved && decided.kind == RequestKind::Extension {
            tx.update_request(&decided).await?;
            self.extend_by(tx, by, &decided).await?;
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
            if decided.state.is_final() {
                tx.erase_sealed(&decided.id).await?;
            }
        }
        let mut event = Event::done(action, "request", decided.id.as_str())
            .project(&decided.project)
            .version(decided.version)
            .outcome(Outcome::Succeeded);
        if let Some(made) = &made {
            tx.insert_request_decision(made).await?;
            event = event.with("step", format!("{} of {steps}: {}", made.step + 1, made.who));
            if let Some(delegator) = &made.on_behalf_of {
                event = event.with("in_place_of", delegator.studio_user_id().as_str());
            }
            if !made.comment.is_empty() {
                event = event.with("comment", &made.comment);
            }
        }
        if let (Some(made), Some(open)) = (&made, decided.open_step())
            && open.index > made.step
        {
            event = event.with("opens", (open.index + 1).to_string());
        }
        if nobody_asked {
            event = event.with("because", "the approval rule asks nobody");
        }
        self.record(tx, by, event).await?;
        Ok(decided)
    }

    /// What an approved request makes.
    pub(crate) fn environment_for(&self, request: &Request) -> Result<(Environment, Operation)> {
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
            named_after: None,
            transfer: None,
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
            homes: Homes::default(),
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

/// What somebody decides at the step that is open; nothing where nobody is asked, or nobody decides.
fn step_decision(request: &Request, decision: &Decision, at: DateTime<Utc>) -> Option<StepDecision> {
    let (by, on_behalf_of, verdict, comment) = match decision {
        Decision::Approve { by, on_behalf_of, comment } => (by.as_ref()?, on_behalf_of, Verdict::Approve, comment),
        Decision::Deny { by, on_behalf_of, comment } => (by, on_behalf_of, Verdict::Deny, comment),
        Decision::Withdraw { .. } | Decision::Expire | Decision::Lapse | Decision::Close { .. } | Decision::Void => {
            return None;
        }
    };
    let open = request.open_step()?;
    Some(StepDecision {
        request: request.id.clone(),
        step: open.index,
        who: open.step.who,
        by: by.clone(),
        on_behalf_of: on_behalf_of.clone(),
        verdict,
        comment: comment.clone(),
        at,
    })
}

/// Whether the same person decided the same; what they wrote to it does not matter.
fn is_made(request: &Request, now: &Decision) -> bool {
    if let Decision::Approve { by: Some(by), .. } = now
        && request.agreed.iter().any(|agreement| &agreement.by == by)
    {
        return true;
    }
    let Some(made) = &request.decision else { return false };
    match (made, now) {
        (Decision::Approve { by: Some(made), .. }, Decision::Approve { by: Some(now), .. })
        | (Decision::Deny { by: made, .. }, Decision::Deny { by: now, .. })
        | (Decision::Withdraw { by: made }, Decision::Withdraw { by: now }) => made == now,
        _ => false,
    }
}

fn refused_decision(error: &DecisionError) -> Error {
    match error {
        DecisionError::AlreadyDecided(_) => Error::stale("request"),
        DecisionError::ReasonMissing => {
            Error::field("comment", "Say why, so that the person who asked knows what to change.")
        }
        DecisionError::OwnRequest
        | DecisionError::DecidedBefore
        | DecisionError::NotTheRequester
        | DecisionError::NotYetExpired(_) => {
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
