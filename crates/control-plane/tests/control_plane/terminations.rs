//! How environments end: whatever state they are in, and whatever stands in the way.

use crate::common::{PRODUCT, TestState};
use chrono::TimeDelta;
use control_plane::CrashPoint;
use domain::action::Action;
use domain::environment::{EnvironmentState, LaunchTarget};
use domain::id::AccountId;
use domain::view::TerminateInput;
use sim::{Fault, FaultKind};

const DEV: &str = "601000000002";

/// What AWS says when it will never do it.
fn refused() -> FaultKind {
    FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "no".into() }
}

on_both! {
    async fn a_termination_whose_record_cannot_be_seen_yet_is_not_over(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("seen-late").await;
        state.settle().await;
        let unseen = FaultKind::Error { code: "ResourceNotFoundException".into(), status: 400, message: "Record not found".into() };
        state.running.aws.faults().next("servicecatalog:DescribeRecord", unseen, 1);
        state.terminate("fraud-scientist", &id).await;
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
        assert!(state.provisioned(DEV).is_empty(), "it was called terminated while it still ran");
        state.assert_sound().await;
    }

    async fn what_is_coming_up_can_be_terminated(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("unwanted").await;
        let seen = state.environment(&id).await;
        while state.provisioned(DEV).is_empty() {
            state.plane.tick().await.unwrap();
            state.pass(TimeDelta::seconds(1));
        }
        let it = state.environment(&id).await;
        assert_eq!(it.state, EnvironmentState::Provisioning);
        assert!(it.version > seen.version);
        let caller = state.as_("fraud-scientist").await;
        let page = state.plane.environment(&caller, &id, None).await.unwrap();
        assert!(page.allowed.has(Action::TerminateEnvironment));
        assert!(page.termination_consequences[0].starts_with("The provisioning ends."));
        // What her page showed was overtaken while she typed the name.
        let input = TerminateInput { confirm: it.name.clone(), version: seen.version.to_string(), ..TerminateInput::default() };
        state.plane.terminate_environment(&caller, &id, input.clone()).await.unwrap();
        let termination = state.environment(&id).await.operation;
        assert_ne!(termination, it.operation);
        // A second click asks for nothing more.
        state.plane.terminate_environment(&caller, &id, input).await.unwrap();
        assert_eq!(state.environment(&id).await.operation, termination);
        assert_eq!(state.told(&id, "terminate_environment", "ended").await, [it.operation.unwrap().to_string()]);
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!(it.state, EnvironmentState::Terminated, "{:?}", it.problem);
        assert!(state.provisioned(DEV).is_empty(), "it was called terminated while it came up");
        assert_eq!(state.ever_provisioned("unwanted"), 1);
        state.assert_sound().await;
    }

    async fn a_termination_waits_for_the_worker_that_may_be_at_a_call(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("in-a-call").await;
        state.crash.arm(CrashPoint::AfterAct, "provision");
        while state.crash.is_armed() {
            state.plane.tick().await.unwrap();
            state.pass(TimeDelta::seconds(1));
        }
        let provisioning = state.environment(&id).await.operation.unwrap();
        let held = state.store.operation(&provisioning).await.unwrap().unwrap();
        state.terminate("fraud-lead", &id).await;
        let termination = state.environment(&id).await.operation.unwrap();
        let termination = state.store.operation(&termination).await.unwrap().unwrap();
        assert_eq!(Some(termination.next_run_at), held.lease_until);
        let ended = state.store.operation(&provisioning).await.unwrap().unwrap();
        assert!(ended.step.is_final() && ended.lease_until.is_none());
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
        assert!(state.provisioned(DEV).is_empty());
        assert_eq!(state.ever_provisioned("in-a-call"), 1);
        state.assert_sound().await;
    }

    async fn who_is_waited_for_can_be_waited_for_no_longer(url) {
        let state = TestState::start(&url).await;
        let request = state.submit("fraud-scientist", PRODUCT, "forgotten").await;
        state.pass(TimeDelta::hours(20));
        state.sign_in("fraud-lead", &["fraud-detection-leads"]).await;
        let id = state.approve("fraud-lead", &request).await;
        assert!(!state.run(5).await, "it waits for the sign-in");
        state.sign_in("fraud-lead", &["fraud-detection-leads"]).await;
        state.terminate("fraud-lead", &id).await;
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
        assert_eq!(state.ever_provisioned("forgotten"), 0);
        state.assert_sound().await;
    }

    async fn apps_and_spaces_that_are_deleted_are_in_the_audit_log(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("busy").await;
        state.settle().await;
        let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = state.environment(&id).await.launch_target
        else {
            panic!("no Studio");
        };
        for app in ["one", "two"] {
            state.start_app(DEV, &domain_id, &user_profile_name, app);
        }
        // One round breaks off after its first deletion.
        state.running.aws.faults().add(Fault {
            operation: "sagemaker:DeleteApp".into(),
            kind: FaultKind::Throttle,
            count: Some(20),
            after: 1,
        });
        state.terminate("fraud-scientist", &id).await;
        while state.told(&id, "delete_apps", "apps_deleted").await.is_empty() {
            state.plane.tick().await.unwrap();
            state.pass(TimeDelta::seconds(1));
        }
        state.running.aws.faults().clear();
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
        let named = |names: &[&str]| names.iter().map(|n| format!("{domain_id}/{n}")).collect::<Vec<_>>();
        assert_eq!(state.told(&id, "delete_apps", "apps_deleted").await, named(&["one", "two"]));
        let space = format!("own-{user_profile_name}");
        assert_eq!(state.told(&id, "delete_apps", "spaces_deleted").await, named(&[&space]));
        state.assert_sound().await;
    }

    async fn what_was_never_sent_ends_without_aws(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("unsent").await;
        // The account or its role is gone.
        state.running.aws.faults().next("sts:AssumeRole", refused(), 1_000);
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Error);
        state.terminate("fraud-scientist", &id).await;
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
        state.assert_sound().await;
    }

    async fn a_deletion_that_fails_says_why_and_can_be_tried_again(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("stuck").await;
        state.settle().await;
        let forbidden = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sagemaker:DeleteUserProfile","Resource":"*"}}"#;
        let account: AccountId = DEV.parse().unwrap();
        let launch_role = |change: &dyn Fn(&mut sim::IamRole)| {
            let with = |world: &mut sim::World| {
                change(world.account_mut(&account).unwrap().roles.get_mut("StudiogateLaunchRole").unwrap());
            };
            state.running.aws.with_world(with).unwrap();
        };
        launch_role(&|role| drop(role.policies.insert("forbidden".into(), forbidden.into())));
        state.terminate("fraud-scientist", &id).await;
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!(it.state, EnvironmentState::Error);
        let problem = it.problem.unwrap();
        assert_eq!(problem.what, "AWS could not delete this environment.");
        assert!(problem.why.contains("sagemaker:DeleteUserProfile"), "{problem:?}");
        assert_eq!(state.provisioned(DEV), ["stuck"]);
        launch_role(&|role| drop(role.policies.remove("forbidden")));
        state.plane.retry_environment(&state.as_("fraud-lead").await, &id, "").await.unwrap();
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
        assert!(state.provisioned(DEV).is_empty());
        state.assert_sound().await;
    }

    async fn an_account_that_left_the_organization_takes_its_environments_along(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("left-behind").await;
        state.settle().await;
        let account: AccountId = DEV.parse().unwrap();
        state.running.aws.with_world(|world| world.organization.account_parents.remove(&account)).unwrap();
        // It takes a look at the organization to tell this from a role that is missing.
        for (mirrored, comes_to) in [(false, EnvironmentState::Error), (true, EnvironmentState::Terminated)] {
            if mirrored {
                state.plane.mirror_now().await.unwrap();
            }
            state.everybody_signs_in().await;
            state.terminate("fraud-lead", &id).await;
            state.settle().await;
            assert_eq!(state.environment(&id).await.state, comes_to);
        }
        assert_eq!(state.told(&id, "check", "because").await, ["the account is no longer in the organization"]);
        state.assert_sound().await;
    }
}
