//! How far an environment's operation is, as a page and as a stream.

use std::time::Duration;

use domain::action::Action;
use domain::environment::Environment;
use domain::id::EnvironmentId;
use domain::operation::{Operation, OperationKind, Step};
use domain::view::{OperationView, Progress, StepStatus, StepView};
use futures::Stream;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout};

use crate::{Caller, ControlPlane, Error, Result};

/// A stream ends after this long; the page opens it anew.
const LONGEST_WATCH: Duration = Duration::from_mins(10);
/// Another replica's changes show within this.
const POLL: Duration = Duration::from_secs(1);

impl ControlPlane {
    /// The state of one environment and of its last operation.
    pub async fn progress(&self, caller: &Caller, id: &EnvironmentId) -> Result<Progress> {
        let it: Environment = self.authorize(caller, Action::ViewEnvironment, id).await?.into_thing();
        self.progress_of(&it).await
    }

    /// The progress now, and whenever it changes; ends when nothing is at work any more, when the caller may no longer
    /// see it, or after ten minutes.
    pub async fn watch(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
    ) -> Result<impl Stream<Item = Progress> + Send + use<>> {
        self.authorize::<Environment>(caller, Action::ViewEnvironment, id).await?;
        let watch = Watch {
            changes: self.signals().changes.subscribe(),
            plane: self.clone(),
            caller: caller.clone(),
            id: id.clone(),
            last: None,
            until: Instant::now() + LONGEST_WATCH,
            over: false,
        };
        Ok(futures::stream::unfold(watch, Watch::next))
    }

    pub(crate) async fn progress_of(&self, environment: &Environment) -> Result<Progress> {
        let operation = match &environment.operation {
            Some(id) => self.store().operation(id).await?,
            None => None,
        };
        Ok(Progress {
            state: environment.state,
            problem: environment.problem.clone(),
            operation: operation.map(|o| view(&o)),
            events: self.store().stack_events(&environment.id, 200).await?,
            as_of: self.now(),
        })
    }
}

struct Watch {
    plane: ControlPlane,
    caller: Caller,
    id: EnvironmentId,
    changes: tokio::sync::broadcast::Receiver<EnvironmentId>,
    last: Option<Progress>,
    until: Instant,
    over: bool,
}

impl Watch {
    async fn next(mut self) -> Option<(Progress, Self)> {
        loop {
            if self.over || Instant::now() >= self.until {
                return None;
            }
            match self.look().await {
                Ok(progress) => {
                    let running = progress.operation.as_ref().is_some_and(|o| o.finished_at.is_none());
                    self.over = !progress.state.is_passing() && !running;
                    let fresh = Progress { as_of: progress.as_of, ..progress.clone() };
                    let changed =
                        self.last.as_ref().is_none_or(|last| Progress { as_of: fresh.as_of, ..last.clone() } != fresh);
                    if changed || self.over {
                        self.last = Some(fresh);
                        return Some((progress, self));
                    }
                }
                // The database is away for a moment: the stream waits rather than ends.
                Err(Error::Unavailable(_)) => {}
                Err(_) => return None,
            }
            self.wait().await;
        }
    }

    async fn look(&self) -> Result<Progress> {
        // The session may have ended, and roles may have changed, since the stream began.
        if let Some(session) = &self.caller.session
            && self.plane.session_load(&session.0).await?.is_none()
        {
            return Err(Error::SignedOut);
        }
        let actor = self.plane.actor(&self.caller.actor.person).await?.ok_or(Error::SignedOut)?;
        let caller = Caller { actor, ..self.caller.clone() };
        self.plane.progress(&caller, &self.id).await
    }

    /// Until something changed here, or a second has passed.
    async fn wait(&mut self) {
        let changed = async {
            loop {
                match self.changes.recv().await {
                    Ok(id) if id == self.id => return,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return,
                }
            }
        };
        let _ = timeout(POLL, changed).await;
    }
}

/// The steps of an operation as people read them.
pub(crate) fn view(operation: &Operation) -> OperationView {
    let labels: &[&str] = match operation.kind {
        OperationKind::Provision => &[
            "Check the request again",
            "Start in Service Catalog",
            "Create the resources in AWS",
            "Read what was created",
        ],
        OperationKind::Terminate => &[
            "Check the termination again",
            "Delete apps and spaces",
            "Start the termination",
            "Delete the resources in AWS",
        ],
    };
    let at = usize::from(operation.step.position());
    let detail = detail(&operation.step);
    let failed = matches!(operation.step, Step::Failed { .. });
    let steps = labels
        .iter()
        .enumerate()
        .map(|(i, label)| StepView {
            label: (*label).to_owned(),
            status: match i.cmp(&at) {
                std::cmp::Ordering::Less => StepStatus::Done,
                std::cmp::Ordering::Equal if failed => StepStatus::Failed,
                std::cmp::Ordering::Equal => StepStatus::Running,
                std::cmp::Ordering::Greater => StepStatus::Waiting,
            },
            detail: if i == at { detail.clone() } else { None },
        })
        .collect();
    OperationView {
        kind: operation.kind,
        steps,
        started_at: operation.created_at,
        finished_at: operation.finished_at,
        trouble: operation.trouble.clone(),
        next_run_at: operation.trouble.as_ref().map(|_| operation.next_run_at),
    }
}

fn detail(step: &Step) -> Option<String> {
    match step {
        Step::Clear | Step::FollowClear { .. } => Some("Removing what an earlier try left behind".to_owned()),
        Step::Failed { problem, .. } => Some(problem.why.clone()),
        _ => None,
    }
}
