//! What AWS says of an environment, as its page shows it, and asking for a fresh look.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::action::Action;
use domain::environment::Environment;
use domain::id::EnvironmentId;
use domain::observed::{Drift, Running};
use domain::operation::Step;
use domain::view::{DriftView, IdleView, JobMarkView, ObservedView, RunningWork};
use store::Observation;

use crate::{Caller, ControlPlane, Result};

impl ControlPlane {
    /// Has AWS asked how the environment is; the page shows it within seconds. A second click waits for the same look.
    pub async fn observe_environment(&self, caller: &Caller, id: &EnvironmentId) -> Result<()> {
        self.authorize::<Environment>(caller, Action::ObserveEnvironment, id).await?;
        let mut tx = self.store().begin().await?;
        tx.ask_observation(id, self.now()).await?;
        tx.commit().await?;
        self.wake_observations();
        Ok(())
    }

    /// The last stop or start: under way, or failed and nobody has looked since.
    async fn work_on_running(&self, it: &Environment, read_at: Option<DateTime<Utc>>) -> Result<Option<RunningWork>> {
        let Some(last) = self.store().last_operation_on_running(&it.id).await? else { return Ok(None) };
        let (failed, problem, remaining) = match last.step {
            Step::Succeeded => return Ok(None),
            Step::Failed { problem, .. } => (true, Some(problem), None),
            Step::Stop { remaining, .. } => (false, last.trouble, remaining),
            _ => (false, last.trouble, None),
        };
        // A look some minutes after it shows what there is: the failure is old news.
        let old = |finished: DateTime<Utc>| read_at.is_some_and(|read| read > finished + TimeDelta::minutes(5));
        if failed && last.finished_at.is_some_and(old) {
            return Ok(None);
        }
        let by = self.names([], [&last.on_behalf_of]).await?.person(&last.on_behalf_of);
        Ok(Some(RunningWork { kind: last.kind, by, since: last.created_at, remaining, problem, failed }))
    }

    /// What becomes of each thing that runs, by its key.
    async fn idle_views(
        &self,
        it: &Environment,
        running: &[Running],
        at_work: bool,
    ) -> Result<BTreeMap<String, IdleView>> {
        let mut views = BTreeMap::new();
        if !running.iter().any(Running::is_billed) {
            return Ok(views);
        }
        let (facts, now) = (self.idle_facts(&it.id).await?, self.now());
        let names = self.names([], facts.marks.iter().map(|mark| &mark.by)).await?;
        for running in running.iter().filter(|running| running.is_billed()) {
            let key = running.item.key();
            let mark = facts.marks.iter().find(|mark| mark.item == key && mark.until > now);
            let mark = mark.map(|mark| JobMarkView {
                by: names.person(&mark.by),
                reason: mark.reason.clone(),
                until: mark.until,
            });
            let verdict = facts.verdict(it, running, at_work, now);
            views.insert(key, IdleView { verdict, mark, tagged: running.job.clone() });
        }
        Ok(views)
    }

    /// What the last look found.
    pub(crate) async fn observed_view(&self, it: &Environment, known: Observation) -> Result<ObservedView> {
        let product = self.store().product(&it.product).await?;
        let work = self.work_on_running(it, known.observed.as_ref().map(|observed| observed.read_at)).await?;
        let running = known.observed.as_ref().map(|observed| observed.running.clone()).unwrap_or_default();
        let drift = known.observed.iter().flat_map(|observed| &observed.drift);
        let drift = drift.map(|drift| DriftView {
            version: match drift {
                Drift::Version { artifact } => {
                    let named = product.as_ref().and_then(|product| product.artifact(artifact));
                    Some(named.map_or_else(|| artifact.to_string(), |named| named.name.clone()))
                }
                _ => None,
            },
            drift: drift.clone(),
        });
        Ok(ObservedView {
            idle: self.idle_views(it, &running, work.as_ref().is_some_and(|work| !work.failed)).await?,
            work,
            drift: drift.collect(),
            waiting: known.asked_at.is_some(),
            read_at: known.observed.as_ref().map(|observed| observed.read_at),
            problem: known.observed.as_ref().and_then(|observed| observed.problem.clone()),
            running,
            home_bytes: known.observed.as_ref().and_then(|observed| observed.home_bytes),
            spaces: known.observed.map(|observed| observed.spaces).unwrap_or_default(),
        })
    }
}
