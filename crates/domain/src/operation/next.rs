//! The state machine of operations, as one pure function: where an operation stands, what was observed, and so where it
//! stands next. What is observed, and how, is the worker's business (`control-plane`).

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::pace::{Pace, backoff};
use super::{OperationKind, Plan, Step};
use crate::id::RecordId;
use crate::problem::Problem;

/// What came of looking or acting at a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Observation {
    /// Authorization, validation and bindings hold; `plan` is what will be sent (empty for a termination).
    Checked { plan: Plan },
    /// An earlier try of the same environment left a provisioned product behind, which has to go first.
    Leftover,
    /// It must not be done: authorization or validation no longer holds, or AWS refused for good.
    Refused { problem: Problem },
    /// AWS took the call, or had taken it already: this is its record.
    Accepted { record: RecordId },
    /// It may not go on yet, through nobody's failure: the person's membership has to be confirmed by a sign-in first.
    Blocked { problem: Problem },
    /// Nothing goes on before somebody decides a request.
    Undecided,
    /// The record, which AWS made at `since`, is not final yet.
    Running { since: DateTime<Utc> },
    /// The record is final and good, or what was to be read is read.
    Done,
    /// The record is final and bad.
    RecordFailed { problem: Problem },
    /// Something is still there whose deletion was asked for: apps, spaces, mount targets, file systems.
    AppsRemain { count: u32 },
    /// A part of it is done, and the next can be looked for at once. Of a termination: the stack is gone, or the mount targets are, and
    /// its home file systems are left to be looked after.
    Onward,
    /// The record is final and bad, and mount targets of home file systems may be why: without their domains they can go first.
    HeldUp { problem: Problem },
    /// There is nothing to terminate any more: `ResourceNotFound`.
    Gone,
    /// The call failed in a way that may pass: throttled, unreachable, answer lost. Whether it took effect is not known,
    /// so the same step is done again with the same token.
    Trouble { problem: Problem },
}

/// What else the next step depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    pub now: DateTime<Utc>,
    /// When the operation came to this step: time limits hold per step.
    pub entered_at: DateTime<Utc>,
    /// Failures in a row at this step so far.
    pub attempt: u32,
    /// A random number in `0.0..=1.0`: spreads the waits of many operations.
    pub jitter: f64,
}

/// Where an operation stands next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    pub step: Step,
    /// Not before.
    pub run_at: DateTime<Utc>,
    pub attempt: u32,
    pub trouble: Option<Problem>,
}

/// See the module. Total: every step answers every observation, and an observation that a step cannot make leaves the
/// operation where it is, to be observed again.
pub fn next(kind: OperationKind, step: &Step, observation: Observation, pace: &Pace, moment: &Moment) -> Transition {
    let at = |step: Step, wait: TimeDelta| Transition { step, run_at: moment.now + wait, attempt: 0, trouble: None };
    let at_once = |step: Step| at(step, TimeDelta::zero());
    let in_time = moment.now - moment.entered_at <= pace.deadline;
    if step.is_final() {
        return at_once(step.clone());
    }
    match (step, observation) {
        (step, Observation::Refused { problem } | Observation::RecordFailed { problem }) => {
            at_once(failed(step, problem))
        }
        (_, Observation::Trouble { problem }) => again(kind, step, problem, pace, moment),

        (Step::Check | Step::CheckTags { .. }, Observation::Checked { plan }) => at_once(checked(kind, plan)),
        (Step::Check, Observation::Leftover) if kind == OperationKind::Provision => at_once(Step::Clear),
        (Step::Check, Observation::Gone) if kind == OperationKind::Terminate => at_once(Step::Succeeded),
        // It is so already.
        (Step::Check, Observation::Done) if kind == OperationKind::ChangePolicy => at_once(Step::Succeeded),
        (Step::Change, Observation::Done) => at_once(Step::ReadBack),
        // An earlier try was good after all.
        (Step::Check, Observation::Accepted { record }) if kind == OperationKind::Provision => {
            at_once(Step::FollowProvision { record })
        }
        (Step::EndRunning { .. }, Observation::Done | Observation::Gone) => at_once(Step::Transfer),
        (Step::EndRunning { .. }, Observation::AppsRemain { count }) if in_time => {
            at(Step::EndRunning { remaining: Some(count) }, pace.poll)
        }
        (Step::Transfer, Observation::Accepted { record }) => at_once(Step::FollowTransfer { record }),
        (Step::FollowTransfer { .. }, Observation::Done) => at_once(Step::TagOwner),
        (Step::TagOwner, Observation::Done) => at_once(Step::EndAgain { remaining: None }),
        (Step::EndAgain { .. }, Observation::AppsRemain { count }) if in_time => {
            at(Step::EndAgain { remaining: Some(count) }, pace.poll)
        }
        (Step::Clear, Observation::Accepted { record }) => at(Step::FollowClear { record }, pace.poll),
        (Step::Clear | Step::FollowClear { .. }, Observation::Gone | Observation::Done) => at_once(Step::Check),
        (Step::Provision { .. }, Observation::Accepted { record }) => at(Step::FollowProvision { record }, pace.poll),
        (Step::Update { plan }, Observation::Accepted { record }) => {
            at(Step::FollowUpdate { record, plan: plan.clone() }, pace.poll)
        }
        // Nothing of what was made is another.
        (Step::FollowUpdate { .. }, Observation::Done) if kind == OperationKind::Tag => at_once(Step::Succeeded),
        (Step::FollowProvision { record } | Step::FollowUpdate { record, .. }, Observation::Done) => {
            at_once(Step::Collect { record: record.clone() })
        }
        (
            Step::Collect { .. }
            | Step::Cut
            | Step::Lift
            | Step::ReadBack
            | Step::Roll
            | Step::Apply
            | Step::DetachHomes { held_up: None, .. }
            | Step::DeleteHomes,
            Observation::Done,
        )
        | (
            Step::Stop { .. }
            | Step::Start
            | Step::EndAgain { .. }
            | Step::Terminate { .. }
            | Step::FollowTerminate { .. },
            Observation::Done | Observation::Gone,
        ) => at_once(Step::Succeeded),
        (Step::Stop { only, idle, .. }, Observation::AppsRemain { count }) if in_time => {
            at(Step::Stop { only: only.clone(), remaining: Some(count), idle: idle.clone() }, pace.poll)
        }
        (Step::DeleteApps { .. }, Observation::Done | Observation::Gone) => at_once(Step::Terminate { again: false }),
        (Step::DeleteApps { .. }, Observation::AppsRemain { count }) if in_time => {
            at(Step::DeleteApps { remaining: Some(count) }, pace.poll)
        }
        (step, Observation::Onward) if goes_on(step, in_time) => at_once(step.clone()),
        (Step::Terminate { .. }, Observation::Accepted { record }) => at(Step::FollowTerminate { record }, pace.poll),
        (step, Observation::Onward) if leads_to_homes(kind, step) => {
            at_once(Step::DetachHomes { held_up: None, remaining: None })
        }
        (Step::FollowTerminate { .. }, Observation::HeldUp { problem }) => {
            at_once(Step::DetachHomes { held_up: Some(problem), remaining: None })
        }
        (Step::DetachHomes { held_up: Some(_), .. }, Observation::Done | Observation::Onward) => {
            at_once(Step::Terminate { again: true })
        }
        (Step::DetachHomes { held_up: None, .. }, Observation::Onward) => at_once(Step::DeleteHomes),
        (Step::DetachHomes { held_up, .. }, Observation::AppsRemain { count }) if in_time => {
            at(Step::DetachHomes { held_up: held_up.clone(), remaining: Some(count) }, pace.poll)
        }

        (step, Observation::Blocked { problem }) if moment.now - moment.entered_at > pace.patience => {
            at_once(failed(step, problem))
        }
        (step, Observation::Blocked { problem }) => {
            Transition { trouble: Some(problem), ..at(step.clone(), pace.backoff_cap) }
        }
        // Whoever decides wakes it.
        (Step::Roll, Observation::Undecided) => at(Step::Roll, pace.backoff_cap),
        (step, Observation::Running { since }) if moment.now - since <= pace.deadline => at(step.clone(), pace.poll),

        // Still running, or something that this step cannot tell: look again, until the deadline.
        (step, Observation::Running { .. }) => at_once(failed(step, overdue(kind, step))),
        (step, _) if !in_time => at_once(failed(step, overdue(kind, step))),
        (step, _) => at(step.clone(), pace.poll),
    }
}

/// The first step after the check.
fn checked(kind: OperationKind, plan: Plan) -> Step {
    match kind {
        OperationKind::Provision => Step::Provision { plan },
        OperationKind::Update | OperationKind::Tag => Step::Update { plan },
        OperationKind::Terminate => Step::DeleteApps { remaining: None },
        OperationKind::Transfer => Step::EndRunning { remaining: None },
        OperationKind::Revoke => Step::Cut,
        OperationKind::Restore => Step::Lift,
        OperationKind::ChangePolicy | OperationKind::ChangeCatalog => Step::Change,
        // These begin at their one step.
        OperationKind::Stop => Step::Stop { only: None, remaining: None, idle: None },
        OperationKind::Start => Step::Start,
        OperationKind::Rollout => Step::Roll,
        OperationKind::ApplyBlueprint => Step::Apply,
    }
}

/// Whether a step that is done in parts goes on with the next. Of a rollout each update has a deadline of its own, and of a blueprint
/// there is an end to what was looked at.
fn goes_on(step: &Step, in_time: bool) -> bool {
    matches!(step, Step::Roll | Step::Apply) || (in_time && matches!(step, Step::Cut | Step::Lift))
}

/// Whether the stack may be gone at a step, so that what its domains leave is next.
fn leads_to_homes(kind: OperationKind, step: &Step) -> bool {
    let gone = matches!(step, Step::Check | Step::Terminate { .. } | Step::FollowTerminate { .. });
    kind == OperationKind::Terminate && gone
}

/// The same step again after a wait, or failed when it was tried often enough.
fn again(kind: OperationKind, step: &Step, problem: Problem, pace: &Pace, moment: &Moment) -> Transition {
    let attempt = moment.attempt.saturating_add(1);
    if attempt >= pace.max_attempts {
        let problem = Problem::new(
            problem.what,
            format!("{} It was tried {attempt} times.", problem.why),
            match kind {
                OperationKind::Revoke | OperationKind::Restore => {
                    "Try again once the cause is gone: what is done stays done."
                }
                OperationKind::ChangePolicy
                | OperationKind::ChangeCatalog
                | OperationKind::ApplyBlueprint
                | OperationKind::Stop
                | OperationKind::Start => "Try again once the cause is gone.",
                OperationKind::Rollout => "Go on with it once the cause is gone: what is done stays done.",
                OperationKind::Update => "Try the update again once the cause is gone.",
                OperationKind::Tag => "Push the tags again once the cause is gone.",
                OperationKind::Transfer => {
                    "Try again once the cause is gone, or transfer it to somebody else: until then nobody opens it."
                }
                OperationKind::Provision | OperationKind::Terminate => {
                    "Retry or terminate the environment once the cause is gone."
                }
            },
        );
        return Transition { step: failed(step, problem), run_at: moment.now, attempt: 0, trouble: None };
    }
    let wait = backoff(pace, moment.attempt, moment.jitter);
    Transition { step: step.clone(), run_at: moment.now + wait, attempt, trouble: Some(problem) }
}

fn failed(step: &Step, problem: Problem) -> Step {
    Step::Failed { problem, at: step.position() }
}

fn overdue(kind: OperationKind, step: &Step) -> Problem {
    let what = match step {
        Step::DeleteApps { .. } => "The apps and spaces of this environment did not go away.",
        Step::Clear | Step::FollowClear { .. } => "What an earlier try left behind did not go away.",
        Step::Terminate { .. } | Step::FollowTerminate { .. } => "AWS did not finish terminating this environment.",
        Step::DetachHomes { .. } => "The mount targets of the home file system did not go away.",
        Step::DeleteHomes => "The home file system did not go away.",
        _ if kind == OperationKind::Tag => "AWS did not finish changing the tags of this environment.",
        Step::Update { .. } | Step::FollowUpdate { .. } => "AWS did not finish updating this environment.",
        Step::Cut => "Not everything could be cut off.",
        Step::Lift => "Not everything could be given back.",
        Step::Stop { .. } | Step::EndRunning { .. } | Step::EndAgain { .. } => "Not everything came to a stop.",
        _ if kind == OperationKind::Transfer => "AWS did not finish giving this environment to its new owner.",
        Step::Start => "AWS did not finish starting the notebook instance.",
        Step::Roll => "The rollout did not come to its end.",
        _ if kind == OperationKind::ApplyBlueprint => "AWS did not finish the changes of the organization.",
        _ if kind == OperationKind::ChangePolicy => "AWS did not finish the change of the policies.",
        _ if kind == OperationKind::ChangeCatalog => "AWS did not finish the change of the catalog.",
        _ => "AWS did not finish bringing up this environment.",
    };
    let then = match kind {
        OperationKind::Revoke | OperationKind::Restore => "Try again: what is done stays done.",
        OperationKind::ChangePolicy => "Try again: it looks first whether the change was made after all.",
        OperationKind::ChangeCatalog => "Try again: what is made already is found by the token of this change.",
        OperationKind::Stop | OperationKind::Start => "Try again: what is stopped or started already stays so.",
        OperationKind::Update => "Look at the stack's events, then try the update again.",
        OperationKind::Tag => "Look at the stack's events, then push the tags again.",
        OperationKind::Rollout => "Go on with it: what is done stays done.",
        OperationKind::ApplyBlueprint => "Look at the plan and apply it again: what is done stays done.",
        OperationKind::Transfer => "Try again: what is done stays done. Until then nobody opens it.",
        OperationKind::Provision | OperationKind::Terminate => {
            "Look at the stack's events, then retry or terminate the environment."
        }
    };
    Problem::new(what, "It was still at work after the longest time that this step may take.", then)
}
