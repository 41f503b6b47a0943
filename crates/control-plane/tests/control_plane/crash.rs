//! A worker is killed at every step, before the act, after it, and after the save; AWS throttles, fails, and its answers are
//! lost. Whatever happens: exactly one provisioned product, no lease held, a valid audit chain.

use crate::common::TestState;
use control_plane::CrashPoint;
use domain::clock::Clock;
use domain::environment::{EnvironmentState, LaunchTarget};
use domain::id::EnvironmentId;
use sim::FaultKind;
use tokio_util::sync::CancellationToken;

const POINTS: [CrashPoint; 3] = [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave];
/// Fails whenever it is provisioned.
const BROKEN: &str = r#"
AWSTemplateFormatVersion: '2010-09-09'
Description: Needs an export that nobody makes
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: { BucketName: !ImportValue network-without-a-name }
"#;
const DEV: &str = "601000000002";

async fn check_one(state: &TestState, id: &EnvironmentId, name: &str, case: &str) {
    let it = state.environment(id).await;
    assert_eq!(it.state, EnvironmentState::Available, "{case}: {:?}", it.problem);
    assert_eq!(state.ever_provisioned(name), 1, "{case}");
    assert!(state.provisioned(DEV).contains(&name.to_owned()), "{case}");
    assert!(it.launch_target.is_some(), "{case}");
}

async fn crash_at(url: String, steps: [&'static str; 4], terminating: bool) {
    let mut state = TestState::start(&url).await;
    for point in POINTS {
        for step in steps {
            let case = format!("{point:?} of {step}");
            let name = format!("{step}-{point:?}").to_lowercase();
            state.everybody_signs_in().await;
            let id = state.approved(&name).await;
            if terminating {
                state.settle().await;
                state.terminate("fraud-scientist", &id).await;
                state.die_and_go_on(point, step).await;
                let it = state.environment(&id).await;
                assert_eq!(it.state, EnvironmentState::Terminated, "{case}: {:?}", it.problem);
                assert!(!state.provisioned(DEV).contains(&name), "{case}");
                assert_eq!(state.ever_provisioned(&name), 1, "{case}");
            } else {
                state.die_and_go_on(point, step).await;
                check_one(&state, &id, &name, &case).await;
                // A profile of the same person is in the way of the next one.
                state.terminate("fraud-scientist", &id).await;
                state.settle().await;
            }
        }
    }
    state.assert_sound().await;
}

on_both! {
    async fn v2_3_3_provisioning_survives_a_crash_at_every_step(url) {
        crash_at(url, ["check", "provision", "follow_provision", "collect"], false).await;
    }

    async fn v2_3_3_termination_survives_a_crash_at_every_step(url) {
        crash_at(url, ["check", "delete_apps", "terminate", "follow_terminate"], true).await;
    }

    async fn what_a_failed_try_left_is_cleared_through_a_crash(url) {
        let mut state = TestState::start_with(&url, |o| o.products = vec![("Broken".into(), BROKEN.into())]).await;
        for point in POINTS {
            for step in ["clear", "follow_clear"] {
                let case = format!("{point:?} of {step}");
                let name = format!("{step}-{point:?}").to_lowercase().replace('_', "-");
                state.everybody_signs_in().await;
                let request = state.submit("fraud-scientist", "Broken", &name).await;
                let id = state.approve("fraud-lead", &request).await;
                state.settle().await;
                assert_eq!(state.environment(&id).await.state, EnvironmentState::Error, "{case}");
                state.plane.retry_environment(&state.as_("fraud-scientist").await, &id, "").await.unwrap();
                state.die_and_go_on(point, step).await;
                assert_eq!(state.ever_provisioned(&name), 2, "{case}");
                let left = state.provisioned(DEV).into_iter().filter(|p| *p == name).count();
                assert!(left <= 1, "{case}");
                state.terminate("fraud-scientist", &id).await;
                state.settle().await;
                assert!(!state.provisioned(DEV).contains(&name), "{case}");
            }
        }
        state.assert_sound().await;
    }

    async fn v2_3_4_two_workers_make_one_product(url) {
        let state = TestState::start(&url).await;
        let other = state.replica().await;
        let mut names = vec!["studio-0".to_owned()];
        let mut ids = vec![state.approved(&names[0]).await];
        // One profile to a person, but as many buckets as they like.
        for name in ["bucket-1", "bucket-2", "bucket-3"] {
            let request = state.submit("fraud-scientist", "Governed S3 workspace", name).await;
            ids.push(state.approve("fraud-lead", &request).await);
            names.push(name.to_owned());
        }
        let mut rounds = 0;
        while state.store.count_unfinished_operations().await.unwrap() > 0 {
            let (a, b) = tokio::join!(state.plane.tick(), other.tick());
            a.unwrap();
            b.unwrap();
            state.clock.advance(chrono::TimeDelta::seconds(1));
            rounds += 1;
            assert!(rounds < 2_000);
        }
        for (id, name) in ids.iter().zip(&names) {
            assert_eq!(state.environment(id).await.state, EnvironmentState::Available, "{name}");
            assert_eq!(state.ever_provisioned(name), 1, "{name}");
        }
        check_one(&state, &ids[0], &names[0], "two workers").await;
        // An overtaken worker: its lease ended while it acted, another took over.
        state.terminate("fraud-scientist", &ids[0]).await;
        state.crash.arm(CrashPoint::AfterAct, "terminate");
        while state.crash.is_armed() {
            state.plane.tick().await.unwrap();
            state.clock.advance(chrono::TimeDelta::seconds(1));
        }
        state.clock.advance(chrono::TimeDelta::minutes(5));
        let clock = state.clock.clone();
        assert!(other.run_until_idle(2_000, |by| clock.advance(by)).await.unwrap());
        assert_eq!(state.environment(&ids[0]).await.state, EnvironmentState::Terminated);
        state.assert_sound().await;
    }
}

on_both! {
    async fn a_panic_in_one_operation_stays_with_it(url) {
        let state = TestState::start(&url).await;
        let mut made = vec![("panics".to_owned(), state.approved("panics").await)];
        let request = state.submit("fraud-scientist", "Governed S3 workspace", "beside-it").await;
        made.push(("beside-it".to_owned(), state.approve("fraud-lead", &request).await));
        state.crash.arm_panic(CrashPoint::AfterAct, "provision");
        state.settle().await;
        assert!(!state.crash.is_armed());
        for (name, id) in made {
            assert_eq!(state.environment(&id).await.state, EnvironmentState::Available, "{name}");
            assert_eq!(state.ever_provisioned(&name), 1, "{name}");
        }
        state.assert_sound().await;
    }

    async fn a_call_that_takes_for_ever_holds_up_no_other_operation(url) {
        let state = TestState::start(&url).await;
        let slow = state.approved("slow").await;
        let slow = state.environment(&slow).await.operation.unwrap();
        let faults = state.running.aws.faults();
        faults.next("servicecatalog:ProvisionProduct", FaultKind::Timeout, 1);
        let (plane, shutdown) = (state.patient_replica().await, CancellationToken::new());
        let workers = tokio::spawn(async move { plane.run_workers(shutdown).await });
        while faults.calls("servicecatalog:ProvisionProduct") == 0 {
            tokio::task::yield_now().await;
        }
        let request = state.submit("fraud-scientist", "Governed S3 workspace", "quick").await;
        let quick = state.approve("fraud-lead", &request).await;
        loop {
            let it = state.environment(&quick).await;
            if it.state == EnvironmentState::Available {
                break;
            }
            assert_eq!(it.problem, None);
            let operation = state.store.operation(&it.operation.unwrap()).await.unwrap().unwrap();
            state.pass((operation.next_run_at - state.clock.now()).max(chrono::TimeDelta::zero()));
            tokio::task::yield_now().await;
        }
        let slow = state.store.operation(&slow).await.unwrap().unwrap();
        assert_eq!((slow.step.as_str(), slow.attempt, slow.lease_owner.is_some()), ("provision", 0, true));
        workers.abort();
    }
}

/// Every call of the story, and what can go wrong with each.
const CALLS: [&str; 18] = [
    "sts:AssumeRole",
    "servicecatalog:DescribeProvisionedProduct",
    "servicecatalog:ListLaunchPaths",
    "servicecatalog:DescribeProvisioningParameters",
    "servicecatalog:ListAcceptedPortfolioShares",
    "servicecatalog:ListPrincipalsForPortfolio",
    "iam:GetRole",
    "servicequotas:GetServiceQuota",
    "sagemaker:ListUserProfiles",
    "servicecatalog:ProvisionProduct",
    "servicecatalog:DescribeRecord",
    "cloudformation:DescribeStackEvents",
    "cloudformation:ListStackResources",
    "sagemaker:ListApps",
    "sagemaker:ListSpaces",
    "sagemaker:DeleteApp",
    "sagemaker:DeleteSpace",
    "servicecatalog:TerminateProvisionedProduct",
];

async fn faults(url: String, kind: FaultKind, count: u32) {
    let state = TestState::start(&url).await;
    state.running.aws.faults().reset_calls();
    for (n, call) in CALLS.iter().enumerate() {
        let name = format!("fault-{n}");
        let case = format!("{kind:?} of {call}");
        state.everybody_signs_in().await;
        // Sessions of the portal's own are kept for an hour: age them, so that the roles are assumed anew.
        state.pass(chrono::TimeDelta::hours(2));
        let id = state.approved(&name).await;
        state.running.aws.faults().next(call, kind.clone(), count);
        state.settle().await;
        check_one(&state, &id, &name, &case).await;
        state.running.aws.faults().clear();
        if let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = state.environment(&id).await.launch_target
        {
            state.start_app(DEV, &domain_id, &user_profile_name, "busy");
        }
        state.running.aws.faults().next(call, kind.clone(), count);
        state.terminate("fraud-scientist", &id).await;
        state.settle().await;
        state.running.aws.faults().clear();
        let it = state.environment(&id).await;
        assert_eq!(it.state, EnvironmentState::Terminated, "{case}: {:?}", it.problem);
        assert!(state.provisioned(DEV).is_empty(), "{case}");
        assert_eq!(state.ever_provisioned(&name), 1, "{case}");
    }
    let made = state.running.aws.faults().all_calls();
    let made: Vec<&str> = made.keys().map(String::as_str).collect();
    let mut all = CALLS.to_vec();
    all.sort_unstable();
    assert_eq!(made, all, "CALLS are not what the workers call");
    state.assert_sound().await;
}

on_both! {
    async fn v16_5_2_throttling_on_every_call_is_waited_out(url) {
        faults(url, FaultKind::Throttle, 3).await;
    }

    async fn a_lost_answer_on_every_call_does_nothing_twice(url) {
        faults(url, FaultKind::ResponseLost, 3).await;
    }

    async fn v16_5_2_a_server_error_on_every_call_is_waited_out(url) {
        faults(url, FaultKind::Error { code: "InternalFailure".into(), status: 500, message: "try later".into() }, 3).await;
    }
}
