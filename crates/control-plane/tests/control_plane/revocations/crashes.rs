//! Whatever dies or fails in the middle of a revocation leaves nothing half done for good.

use super::*;

on_both! {
    async fn v2_3_3_a_revocation_and_its_way_back_survive_a_crash_at_every_step(url) {
        let mut state = TestState::start(&url).await;
        let id = with_own_role(&state, "crashes").await;
        for point in POINTS {
            for (revokes, step) in [(true, "check"), (true, "cut"), (false, "check"), (false, "lift")] {
                let case = format!("{point:?} of {step}, revoking: {revokes}");
                state.everybody_signs_in().await;
                if revokes {
                    state.crash.arm(point, step);
                }
                let made = revoke(&state, "fraud-lead", &id, "environment").await.unwrap();
                if !revokes {
                    state.settle().await;
                    state.crash.arm(point, step);
                    restore(&state, "fraud-lead", &made).await.unwrap();
                }
                let mut rounds = 0;
                while state.crash.is_armed() && rounds < 200 {
                    state.run(1).await;
                    rounds += 1;
                }
                assert!(!state.crash.is_armed(), "{case} never came");
                state.restart().await;
                state.everybody_signs_in().await;
                state.settle().await;
                if revokes {
                    assert_eq!(revocation(&state, &made).await.state, RevocationState::Revoked, "{case}");
                    assert_eq!(denied(&state).len(), 2, "{case}");
                    restore(&state, "fraud-lead", &made).await.unwrap();
                    state.settle().await;
                }
                assert_eq!(revocation(&state, &made).await.state, RevocationState::Restored, "{case}");
                assert_eq!(denied(&state), [], "{case}");
            }
        }
        may_open(&state, &id).await.unwrap();
        state.assert_sound().await;
    }

    async fn what_fails_holds_up_nothing_else_and_is_tried_again(url) {
        let state = TestState::start(&url).await;
        let id = with_own_role(&state, "fails").await;
        run_app(&state, &id).await;
        let faults = state.running.aws.faults();
        let refused = FaultKind::Error { code: "AccessDenied".into(), status: 403, message: "no".into() };
        // The launcher's comes first.
        faults.next("iam:PutRolePolicy", refused, 1);
        let made = revoke(&state, "fraud-lead", &id, "environment").await.unwrap();
        state.settle().await;
        let it = revocation(&state, &made).await;
        assert_eq!(it.state, RevocationState::Revoking);
        assert!(it.problem.as_ref().unwrap().why.contains("AccessDenied"), "{:?}", it.problem);
        let target = &it.targets[0];
        assert!(target.launcher.problem().is_some());
        assert!(matches!(target.execution, Part::Done { .. }) && matches!(target.running, Part::Done { .. }), "{target:?}");
        assert_eq!(denied(&state).len(), 1);
        assert_eq!(live_apps(&state), 0);
        assert_eq!(rule(may_open(&state, &id).await), "what-is-revoked-stays-shut");
        let lead = state.as_("fraud-lead").await;
        assert!(state.plane.revocation(&lead, &made).await.unwrap().can_retry);
        state.plane.retry_revocation(&lead, &made).await.unwrap();
        // A second click asks for nothing more.
        state.plane.retry_revocation(&lead, &made).await.unwrap();
        state.settle().await;
        let it = revocation(&state, &made).await;
        assert_eq!((it.state, it.problem), (RevocationState::Revoked, None));
        assert_eq!(denied(&state).len(), 2);
        state.assert_sound().await;
    }

    async fn throttling_and_lost_answers_pass(url) {
        let state = TestState::start(&url).await;
        let id = with_own_role(&state, "throttled").await;
        run_app(&state, &id).await;
        for fault in [FaultKind::Throttle, FaultKind::ResponseLost] {
            for call in ["iam:PutRolePolicy", "iam:DeleteRolePolicy", "sagemaker:DeleteApp", "sagemaker:DescribeUserProfile"] {
                state.running.aws.faults().next(call, fault.clone(), 2);
            }
            let made = revoke(&state, "fraud-lead", &id, "environment").await.unwrap();
            state.settle().await;
            assert_eq!(revocation(&state, &made).await.state, RevocationState::Revoked, "{fault:?}");
            assert_eq!(denied(&state).len(), 2, "{fault:?}");
            assert_eq!(live_apps(&state), 0, "{fault:?}");
            restore(&state, "fraud-lead", &made).await.unwrap();
            state.settle().await;
            assert_eq!(revocation(&state, &made).await.state, RevocationState::Restored, "{fault:?}");
            assert_eq!(denied(&state), [], "{fault:?}");
            state.running.aws.faults().clear();
        }
        state.assert_sound().await;
    }

    async fn a_restoration_takes_the_place_of_a_revocation_at_work(url) {
        let state = TestState::start(&url).await;
        let id = with_own_role(&state, "regretted").await;
        let made = revoke(&state, "fraud-lead", &id, "environment").await.unwrap();
        state.crash.arm(CrashPoint::AfterAct, "cut");
        while state.crash.is_armed() {
            state.plane.tick().await.unwrap();
            state.pass(chrono::TimeDelta::seconds(1));
        }
        let ended = revocation(&state, &made).await.operation;
        restore(&state, "fraud-lead", &made).await.unwrap();
        assert!(state.store.operation(&ended).await.unwrap().unwrap().finished_at.is_some());
        state.settle().await;
        assert_eq!(revocation(&state, &made).await.state, RevocationState::Restored);
        assert_eq!(denied(&state), [], "what the dead worker did is taken back too");
        may_open(&state, &id).await.unwrap();
        state.assert_sound().await;
    }
}
