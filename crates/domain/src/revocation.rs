//! Cutting a person, or one environment, off at once, and giving it back.
//!
//! The portal's own part holds from the moment of the click. AWS's part takes several calls and is an operation: a deny
//! policy on the launcher and on the execution role, and the end of what runs. Each part is done whatever becomes of the
//! others.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::environment::{Environment, LaunchTarget};
use crate::id::{AccountId, EnvironmentId, OperationId, ProjectId, Region, RevocationId};
use crate::person::PersonKey;
use crate::problem::Problem;
use crate::project::{Stage, UnknownName};

/// How far a revocation reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reach {
    /// One environment of the person.
    Environment { environment: EnvironmentId, project: ProjectId },
    /// All that the person has and may do in one project.
    Project { project: ProjectId },
    /// All that the person has and may do.
    Everything,
}

impl Reach {
    /// The project that it stays within; `None` when it goes beyond any.
    pub fn project(&self) -> Option<&ProjectId> {
        match self {
            Self::Environment { project, .. } | Self::Project { project } => Some(project),
            Self::Everything => None,
        }
    }

    /// The one environment that it is about.
    pub fn environment(&self) -> Option<&EnvironmentId> {
        match self {
            Self::Environment { environment, .. } => Some(environment),
            Self::Project { .. } | Self::Everything => None,
        }
    }

    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Environment { .. } => "environment",
            Self::Project { .. } => "project",
            Self::Everything => "everything",
        }
    }
}

/// Where a revocation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationState {
    /// The portal refuses already; AWS is being told.
    Revoking,
    /// All that could be cut off is.
    Revoked,
    /// AWS is being told to let the person in again; the portal still refuses.
    Restoring,
    /// Nothing of it holds any more.
    Restored,
}

impl RevocationState {
    pub const ALL: [Self; 4] = [Self::Revoking, Self::Revoked, Self::Restoring, Self::Restored];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revoking => "revoking",
            Self::Revoked => "revoked",
            Self::Restoring => "restoring",
            Self::Restored => "restored",
        }
    }

    /// Whether the portal refuses because of it.
    pub fn is_in_force(self) -> bool {
        self != Self::Restored
    }

    /// Whether an operation is, or should be, at work.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Revoking | Self::Restoring)
    }
}

impl fmt::Display for RevocationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RevocationState {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// How far one of the parts is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Part {
    /// Not done, or not known to be done.
    #[default]
    Pending,
    /// Done; `note` says what, in words.
    Done { note: String },
    /// AWS refused for good. The other parts go on.
    Failed { problem: Problem },
}

impl Part {
    pub fn done(note: impl Into<String>) -> Self {
        Self::Done { note: note.into() }
    }

    pub fn is_pending(&self) -> bool {
        *self == Self::Pending
    }

    /// Why it could not be done.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Failed { problem } => Some(problem),
            Self::Pending | Self::Done { .. } => None,
        }
    }
}

/// The execution role that a deny policy was put on, or was about to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutRole {
    pub arn: String,
    /// The environment's own stack made it: it goes with the environment, and denying it everything meets nobody else.
    pub own: bool,
}

impl CutRole {
    /// The role's name, without its path.
    pub fn name(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or(&self.arn)
    }
}

/// What is cut off of one environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub environment: EnvironmentId,
    pub name: String,
    pub project: ProjectId,
    pub account: AccountId,
    pub region: Region,
    pub stage: Stage,
    /// What can be opened; `None` when there is nothing yet, or nothing any more.
    pub opens: Option<LaunchTarget>,
    /// The deny policy on `StudiogateLauncher`: an open Studio page stops at its next request.
    pub launcher: Part,
    /// The deny policy on the execution role: credentials in kernels are refused.
    pub execution: Part,
    pub execution_role: Option<CutRole>,
    /// Apps and notebook instances: deleted, stopped.
    pub running: Part,
}

impl Target {
    /// Nothing done yet.
    pub fn of(environment: &Environment) -> Self {
        Self {
            environment: environment.id.clone(),
            name: environment.name.clone(),
            project: environment.project.clone(),
            account: environment.account.clone(),
            region: environment.region.clone(),
            stage: environment.stage,
            opens: environment.launch_target.clone(),
            launcher: Part::Pending,
            execution: Part::Pending,
            execution_role: None,
            running: Part::Pending,
        }
    }

    /// Whether the environment opens something else than what was cut off. One that is gone opens nothing, and what was denied
    /// for it is still to be known on the way back.
    pub fn opens_anew(&self, it: &Environment) -> bool {
        it.launch_target.is_some() && self.opens != it.launch_target
    }

    pub fn parts(&self) -> [&Part; 3] {
        [&self.launcher, &self.execution, &self.running]
    }

    /// For the way back: deny policies have to be taken away, whether or not they are known to be there.
    fn reopen(&mut self) {
        self.launcher = Part::Pending;
        self.execution = Part::Pending;
        self.running = Part::done("What was stopped is started again by its owner.");
    }
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    pub id: RevocationId,
    /// Who is cut off; of one environment, its owner.
    pub person: PersonKey,
    pub reach: Reach,
    /// For those who decide; not shown to the person.
    pub reason: String,
    pub by: PersonKey,
    /// An admin did it: a lead cannot lift it.
    pub by_admin: bool,
    pub state: RevocationState,
    /// Why the last operation did not come to its end.
    pub problem: Option<Problem>,
    pub targets: Vec<Target>,
    /// The operation at work on it, or the last one.
    pub operation: OperationId,
    pub created_at: DateTime<Utc>,
    /// Who asked for the access to be given back, and when.
    pub restored_by: Option<PersonKey>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

impl Revocation {
    /// The name of its deny policies in IAM (`[\w+=,.@-]{1,128}`): each revocation has its own, so that one can be lifted
    /// without another.
    pub fn policy_name(&self) -> String {
        format!("StudiogateRevoked-{}", self.id)
    }

    /// What could not be done, of all parts.
    pub fn failures(&self) -> Vec<&Problem> {
        self.targets.iter().flat_map(Target::parts).filter_map(Part::problem).collect()
    }

    pub fn has_pending(&self) -> bool {
        self.targets.iter().flat_map(Target::parts).any(Part::is_pending)
    }

    /// On the way back.
    pub fn begin_restoring(&mut self) {
        self.state = RevocationState::Restoring;
        self.problem = None;
        self.targets.iter_mut().for_each(Target::reopen);
    }

    /// An operation on the environment ended, and the environment stands: what came up since is cut off, and a role of its own
    /// again, which its termination lets loose. Answers whether there is anything to do.
    pub fn meet_again(&mut self, it: &Environment) -> bool {
        let meets = self.reach.environment().is_none_or(|id| *id == it.id)
            && self.reach.project().is_none_or(|project| *project == it.project);
        if !meets || !matches!(self.state, RevocationState::Revoking | RevocationState::Revoked) {
            return false;
        }
        match self.targets.iter_mut().find(|target| target.environment == it.id) {
            Some(target) if target.opens_anew(it) => *target = Target::of(it),
            Some(target) if target.execution_role.as_ref().is_some_and(|role| role.own) => {
                target.execution = Part::Pending;
            }
            Some(_) => return false,
            None => self.targets.push(Target::of(it)),
        }
        self.state = RevocationState::Revoking;
        self.problem = None;
        true
    }

    /// Failed parts are tried again, those that are done are not.
    pub fn try_again(&mut self) {
        self.problem = None;
        for target in &mut self.targets {
            for part in [&mut target.launcher, &mut target.execution, &mut target.running] {
                if part.problem().is_some() {
                    *part = Part::Pending;
                }
            }
        }
    }
}

/// What of a person's access is cut off, as the person's row keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOff {
    pub everything: bool,
    pub projects: Vec<ProjectId>,
}
