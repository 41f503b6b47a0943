//! Terminating an environment.

use domain::action::Action;
use domain::environment::{Environment, EnvironmentState, Leaves};
use domain::id::EnvironmentId;
use domain::operation::{Operation, OperationKind, Step};
use domain::problem::Problem;
use domain::view::TerminateInput;

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
            return Err(Error::field("confirm", format!("Type {} to confirm.", seen.name)));
        }
        let leaves: Leaves = match input.leaves.trim() {
            "" => Leaves::Nothing,
            text => text.parse().map_err(|_| Error::field("leaves", "Choose what is left in AWS."))?,
        };
        if leaves != Leaves::Nothing {
            self.authorize::<Environment>(caller, Action::LeaveResources, id).await?;
        }
        if self.is_underway(caller, &seen, OperationKind::Terminate).await? {
            return Ok(());
        }
        let posted: Option<i64> = input.version.trim().parse().ok();
        // What is coming up gets new versions while the name is being typed.
        let moves = seen.state == EnvironmentState::Provisioning && posted.is_some_and(|posted| posted < seen.version);
        if posted != Some(seen.version) && !moves {
            return Err(Error::Stale { what: "environment".to_owned() });
        }
        let wanted = Environment { leaves, ..seen };
        self.start(caller, &wanted, OperationKind::Terminate, Action::TerminateEnvironment).await
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
