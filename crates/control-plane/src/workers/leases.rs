//! The end of leases: what is past its grace period, and what nobody holds, is terminated by the portal itself.

use chrono::TimeDelta;
use domain::action::Action;
use domain::environment::{Environment, EnvironmentState, Leaves};
use domain::home::Files;
use domain::lease::LeaseStanding;
use domain::operation::{OperationKind, Subject};
use domain::person::PersonKey;

use crate::trail::{By, Event};
use crate::{ControlPlane, Result};

/// Environments that are looked at in one round.
const AT_ONCE: u32 = 100;
/// A termination that failed is tried again by the portal after this long; people may at any time.
const AGAIN: TimeDelta = TimeDelta::days(1);

impl ControlPlane {
    /// Answers how many terminations were begun.
    pub(super) async fn end_leases(&self) -> Result<u64> {
        let mut begun = 0;
        let past_grace = self.now() - self.settings().lease_grace;
        for seen in self.store().environments_past_lease(past_grace, self.now(), AT_ONCE).await? {
            if self.end_lease(&seen).await? {
                begun += 1;
            }
        }
        Ok(begun)
    }

    async fn end_lease(&self, seen: &Environment) -> Result<bool> {
        let mut tx = self.store().begin().await?;
        let last = match &seen.operation {
            Some(operation) => tx.operation(operation).await?,
            None => None,
        };
        let Some(mut it) = tx.environment(&seen.id).await? else { return Ok(false) };
        let at_rest =
            matches!(it.state, EnvironmentState::Available | EnvironmentState::Tainted | EnvironmentState::Error);
        let tried = last.is_some_and(|o| {
            o.on_behalf_of.is_portal() && o.finished_at.is_none_or(|finished| self.now() < finished + AGAIN)
        });
        // Extended, held, or taken up by somebody in this moment.
        if !at_rest || tried || it.version != seen.version || self.lease_standing(&it) != LeaseStanding::Over {
            return Ok(false);
        }
        let subject = Subject::Environment { id: it.id.clone(), project: it.project.clone() };
        let operation = self.operation(OperationKind::Terminate, subject, &PersonKey::portal())?;
        it.state = EnvironmentState::Terminating;
        // What an admin once wanted to leave is nothing that the portal leaves.
        it.leaves = Leaves::Nothing;
        // Nor are files deleted because time has passed.
        it.homes.files = Some(Files::Keep);
        it.problem = None;
        it.operation = Some(operation.id.clone());
        it.updated_at = self.now();
        it.version += 1;
        tx.update_environment(&it).await?;
        tx.insert_operation(&operation).await?;
        let mut event = Event::done(Action::TerminateEnvironment.as_str(), "environment", it.id.as_str())
            .project(&it.project)
            .version(it.version)
            .with("name", &it.name)
            .with("because", "the lease is over")
            .with("lease_ended", it.lease_ends_at.to_rfc3339())
            .with("operation", operation.id.as_str());
        if it.homes.kept().next().is_some() {
            event = event.with("files", Files::Keep.as_str());
        }
        self.record(&mut tx, By::System { correlation: operation.id.as_str() }, event).await?;
        tx.commit().await?;
        self.changed(&it.id);
        Ok(true)
    }
}
