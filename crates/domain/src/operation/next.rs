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
    /// The record, which AWS made at `since`, is not final yet.
    Running { since: DateTime<Utc> },
    /// The record is final and good, or what was to be read is read.
    Done,
    /// The record is final and bad.
    RecordFailed { problem: Problem },
    /// Apps or spaces are still there; their deletion was asked for.
    AppsRemain { count: u32 },
    /// A part of it is done, and the next can be done at once.
    Onward,
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
    if step.is_final() {
        return at_once(step.clone());
    }
    match (step, observation) {
        (step, Observation::Refused { problem } | Observation::RecordFailed { problem }) => {
            at_once(failed(step, problem))
        }
        (_, Observation::Trouble { problem }) => again(kind, step, problem, pace, moment),

        (Step::Check, Observation::Checked { plan }) => at_once(match kind {
            OperationKind::Provision => Step::Provision { plan },
            OperationKind::Update => Step::Update { plan },
            OperationKind::Terminate => Step::DeleteApps { remaining: None },
            OperationKind::Revoke => Step::Cut,
            OperationKind::Restore => Step::Lift,
            OperationKind::ChangePolicy => Step::Change,
            // These begin at their one step.
            OperationKind::Stop => Step::Stop { only: None, remaining: None },
            OperationKind::Start => Step::Start,
        }),
        (Step::Check, Observation::Leftover) if kind == OperationKind::Provision => at_once(Step::Clear),
        (Step::Check, Observation::Gone) if kind == OperationKind::Terminate => at_once(Step::Succeeded),
        // It is so already.
        (Step::Check, Observation::Done) if kind == OperationKind::ChangePolicy => at_once(Step::Succeeded),
        (Step::Change, Observation::Done) => at_once(Step::ReadBack),
        // An earlier try was good after all.
        (Step::Check, Observation::Accepted { record }) if kind == OperationKind::Provision => {
            at_once(Step::FollowProvision { record })
        }
        (Step::Clear, Observation::Accepted { record }) => at(Step::FollowClear { record }, pace.poll),
        (Step::Clear | Step::FollowClear { .. }, Observation::Gone | Observation::Done) => at_once(Step::Check),
        (Step::Provision { .. }, Observation::Accepted { record }) => at(Step::FollowProvision { record }, pace.poll),
        (Step::Update { plan }, Observation::Accepted { record }) => {
            at(Step::FollowUpdate { record, plan: plan.clone() }, pace.poll)
        }
        (Step::FollowProvision { record } | Step::FollowUpdate { record, .. }, Observation::Done) => {
            at_once(Step::Collect { record: record.clone() })
        }
        (Step::Collect { .. } | Step::Cut | Step::Lift | Step::ReadBack, Observation::Done)
        | (Step::Stop { .. } | Step::Start, Observation::Done | Observation::Gone) => at_once(Step::Succeeded),
        (Step::Stop { only, .. }, Observation::AppsRemain { count })
            if moment.now - moment.entered_at <= pace.deadline =>
        {
            at(Step::Stop { only: only.clone(), remaining: Some(count) }, pace.poll)
        }
        (Step::DeleteApps { .. }, Observation::Done | Observation::Gone) => at_once(Step::Terminate),
        (Step::DeleteApps { .. }, Observation::AppsRemain { count })
            if moment.now - moment.entered_at <= pace.deadline =>
        {
            at(Step::DeleteApps { remaining: Some(count) }, pace.poll)
        }
        (Step::Cut | Step::Lift, Observation::Onward) if moment.now - moment.entered_at <= pace.deadline => {
            at_once(step.clone())
        }
        (Step::Terminate, Observation::Accepted { record }) => at(Step::FollowTerminate { record }, pace.poll),
        (Step::Terminate | Step::FollowTerminate { .. }, Observation::Gone | Observation::Done) => {
            at_once(Step::Succeeded)
        }

        (step, Observation::Blocked { problem }) if moment.now - moment.entered_at > pace.patience => {
            at_once(failed(step, problem))
        }
        (step, Observation::Blocked { problem }) => {
            Transition { trouble: Some(problem), ..at(step.clone(), pace.backoff_cap) }
        }
        (step, Observation::Running { since }) if moment.now - since <= pace.deadline => at(step.clone(), pace.poll),

        // Still running, or something that this step cannot tell: look again, until the deadline.
        (step, Observation::Running { .. }) => at_once(failed(step, overdue(kind, step))),
        (step, _) if moment.now - moment.entered_at > pace.deadline => at_once(failed(step, overdue(kind, step))),
        (step, _) => at(step.clone(), pace.poll),
    }
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
                OperationKind::ChangePolicy | OperationKind::Stop | OperationKind::Start => {
                    "Try again once the cause is gone."
                }
                OperationKind::Update => "Try the update again once the cause is gone.",
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
        Step::Terminate | Step::FollowTerminate { .. } => "AWS did not finish terminating this environment.",
        Step::Update { .. } | Step::FollowUpdate { .. } => "AWS did not finish updating this environment.",
        Step::Cut => "Not everything could be cut off.",
        Step::Lift => "Not everything could be given back.",
        Step::Stop { .. } => "Not everything came to a stop.",
        Step::Start => "AWS did not finish starting the notebook instance.",
        _ if kind == OperationKind::ChangePolicy => "AWS did not finish the change of the policies.",
        _ => "AWS did not finish bringing up this environment.",
    };
    let then = match kind {
        OperationKind::Revoke | OperationKind::Restore => "Try again: what is done stays done.",
        OperationKind::ChangePolicy => "Try again: it looks first whether the change was made after all.",
        OperationKind::Stop | OperationKind::Start => "Try again: what is stopped or started already stays so.",
        OperationKind::Update => "Look at the stack's events, then try the update again.",
        OperationKind::Provision | OperationKind::Terminate => {
            "Look at the stack's events, then retry or terminate the environment."
        }
    };
    Problem::new(what, "It was still at work after the longest time that this step may take.", then)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record() -> impl Strategy<Value = RecordId> {
        "rec-[a-z0-9]{4}".prop_map(|text| text.parse().unwrap())
    }

    fn problem() -> impl Strategy<Value = Problem> {
        ("[a-z ]{1,20}", "[a-z ]{1,20}").prop_map(|(what, why)| Problem::new(what, why, "Try again."))
    }

    fn plan() -> impl Strategy<Value = Plan> {
        proptest::collection::btree_map("[a-z]{1,4}", "[a-z]{1,4}", 0..3)
            .prop_map(|parameters| Plan { parameters, ..Plan::default() })
    }

    fn observation() -> impl Strategy<Value = Observation> {
        prop_oneof![
            plan().prop_map(|plan| Observation::Checked { plan }),
            Just(Observation::Leftover),
            problem().prop_map(|problem| Observation::Refused { problem }),
            record().prop_map(|record| Observation::Accepted { record }),
            (0..90_000_i64).prop_map(|s| Observation::Running { since: start() - TimeDelta::seconds(s) }),
            problem().prop_map(|problem| Observation::Blocked { problem }),
            Just(Observation::Done),
            problem().prop_map(|problem| Observation::RecordFailed { problem }),
            (0..9_u32).prop_map(|count| Observation::AppsRemain { count }),
            Just(Observation::Onward),
            Just(Observation::Gone),
            problem().prop_map(|problem| Observation::Trouble { problem }),
        ]
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            Just(Step::Check),
            Just(Step::Clear),
            record().prop_map(|record| Step::FollowClear { record }),
            plan().prop_map(|plan| Step::Provision { plan }),
            record().prop_map(|record| Step::FollowProvision { record }),
            plan().prop_map(|plan| Step::Update { plan }),
            (record(), plan()).prop_map(|(record, plan)| Step::FollowUpdate { record, plan }),
            record().prop_map(|record| Step::Collect { record }),
            proptest::option::of(0..9_u32).prop_map(|remaining| Step::DeleteApps { remaining }),
            Just(Step::Terminate),
            record().prop_map(|record| Step::FollowTerminate { record }),
            Just(Step::Cut),
            Just(Step::Lift),
            Just(Step::Change),
            Just(Step::ReadBack),
            proptest::option::of(0..9_u32).prop_map(|remaining| Step::Stop { only: None, remaining }),
            Just(Step::Start),
            Just(Step::Succeeded),
            problem().prop_map(|problem| Step::Failed { problem, at: 0 }),
        ]
    }

    fn kind() -> impl Strategy<Value = OperationKind> {
        proptest::sample::select(OperationKind::ALL.to_vec())
    }

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn moment(now: DateTime<Utc>, attempt: u32) -> Moment {
        Moment { now, entered_at: start(), attempt, jitter: 0.5 }
    }

    /// What a step can be told when all goes well.
    fn good_news(step: &Step) -> Observation {
        let record = || "rec-1".parse().unwrap();
        match step {
            Step::Check => Observation::Checked { plan: Plan::default() },
            Step::Clear | Step::Provision { .. } | Step::Update { .. } | Step::Terminate => {
                Observation::Accepted { record: record() }
            }
            _ => Observation::Done,
        }
    }

    fn record_of(step: &Step) -> Option<&RecordId> {
        match step {
            Step::FollowClear { record }
            | Step::FollowProvision { record }
            | Step::FollowUpdate { record, .. }
            | Step::Collect { record }
            | Step::FollowTerminate { record } => Some(record),
            _ => None,
        }
    }

    proptest! {
        /// No state without a way out: good news leads from every step to success, bad news to a failure with a reason.
        #[test]
        fn every_step_has_a_way_out(kind in kind(), step in step(), problem in problem()) {
            let pace = Pace::default();
            let mut at = step.clone();
            for _ in 0..10 {
                if at.is_final() { break; }
                at = next(kind, &at, good_news(&at), &pace, &moment(start(), 0)).step;
            }
            prop_assert!(at.is_final());
            let refused = next(kind, &step, Observation::Refused { problem }, &pace, &moment(start(), 0)).step;
            prop_assert!(refused.is_final());
        }

        /// Endless trouble ends, and in the meantime the step, with its record, stays what it was.
        #[test]
        fn endless_trouble_ends_in_a_failure(kind in kind(), step in step(), problem in problem()) {
            prop_assume!(!step.is_final());
            let pace = Pace::default();
            let (mut now, mut attempt) = (start(), 0);
            loop {
                let t = next(kind, &step, Observation::Trouble { problem: problem.clone() }, &pace, &moment(now, attempt));
                if let Step::Failed { problem: told, .. } = &t.step {
                    prop_assert!(told.why.starts_with(&problem.why));
                    prop_assert!(!told.next.is_empty());
                    break;
                }
                prop_assert_eq!(&t.step, &step);
                prop_assert_eq!(t.trouble.as_ref(), Some(&problem));
                prop_assert!(t.run_at > now);
                now = t.run_at;
                attempt = t.attempt;
                prop_assert!(attempt <= pace.max_attempts);
            }
        }

        /// Something that runs forever is given up after the deadline.
        #[test]
        fn nothing_runs_forever(kind in kind(), step in step()) {
            prop_assume!(!step.is_final());
            let pace = Pace::default();
            let late = start() + pace.deadline + TimeDelta::seconds(1);
            let t = next(kind, &step, Observation::Running { since: start() }, &pace, &moment(late, 0));
            prop_assert!(t.step.is_final());
            let late = start() + pace.patience + TimeDelta::seconds(1);
            let problem = Problem::new("It waits.", "It has to.", "Sign in.");
            let t = next(kind, &step, Observation::Blocked { problem }, &pace, &moment(late, 0));
            prop_assert!(t.step.is_final());
            for endless in [Observation::AppsRemain { count: 1 }, Observation::Onward] {
                let t = next(kind, &step, endless, &pace, &moment(late, 0));
                prop_assert!(t.step.is_final());
            }
        }

        /// A plan that is about to be sent is never lost while its outcome is not known.
        #[test]
        fn a_plan_is_kept_through_trouble(plan in plan(), problem in problem(), attempt in 0..38_u32) {
            for (kind, step) in [
                (OperationKind::Provision, Step::Provision { plan: plan.clone() }),
                (OperationKind::Update, Step::Update { plan }),
            ] {
                let trouble = Observation::Trouble { problem: problem.clone() };
                let t = next(kind, &step, trouble, &Pace::default(), &moment(start(), attempt));
                prop_assert_eq!(t.step, step);
            }
        }

        /// A final step stays; time never runs backwards; a record is only lost for a step that no longer needs it.
        #[test]
        fn transitions_keep_what_they_must(kind in kind(), step in step(), observation in observation(), attempt in 0..50_u32) {
            let t = next(kind, &step, observation, &Pace::default(), &moment(start(), attempt));
            prop_assert!(t.run_at >= start());
            if step.is_final() {
                prop_assert_eq!(&t.step, &step);
            }
            if let Some(record) = record_of(&step) {
                let kept = record_of(&t.step) == Some(record);
                let over = t.step.is_final() || matches!(t.step, Step::Check);
                prop_assert!(kept || over);
            }
            if matches!(t.step, Step::Succeeded) && !step.is_final() {
                let terminated = kind == OperationKind::Terminate
                    && matches!(step, Step::Check | Step::Terminate | Step::FollowTerminate { .. });
                let last = terminated
                    || matches!(
                        step,
                        Step::Collect { .. }
                            | Step::Terminate
                            | Step::FollowTerminate { .. }
                            | Step::Cut
                            | Step::Lift
                            | Step::ReadBack
                            | Step::Stop { .. }
                            | Step::Start
                    )
                    || (kind == OperationKind::ChangePolicy && step == Step::Check);
                prop_assert!(last);
            }
        }

        /// Waits lie between half and the whole of the capped exponential.
        #[test]
        fn backoff_is_bounded(attempt in 0..200_u32, jitter in any::<f64>()) {
            let pace = Pace::default();
            let wait = backoff(&pace, attempt, jitter);
            prop_assert!(wait >= pace.backoff / 2 && wait <= pace.backoff_cap);
        }

        /// An operation of one kind never enters the steps of the other.
        #[test]
        fn kinds_do_not_mix(news in proptest::collection::vec(observation(), 0..30)) {
            for kind in OperationKind::ALL {
                let mut at = Step::Check;
                for observation in &news {
                    at = next(kind, &at, observation.clone(), &Pace::default(), &moment(start(), 0)).step;
                    let provisions = matches!(at, Step::Clear | Step::FollowClear { .. } | Step::Provision { .. }
                        | Step::FollowProvision { .. });
                    let updates = matches!(at, Step::Update { .. } | Step::FollowUpdate { .. });
                    let collects = matches!(at, Step::Collect { .. });
                    let terminates = matches!(at, Step::DeleteApps { .. } | Step::Terminate | Step::FollowTerminate { .. });
                    let (cuts, lifts) = (at == Step::Cut, at == Step::Lift);
                    let changes = matches!(at, Step::Change | Step::ReadBack);
                    let (stops, starts) = (matches!(at, Step::Stop { .. }), at == Step::Start);
                    let own = match kind {
                        OperationKind::Provision => provisions || collects,
                        OperationKind::Update => updates || collects,
                        OperationKind::Terminate => terminates,
                        OperationKind::Revoke => cuts,
                        OperationKind::Restore => lifts,
                        OperationKind::ChangePolicy => changes,
                        OperationKind::Stop => stops,
                        OperationKind::Start => starts,
                    };
                    let any = provisions || updates || collects || terminates || cuts || lifts || changes || stops || starts;
                    prop_assert!(own || !any);
                }
            }
        }
    }
}
