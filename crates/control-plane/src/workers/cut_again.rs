//! An operation on an environment may end with something standing that a revocation had cut off or could not cut off yet: what
//! came up since, or a role that was let loose for a deletion which then failed. It is cut off again, with the same commit.

use domain::action::Action;
use domain::environment::Environment;
use domain::operation::{OperationKind, Subject};
use store::Tx;

use crate::trail::{By, Event};
use crate::{ControlPlane, Result};

impl ControlPlane {
    /// Before the environment itself is written: revocations come before environments wherever both are locked.
    pub(super) async fn cut_again(&self, tx: &mut Tx, environment: &Environment) -> Result<()> {
        for seen in tx.revocations_in_force(&environment.owner).await? {
            let last = tx.operation(&seen.operation).await?;
            let Some(mut it) = tx.revocation(&seen.id).await? else { continue };
            // Given back, or put to work anew, in this moment: that looks at the environment by itself.
            if it.operation != seen.operation || !it.meet_again(environment) {
                continue;
            }
            it.updated_at = self.now();
            it.version += 1;
            // One at work goes on with what is open now.
            if last.is_none_or(|operation| operation.finished_at.is_some()) {
                let subject = Subject::Revocation { id: it.id.clone() };
                let operation = self.operation(OperationKind::Revoke, subject, &it.by)?;
                it.operation = operation.id.clone();
                tx.insert_operation(&operation).await?;
            }
            tx.update_revocation(&it).await?;
            let event = Event::done(Action::RevokeAccess.as_str(), "revocation", it.id.as_str())
                .project(&environment.project)
                .version(it.version)
                .with("again", "yes")
                .with("environment", environment.id.as_str())
                .with("operation", it.operation.as_str());
            self.record(tx, By::System { correlation: it.operation.as_str() }, event).await?;
        }
        Ok(())
    }
}
