//! Terminating an environment.

use domain::action::Action;
use domain::environment::Environment;
use domain::id::EnvironmentId;
use domain::operation::OperationKind;
use domain::view::TerminateInput;

use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Starts the termination, once the name was typed to confirm it. One that the caller started already goes on.
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
        if self.is_underway(caller, &seen, OperationKind::Terminate).await? {
            return Ok(());
        }
        if input.version.trim().parse::<i64>().ok() != Some(seen.version) {
            return Err(Error::Stale { what: "environment".to_owned() });
        }
        self.start(caller, &seen, OperationKind::Terminate, Action::TerminateEnvironment).await
    }
}
