//! What runs in an environment is stopped and started: one thing or all, once, through failed calls and crashes, and at the
//! end of its lease by the portal.

use crate::common::TestState;
use chrono::TimeDelta;
use control_plane::{CrashPoint, Error};
use domain::environment::{Environment, EnvironmentState, LaunchTarget};
use domain::id::EnvironmentId;
use domain::idle::{IdleVerdict, Kept, Untold};
use domain::view::{IdleRuleInput, ObservedView};
use sim::FaultKind;

const DEV: &str = "601000000002";
const WHO: &str = "fraud-scientist";
const NOTEBOOK: &str = r#"
AWSTemplateFormatVersion: '2010-09-09'
Description: A notebook instance
Parameters:
  OwnerId: { Type: String }
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{ Effect: Allow, Principal: { Service: sagemaker.amazonaws.com }, Action: 'sts:AssumeRole' }]
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      NotebookInstanceName: !Sub 'nb-${OwnerId}'
      RoleArn: !GetAtt Role.Arn
"#;

/// Starts apps of the environment's profile, and has them looked at.
async fn with_apps(state: &TestState, it: &Environment, names: &[&str]) {
    let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = &it.launch_target else { panic!("{it:?}") };
    for name in names {
        state.start_app(DEV, domain_id, user_profile_name, name);
    }
    state.plane.observe_now().await.unwrap();
}

async fn observed(state: &TestState, id: &EnvironmentId) -> ObservedView {
    state.plane.environment(&state.as_(WHO).await, id, None).await.unwrap().observed
}

async fn runs(state: &TestState, id: &EnvironmentId) -> Vec<String> {
    let running = observed(state, id).await.running;
    running.iter().filter(|it| it.is_billed()).map(|it| it.item.name().to_owned()).collect()
}

async fn key(state: &TestState, id: &EnvironmentId, name: &str) -> String {
    let running = observed(state, id).await.running;
    running.iter().find(|it| it.item.name() == name).unwrap().item.key()
}

async fn stop(state: &TestState, who: &str, id: &EnvironmentId, what: &str) -> control_plane::Result<()> {
    state.plane.stop_running(&state.as_(who).await, id, what).await
}

on_both! {
    async fn one_thing_or_all_are_stopped_and_the_environment_stays_as_it_is(url) {
        let state = TestState::start(&url).await;
        let it = state.available("busy").await;
        with_apps(&state, &it, &["one", "two", "three"]).await;
        assert_eq!(runs(&state, &it.id).await.len(), 3);
        let two = key(&state, &it.id, "two").await;
        stop(&state, WHO, &it.id, &two).await.unwrap();
        // A second click is the first one; another wish waits.
        stop(&state, WHO, &it.id, &two).await.unwrap();
        assert!(matches!(stop(&state, WHO, &it.id, "all").await, Err(Error::Conflict(_))));
        let work = observed(&state, &it.id).await.work.unwrap();
        assert_eq!((work.failed, work.remaining), (false, None));
        assert_eq!(state.running.aws.faults().calls("sagemaker:DeleteApp"), 0, "pages do not wait for AWS");
        state.settle().await;
        assert_eq!(runs(&state, &it.id).await, ["one", "three"]);
        assert_eq!(state.running.aws.faults().calls("sagemaker:DeleteApp"), 1);
        assert!(matches!(stop(&state, WHO, &it.id, &two).await, Err(Error::Conflict(_))), "it does not run any more");
        stop(&state, "fraud-lead", &it.id, "all").await.unwrap();
        state.settle().await;
        let view = observed(&state, &it.id).await;
        assert!(runs(&state, &it.id).await.is_empty() && view.work.is_none() && !view.waiting, "{view:?}");
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, after.version, after.operation), (EnvironmentState::Available, it.version, it.operation));
        state.assert_sound().await;
    }

    async fn v8_2_2_nobody_stops_what_is_a_strangers(url) {
        let state = TestState::start(&url).await;
        let it = state.available("mine").await;
        with_apps(&state, &it, &["one"]).await;
        for who in ["churn-scientist", "churn-lead", "auditor", "newcomer"] {
            let refused = stop(&state, who, &it.id, "all").await;
            assert!(matches!(refused, Err(Error::Denied { .. } | Error::NotFound { .. })), "{who}");
        }
        for who in ["fraud-lead", "admin", "auditor"] {
            let refused = state.plane.start_notebook_instance(&state.as_(who).await, &it.id).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        let studio = state.plane.start_notebook_instance(&state.as_(WHO).await, &it.id).await;
        assert!(matches!(studio, Err(Error::Conflict(_))), "apps are started in Studio");
        assert_eq!(runs(&state, &it.id).await, ["one"]);
    }

    async fn a_stop_survives_failed_calls_and_a_crash(url) {
        let mut state = TestState::start(&url).await;
        let it = state.available("tough").await;
        for (n, kind) in [FaultKind::Throttle, FaultKind::ResponseLost].into_iter().enumerate() {
            let name = format!("app-{n}");
            with_apps(&state, &it, &[&name]).await;
            for call in ["sagemaker:DeleteApp", "sagemaker:ListApps"] {
                state.running.aws.faults().next(call, kind.clone(), 2);
            }
            stop(&state, WHO, &it.id, "all").await.unwrap();
            state.settle().await;
            state.running.aws.faults().clear();
            assert!(runs(&state, &it.id).await.is_empty(), "{kind:?}");
        }
        for (n, point) in [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave].into_iter().enumerate() {
            with_apps(&state, &it, &[&format!("crash-{n}")]).await;
            state.crash.arm(point, "stop_running");
            stop(&state, WHO, &it.id, "all").await.unwrap();
            state.run(1).await;
            state.restart().await;
            state.everybody_signs_in().await;
            state.settle().await;
            assert!(runs(&state, &it.id).await.is_empty(), "{point:?}");
        }
        state.assert_sound().await;
    }

    async fn what_aws_refuses_to_stop_is_told_and_keeps_nothing_waiting(url) {
        let state = TestState::start(&url).await;
        let it = state.available("stuck").await;
        with_apps(&state, &it, &["one"]).await;
        let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "not this one".into() };
        state.running.aws.faults().next("sagemaker:DeleteApp", denied, 1_000);
        stop(&state, WHO, &it.id, "all").await.unwrap();
        state.settle().await;
        let work = observed(&state, &it.id).await.work.unwrap();
        assert!(work.failed && work.problem.unwrap().why.contains("not this one"));
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Available, "it stands where it stood");
        state.running.aws.faults().clear();
        stop(&state, WHO, &it.id, "all").await.unwrap();
        state.settle().await;
        assert!(runs(&state, &it.id).await.is_empty() && observed(&state, &it.id).await.work.is_none());
        // A termination and a stop do not wait for each other.
        with_apps(&state, &it, &["two"]).await;
        stop(&state, WHO, &it.id, "all").await.unwrap();
        state.terminate(WHO, &it.id).await;
        state.settle().await;
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Terminated);
        state.assert_sound().await;
    }

    async fn a_notebook_instance_is_stopped_and_started_by_its_owner(url) {
        let state = TestState::start_with(&url, |o| o.products = vec![("Notebook".into(), NOTEBOOK.into())]).await;
        let request = state.submit(WHO, "Notebook", "book").await;
        let id = state.approve("fraud-lead", &request).await;
        state.settle().await;
        state.plane.observe_now().await.unwrap();
        let seen = observed(&state, &id).await;
        assert_eq!((seen.running.len(), seen.running[0].instance_type.as_str()), (1, "ml.t3.medium"));
        assert!(seen.running[0].is_billed());
        let rule = IdleRuleInput { stage: "any".into(), limit: "after".into(), minutes: "60".into(), ..IdleRuleInput::default() };
        state.plane.save_idle_rule(&state.as_("admin").await, rule).await.unwrap();
        state.pass(TimeDelta::hours(9));
        state.everybody_signs_in().await;
        state.plane.observe_now().await.unwrap();
        state.settle().await;
        let IdleVerdict::Kept { because, .. } = observed(&state, &id).await.idle.into_values().next().unwrap().verdict else { panic!() };
        assert_eq!(because, Kept::Untold { untold: Untold::NotebookInstance }, "SageMaker tells no activity of it");
        stop(&state, WHO, &id, "all").await.unwrap();
        state.settle().await;
        let stopped = observed(&state, &id).await;
        assert!(stopped.running[0].is_startable(), "{stopped:?}");
        assert!(stopped.drift.is_empty(), "a stop is no drift: {stopped:?}");
        for _ in 0..2 {
            state.plane.start_notebook_instance(&state.as_(WHO).await, &id).await.unwrap();
        }
        state.settle().await;
        assert!(observed(&state, &id).await.running[0].is_billed());
        assert_eq!(state.running.aws.faults().calls("sagemaker:StartNotebookInstance"), 1);
        // Past its lease it is stopped by the portal and started by nobody.
        let ends = state.environment(&id).await.lease_ends_at;
        state.pass(ends - state.plane.now() + TimeDelta::hours(1));
        state.everybody_signs_in().await;
        state.plane.observe_now().await.unwrap();
        state.settle().await;
        assert!(observed(&state, &id).await.running[0].is_startable());
        assert_eq!(state.told(&id, "stop_environment", "because").await, ["the lease has ended"]);
        let refused = state.plane.start_notebook_instance(&state.as_(WHO).await, &id).await;
        assert!(matches!(refused, Err(Error::Denied { .. })), "{refused:?}");
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Available);
        state.assert_sound().await;
    }
}
