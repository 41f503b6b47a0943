//! Terminating an environment.

use domain::action::Action;
use domain::environment::{Environment, EnvironmentState, Leaves};
use domain::home::{Files, Homes};
use domain::id::EnvironmentId;
use domain::operation::{Operation, OperationKind, Step};
use domain::problem::{FieldError, Problem};
use domain::view::TerminateInput;

use crate::consequences::Termination;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Starts the termination, once the name was typed to confirm it. One that the caller started already goes on; a
    /// provisioning is ended.
    pub async fn terminate_environment(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
        input: TerminateInput,
    ) -> Result<()> {
        let seen: Environment = self.authorize(caller, Action::TerminateEnvironment, id).await?.into_thing();
        if input.confirm.trim() != seen.name {
            let mut errors = vec![FieldError::new("confirm", format!("Type {} to confirm.", seen.name))];
            // What else is wrong is said at once; what cannot be asked for at all is refused once the name is right.
            let leaves = input.leaves.trim().parse().unwrap_or(Leaves::Nothing);
            if let Err(Error::Invalid(more)) = self.chosen_files(&seen, leaves, &input.files).await {
                errors.extend(more);
            }
            return Err(Error::Invalid(errors));
        }
        self.terminate_confirmed(caller, seen, input).await
    }

    /// The same, of an environment that the caller may terminate and was asked about.
    pub(crate) async fn terminate_confirmed(
        &self,
        caller: &Caller,
        seen: Environment,
        input: TerminateInput,
    ) -> Result<()> {
        let leaves: Leaves = match input.leaves.trim() {
            "" => Leaves::Nothing,
            text => text.parse().map_err(|_| Error::field("leaves", "Choose what is left in AWS."))?,
        };
        if leaves != Leaves::Nothing {
            self.authorize::<Environment>(caller, Action::LeaveResources, &seen.id).await?;
        }
        if self.is_underway(caller, &seen, OperationKind::Terminate).await? {
            return Ok(());
        }
        let files = self.chosen_files(&seen, leaves, &input.files).await?;
        let posted: Option<i64> = input.version.trim().parse().ok();
        // What is coming up gets new versions while the name is being typed.
        let moves = seen.state == EnvironmentState::Provisioning && posted.is_some_and(|posted| posted < seen.version);
        if posted != Some(seen.version) && !moves {
            return Err(Error::stale("environment"));
        }
        let wanted = Environment { leaves, homes: Homes { files, ..seen.homes }, ..seen };
        self.start(caller, &wanted, OperationKind::Terminate, Action::TerminateEnvironment).await
    }

    /// What becomes of the home directories: nothing is assumed, where there are any. `None` where there are none, or where
    /// everything is left with their domain.
    async fn chosen_files(&self, it: &Environment, leaves: Leaves, posted: &str) -> Result<Option<Files>> {
        let told = self.store().stack_events(&it.id, 500).await?;
        let product = self.store().product(&it.product).await?;
        let artifact = product.as_ref().and_then(|product| product.artifact(&it.artifact));
        if leaves == Leaves::Everything || !Termination::of(it, &told, artifact).has_home {
            return Ok(None);
        }
        let choose = "Choose whether the home directories are kept or deleted.";
        posted.trim().parse().map(Some).map_err(|_| Error::field("files", choose))
    }

    /// The operation, ended for another one.
    pub(crate) fn ended(&self, operation: &Operation, why: Problem) -> Operation {
        Operation {
            step: Step::Failed { problem: why, at: operation.step.position() },
            trouble: None,
            lease_owner: None,
            lease_until: None,
            finished_at: Some(self.now()),
            version: operation.version + 1,
            ..operation.clone()
        }
    }
}

pub(crate) fn terminated_instead() -> Problem {
    Problem::new(
        "The provisioning was ended.",
        "The environment is terminated instead.",
        "Follow the termination: it takes down what came up.",
    )
}
