//! Cutting somebody off at once, and giving it back. The portal's part holds with the commit; AWS's part is an operation.

use domain::action::Action;
use domain::environment::{Environment, EnvironmentState};
use domain::id::{EnvironmentId, ProjectId, RevocationId};
use domain::operation::{Operation, OperationKind, Subject};
use domain::person::{PersonKey, PlatformRole};
use domain::problem::Problem;
use domain::revocation::{Reach, Revocation, RevocationState};
use domain::view::RevokeInput;
use store::{Lock, Tx};

use crate::authorize::Cut;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// Characters of a reason.
const LONGEST_REASON: usize = 2_000;

/// Whom a form is about, and the environment it was come from.
#[derive(Clone, Debug)]
pub(crate) struct Whom {
    pub(crate) person: PersonKey,
    pub(crate) name: String,
    pub(crate) environment: Option<Environment>,
}

impl ControlPlane {
    /// Cuts somebody off. What is cut off in this way already is answered with the revocation that did it.
    pub async fn revoke_access(&self, caller: &Caller, input: RevokeInput) -> Result<RevocationId> {
        let whom = self.whom(&input.environment, &input.person).await?;
        let chosen = reach(&input.reach, whom.environment.as_ref());
        let narrowest = whom.environment.as_ref().map_or(Reach::Everything, of_environment);
        let cut = Cut { person: whom.person.clone(), reach: chosen.clone().unwrap_or(narrowest) };
        let cut = self.authorize::<Cut>(caller, Action::RevokeAccess, &cut).await?.into_thing();
        if chosen.is_none() {
            return Err(Error::field("reach", "Choose how far it reaches."));
        }
        let reason = input.reason.trim().to_owned();
        if reason.is_empty() {
            return Err(Error::field("reason", "Say why: whoever decides about it later reads this."));
        }
        if reason.chars().count() > LONGEST_REASON {
            return Err(Error::field("reason", format!("At most {LONGEST_REASON} characters.")));
        }
        if let (Reach::Environment { .. }, Some(it)) = (&cut.reach, &whom.environment)
            && it.state == EnvironmentState::Terminated
        {
            return Err(Error::conflict(
                "There is nothing left to cut off.",
                "The environment is terminated.",
                "Cut its owner off instead, if that is what you want.",
            ));
        }
        if let Reach::Project { project } = &cut.reach
            && self.store().project(project).await?.is_none()
        {
            return Err(Error::field("reach", "There is no such project."));
        }
        // Somebody who has nothing to do with a lead's project is nobody there, by name or otherwise.
        if !self.reaches(caller, &whom).await?.iter().any(|offered| offered.value == input.reach) {
            return Err(if caller.actor.has_platform_role(PlatformRole::Admin) {
                Error::field("reach", "They have nothing to do with this: choose one of what is offered.")
            } else {
                Error::not_found("person of this id")
            });
        }
        self.make_revocation(caller, cut, reason).await
    }

    async fn make_revocation(&self, caller: &Caller, cut: Cut, reason: String) -> Result<RevocationId> {
        let now = self.now();
        let id: RevocationId = self.ids().next()?;
        let operation = self.revocation_operation(OperationKind::Revoke, &id, &caller.actor.person)?;
        let it = Revocation {
            id,
            person: cut.person,
            reach: cut.reach,
            reason,
            by: caller.actor.person.clone(),
            by_admin: caller.actor.has_platform_role(PlatformRole::Admin),
            state: RevocationState::Revoking,
            problem: None,
            targets: Vec::new(),
            operation: operation.id.clone(),
            created_at: now,
            restored_by: None,
            updated_at: now,
            version: 1,
        };
        let mut tx = self.store().begin().await?;
        tx.lock(Lock::Revocations).await?;
        // Of two who cut each other off at the same moment one is left, who can lift it.
        let cut_off = tx.person(&caller.actor.person).await?.map(|record| record.cut_off).unwrap_or_default();
        if cut_off.everything {
            return Err(self.cut_off());
        }
        let in_force = tx.revocations_in_force(&it.person).await?;
        // What a lead revoked, a lead can lift: it does not do for what an admin revokes.
        let covers = |other: &Revocation| {
            other.reach == it.reach && other.state != RevocationState::Restoring && (other.by_admin || !it.by_admin)
        };
        let same = in_force.iter().find(|other| covers(other));
        if let Some(same) = same {
            return Ok(same.id.clone());
        }
        tx.insert_operation(&operation).await?;
        tx.insert_revocation(&it).await?;
        let who = it.person.studio_user_id();
        let mut event = event_of(Action::RevokeAccess, &it)
            .with("person", who.as_str())
            .with("reach", it.reach.as_str())
            .with("reason", &it.reason)
            .with("operation", operation.id.as_str());
        if let Some(environment) = it.reach.environment() {
            event = event.with("environment", environment.as_str());
        }
        if it.reach == Reach::Everything {
            let ended = tx.end_sessions_of(&it.person, None).await?;
            event = event.with("sessions_ended", ended.to_string());
        }
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.wake();
        Ok(it.id)
    }

    /// Gives back what was cut off. What still cuts off is ended first.
    pub async fn restore_access(&self, caller: &Caller, id: &RevocationId, version: &str) -> Result<()> {
        let seen: Revocation = self.authorize(caller, Action::RestoreAccess, id).await?.into_thing();
        let mut tx = self.store().begin().await?;
        let last = tx.operation(&seen.operation).await?;
        let mut it = tx.revocation(id).await?.ok_or_else(|| Error::not_found("revocation"))?;
        // A second click, or somebody was quicker: it is what was asked for.
        if matches!(it.state, RevocationState::Restoring | RevocationState::Restored) {
            return Ok(());
        }
        // It moves on by itself while it is carried out; whatever its version, it can be lifted.
        let moves = last.as_ref().is_some_and(|o| o.finished_at.is_none());
        if it.version != version.trim().parse().unwrap_or(-1) && !moves || it.operation != seen.operation {
            return Err(Error::stale("revocation"));
        }
        let mut operation = self.revocation_operation(OperationKind::Restore, id, &caller.actor.person)?;
        if let Some(ended) = last.filter(|o| o.finished_at.is_none()) {
            // Until its lease ends a worker may be at a call to AWS: only then is it known what there is to take away.
            operation.next_run_at = ended.lease_until.map_or(self.now(), |until| until.max(self.now()));
            tx.end_operation(&self.ended(&ended, given_back())).await?;
        }
        it.begin_restoring();
        it.restored_by = Some(caller.actor.person.clone());
        self.put_to_work(&mut tx, &mut it, &operation).await?;
        let event = event_of(Action::RestoreAccess, &it)
            .with("person", it.person.studio_user_id().as_str())
            .with("operation", operation.id.as_str());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Tries again what an operation could not do. What is done stays done.
    pub async fn retry_revocation(&self, caller: &Caller, id: &RevocationId) -> Result<()> {
        let state = self.store().revocation(id).await?.map(|it| it.state);
        let restores = state == Some(RevocationState::Restoring);
        let action = if restores { Action::RestoreAccess } else { Action::RevokeAccess };
        let seen: Revocation = self.authorize(caller, action, id).await?.into_thing();
        let mut tx = self.store().begin().await?;
        let last = tx.operation(&seen.operation).await?;
        let mut it = tx.revocation(id).await?.ok_or_else(|| Error::not_found("revocation"))?;
        // A second click, or it came to its end meanwhile.
        let at_work = last.is_some_and(|o| o.finished_at.is_none());
        if it.operation != seen.operation || at_work || it.problem.is_none() {
            return Ok(());
        }
        let kind = if restores { OperationKind::Restore } else { OperationKind::Revoke };
        let operation = self.revocation_operation(kind, id, &caller.actor.person)?;
        it.try_again();
        self.put_to_work(&mut tx, &mut it, &operation).await?;
        let event = event_of(action, &it).with("again", "yes").with("operation", operation.id.as_str());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    async fn put_to_work(&self, tx: &mut Tx, it: &mut Revocation, operation: &Operation) -> Result<()> {
        it.operation = operation.id.clone();
        it.updated_at = self.now();
        it.version += 1;
        tx.insert_operation(operation).await?;
        tx.update_revocation(it).await?;
        Ok(())
    }

    /// Whom the address or the form names.
    pub(crate) async fn whom(&self, environment: &str, person: &str) -> Result<Whom> {
        if let Ok(id) = environment.parse::<EnvironmentId>() {
            let it = self.store().environment(&id).await?;
            let it = it.ok_or_else(|| Error::not_found("environment with this id"))?;
            let name = self.names([], [&it.owner]).await?.person(&it.owner);
            return Ok(Whom { person: it.owner.clone(), name, environment: Some(it) });
        }
        let found = self.store().person_by_studio_user_id(person).await?;
        let found = found.ok_or_else(|| Error::not_found("person of this id"))?;
        Ok(Whom { person: found.person, name: found.display_name, environment: None })
    }

    fn revocation_operation(&self, kind: OperationKind, id: &RevocationId, by: &PersonKey) -> Result<Operation> {
        self.operation(kind, Subject::Revocation { id: id.clone() }, by)
    }
}

fn event_of(action: Action, it: &Revocation) -> Event<'_> {
    let event = Event::done(action.as_str(), "revocation", it.id.as_str()).version(it.version);
    match it.reach.project() {
        Some(project) => event.project(project),
        None => event,
    }
}

fn of_environment(it: &Environment) -> Reach {
    Reach::Environment { environment: it.id.clone(), project: it.project.clone() }
}

/// `environment`, `project:ID` or `everything`.
fn reach(text: &str, environment: Option<&Environment>) -> Option<Reach> {
    match text {
        "environment" => environment.map(of_environment),
        "everything" => Some(Reach::Everything),
        _ => {
            let project: ProjectId = text.strip_prefix("project:")?.parse().ok()?;
            Some(Reach::Project { project })
        }
    }
}

fn given_back() -> Problem {
    Problem::new("The revocation was ended.", "The access is given back instead.", "Follow how it is given back.")
}
