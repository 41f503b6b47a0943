//! A rollout: updates of several environments as one operation, one after the other, which stops at the first that fails.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::environment::{Environment, EnvironmentState};
use crate::id::{EnvironmentId, OperationId, ProjectId, RequestId, RolloutId};
use crate::person::PersonKey;
use crate::problem::Problem;
use crate::project::UnknownName;
use crate::request::{Decision, Request};

/// Where a rollout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolloutState {
    /// It updates one environment after the other, as their requests are approved.
    Running,
    /// An update failed; nothing goes on until somebody says so.
    Stopped,
    /// Nothing is left to do.
    Finished,
    /// Somebody ended it before its end.
    Ended,
}

impl RolloutState {
    pub const ALL: [Self; 4] = [Self::Running, Self::Stopped, Self::Finished, Self::Ended];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Finished => "finished",
            Self::Ended => "ended",
        }
    }

    /// Whether there may be something left to do.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Stopped)
    }
}

impl fmt::Display for RolloutState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RolloutState {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// How far one of its updates is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "progress", rename_all = "snake_case")]
pub enum Progress {
    /// For its approval, or for its turn.
    Waiting,
    /// Its own operation is at work.
    Updating,
    Done,
    /// The rollout stopped here.
    Failed {
        problem: Problem,
    },
    /// It is not updated, and that holds up no other: `why`, in words.
    PassedOver {
        why: String,
    },
}

impl Progress {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Updating => "updating",
            Self::Done => "done",
            Self::Failed { .. } => "failed",
            Self::PassedOver { .. } => "passed_over",
        }
    }

    pub fn is_open(&self) -> bool {
        matches!(self, Self::Waiting | Self::Updating)
    }
}

/// One of its environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutItem {
    pub environment: EnvironmentId,
    /// The update; `None` where none could be asked for.
    pub request: Option<RequestId>,
    /// What the environment was as of when its update was asked for: what changed otherwise since is not undone.
    pub base: RequestId,
    pub progress: Progress,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    pub id: RolloutId,
    /// Of all its environments; `None` where they are of several.
    pub project: Option<ProjectId>,
    /// Who asks for the updates.
    pub by: PersonKey,
    pub reason: String,
    /// In the order in which they are updated.
    pub items: Vec<RolloutItem>,
    pub state: RolloutState,
    /// Why it stopped.
    pub problem: Option<Problem>,
    /// Who ended it.
    pub ended_by: Option<PersonKey>,
    /// The operation at work on it, or the last one.
    pub operation: OperationId,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

impl RolloutItem {
    /// Where the update stands, from its request and its environment as they are now. What came to its end stays, but for one
    /// that failed and was mended by somebody.
    #[must_use]
    pub fn seen(&self, request: &Request, environment: &Environment) -> Progress {
        let made = environment.request == request.id;
        let at_work = environment.update.as_ref() == Some(&request.id);
        match &self.progress {
            Progress::Waiting | Progress::Updating | Progress::Failed { .. } if made => Progress::Done,
            Progress::Waiting | Progress::Updating if at_work => of_update(environment),
            // What failed is forgotten where AWS has the environment as before.
            Progress::Updating => not_made(environment),
            Progress::Waiting => match self.not_wanted(request, environment) {
                Some(why) => Progress::PassedOver { why },
                None => Progress::Waiting,
            },
            rest => rest.clone(),
        }
    }

    fn not_wanted(&self, request: &Request, environment: &Environment) -> Option<String> {
        let why = match (environment.state, &request.decision) {
            (EnvironmentState::Terminating | EnvironmentState::Terminated, _) => ENDS,
            (_, Some(Decision::Deny { comment, .. })) => return Some(format!("Its request was denied: {comment}")),
            (_, Some(Decision::Withdraw { .. })) => "Its request was withdrawn.",
            (_, Some(Decision::Close { .. })) => "Its request was closed with the rollout.",
            (_, Some(Decision::Void)) => "Its request was closed: the environment is terminated.",
            (_, Some(Decision::Lapse)) => "Its request was closed: whoever made it may no longer ask for it.",
            (_, Some(Decision::Expire)) => "Nobody decided its request in time.",
            // Values that somebody gave it since would be undone.
            _ if environment.request != self.base => "It was updated otherwise meanwhile.",
            _ => return None,
        };
        Some(why.to_owned())
    }
}

const ENDS: &str = "The environment is being terminated, or is terminated.";

/// Of an update that was begun.
fn of_update(environment: &Environment) -> Progress {
    match environment.state {
        EnvironmentState::Updating | EnvironmentState::Provisioning => Progress::Updating,
        _ => not_made(environment),
    }
}

/// Of one that came to its end.
fn not_made(environment: &Environment) -> Progress {
    match environment.state {
        EnvironmentState::Terminating | EnvironmentState::Terminated => Progress::PassedOver { why: ENDS.to_owned() },
        _ => Progress::Failed {
            problem: environment.problem.clone().unwrap_or_else(|| {
                Problem::new(
                    "The update could not be begun.",
                    "The page of the environment says why, with the steps of the update.",
                    "Ask for the update again there once the cause is gone.",
                )
            }),
        },
    }
}

impl Rollout {
    /// What the end of its operation makes of it: `failure` where one of its updates failed.
    pub fn conclude(&mut self, failure: Option<&Problem>) {
        self.problem = failure.cloned();
        self.state = match (failure, &self.ended_by) {
            (_, Some(_)) => RolloutState::Ended,
            (Some(_), None) => RolloutState::Stopped,
            (None, None) => RolloutState::Finished,
        };
    }
}
