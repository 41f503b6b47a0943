//! What is written of an environment beside the step of its operation.

use domain::environment::{Environment, StackEvent};
use domain::operation::{Operation, OperationKind, Step, Subject};
use store::Tx;

use crate::{ControlPlane, Result};

impl ControlPlane {
    /// What else is written of an environment with a step: whose it is now, what its stack says, and what is to be looked at.
    pub(super) async fn note_environment(
        &self,
        tx: &mut Tx,
        environment: &Environment,
        (before, after): (&Operation, &Operation),
        stack_events: &[StackEvent],
        (given, adopted): (bool, bool),
    ) -> Result<()> {
        let now = self.now();
        if given {
            tx.follow_revocations(&environment.owner).await?;
            // The last look found another owner's tag.
            tx.ask_observation(&environment.id, now).await?;
        }
        if !stack_events.is_empty() {
            tx.add_stack_events(&environment.id, stack_events).await?;
        }
        if matches!(before.subject, Subject::Running { .. }) {
            if after.step.is_final() {
                tx.ask_observation(&environment.id, now).await?;
            }
        } else if after.step == Step::Succeeded {
            tx.erase_sealed_of(&environment.id).await?;
        }
        // It may have another owner's tag.
        if before.kind == OperationKind::Provision && after.step == Step::Succeeded && adopted {
            tx.ask_observation(&environment.id, now).await?;
        }
        // How it stands after a change that failed, AWS tells; and which tags it has now.
        let failed = matches!(after.step, Step::Failed { .. });
        if (before.kind == OperationKind::Update && failed)
            || (before.kind == OperationKind::Tag && after.step.is_final())
        {
            tx.ask_observation(&environment.id, now).await?;
        }
        Ok(())
    }
}
