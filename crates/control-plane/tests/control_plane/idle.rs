//! What nobody uses is stopped by its rule, once, and told, whatever dies or changes when.

use crate::common::idle::*;
use chrono::TimeDelta;
use control_plane::CrashPoint;
use domain::clock::{Clock, ManualClock};
use domain::environment::EnvironmentState;
use domain::idle::{IdleVerdict, Kept};
use sim::FaultKind;

on_both! {
    async fn what_nobody_uses_is_stopped_audited_and_told_once(url) {
        let (state, it) = hourly(&url).await;
        for name in ["used", "idle", "idle-too"] {
            start(&state, &it, name);
        }
        pass(&state, 50).await;
        touch(&state, &it, "used");
        look(&state).await;
        let started = state.clock.now() - TimeDelta::minutes(50);
        let IdleVerdict::Waits { last_used, stops_at, rule } = verdict(&state, &it.id, "idle").await else { panic!() };
        assert_eq!(rule, "Every instance type in every stage: after 1 hour");
        assert!((last_used - started).abs() < TimeDelta::seconds(30) && stops_at == last_used + TimeDelta::hours(1));
        assert_eq!(deletions(&state), 0);
        pass(&state, 20).await;
        look(&state).await;
        assert_eq!(runs(&state, &it.id).await, ["used"]);
        assert_eq!((deletions(&state), told(&state).await), (2, 2));
        let rules = state.told(&it.id, "stop_idle", "rule").await;
        assert_eq!(rules, ["Every instance type in every stage: after 1 hour"; 2]);
        assert_eq!(state.told(&it.id, "stop_idle", "idle").await.len(), 2);
        let stopped = state.told(&it.id, "stop_running", "idle_stopped").await;
        assert!(stopped.len() == 2 && stopped[0].ends_with("/JupyterLab/idle"), "{stopped:?}");
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, after.version), (EnvironmentState::Available, it.version));
        look(&state).await;
        assert_eq!((deletions(&state), told(&state).await), (2, 2));
        state.assert_sound().await;
    }

    async fn what_changes_between_the_look_and_the_stop_is_looked_at_again(url) {
        let (state, it) = hourly(&url).await;
        start(&state, &it, "one");
        pass(&state, 10).await;
        look(&state).await;
        for what in ["used", "tagged", "marked", "rule"] {
            touch(&state, &it, "one");
            pass(&state, 90).await;
            state.plane.observe_now().await.unwrap();
            assert_eq!(state.store.count_unfinished_operations().await.unwrap(), 1, "{what}: a stop waits");
            match what {
                "used" => touch(&state, &it, "one"),
                "tagged" => tag(&state, &it, "one", "just began"),
                "marked" => mark(&state, WHO, &it.id, "one", "1").await.unwrap(),
                _ => {
                    let id = state.store.idle_rules().await.unwrap().remove(0).id;
                    state.plane.remove_idle_rule(&state.as_("admin").await, &id).await.unwrap();
                }
            }
            state.settle().await;
            assert_eq!((runs(&state, &it.id).await.len(), deletions(&state)), (1, 0), "{what}");
            app(&state, &it, "one", |app| app.tags.clear());
            let key = state.store.job_marks(&it.id).await.unwrap().pop().map(|mark| mark.item).unwrap_or_default();
            state.plane.unmark_running_job(&state.as_(WHO).await, &it.id, &key).await.unwrap();
        }
        let because = state.told(&it.id, "stop_running", "because").await;
        assert!(because[0].starts_with("it was used at "), "{because:?}");
        assert_eq!(because[1..], [
            "it is marked as running a job: just began",
            "it is marked as running a job: A long fit.",
            "no rule stops it any more",
        ]);
        assert_eq!(told(&state).await, 0, "nothing was stopped");
        state.assert_sound().await;
    }

    async fn a_crash_or_a_lost_answer_stops_once_and_tells_once(url) {
        let (mut state, it) = hourly(&url).await;
        let points = [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave];
        for (n, (point, round)) in points.into_iter().flat_map(|point| [(point, 0), (point, 1)]).enumerate() {
            let name = format!("app-{n}");
            start(&state, &it, &name);
            pass(&state, 90).await;
            state.plane.observe_now().await.unwrap();
            // The first round writes down what the second asks for.
            for _ in 0..round {
                state.run(1).await;
            }
            state.crash.arm(point, "stop_running");
            state.run(1).await;
            assert!(!state.crash.is_armed(), "{point:?}");
            state.restart().await;
            state.everybody_signs_in().await;
            state.settle().await;
            assert!(runs(&state, &it.id).await.is_empty(), "{point:?}");
            assert_eq!((deletions(&state), told(&state).await), (n as u64 + 1, n + 1), "{point:?} in round {round}");
        }
        state.running.aws.faults().clear();
        for kind in [FaultKind::Throttle, FaultKind::ResponseLost] {
            let (before, known) = (deletions(&state), told(&state).await);
            start(&state, &it, "late");
            pass(&state, 90).await;
            state.running.aws.faults().next("sagemaker:DeleteApp", kind.clone(), 1);
            look(&state).await;
            assert!(runs(&state, &it.id).await.is_empty(), "{kind:?}");
            assert!(deletions(&state) - before <= 2);
            assert_eq!(told(&state).await, known + 1, "{kind:?}");
        }
        state.assert_sound().await;
    }

    async fn what_somebody_stops_first_was_not_stopped_for_being_idle(url) {
        let (state, it) = hourly(&url).await;
        start(&state, &it, "one");
        pass(&state, 90).await;
        state.plane.observe_now().await.unwrap();
        let now = state.clock.now();
        app(&state, &it, "one", |app| app.turn("Deleting", now, now + TimeDelta::seconds(30), Some("Deleted")));
        state.settle().await;
        assert_eq!((deletions(&state), told(&state).await), (0, 0));
        assert_eq!(state.told(&it.id, "stop_running", "because").await, ["it is being stopped already"]);
    }

    async fn what_aws_refuses_to_stop_is_said_and_tried_again_later(url) {
        let (state, it) = hourly(&url).await;
        start(&state, &it, "one");
        let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "not this one".into() };
        state.running.aws.faults().next("sagemaker:DeleteApp", denied, 1_000);
        pass(&state, 90).await;
        look(&state).await;
        look(&state).await;
        assert_eq!(deletions(&state), 1, "it is not asked for again and again");
        let Kept::Failed { why, again } = kept(&state, &it.id, "one").await else { panic!() };
        assert!(why.contains("not this one") && again > state.clock.now(), "{why}");
        state.running.aws.faults().clear();
        let before = deletions(&state);
        pass(&state, 61).await;
        look(&state).await;
        assert_eq!((runs(&state, &it.id).await.len(), deletions(&state) - before), (0, 1));
        state.assert_sound().await;
    }

    async fn two_replicas_stop_once(url) {
        let (state, it) = hourly(&url).await;
        let other = state.replica().await;
        start(&state, &it, "one");
        pass(&state, 90).await;
        let (one, two) = tokio::join!(state.plane.observe_now(), other.observe_now());
        one.unwrap();
        two.unwrap();
        for _ in 0..40 {
            let (one, two) = tokio::join!(state.plane.tick(), other.tick());
            one.unwrap();
            two.unwrap();
            state.pass(TimeDelta::seconds(3));
        }
        state.settle().await;
        assert_eq!((runs(&state, &it.id).await.len(), deletions(&state), told(&state).await), (0, 1, 1));
        assert_eq!(state.told(&it.id, "stop_idle", "rule").await.len(), 1);
        state.assert_sound().await;
    }

    async fn a_clock_of_the_portal_that_jumps_stops_nothing(url) {
        let (state, it) = hourly(&url).await;
        start(&state, &it, "one");
        pass(&state, 10).await;
        look(&state).await;
        mark(&state, WHO, &it.id, "one", "2").await.unwrap();
        for days in [12, -12] {
            let jumped = ManualClock::at(state.clock.now() + TimeDelta::days(days));
            state.replica_at(&jumped).await.observe_now().await.unwrap();
            assert_eq!(state.store.count_unfinished_operations().await.unwrap(), 0, "{days} days");
        }
        // By AWS's own times it is idle now, and the mark lasts by them.
        pass(&state, 90).await;
        let jumped = ManualClock::at(state.clock.now() + TimeDelta::days(12));
        state.replica_at(&jumped).await.observe_now().await.unwrap();
        assert_eq!(state.store.count_unfinished_operations().await.unwrap(), 0);
        assert_eq!((runs(&state, &it.id).await.len(), deletions(&state)), (1, 0));
    }
}
