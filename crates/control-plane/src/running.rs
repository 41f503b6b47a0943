//! Stopping and starting what runs in an environment.

use domain::action::Action;
use domain::environment::{Environment, EnvironmentState, LaunchTarget};
use domain::id::EnvironmentId;
use domain::observed::{Item, Running};
use domain::operation::{Operation, OperationKind, Step, Subject};
use domain::person::PersonKey;

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// What a form posts for everything.
const ALL: &str = "all";

impl ControlPlane {
    /// Stops everything that runs, or the one thing of this key, as it stood on the page.
    pub async fn stop_running(&self, caller: &Caller, id: &EnvironmentId, what: &str) -> Result<()> {
        let it: Environment = self.authorize(caller, Action::StopEnvironment, id).await?.into_thing();
        let only = if what == ALL { None } else { Some(self.listed(&it, what).await?) };
        let step = Step::Stop { only, remaining: None, idle: None };
        self.put_to_work_on_running(caller, &it, OperationKind::Stop, step, Action::StopEnvironment).await
    }

    /// Starts the notebook instance of an environment.
    pub async fn start_notebook_instance(&self, caller: &Caller, id: &EnvironmentId) -> Result<()> {
        let it: Environment = self.authorize(caller, Action::StartEnvironment, id).await?.into_thing();
        if !matches!(it.launch_target, Some(LaunchTarget::NotebookInstance { .. })) {
            return Err(Error::conflict(
                "There is no notebook instance to start.",
                "What this environment opens is Studio.",
                "Open Studio: apps are started there.",
            ));
        }
        self.put_to_work_on_running(caller, &it, OperationKind::Start, Step::Start, Action::StartEnvironment).await
    }

    /// The thing of this key, as the last look found it.
    pub(crate) async fn listed(&self, it: &Environment, key: &str) -> Result<Item> {
        let known = self.store().observation(&it.id).await?.observed;
        let running = known.into_iter().flat_map(|observed| observed.running);
        let found = running.map(|Running { item, .. }| item).find(|item| item.key() == key);
        found.ok_or_else(|| {
            Error::conflict(
                "This does not run any more.",
                "AWS was asked since the page was opened, and did not name it.",
                "Look at what runs now.",
            )
        })
    }

    async fn put_to_work_on_running(
        &self,
        caller: &Caller,
        it: &Environment,
        kind: OperationKind,
        step: Step,
        action: Action,
    ) -> Result<()> {
        if matches!(it.state, EnvironmentState::Terminating | EnvironmentState::Terminated) {
            return Err(Error::conflict(
                "There is nothing left to stop or start.",
                "The environment is being terminated, or is terminated: what runs in it ends first.",
                "Follow how far that is on its page.",
            ));
        }
        let operation = self.running_operation(it, kind, step, &caller.actor.person)?;
        let mut tx = self.store().begin().await?;
        match tx.insert_operation(&operation).await {
            Ok(()) => {}
            Err(store::Error::Duplicate { .. }) => {
                tx.rollback().await?;
                return self.underway_on_running(caller, it, &operation).await;
            }
            Err(error) => return Err(error.into()),
        }
        let mut event = Event::done(action.as_str(), "environment", it.id.as_str())
            .project(&it.project)
            .with("name", &it.name)
            .with("operation", operation.id.as_str());
        if let Step::Stop { only: Some(item), .. } = &operation.step {
            event = event.with("what", item.key());
        }
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.changed(&it.id);
        Ok(())
    }

    /// A second click asks for nothing more; anything else waits for what is under way.
    async fn underway_on_running(&self, caller: &Caller, it: &Environment, wanted: &Operation) -> Result<()> {
        let same = self.store().last_operation_on_running(&it.id).await?.is_some_and(|last| {
            last.kind == wanted.kind && last.on_behalf_of == caller.actor.person && asks_for(&last) == asks_for(wanted)
        });
        if same {
            return Ok(());
        }
        Err(Error::conflict(
            "Something is being stopped or started here already.",
            "One thing is done after the other, so that what is started is not stopped by an earlier click.",
            "Wait until it is done, then look at what runs.",
        ))
    }

    /// An operation on what runs, which begins at its one step.
    pub(crate) fn running_operation(
        &self,
        it: &Environment,
        kind: OperationKind,
        step: Step,
        by: &PersonKey,
    ) -> Result<Operation> {
        let subject = Subject::Running { id: it.id.clone(), project: it.project.clone() };
        Ok(Operation { step, ..self.operation(kind, subject, by)? })
    }
}

fn asks_for(operation: &Operation) -> Option<&Item> {
    match &operation.step {
        Step::Stop { only, .. } => only.as_ref(),
        _ => None,
    }
}
