//! How far an environment's operation is, as a page and as a stream.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::action::Action;
use domain::audit::{AuditEvent, Outcome};
use domain::environment::{Environment, StackEvent};
use domain::home::{Files, Homes};
use domain::id::{EnvironmentId, OperationId};
use domain::operation::{Operation, OperationKind, Step};
use domain::view::{OperationView, Progress, StackEventGroup, StepStatus, StepView};
use futures::Stream;
use store::{AuditFilter, PageRequest, Scope};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout};

use crate::stack::{self, Told};
use crate::{Caller, ControlPlane, Error, Result};

/// A stream ends after this long; the page opens it anew.
const LONGEST_WATCH: Duration = Duration::from_mins(10);
/// Another replica's changes show within this.
const POLL: Duration = Duration::from_secs(1);
/// Where nothing changes, the page is told at least this often that it is still up to date.
const HEARTBEAT: TimeDelta = TimeDelta::seconds(10);
/// Events of a stack that are counted, and how many of them are shown.
const COUNTED: u32 = 500;
const SHOWN: usize = 200;

/// What does not change while an operation is at work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    /// Resources of the template.
    resources: Option<u32>,
    typical_seconds: Option<u32>,
}

impl ControlPlane {
    /// The state of one environment and of its last operation.
    pub async fn progress(&self, caller: &Caller, id: &EnvironmentId) -> Result<Progress> {
        let it: Environment = self.authorize(caller, Action::ViewEnvironment, id).await?.into_thing();
        self.progress_of(&it, &self.expected(&it).await?).await
    }

    /// The progress now, whenever it changes, and every ten seconds; ends when nothing is at work any more, when the caller
    /// is signed out or may no longer see it, or after ten minutes.
    pub async fn watch(
        &self,
        caller: &Caller,
        id: &EnvironmentId,
    ) -> Result<impl Stream<Item = Progress> + Send + use<>> {
        let it: Environment = self.authorize(caller, Action::ViewEnvironment, id).await?.into_thing();
        let watch = Watch {
            changes: self.signals().changes.subscribe(),
            expected: self.expected(&it).await?,
            plane: self.clone(),
            caller: caller.clone(),
            id: id.clone(),
            last: None,
            until: Instant::now() + LONGEST_WATCH,
            over: false,
        };
        Ok(futures::stream::unfold(watch, Watch::next))
    }

    pub(crate) async fn expected(&self, environment: &Environment) -> Result<Expected> {
        let product = self.store().product(&environment.product).await?;
        let artifact = product.as_ref().and_then(|p| p.artifact(&environment.artifact));
        let usual = self.typical_time(&environment.product).await?;
        Ok(Expected {
            resources: artifact.map(|a| a.resources.values().sum()).filter(|sum| *sum > 0),
            typical_seconds: usual.filter(|time| time.measured).map(|time| time.seconds),
        })
    }

    pub(crate) async fn progress_of(&self, environment: &Environment, expected: &Expected) -> Result<Progress> {
        let operations = self.store().operations_of(&environment.id, 50).await?;
        let told = self.store().stack_events_by_operation(&environment.id, COUNTED).await?;
        let operation = match operations.iter().find(|o| Some(&o.id) == environment.operation.as_ref()) {
            Some(operation) => {
                let trail = self.trail_of(operation).await?;
                let told = Told::new(environment, operation, &told);
                Some(view(operation, &environment.homes, &trail, &told, expected))
            }
            None => None,
        };
        Ok(Progress {
            state: environment.state,
            problem: environment.problem.clone(),
            operation,
            events: groups(told, &operations),
            as_of: self.now(),
        })
    }

    /// The steps of an operation that makes no stack.
    pub(crate) async fn steps_of(&self, operation: &Operation) -> Result<OperationView> {
        let (trail, homes) = (self.trail_of(operation).await?, Homes::default());
        Ok(view(operation, &homes, &trail, &Told::default(), &Expected::default()))
    }

    /// What the operation did so far: the audit log has its steps under its id.
    async fn trail_of(&self, operation: &Operation) -> Result<Vec<AuditEvent>> {
        let filter = AuditFilter { correlation: Some(operation.id.to_string()), ..AuditFilter::default() };
        let events = self.store().audit_events(&Scope::All, &filter, &PageRequest::oldest(200)).await?;
        Ok(events.items.into_iter().map(|stored| stored.event).collect())
    }
}

struct Watch {
    plane: ControlPlane,
    caller: Caller,
    id: EnvironmentId,
    expected: Expected,
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
                    let news = self.last.as_ref().is_none_or(|last| {
                        progress.as_of - last.as_of >= HEARTBEAT
                            || Progress { as_of: progress.as_of, ..last.clone() } != progress
                    });
                    if news || self.over {
                        self.last = Some(progress.clone());
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
        let it: Environment = self.plane.authorize(&caller, Action::ViewEnvironment, &self.id).await?.into_thing();
        self.plane.progress_of(&it, &self.expected).await
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

/// The newest events, by the operation that was at work.
fn groups(told: Vec<(Option<OperationId>, StackEvent)>, operations: &[Operation]) -> Vec<StackEventGroup> {
    let skip = told.len().saturating_sub(SHOWN);
    let mut groups: Vec<(Option<OperationId>, StackEventGroup)> = Vec::new();
    let provisioning = operations.iter().find(|o| o.kind == OperationKind::Provision).map(|o| &o.id);
    for (mut id, event) in told.into_iter().skip(skip) {
        // A termination waits for what is coming up, and reads the rest of its events.
        let terminates = operations.iter().any(|o| Some(&o.id) == id.as_ref() && o.kind == OperationKind::Terminate);
        if terminates && event.status.starts_with("CREATE_") && provisioning.is_some() {
            id = provisioning.cloned();
        }
        if let Some((_, group)) = groups.last_mut().filter(|(last, _)| *last == id) {
            group.events.push(event);
        } else {
            let operation = operations.iter().find(|o| Some(&o.id) == id.as_ref()).map(|o| o.kind);
            groups.push((id, StackEventGroup { operation, events: vec![event] }));
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The steps of an operation as people read them.
fn view(operation: &Operation, homes: &Homes, trail: &[AuditEvent], told: &Told, expected: &Expected) -> OperationView {
    let labels = labels(operation.kind, homes);
    let at = operation.step.position();
    let failed = matches!(operation.step, Step::Failed { .. });
    let ends = ends(trail);
    let mut began = Some(operation.created_at);
    let steps = (0_u8..)
        .zip(labels)
        .map(|(i, label)| {
            let status = match i.cmp(&at) {
                std::cmp::Ordering::Less => StepStatus::Done,
                std::cmp::Ordering::Equal if failed => StepStatus::Failed,
                std::cmp::Ordering::Equal => StepStatus::Running,
                std::cmp::Ordering::Greater => StepStatus::Waiting,
            };
            let started_at = began.filter(|_| status != StepStatus::Waiting);
            let finished_at = match status {
                StepStatus::Done => ends.get(&i).copied(),
                StepStatus::Failed => operation.finished_at,
                StepStatus::Running | StepStatus::Waiting => None,
            };
            began = finished_at;
            let mut detail = Vec::new();
            if status != StepStatus::Waiting {
                detail.extend(record(trail, i).map(|record| format!("Record {record}")));
                detail.extend(stack_detail(operation.kind, i, told, expected));
            }
            detail.extend(home_detail(operation.kind, i, homes));
            if i == at {
                detail.extend(step_detail(operation.kind, &operation.step));
            }
            StepView { label: (*label).to_owned(), status, started_at, finished_at, detail }
        })
        .collect();
    OperationView {
        kind: operation.kind,
        steps,
        started_at: operation.created_at,
        finished_at: operation.finished_at,
        typical_seconds: expected.typical_seconds.filter(|_| operation.kind == OperationKind::Provision),
        trouble: operation.trouble.clone(),
        next_run_at: operation.trouble.as_ref().map(|_| operation.next_run_at),
    }
}

/// The steps that people see.
fn labels(kind: OperationKind, homes: &Homes) -> &'static [&'static str] {
    match kind {
        OperationKind::Provision => &[
            "Check the request again",
            "Start in Service Catalog",
            "Create the resources in AWS",
            "Read what was created",
        ],
        OperationKind::Update => &[
            "Check the update again",
            "Start in Service Catalog",
            "Change the resources in AWS",
            "Read what was changed",
        ],
        OperationKind::Terminate => &[
            "Check the termination again",
            "Delete apps and spaces",
            "Start the termination",
            "Delete the resources in AWS",
            "Delete mount targets and security groups",
            "Delete the home file system",
        ][..of_termination(homes)],
        OperationKind::Transfer => &[
            "Check the transfer again",
            "End what runs",
            "Change the owner in Service Catalog",
            "Tag what is opened with its new owner",
            "End what was started meanwhile",
        ],
        OperationKind::Tag => {
            &["Check the tags again", "Start in Service Catalog", "Change the tags of the resources in AWS"]
        }
        OperationKind::ChangePolicy => {
            &["Check that all is as it was decided upon", "Change it in AWS Organizations", "Read it back"]
        }
        OperationKind::ChangeCatalog => &["Check the change again", "Change it in Service Catalog", "Read it back"],
        // Those are told of part by part, on a page of their own.
        OperationKind::Revoke
        | OperationKind::Restore
        | OperationKind::Stop
        | OperationKind::Start
        | OperationKind::ApplyBlueprint
        | OperationKind::Rollout => &[],
    }
}

/// How many of a termination's steps there are: what its domains leave is looked after where they leave something.
fn of_termination(homes: &Homes) -> usize {
    match (homes.all.is_empty(), homes.files) {
        (true, _) => 4,
        (false, Some(Files::Delete)) => 6,
        (false, _) => 5,
    }
}

/// When each step that people see was last told of.
fn ends(trail: &[AuditEvent]) -> BTreeMap<u8, DateTime<Utc>> {
    let mut ends: BTreeMap<u8, DateTime<Utc>> = BTreeMap::new();
    for (position, event) in steps_of(trail) {
        let end = ends.entry(position).or_insert(event.at);
        *end = (*end).max(event.at);
    }
    ends
}

/// The record at Service Catalog that a step made; what only looks at it says it again.
fn record(trail: &[AuditEvent], position: u8) -> Option<&str> {
    steps_of(trail)
        .filter(|(at, event)| {
            *at == position
                && matches!(event.action.as_str(), "clear" | "provision" | "update" | "terminate" | "transfer")
        })
        .find_map(|(_, event)| event.detail.get("record").map(String::as_str))
}

/// What was done, by step: without intents, and without the event that tells of the operation as a whole.
fn steps_of(trail: &[AuditEvent]) -> impl Iterator<Item = (u8, &AuditEvent)> {
    trail
        .iter()
        .filter(|event| event.outcome != Outcome::Intent && !event.detail.contains_key("state"))
        .filter_map(|event| Some((Step::position_of(&event.action)?, event)))
}

fn stack_detail(kind: OperationKind, position: u8, told: &Told, expected: &Expected) -> Option<String> {
    match (kind, position) {
        (OperationKind::Provision, 2) => stack::made_in_words(told.made, expected.resources),
        (OperationKind::Terminate, 3) => stack::gone_in_words(told.gone, told.known),
        _ => None,
    }
}

/// What becomes of the files; told before it is their turn as well.
fn home_detail(kind: OperationKind, position: u8, homes: &Homes) -> Option<String> {
    match (kind, position, homes.files) {
        (OperationKind::Terminate, 4, Some(Files::Keep)) => {
            let kept: Vec<&str> = homes.kept().map(|home| home.file_system.as_str()).collect();
            (!kept.is_empty()).then(|| format!("The files in {} are kept", kept.join(", ")))
        }
        (OperationKind::Terminate, 5, Some(Files::Delete)) => {
            let all: Vec<&str> = homes.all.iter().map(|home| home.file_system.as_str()).collect();
            Some(format!("{}, with everything in it", all.join(", ")))
        }
        _ => None,
    }
}

fn step_detail(kind: OperationKind, step: &Step) -> Option<String> {
    match step {
        Step::Check | Step::CheckTags { .. }
            if matches!(kind, OperationKind::Terminate | OperationKind::Update | OperationKind::Tag) =>
        {
            Some("What AWS is still at work on, it finishes first".to_owned())
        }
        Step::Clear | Step::FollowClear { .. } => Some("Removing what an earlier try left behind".to_owned()),
        Step::DeleteApps { remaining: Some(1) } => Some("1 app, space or user profile is left".to_owned()),
        Step::DeleteApps { remaining: Some(left) } => Some(format!("{left} apps, spaces and user profiles are left")),
        Step::EndRunning { remaining: Some(1) } | Step::EndAgain { remaining: Some(1) } => {
            Some("1 thing still ends".to_owned())
        }
        Step::EndRunning { remaining: Some(left) } | Step::EndAgain { remaining: Some(left) } => {
            Some(format!("{left} things still end"))
        }
        Step::DetachHomes { held_up: Some(problem), .. } => Some(format!(
            "They may keep the stack from being deleted, which is tried again afterwards. {}",
            problem.why
        )),
        Step::DetachHomes { remaining: Some(1), .. } => Some("1 mount target or security group is left".to_owned()),
        Step::DetachHomes { remaining: Some(left), .. } => {
            Some(format!("{left} mount targets and security groups are left"))
        }
        Step::Failed { problem, .. } => Some(problem.why.clone()),
        _ => None,
    }
}
