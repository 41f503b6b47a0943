//! A worker dies at every step, AWS throttles, answers are lost: nothing is done twice, nothing is left.

use chrono::TimeDelta;
use control_plane::CrashPoint;
use domain::environment::EnvironmentState;
use serde_json::json;
use sim::FaultKind;

use super::*;
use crate::common::TestState;

const POINTS: [CrashPoint; 3] = [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave];

/// Goes on until a worker has died at the step; then a new process takes over.
async fn die_at(state: &mut TestState, point: CrashPoint, step: &str) {
    state.crash.arm(point, step);
    let mut rounds = 0;
    while state.crash.is_armed() && rounds < 1_000 {
        state.run(1).await;
        rounds += 1;
    }
    assert!(!state.crash.is_armed(), "{point:?} of {step} never came");
    state.restart().await;
    state.everybody_signs_in().await;
}

/// One termination for each point, with a death at every one of these steps, in their order.
async fn crashes(url: String, product: &str, template: Option<&str>, steps: &[&str]) {
    let offered = template.map(|text| (product.to_owned(), text.to_owned()));
    let mut state = TestState::start_with(&url, |o| o.products = offered.into_iter().collect()).await;
    for point in POINTS {
        state.everybody_signs_in().await;
        let name = format!("dies-{point:?}").to_lowercase();
        let it = available(&state, product, &name).await;
        state.terminate(WHO, &it.id).await;
        for step in steps {
            die_at(&mut state, point, step).await;
        }
        state.settle().await;
        let over = state.environment(&it.id).await;
        assert_eq!(over.state, EnvironmentState::Terminated, "{point:?}: {:?}", over.problem);
        assert_eq!(left(&state), NOTHING, "{point:?}");
        assert!(shared_is_whole(&state), "{point:?}");
        assert_eq!(state.ever_provisioned(&name), 1, "{point:?}");
    }
    state.assert_sound().await;
}

on_both! {
    async fn v2_3_3_a_termination_with_its_home_survives_a_crash_at_every_step(url) {
        let steps = ["check", "delete_apps", "terminate", "detach_homes", "delete_homes"];
        crashes(url, OWN, None, &steps).await;
    }

    async fn v2_3_3_a_termination_that_is_held_up_survives_a_crash_too(url) {
        // The second time is after what kept the stack is gone.
        let steps = ["terminate", "follow_terminate", "detach_homes", "terminate", "delete_homes"];
        crashes(url, "Own network", Some(OWN_NETWORK), &steps).await;
    }
}

/// The calls about a home, each of which can go wrong.
const CALLS: [&str; 13] = [
    "sagemaker:DescribeDomain",
    "sagemaker:ListUserProfiles",
    "sagemaker:DeleteUserProfile",
    "cloudformation:ListStackResources",
    "elasticfilesystem:DescribeFileSystems",
    "elasticfilesystem:DescribeMountTargets",
    "elasticfilesystem:DeleteMountTarget",
    "elasticfilesystem:DeleteFileSystem",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSecurityGroupRules",
    "ec2:RevokeSecurityGroupIngress",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:DeleteSecurityGroup",
];

/// All of them go wrong in one termination, one after the other and again.
async fn faults(url: String, kind: FaultKind) {
    let state = TestState::start(&url).await;
    let it = available(&state, OWN, "faulty").await;
    call(&state, "CreateUserProfile", &json!({ "DomainId": it.homes.all[0].domain, "UserProfileName": "eve" }));
    state.pass(TimeDelta::minutes(2));
    let faults = state.running.aws.faults();
    faults.reset_calls();
    for name in CALLS {
        faults.next(name, kind.clone(), 3);
    }
    terminated(&state, &it.id, "delete").await;
    for name in CALLS {
        assert!(faults.calls(name) >= 1, "{name} was never called");
    }
    // Also a call that took effect and whose answer was lost three times is named once.
    let deleted = state.told(&it.id, "delete_homes", "file_systems_deleted").await;
    assert_eq!(deleted, [it.homes.all[0].file_system.clone()]);
    assert_eq!(left(&state), NOTHING, "{kind:?}");
    assert!(shared_is_whole(&state));
    state.assert_sound().await;
}

on_both! {
    async fn v16_5_2_throttled_calls_about_a_home_are_waited_out(url) {
        faults(url, FaultKind::Throttle).await;
    }

    async fn lost_answers_about_a_home_do_nothing_twice(url) {
        faults(url, FaultKind::ResponseLost).await;
    }
}
