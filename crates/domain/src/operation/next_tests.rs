//! Properties of the state machine.

use proptest::prelude::*;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::id::RecordId;
use crate::problem::Problem;

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
        Just(Observation::Undecided),
        problem().prop_map(|problem| Observation::HeldUp { problem }),
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
        any::<bool>().prop_map(|again| Step::Terminate { again }),
        (proptest::option::of(problem()), proptest::option::of(0..9_u32))
            .prop_map(|(held_up, remaining)| Step::DetachHomes { held_up, remaining }),
        Just(Step::DeleteHomes),
        record().prop_map(|record| Step::FollowTerminate { record }),
        Just(Step::Cut),
        Just(Step::Lift),
        Just(Step::Change),
        Just(Step::ReadBack),
        proptest::option::of(0..9_u32).prop_map(|remaining| Step::Stop { only: None, remaining, idle: None }),
        Just(Step::Start),
        Just(Step::Roll),
        proptest::option::of(0..9_u32).prop_map(|remaining| Step::EndRunning { remaining }),
        Just(Step::Transfer),
        record().prop_map(|record| Step::FollowTransfer { record }),
        Just(Step::TagOwner),
        proptest::option::of(0..9_u32).prop_map(|remaining| Step::EndAgain { remaining }),
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
        Step::Clear | Step::Provision { .. } | Step::Update { .. } | Step::Terminate { .. } | Step::Transfer => {
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
        | Step::FollowTransfer { record }
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
        // Good news leads on from here; and the requests of a rollout expire by themselves.
        let onward = matches!(step, Step::Check | Step::Terminate { .. } | Step::FollowTerminate { .. }
            | Step::DetachHomes { .. } | Step::Roll | Step::Apply);
        for endless in [Observation::AppsRemain { count: 1 }, Observation::Onward] {
            if onward && endless == Observation::Onward { continue; }
            let t = next(kind, &step, endless, &pace, &moment(late, 0));
            prop_assert!(t.step.is_final());
        }
    }

    /// A plan that is about to be sent is never lost while its outcome is not known.
    #[test]
    fn a_plan_is_kept_through_trouble(plan in plan(), problem in problem(), attempt in 0..38_u32) {
        for (kind, step) in [
            (OperationKind::Provision, Step::Provision { plan: plan.clone() }),
            (OperationKind::Update, Step::Update { plan: plan.clone() }),
            (OperationKind::Tag, Step::Update { plan }),
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
            // The record is final where what the domains leave is looked after.
            let over = t.step.is_final() || matches!(t.step, Step::Check | Step::DetachHomes { .. } | Step::TagOwner);
            prop_assert!(kept || over);
        }
        if matches!(t.step, Step::Succeeded) && !step.is_final() {
            let terminated = kind == OperationKind::Terminate
                && matches!(step, Step::Check | Step::Terminate { .. } | Step::FollowTerminate { .. });
            let last = terminated
                || matches!(
                    step,
                    Step::Collect { .. }
                        | Step::Terminate { .. }
                        | Step::FollowTerminate { .. }
                        | Step::DetachHomes { held_up: None, .. }
                        | Step::DeleteHomes
                        | Step::Cut
                        | Step::Lift
                        | Step::ReadBack
                        | Step::Stop { .. }
                        | Step::Start
                        | Step::EndAgain { .. }
                        | Step::Roll
                        | Step::Apply
                )
                || (kind == OperationKind::Tag && matches!(step, Step::FollowUpdate { .. }))
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
                let terminates = matches!(at, Step::DeleteApps { .. } | Step::Terminate { .. }
                    | Step::FollowTerminate { .. } | Step::DetachHomes { .. } | Step::DeleteHomes);
                let (cuts, lifts) = (at == Step::Cut, at == Step::Lift);
                let changes = matches!(at, Step::Change | Step::ReadBack);
                let (stops, starts) = (matches!(at, Step::Stop { .. }), at == Step::Start);
                let transfers = matches!(at, Step::EndRunning { .. } | Step::Transfer | Step::FollowTransfer { .. }
                    | Step::TagOwner | Step::EndAgain { .. });
                let (rolls, applies) = (at == Step::Roll, at == Step::Apply);
                let own = match kind {
                    OperationKind::Provision => provisions || collects,
                    OperationKind::Update => updates || collects,
                    OperationKind::Tag => updates,
                    OperationKind::Terminate => terminates,
                    OperationKind::Revoke => cuts,
                    OperationKind::Restore => lifts,
                    OperationKind::ChangePolicy | OperationKind::ChangeCatalog => changes,
                    OperationKind::Stop => stops,
                    OperationKind::Start => starts,
                    OperationKind::Transfer => transfers,
                    OperationKind::Rollout => rolls,
                    OperationKind::ApplyBlueprint => applies,
                };
                let any = provisions || updates || collects || terminates || cuts || lifts || changes || stops || starts
                    || transfers || rolls || applies;
                prop_assert!(own || !any);
            }
        }
    }
}
