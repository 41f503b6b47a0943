//! The one step of a rollout, over and over: look how far the updates are, and begin the next. At most one is at work.

use std::collections::BTreeMap;

use domain::environment::Environment;
use domain::id::{EnvironmentId, RequestId};
use domain::operation::{Observation, Operation, Plan, Step};
use domain::problem::Problem;
use domain::request::{Request, RequestState};
use domain::rollout::{Progress, Rollout, RolloutItem};
use store::{EnvironmentFilter, PageRequest, RequestFilter, Scope};

use super::outcome::Outcome;
use crate::authorize::Hindrance;
use crate::{ControlPlane, Error, Result};

/// What the updates of a rollout are about, as it is now.
struct Seen {
    requests: BTreeMap<RequestId, Request>,
    environments: BTreeMap<EnvironmentId, Environment>,
}

/// What comes of looking for the next one.
enum Next {
    Begin(Box<Request>),
    /// It may not be begun: the rollout stops.
    Refused(Problem),
    /// Whoever asked has to sign in first.
    Blocked(Problem),
    /// Those that are left wait for what is at work on their environment.
    Later,
    /// Those that are left wait for a decision.
    Undecided,
    /// None is left.
    Nothing,
}

impl ControlPlane {
    pub(super) async fn act_on_rollout(&self, operation: &Operation, it: &Rollout) -> Result<Outcome> {
        match operation.step {
            Step::Check => Ok(Outcome::new(Observation::Checked { plan: Plan::default() })),
            Step::Roll => self.roll(operation, it).await,
            _ => Err(Error::internal("A worker was given a step that is no act", &operation.step.as_str())),
        }
    }

    async fn roll(&self, operation: &Operation, it: &Rollout) -> Result<Outcome> {
        let seen = self.seen_by(it).await?;
        let mut items = it.items.clone();
        let mut failed = None;
        for item in &mut items {
            let Some((request, environment)) = seen.of(item) else { continue };
            let progress = item.seen(request, environment);
            if let (Progress::Waiting | Progress::Updating, Progress::Failed { problem }) = (&item.progress, &progress)
            {
                failed = Some(stopped(environment, problem));
            }
            item.progress = progress;
        }
        let at_work = items.iter().any(|item| item.progress == Progress::Updating);
        let mut outcome = match failed {
            Some(problem) => Outcome::refused(problem),
            None if at_work => later(self.now()),
            None => match self.next_of(operation, &mut items, &seen).await? {
                Next::Begin(request) => {
                    let mut outcome = Outcome::new(Observation::Onward).acted("began", &request.name);
                    outcome.begins = Some(request);
                    outcome
                }
                Next::Refused(problem) => Outcome::refused(problem),
                Next::Blocked(problem) => Outcome::new(Observation::Blocked { problem }),
                Next::Later => later(self.now()),
                Next::Undecided => Outcome::new(Observation::Undecided),
                Next::Nothing => Outcome::new(Observation::Done),
            },
        };
        outcome.changes.items = Some(items);
        Ok(outcome)
    }

    /// The first that is approved and can be begun; its item says so afterwards.
    async fn next_of(&self, operation: &Operation, items: &mut [RolloutItem], seen: &Seen) -> Result<Next> {
        let mut next = Next::Nothing;
        for item in items.iter_mut().filter(|item| item.progress == Progress::Waiting) {
            let Some((request, environment)) = seen.of(item) else { continue };
            if request.state != RequestState::Approved {
                next = next.or(Next::Undecided);
                continue;
            }
            if environment.state.is_passing() {
                next = Next::Later;
                continue;
            }
            if !environment.is_updatable() {
                item.progress =
                    Progress::PassedOver { why: "It never came up: there is nothing to update.".to_owned() };
                continue;
            }
            return Ok(match self.authorize_operation(operation, environment).await? {
                Ok(_) => {
                    item.progress = Progress::Updating;
                    Next::Begin(Box::new(request.clone()))
                }
                Err(Hindrance::Refused(problem)) => {
                    let stops = stopped(environment, &problem);
                    item.progress = Progress::Failed { problem };
                    Next::Refused(stops)
                }
                Err(Hindrance::TooOld(problem)) => Next::Blocked(problem),
            });
        }
        Ok(next)
    }

    async fn seen_by(&self, it: &Rollout) -> Result<Seen> {
        let open = || it.items.iter().filter(|item| item.request.is_some());
        let page = PageRequest::newest(u32::try_from(it.items.len()).unwrap_or(u32::MAX).max(1));
        let ids = Some(open().filter_map(|item| item.request.clone()).collect());
        let filter = RequestFilter { ids, ..RequestFilter::default() };
        let requests = self.store().requests(&Scope::All, &filter, &page).await?.items;
        let ids = Some(open().map(|item| item.environment.clone()).collect());
        let filter = EnvironmentFilter { ids, ..EnvironmentFilter::default() };
        let environments = self.store().environments(&Scope::All, &filter, &page).await?.items;
        Ok(Seen {
            requests: requests.into_iter().map(|it| (it.id.clone(), it)).collect(),
            environments: environments.into_iter().map(|it| (it.id.clone(), it)).collect(),
        })
    }
}

impl Next {
    /// What there is to wait for already comes first.
    fn or(self, other: Self) -> Self {
        if matches!(self, Self::Nothing) { other } else { self }
    }
}

impl Seen {
    fn of(&self, item: &RolloutItem) -> Option<(&Request, &Environment)> {
        Some((self.requests.get(item.request.as_ref()?)?, self.environments.get(&item.environment)?))
    }
}

/// Looked at again after the usual while, however long it takes: what is at work has deadlines of its own.
fn later(now: chrono::DateTime<chrono::Utc>) -> Outcome {
    Outcome::new(Observation::Running { since: now })
}

fn stopped(environment: &Environment, problem: &Problem) -> Problem {
    Problem::new(
        format!("It stopped at {}: {}", environment.name, problem.what),
        problem.why.clone(),
        "Mend it on its own page, then go on with the rest. Or go on without it, or end the rollout.",
    )
}
