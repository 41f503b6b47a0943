//! Retrying an environment that could not be brought up or updated, or whose termination failed.

use domain::action::Action;
use domain::environment::{Environment, EnvironmentState, Leaves};
use domain::id::EnvironmentId;
use domain::operation::{Operation, OperationKind, Step, Subject};

use crate::terminate::terminated_instead;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Starts the failed kind of operation again, as a new one with a token of its own. A retry of the caller's that is
    /// underway goes on. `version` is the one that the caller saw, or empty: what is tried again, and what that takes down,
    /// follows from where the environment stands.
    pub async fn retry_environment(&self, caller: &Caller, id: &EnvironmentId, version: &str) -> Result<()> {
        let seen: Environment = self.authorize(caller, Action::RetryEnvironment, id).await?.into_thing();
        let last = match &seen.operation {
            Some(operation) => self.store().operation(operation).await?,
            None => None,
        };
        let kind = match last.map_or(OperationKind::Provision, |o| o.kind) {
            _ if seen.state == EnvironmentState::Tainted && seen.update.is_some() => OperationKind::Update,
            // What was to be updated does not run any more: it is brought up anew.
            OperationKind::Update => OperationKind::Provision,
            kind => kind,
        };
        if kind == OperationKind::Terminate && seen.leaves != Leaves::Nothing {
            self.authorize::<Environment>(caller, Action::LeaveResources, id).await?;
        }
        if self.is_retried(caller, &seen, kind).await? {
            return Ok(());
        }
        if !version.is_empty() && version.trim().parse() != Ok(seen.version) {
            return Err(Error::stale("environment"));
        }
        self.start(caller, &seen, kind, Action::RetryEnvironment).await
    }

    /// Puts an operation to work on an environment, in one transaction with its event.
    pub(crate) async fn start(
        &self,
        caller: &Caller,
        seen: &Environment,
        kind: OperationKind,
        action: Action,
    ) -> Result<()> {
        self.start_at(caller, seen, kind, action, Step::Check).await
    }

    /// The same, with what the first step has to know.
    pub(crate) async fn start_at(
        &self,
        caller: &Caller,
        seen: &Environment,
        kind: OperationKind,
        action: Action,
        step: Step,
    ) -> Result<()> {
        use EnvironmentState::{Available, Error as Failed, Provisioning, Tainted, Terminating, Updating};
        let mut tx = self.store().begin().await?;
        // The operation first, as its worker does: both wait for each other otherwise.
        let last = match &seen.operation {
            Some(operation) => tx.operation(operation).await?,
            None => None,
        };
        let mut it = tx.environment(&seen.id).await?.ok_or_else(|| Error::not_found("environment"))?;
        let ends = kind == OperationKind::Terminate && it.state == Provisioning && it.operation == seen.operation;
        // What is coming up moves on by itself; whatever its version, it can be ended.
        if it.version != seen.version && !ends {
            tx.rollback().await?;
            // The first click of two was quicker.
            if self.is_underway(caller, &it, kind).await? {
                return Ok(());
            }
            return Err(Error::stale("environment"));
        }
        let possible = match action {
            Action::RetryEnvironment => it.state == Failed || (it.state == Tainted && kind == OperationKind::Update),
            Action::TransferEnvironment => it.is_transferable(),
            Action::TagEnvironment => it.is_updatable(),
            _ => ends || matches!(it.state, Available | Tainted | Failed),
        };
        if !possible {
            return Err(Error::conflict(
                "This cannot be done now.",
                format!("The environment is {}.", it.state),
                "Wait until nothing is at work on it; its page shows how far that is.",
            ));
        }
        let subject = Subject::Environment { id: it.id.clone(), project: it.project.clone() };
        let mut operation = Operation { step, ..self.operation(kind, subject, &caller.actor.person)? };
        let ended = last.filter(|o| ends && o.finished_at.is_none());
        if let Some(ended) = &ended {
            // Until its lease ends a worker may be at a call to AWS: only then is it known what there is to terminate.
            operation.next_run_at = ended.lease_until.map_or(self.now(), |until| until.max(self.now()));
            tx.end_operation(&self.ended(ended, terminated_instead())).await?;
        }
        it.state = match kind {
            OperationKind::Provision => Provisioning,
            OperationKind::Update | OperationKind::Transfer | OperationKind::Tag => Updating,
            OperationKind::Terminate => Terminating,
            _ => it.state,
        };
        // Whoever brings it up again wants nothing left behind.
        let terminates = kind == OperationKind::Terminate;
        it.leaves = if terminates { seen.leaves } else { Leaves::Nothing };
        it.homes.files = seen.homes.files.filter(|_| terminates);
        it.problem = None;
        if kind == OperationKind::Transfer {
            it.transfer.clone_from(&seen.transfer);
        }
        it.operation = Some(operation.id.clone());
        it.updated_at = self.now();
        it.version += 1;
        tx.update_environment(&it).await?;
        tx.insert_operation(&operation).await?;
        let mut event = Event::done(action.as_str(), "environment", it.id.as_str())
            .project(&it.project)
            .version(it.version)
            .with("name", &it.name)
            .with("operation", operation.id.as_str())
            .with("kind", kind.as_str());
        if kind == OperationKind::Terminate && it.leaves != Leaves::Nothing {
            event = event.with("leaves", it.leaves.as_str());
        }
        if let Some(transfer) = it.transfer.as_ref().filter(|_| kind == OperationKind::Transfer) {
            event = event
                .with("from", it.studio_user_id.as_str())
                .with("to", transfer.to.studio_user_id().as_str())
                .with("reason", &transfer.reason);
        }
        if let Some(files) = it.homes.files {
            event = event.with("files", files.as_str());
        }
        if let Some(ended) = &ended {
            event = event.with("ended", ended.id.as_str());
        }
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.changed(&it.id);
        Ok(())
    }

    /// Whether the caller's own operation of this kind is at work on the environment, or a termination of theirs is done: a
    /// second click on the same button asks for nothing more.
    pub(crate) async fn is_underway(&self, caller: &Caller, it: &Environment, kind: OperationKind) -> Result<bool> {
        use EnvironmentState::{Provisioning, Terminated, Terminating, Updating};
        let fits = match kind {
            OperationKind::Provision => it.state == Provisioning,
            OperationKind::Update | OperationKind::Transfer | OperationKind::Tag => it.state == Updating,
            OperationKind::Terminate => matches!(it.state, Terminating | Terminated),
            _ => false,
        };
        let Some(operation) = it.operation.as_ref().filter(|_| fits) else { return Ok(false) };
        let operation = self.store().operation(operation).await?;
        Ok(operation.is_some_and(|o| o.kind == kind && o.on_behalf_of == caller.actor.person))
    }

    /// The same, of a retry: the first operation of an environment is none.
    async fn is_retried(&self, caller: &Caller, it: &Environment, kind: OperationKind) -> Result<bool> {
        let again = it.state.is_passing() && self.store().operations_of(&it.id, 2).await?.len() > 1;
        Ok(again && self.is_underway(caller, it, kind).await?)
    }
}
