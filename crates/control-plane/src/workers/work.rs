//! What an operation works on: loaded before a step, changed by what came of it, written in one transaction with it.

use chrono::{DateTime, Utc};
use domain::blueprint::AppliedBlueprint;
use domain::curation::AppliedCatalogChange;
use domain::environment::{Environment, EnvironmentState};
use domain::id::ProjectId;
use domain::operation::{Operation, OperationKind, Step, Subject};
use domain::organization::{AppliedChange, ChangeState};
use domain::problem::Problem;
use domain::revocation::{Revocation, RevocationState};
use domain::rollout::Rollout;
use store::Tx;

use super::outcome::Changes;
use crate::{ControlPlane, Error, Result};

/// See the module.
#[derive(Debug)]
pub(super) enum Work {
    Environment(Box<Environment>),
    Revocation(Box<Revocation>),
    PolicyChange(Box<AppliedChange>),
    CatalogChange(Box<AppliedCatalogChange>),
    Blueprint(Box<AppliedBlueprint>),
    Rollout(Box<Rollout>),
}

impl ControlPlane {
    pub(super) async fn work_of(&self, operation: &Operation) -> Result<Work> {
        match &operation.subject {
            Subject::Environment { id, .. } | Subject::Running { id, .. } => {
                let it = self.store().environment(id).await?.ok_or_else(|| Error::not_found("environment"))?;
                Ok(Work::Environment(Box::new(it)))
            }
            Subject::Revocation { id } => {
                let it = self.store().revocation(id).await?.ok_or_else(|| Error::not_found("revocation"))?;
                Ok(Work::Revocation(Box::new(it)))
            }
            Subject::PolicyChange { id } => {
                let it = self.store().policy_change(id).await?.ok_or_else(|| Error::not_found("policy change"))?;
                Ok(Work::PolicyChange(Box::new(it)))
            }
            Subject::CatalogChange { id } => {
                let it = self.store().catalog_change(id).await?.ok_or_else(|| Error::not_found("catalog change"))?;
                Ok(Work::CatalogChange(Box::new(it)))
            }
            Subject::Blueprint { id } => {
                let it = self.store().blueprint(id).await?.ok_or_else(|| Error::not_found("blueprint"))?;
                Ok(Work::Blueprint(Box::new(it)))
            }
            Subject::Rollout { id } => {
                let it = self.store().rollout(id).await?.ok_or_else(|| Error::not_found("rollout"))?;
                Ok(Work::Rollout(Box::new(it)))
            }
        }
    }

    /// Says that the operation and what it works on are no longer what they were.
    pub(super) fn worked_on(&self, subject: &Subject) {
        match subject {
            Subject::Environment { id, .. } | Subject::Running { id, .. } => self.changed(id),
            Subject::Revocation { .. }
            | Subject::PolicyChange { .. }
            | Subject::CatalogChange { .. }
            | Subject::Blueprint { .. }
            | Subject::Rollout { .. } => self.wake(),
        }
    }
}

impl Work {
    pub(super) fn project(&self) -> Option<&ProjectId> {
        match self {
            Self::Environment(it) => Some(&it.project),
            Self::Revocation(it) => it.reach.project(),
            Self::PolicyChange(_) | Self::CatalogChange(_) | Self::Blueprint(_) => None,
            Self::Rollout(it) => it.project.as_ref(),
        }
    }

    /// For the audit log, at the end of an operation.
    pub(super) fn state(&self) -> &'static str {
        match self {
            Self::Environment(it) => it.state.as_str(),
            Self::Revocation(it) => it.state.as_str(),
            Self::PolicyChange(it) => it.state.as_str(),
            Self::CatalogChange(it) => it.state.as_str(),
            Self::Blueprint(it) => it.state.as_str(),
            Self::Rollout(it) => it.state.as_str(),
        }
    }

    /// Takes over what was learned; answers whether anything is new.
    pub(super) fn learn(&mut self, changes: Changes) -> bool {
        match self {
            Self::Environment(it) => changes.apply(it),
            Self::Revocation(it) => match changes.targets {
                Some(targets) if targets != it.targets => {
                    it.targets = targets;
                    true
                }
                _ => false,
            },
            Self::PolicyChange(it) => {
                let learned = changes.made.is_some() && changes.made != it.made;
                it.made = changes.made.or(it.made.take());
                learned
            }
            Self::Blueprint(it) => {
                let Some(made) = changes.made_by_blueprint.filter(|made| *made != it.made) else { return false };
                it.made = made;
                true
            }
            Self::CatalogChange(it) => {
                let Some(made) = changes.made_in_catalog.filter(|made| *made != it.made) else { return false };
                it.made = made;
                true
            }
            Self::Rollout(it) => match changes.items {
                Some(items) if items != it.items => {
                    it.items = items;
                    true
                }
                _ => false,
            },
        }
    }

    /// What a finished operation makes of it; answers whether anything changed.
    pub(super) fn conclude(&mut self, operation: &Operation) -> bool {
        match self {
            Self::Environment(it) => conclude_environment(it, operation),
            Self::Revocation(it) => conclude_revocation(it, operation),
            Self::PolicyChange(it) => conclude_change(&mut it.state, &mut it.problem, operation),
            Self::CatalogChange(it) => conclude_change(&mut it.state, &mut it.problem, operation),
            Self::Blueprint(it) => conclude_change(&mut it.state, &mut it.problem, operation),
            Self::Rollout(it) => conclude_rollout(it, operation),
        }
    }

    /// The next version.
    pub(super) fn next_version(&mut self, now: DateTime<Utc>) -> i64 {
        let (version, updated_at) = match self {
            Self::Environment(it) => (&mut it.version, &mut it.updated_at),
            Self::Revocation(it) => (&mut it.version, &mut it.updated_at),
            Self::PolicyChange(it) => (&mut it.version, &mut it.updated_at),
            Self::CatalogChange(it) => (&mut it.version, &mut it.updated_at),
            Self::Blueprint(it) => (&mut it.version, &mut it.updated_at),
            Self::Rollout(it) => (&mut it.version, &mut it.updated_at),
        };
        *version += 1;
        *updated_at = now;
        *version
    }

    pub(super) async fn write(&self, tx: &mut Tx) -> Result<()> {
        match self {
            Self::Environment(it) => tx.update_environment(it).await?,
            Self::Revocation(it) => tx.update_revocation(it).await?,
            Self::Rollout(it) => tx.update_rollout(it).await?,
            Self::CatalogChange(it) => tx.update_catalog_change(it).await?,
            Self::Blueprint(it) => tx.update_blueprint(it).await?,
            Self::PolicyChange(it) => {
                tx.update_policy_change(it).await?;
                if it.state == ChangeState::Applied {
                    tx.mirror_policy_change(it).await?;
                }
            }
        }
        Ok(())
    }
}

fn conclude_environment(environment: &mut Environment, operation: &Operation) -> bool {
    match (&operation.step, operation.kind) {
        (Step::Succeeded, OperationKind::Provision | OperationKind::Update | OperationKind::Tag) => {
            environment.state = EnvironmentState::Available;
            environment.problem = None;
            environment.update = None;
        }
        (Step::Succeeded, OperationKind::Terminate) => {
            environment.state = EnvironmentState::Terminated;
            environment.problem = None;
            environment.launch_target = None;
        }
        (Step::Succeeded, OperationKind::Transfer) => environment.change_hands(),
        // What runs in it is not where it stands.
        (_, OperationKind::Stop | OperationKind::Start) => return false,
        // It runs as before; where it does not, the next look at AWS tells.
        (Step::Failed { problem, .. }, OperationKind::Update | OperationKind::Transfer | OperationKind::Tag) => {
            environment.state = EnvironmentState::Tainted;
            environment.problem = Some(problem.clone());
        }
        (Step::Failed { problem, .. }, _) => {
            environment.state = EnvironmentState::Error;
            environment.problem = Some(problem.clone());
        }
        _ => return false,
    }
    true
}

/// A failure changes no state: the portal refuses in either, and the operation can be tried again.
fn conclude_revocation(revocation: &mut Revocation, operation: &Operation) -> bool {
    match (&operation.step, operation.kind) {
        (Step::Succeeded, OperationKind::Revoke) => {
            revocation.state = RevocationState::Revoked;
            revocation.problem = None;
        }
        (Step::Succeeded, OperationKind::Restore) => {
            revocation.state = RevocationState::Restored;
            revocation.problem = None;
        }
        (Step::Failed { problem, .. }, _) => revocation.problem = Some(problem.clone()),
        _ => return false,
    }
    true
}

/// A failure is final: what the change was decided upon may be something else by the time of another try, which looks again.
fn conclude_change(state: &mut ChangeState, why: &mut Option<Problem>, operation: &Operation) -> bool {
    match &operation.step {
        Step::Succeeded => {
            *state = ChangeState::Applied;
            *why = None;
        }
        Step::Failed { problem, .. } => {
            *state = ChangeState::Failed;
            *why = Some(problem.clone());
        }
        _ => return false,
    }
    true
}

fn conclude_rollout(rollout: &mut Rollout, operation: &Operation) -> bool {
    match &operation.step {
        Step::Succeeded => rollout.conclude(None),
        Step::Failed { problem, .. } => rollout.conclude(Some(problem)),
        _ => return false,
    }
    true
}
