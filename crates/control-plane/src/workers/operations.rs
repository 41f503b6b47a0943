//! Carries operations on: claim by a lease, observe and act, decide by the pure `domain::operation::next`, save with fencing.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use domain::audit::Outcome as Audited;
use domain::diagnosis::While;
use domain::environment::{Environment, EnvironmentState};
use domain::operation::{Moment, Operation, OperationKind, Step, Subject, Transition, next};
use futures::FutureExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::outcome::Outcome;
use super::work::Work;
use crate::authorize::{Authorized, Hindrance};
use crate::deps::CrashPoint;
use crate::trail::{By, Event};
use crate::{ControlPlane, Error, Result};

/// Why a worker lets go of an operation before its lease ends.
enum Stop {
    /// Killed by a test: nothing is released, as after `kill -9`.
    Crashed,
    /// Somebody else holds it by now.
    Lost,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        if matches!(error, Error::Stale { .. }) { Self::Lost } else { Self::Failed(error) }
    }
}

impl ControlPlane {
    /// Works on what is due; answers how many operations that were. `shutdown` ends it between two steps.
    pub(super) async fn run_operations(&self, shutdown: &CancellationToken) -> Result<usize> {
        let poll = self.settings().workers.poll.to_std().unwrap_or(Duration::from_secs(1));
        // Tasks of their own: one that waits for the database goes on while others are claimed, which waits for it too.
        let mut working = JoinSet::new();
        let mut count = 0;
        loop {
            let free = self.settings().workers.concurrency.saturating_sub(working.len());
            if free > 0 && !shutdown.is_cancelled() {
                match self.claim(free).await {
                    Ok(claimed) => {
                        count += claimed.len();
                        for operation in claimed {
                            let (plane, shutdown) = (self.clone(), shutdown.clone());
                            working.spawn(async move { plane.work_alone(operation, &shutdown).await });
                        }
                    }
                    Err(error) if working.is_empty() => return Err(error),
                    // Those at work go on.
                    Err(error) => tracing::warn!(%error, "no operations could be claimed"),
                }
            }
            // One that takes long does not keep what comes due from its turn.
            tokio::select! {
                done = working.join_next() => if done.is_none() { return Ok(count) },
                () = self.signals().operations.notified() => {}
                () = tokio::time::sleep(poll) => {}
            }
        }
    }

    async fn claim(&self, limit: usize) -> Result<Vec<Operation>> {
        let now = self.now();
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        Ok(self.store().claim_operations(now, self.worker(), now + self.settings().workers.lease, limit).await?)
    }

    /// What one operation breaks, it breaks for itself.
    async fn work_alone(&self, operation: Operation, shutdown: &CancellationToken) {
        let id = operation.id.clone();
        if AssertUnwindSafe(self.work(operation, shutdown)).catch_unwind().await.is_err() {
            tracing::error!(operation = %id, "an operation's worker panicked; it is taken up again when its lease ends");
        }
    }

    async fn work(&self, mut operation: Operation, shutdown: &CancellationToken) {
        let id = operation.id.clone();
        loop {
            match self.step(operation).await {
                Ok(Some(held)) if shutdown.is_cancelled() => {
                    if let Err(error) = self.store().release_operation(&held, self.worker()).await {
                        tracing::warn!(%error, operation = %id, "an operation could not be released; its lease ends by itself");
                    }
                    return;
                }
                Ok(Some(held)) => operation = held,
                Ok(None) | Err(Stop::Crashed) => return,
                Err(Stop::Lost) => {
                    tracing::info!(operation = %id, "another worker has taken the operation over");
                    return;
                }
                Err(Stop::Failed(error)) => {
                    tracing::warn!(%error, operation = %id, "an operation could not be saved; it is taken up again when its lease ends");
                    return;
                }
            }
        }
    }

    /// One step: acts, saves. Gives the operation back when it is due again at once and still held.
    async fn step(&self, operation: Operation) -> Result<Option<Operation>, Stop> {
        let work = self.work_of(&operation).await?;
        let step = operation.step.as_str();
        let lease = self.now() + self.settings().workers.lease;
        if !self.store().renew_operation(&operation, self.worker(), lease).await.map_err(Error::from)? {
            return Err(Stop::Lost);
        }
        self.crash(CrashPoint::BeforeAct, step)?;
        let outcome = self.act_holding(&operation, &work).await?;
        self.crash(CrashPoint::AfterAct, step)?;
        let moment = Moment {
            now: self.now(),
            entered_at: operation.step_entered_at,
            attempt: operation.attempt,
            jitter: self.deps().random.fraction(),
        };
        let pace = &self.settings().pace;
        let transition = next(operation.kind, &operation.step, outcome.observation.clone(), pace, &moment);
        let change = match &work {
            Work::CatalogChange(it) if it.rest.as_ref().is_some_and(|rest| !rest.is_empty()) => Some(it.clone()),
            _ => None,
        };
        let saved = self.save(&operation, work, outcome, transition).await?;
        self.crash(CrashPoint::AfterSave, step)?;
        if let Some(change) = change.filter(|_| saved.step == Step::Succeeded)
            && let Err(error) = Box::pin(self.go_on_putting_back(&change, By::operation(&saved))).await
        {
            tracing::warn!(%error, change = %change.id, "why nothing followed a change of the catalog could not be written down");
        }
        self.worked_on(&saved.subject);
        metrics::counter!("studiogate_operation_steps_total", "kind" => saved.kind.as_str(), "step" => step)
            .increment(1);
        Ok(saved.lease_owner.is_some().then_some(saved))
    }

    fn crash(&self, point: CrashPoint, step: &str) -> Result<(), Stop> {
        match &self.deps().crash {
            Some(hook) if hook(point, step) => Err(Stop::Crashed),
            _ => Ok(()),
        }
    }

    /// Acts while the lease is kept alive.
    async fn act_holding(&self, operation: &Operation, work: &Work) -> Result<Outcome, Stop> {
        let third = (self.settings().workers.lease / 3).to_std().unwrap_or(Duration::from_secs(20));
        let mut beat = tokio::time::interval(third.max(Duration::from_millis(100)));
        beat.tick().await;
        // On the heap: the futures of the SDK are large, and nest deep.
        let mut act = AssertUnwindSafe(self.act(operation, work)).catch_unwind().boxed();
        loop {
            tokio::select! {
                outcome = &mut act => return match outcome {
                    Ok(Ok(outcome)) => Ok(outcome),
                    // The portal's own trouble is tried again like AWS's.
                    Ok(Err(error)) => Ok(Outcome::trouble(error.problem())),
                    Err(_) => {
                        let error = Error::internal("A step of the portal failed", &operation.step.as_str());
                        Ok(Outcome::trouble(error.problem()))
                    }
                },
                _ = beat.tick() => {
                    let until = self.now() + self.settings().workers.lease;
                    if !self.store().renew_operation(operation, self.worker(), until).await.map_err(Error::from)? {
                        return Err(Stop::Lost);
                    }
                }
            }
        }
    }

    async fn act(&self, operation: &Operation, work: &Work) -> Result<Outcome> {
        match work {
            Work::Environment(environment) if matches!(operation.subject, Subject::Running { .. }) => {
                self.act_on_running(operation, environment).await
            }
            Work::Environment(environment) => Box::pin(self.act_on_environment(operation, environment)).await,
            Work::Revocation(revocation) => self.act_on_revocation(operation, revocation).await,
            Work::PolicyChange(change) => self.act_on_policy_change(operation, change).await,
            Work::Blueprint(it) => Box::pin(self.act_on_blueprint(operation, it)).await,
            Work::CatalogChange(change) => Box::pin(self.act_on_catalog_change(operation, change)).await,
            Work::Rollout(rollout) => Box::pin(self.act_on_rollout(operation, rollout)).await,
        }
    }

    async fn act_on_environment(&self, operation: &Operation, environment: &Environment) -> Result<Outcome> {
        if is_act(&operation.step) {
            let authorized = match self.authorize_operation(operation, environment).await? {
                Ok(authorized) => authorized,
                Err(Hindrance::Refused(problem)) => return Ok(Outcome::refused(problem)),
                Err(Hindrance::TooOld(problem)) => {
                    return Ok(Outcome::new(domain::operation::Observation::Blocked { problem }));
                }
            };
            return Box::pin(self.act_authorized(operation, &authorized)).await;
        }
        match &operation.step {
            Step::FollowProvision { record } => self.follow_provision(operation, environment, record).await,
            Step::FollowUpdate { record, plan } if operation.kind == OperationKind::Tag => {
                self.follow_tags(operation, environment, record, plan).await
            }
            Step::FollowUpdate { record, plan } => self.follow_update(operation, environment, record, plan).await,
            Step::FollowTransfer { record } => self.follow_transfer(operation, environment, record).await,
            Step::Collect { record } => self.collect(operation, environment, record).await,
            Step::FollowClear { record } => {
                Ok(self.follow(operation, environment, record, While::TakingDown).await?.outcome)
            }
            Step::FollowTerminate { record } => {
                let followed = self.follow(operation, environment, record, While::TakingDown).await?;
                self.then_homes(environment, followed.outcome).await
            }
            step => Err(Error::internal("A worker was given a finished operation", &step.as_str())),
        }
    }

    async fn act_authorized(&self, operation: &Operation, it: &Authorized<Environment>) -> Result<Outcome> {
        match (&operation.step, operation.kind) {
            (Step::Check, OperationKind::Provision) => Box::pin(self.check_provision(operation, it)).await,
            (Step::Check, OperationKind::Update) => self.check_update(operation, it).await,
            (Step::CheckTags { chosen }, _) => self.check_tags(operation, it, chosen).await,
            (Step::Check, OperationKind::Terminate) => self.check_terminate(operation, it).await,
            (Step::Check, OperationKind::Transfer) => self.check_transfer(operation, it).await,
            (Step::EndRunning { .. }, _) => self.end_running(it).await,
            (Step::Transfer, _) => self.give(operation, it).await,
            (Step::TagOwner, _) => self.tag_owner(it).await,
            (Step::EndAgain { .. }, _) => self.end_running(&it.in_next_hands()).await,
            (Step::Update { plan }, OperationKind::Tag) => self.push_tags_of(operation, it, plan).await,
            (Step::Update { plan }, _) => self.update(operation, it, plan).await,
            (Step::Provision { plan }, _) => self.provision(operation, it, plan).await,
            (Step::DeleteApps { .. }, _) => self.delete_apps(it).await,
            (Step::Clear | Step::Terminate { .. }, _) => self.terminate(operation, it).await,
            (Step::DetachHomes { .. }, _) => self.detach_homes(operation, it).await,
            (Step::DeleteHomes, _) => self.delete_homes(it).await,
            (step, _) => Err(Error::internal("A worker was given a step that is no act", &step.as_str())),
        }
    }

    /// Commits the operation, what was learned of the environment, and the audit events, if the operation is still ours.
    async fn save(
        &self,
        before: &Operation,
        mut work: Work,
        outcome: Outcome,
        transition: Transition,
    ) -> Result<Operation, Stop> {
        let now = self.now();
        let Transition { step, run_at, attempt, trouble } = transition;
        // How many apps are left is no other step.
        let moved = step.as_str() != before.step.as_str();
        let mut after =
            Operation { step, attempt, trouble, next_run_at: run_at, version: before.version + 1, ..before.clone() };
        if moved {
            after.step_entered_at = now;
        }
        if after.step.is_final() {
            after.finished_at = Some(now);
        }
        // Due at once: kept in hand. Due later: given back with the same write.
        if run_at > now || after.step.is_final() {
            after.lease_owner = None;
            after.lease_until = None;
        }
        let adopted = matches!(&work, Work::Environment(environment) if environment.is_being_adopted());
        let learned = work.learn(outcome.changes);
        let changed = work.conclude(&after) || learned;
        let version = changed.then(|| work.next_version(now));
        // Read before anything is written: a large catalog takes a while.
        let catalog = match &work {
            Work::CatalogChange(it) if after.step == Step::Succeeded => {
                Some(Box::pin(self.mirrored(&it.region)).await?)
            }
            _ => None,
        };
        let mut tx = self.store().begin().await.map_err(Error::from)?;
        let given = after.kind == OperationKind::Transfer && after.step == Step::Succeeded;
        if given {
            tx.hold_revocations().await.map_err(Error::from)?;
        }
        if let Work::Environment(environment) = &work
            && matches!(before.subject, Subject::Environment { .. })
            && after.step.is_final()
            && environment.state != EnvironmentState::Terminated
        {
            self.cut_again(&mut tx, environment).await?;
        }
        tx.save_operation(&after, self.worker()).await.map_err(Error::from)?;
        if changed {
            work.write(&mut tx).await?;
        }
        if let (Work::CatalogChange(it), Some(catalog)) = (&work, &catalog) {
            Box::pin(self.follow_catalog_change(&mut tx, it, catalog)).await?;
        }
        if let Work::Environment(environment) = &work {
            self.note_environment(&mut tx, environment, (before, &after), &outcome.stack_events, (given, adopted))
                .await?;
        }
        let by = By::operation(before);
        if let Some(request) = &outcome.begins {
            self.begin_update(&mut tx, by, request).await?;
        }
        let told = |action| {
            let event = Event::done(action, before.subject.kind(), before.subject.id());
            match work.project() {
                Some(project) => event.project(project),
                None => event,
            }
        };
        if moved || learned || outcome.acted {
            let result = if matches!(after.step, Step::Failed { .. }) { Audited::Failed } else { Audited::Succeeded };
            let mut event = told(before.step.as_str()).outcome(result);
            event.detail = outcome.detail;
            event.version = version;
            if let Step::Failed { problem, .. } = &after.step {
                event = event.with("reason", &problem.why);
            }
            self.record(&mut tx, by, event).await?;
        }
        if moved && is_act(&after.step) && !after.step.is_final() {
            self.record(&mut tx, by, told(after.step.as_str()).outcome(Audited::Intent)).await?;
        }
        if after.step.is_final() {
            let mut event = told(after.kind.as_str()).with("state", work.state());
            event.version = version;
            if let Step::Failed { problem, .. } = &after.step {
                event = event.outcome(Audited::Failed).with("reason", &problem.why);
            }
            self.record(&mut tx, by, event).await?;
        }
        tx.commit().await.map_err(Error::from)?;
        Ok(after)
    }
}

/// Whether the step calls AWS to change something, or decides that it will be: authorized again each time.
fn is_act(step: &Step) -> bool {
    matches!(
        step,
        Step::Check
            | Step::CheckTags { .. }
            | Step::Clear
            | Step::Provision { .. }
            | Step::Update { .. }
            | Step::DeleteApps { .. }
            | Step::Terminate { .. }
            | Step::DetachHomes { .. }
            | Step::DeleteHomes
            | Step::EndRunning { .. }
            | Step::Transfer
            | Step::TagOwner
            | Step::EndAgain { .. }
            | Step::Cut
            | Step::Lift
            | Step::Change
            | Step::Roll
            | Step::Stop { .. }
            | Step::Start
    )
}
