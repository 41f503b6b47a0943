//! Retrying an environment that could not be brought up, or whose termination failed.

use domain::action::Action;
use domain::environment::{Environment, EnvironmentState};
use domain::id::EnvironmentId;
use domain::operation::OperationKind;

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Starts the failed kind of operation again, as a new one with a token of its own.
    pub async fn retry_environment(&self, caller: &Caller, id: &EnvironmentId) -> Result<()> {
        let seen: Environment = self.authorize(caller, Action::RetryEnvironment, id).await?.into_thing();
        let last = match &seen.operation {
            Some(operation) => self.store().operation(operation).await?,
            None => None,
        };
        let kind = last.map_or(OperationKind::Provision, |o| o.kind);
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
        use EnvironmentState::{Available, Error as Failed, Provisioning, Tainted, Terminating};
        let mut tx = self.store().begin().await?;
        let mut it = tx.environment(&seen.id).await?.ok_or_else(|| Error::not_found("environment"))?;
        if it.version != seen.version {
            return Err(Error::Stale { what: "environment".to_owned() });
        }
        let possible = match action {
            Action::RetryEnvironment => it.state == Failed,
            _ => matches!(it.state, Available | Tainted | Failed),
        };
        if !possible {
            return Err(Error::conflict(
                "This cannot be done now.",
                format!("The environment is {}.", it.state),
                "Wait until nothing is at work on it; its page shows how far that is.",
            ));
        }
        let operation = self.operation(kind, &it.id, &it.project, &caller.actor.person)?;
        it.state = match kind {
            OperationKind::Provision => Provisioning,
            OperationKind::Terminate => Terminating,
        };
        it.problem = None;
        it.operation = Some(operation.id.clone());
        it.updated_at = self.now();
        it.version += 1;
        tx.update_environment(&it).await?;
        tx.insert_operation(&operation).await?;
        let event = Event::done(action.as_str(), "environment", it.id.as_str())
            .project(&it.project)
            .version(it.version)
            .with("name", &it.name)
            .with("operation", operation.id.as_str())
            .with("kind", kind.as_str());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.changed(&it.id);
        Ok(())
    }
}
