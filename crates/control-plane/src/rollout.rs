//! Updates of several environments as one operation: begun, gone on with after it stopped, ended before its end.

use domain::action::Action;
use domain::environment::Environment;
use domain::id::{EnvironmentId, ProjectId, RequestId, RolloutId};
use domain::operation::{Operation, OperationKind, Subject};
use domain::request::{Decision, Request};
use domain::rollout::{Progress, Rollout, RolloutItem, RolloutState};
use store::Tx;

use crate::act_together::{Chosen, refusal_in_words};
use crate::authorize::Deciders;
use crate::submit::check_rate;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// An environment, and the update to ask for, or why there is none.
type Asked = (Environment, Result<Request, String>);

impl ControlPlane {
    /// Asks for the update of each that was chosen to the version that it is offered. They are made one after the other, each
    /// once it is approved; one that cannot be asked for is passed over, with the reason.
    pub(crate) async fn begin_rollout(
        &self,
        caller: &Caller,
        chosen: &[Chosen],
        reason: &str,
        form_token: &str,
    ) -> Result<RolloutId> {
        let asked = self.updates_of(caller, chosen, reason).await?;
        let id: RolloutId = self.ids().next()?;
        let operation = self.rollout_operation(&id, caller)?;
        let now = self.now();
        let mut rollout = Rollout {
            id: id.clone(),
            project: one_project(&asked),
            by: caller.actor.person.clone(),
            reason: reason.to_owned(),
            items: Vec::new(),
            state: RolloutState::Running,
            problem: None,
            ended_by: None,
            operation: operation.id.clone(),
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let mut tx = self.store().begin().await?;
        let (mut requests, mut refused) = (Vec::new(), Vec::new());
        for (seen, asked) in asked {
            let kept = match asked {
                Ok(request) => self.keep_in_rollout(&mut tx, caller, &seen, request, &id).await?,
                Err(why) => Err(why),
            };
            let (request, progress) = match kept {
                Ok(request) => {
                    requests.push(request.clone());
                    (Some(request.id), Progress::Waiting)
                }
                Err(why) => {
                    refused.push((seen.name, why.clone()));
                    (None, Progress::PassedOver { why })
                }
            };
            rollout.items.push(RolloutItem { environment: seen.id, request, base: seen.request, progress });
        }
        if requests.is_empty() {
            return Err(none_of_them(&refused));
        }
        tx.insert_operation(&operation).await?;
        tx.insert_rollout(&rollout).await?;
        let event = event_of("begin_rollout", &rollout)
            .with("reason", reason)
            .with("updates", requests.len().to_string())
            .with("operation", operation.id.as_str());
        self.record(&mut tx, caller, event).await?;
        for request in requests {
            self.approve_where_nobody_is_asked(&mut tx, caller, request).await?;
        }
        tx.finish_form(form_token, &caller.actor.person, &address(&id)).await?;
        tx.commit().await?;
        self.wake();
        Ok(id)
    }

    /// Of each that was chosen and that the caller sees, the update to ask for, or why there is none. Fails where there is none at
    /// all: nothing would be begun.
    async fn updates_of(&self, caller: &Caller, chosen: &[Chosen], reason: &str) -> Result<Vec<Asked>> {
        let ids: Vec<EnvironmentId> = chosen.iter().map(|one| one.id.clone()).collect();
        let mut seen = self.chosen_environments(caller, &ids).await?;
        let deciders = self.deciders(|project| seen.iter().any(|it| it.project == *project)).await?;
        // In one order, whoever chose them: two rollouts at once do not wait for each other.
        seen.sort_by(|a, b| a.id.cmp(&b.id));
        let (mut asked, mut denied) = (Vec::new(), None);
        for one in chosen.iter().filter(|one| seen.iter().all(|it| it.id != one.id)) {
            // Who may do it to none of them is refused as with one, also where they see none.
            if let Err(error @ Error::Denied { .. }) = self.update_of_one(caller, one, reason, &deciders).await {
                denied = Some(error);
            }
        }
        for it in seen {
            let Some(one) = chosen.iter().find(|one| one.id == it.id) else { continue };
            let update = match self.update_of_one(caller, one, reason, &deciders).await {
                Ok(request) => Ok(request),
                Err(Error::Denied { what, rule, says, ask }) => {
                    denied = Some(Error::Denied { what, rule, says: says.clone(), ask });
                    Err(says)
                }
                Err(error) => Err(refusal_in_words(error)?),
            };
            asked.push((it, update));
        }
        if asked.iter().any(|(_, update)| update.is_ok()) {
            return Ok(asked);
        }
        let why: Vec<(String, String)> =
            asked.into_iter().filter_map(|(it, update)| Some((it.name, update.err()?))).collect();
        Err(denied.unwrap_or_else(|| none_of_them(&why)))
    }

    async fn update_of_one(&self, caller: &Caller, one: &Chosen, reason: &str, deciders: &Deciders) -> Result<Request> {
        let it: Environment = self.authorize(caller, Action::UpdateEnvironment, &one.id).await?.into_thing();
        if it.version.to_string() != one.version {
            return Err(Error::stale("environment"));
        }
        Ok(Box::pin(self.offered_update(caller, it, reason, deciders)).await?.request)
    }

    /// Writes the request down, unless the environment changed, or something else of it was asked for, in this moment.
    async fn keep_in_rollout(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        seen: &Environment,
        request: Request,
        rollout: &RolloutId,
    ) -> Result<Result<Request, String>> {
        let now = tx.environment(&seen.id).await?;
        if now.is_none_or(|now| now.version != seen.version) {
            return Ok(Err(refusal_in_words(Error::stale("environment"))?));
        }
        if let Err(error) = self.refuse_a_second_change(tx, &seen.id).await {
            return Ok(Err(refusal_in_words(error)?));
        }
        check_rate(tx, &caller.actor.person, self.now()).await?;
        self.keep_update_request(tx, caller, &request, seen, Some(rollout)).await?;
        Ok(Ok(request))
    }

    /// Goes on with the next update after one failed. What failed stays as it is: it is mended on its own page.
    pub async fn continue_rollout(&self, caller: &Caller, id: &RolloutId, version: &str) -> Result<()> {
        self.authorize::<Rollout>(caller, Action::ManageRollout, id).await?;
        let mut tx = self.store().begin().await?;
        let mut it = tx.rollout(id).await?.ok_or_else(|| Error::not_found("rollout"))?;
        // A second click, or it came to its end meanwhile.
        if it.state != RolloutState::Stopped {
            return Ok(());
        }
        if version.trim().parse() != Ok(it.version) {
            return Err(Error::stale("rollout"));
        }
        let operation = self.rollout_operation(id, caller)?;
        it.state = RolloutState::Running;
        it.problem = None;
        it.operation = operation.id.clone();
        it.updated_at = self.now();
        it.version += 1;
        tx.insert_operation(&operation).await?;
        tx.update_rollout(&it).await?;
        let event = event_of(Action::ManageRollout.as_str(), &it)
            .with("then", "go on")
            .with("operation", operation.id.as_str());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Begins no further update. One that is being made comes to its end; requests that nobody decided are closed.
    pub async fn end_rollout(&self, caller: &Caller, id: &RolloutId) -> Result<()> {
        self.authorize::<Rollout>(caller, Action::ManageRollout, id).await?;
        let mut tx = self.store().begin().await?;
        let mut it = tx.rollout(id).await?.ok_or_else(|| Error::not_found("rollout"))?;
        if !it.state.is_open() || it.ended_by.is_some() {
            return Ok(());
        }
        it.ended_by = Some(caller.actor.person.clone());
        for item in &mut it.items {
            if item.progress == Progress::Waiting {
                item.progress = Progress::PassedOver { why: "The rollout was ended before its turn.".to_owned() };
                if let Some(request) = &item.request {
                    self.close_request(&mut tx, caller, request).await?;
                }
            }
        }
        // What is at work sees to the end itself.
        if it.state == RolloutState::Stopped {
            it.conclude(None);
        }
        it.updated_at = self.now();
        it.version += 1;
        tx.update_rollout(&it).await?;
        let event = event_of(Action::ManageRollout.as_str(), &it).with("then", "end");
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Closes a request that nobody decided yet.
    async fn close_request(&self, tx: &mut Tx, caller: &Caller, id: &RequestId) -> Result<()> {
        let Some(request) = tx.request(id).await?.filter(|request| !request.state.is_final()) else { return Ok(()) };
        let decision = Decision::Close { by: caller.actor.person.clone() };
        self.apply_decision(tx, caller, request, decision).await.map(drop)
    }

    fn rollout_operation(&self, id: &RolloutId, caller: &Caller) -> Result<Operation> {
        self.operation(OperationKind::Rollout, Subject::Rollout { id: id.clone() }, &caller.actor.person)
    }
}

/// Where its page is.
pub(crate) fn address(id: &RolloutId) -> String {
    format!("/rollouts/{id}")
}

/// `why`: the name of each, and what was said of it.
fn none_of_them(why: &[(String, String)]) -> Error {
    let told: Vec<String> = why.iter().take(5).map(|(name, why)| format!("{name}: {why}")).collect();
    Error::conflict(
        "None of these environments can be updated now.",
        told.join(" "),
        "Look at them again: the page of each says what can be done.",
    )
}

fn one_project(asked: &[Asked]) -> Option<ProjectId> {
    let first = &asked.first()?.0.project;
    asked.iter().all(|(it, _)| it.project == *first).then(|| first.clone())
}

fn event_of<'a>(action: &'a str, it: &'a Rollout) -> Event<'a> {
    let event = Event::done(action, "rollout", it.id.as_str()).version(it.version);
    match &it.project {
        Some(project) => event.project(project),
        None => event,
    }
}
