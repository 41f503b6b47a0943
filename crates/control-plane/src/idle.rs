//! What there is to know when something that runs may be stopped for being idle.

use chrono::{DateTime, TimeDelta, Utc};
use domain::environment::Environment;
use domain::id::EnvironmentId;
use domain::idle::{IdleRule, IdleVerdict, JobMark, Situation, verdict};
use domain::observed::Running;
use domain::operation::{OperationKind, Step};
use store::Tx;

use crate::{ControlPlane, Result};

/// After a stop that failed, AWS is not asked for another before.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct IdleFacts {
    pub(crate) rules: Vec<IdleRule>,
    pub(crate) marks: Vec<JobMark>,
    /// The words of the last stop that failed, and when it is tried again.
    failed: Option<(String, DateTime<Utc>)>,
}

impl IdleFacts {
    /// What becomes of something that runs in the environment. `at_work`: an operation is, on what runs.
    pub(crate) fn verdict(
        &self,
        it: &Environment,
        running: &Running,
        at_work: bool,
        now: DateTime<Utc>,
    ) -> IdleVerdict {
        let situation = Situation {
            stage: it.stage,
            rules: &self.rules,
            marks: &self.marks,
            held_until: it.hold.as_ref().map(|hold| hold.until),
            at_work: at_work || !it.is_at_rest(),
            failed: self.failed.as_ref().map(|(why, again)| (why.as_str(), *again)),
            now,
        };
        verdict(running, &situation)
    }
}

impl ControlPlane {
    /// As it is now.
    pub(crate) async fn idle_facts(&self, id: &EnvironmentId) -> Result<IdleFacts> {
        Ok(IdleFacts {
            rules: self.store().idle_rules().await?,
            marks: self.store().job_marks(id).await?,
            failed: self.failed_stop(id).await?,
        })
    }

    /// As it is in the transaction, which holds the environment: a mark is in it, or comes after it.
    pub(crate) async fn idle_facts_in(&self, tx: &mut Tx, id: &EnvironmentId) -> Result<IdleFacts> {
        let (rules, marks) = (tx.idle_rules().await?, tx.job_marks(id).await?);
        Ok(IdleFacts { rules, marks, failed: self.failed_stop(id).await? })
    }

    async fn failed_stop(&self, id: &EnvironmentId) -> Result<Option<(String, DateTime<Utc>)>> {
        let last = self.store().last_operation_on_running(id).await?;
        let Some(last) = last.filter(|last| last.kind == OperationKind::Stop && last.on_behalf_of.is_portal()) else {
            return Ok(None);
        };
        let (Step::Failed { problem, .. }, Some(finished)) = (last.step, last.finished_at) else { return Ok(None) };
        let again = finished + AGAIN;
        Ok((self.now() < again).then_some((problem.why, again)))
    }
}
