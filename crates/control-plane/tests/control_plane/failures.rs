//! What goes wrong with an environment, and the way out of it.

use crate::common::{PRODUCT, TestState};
use chrono::TimeDelta;
use control_plane::Error;
use domain::action::Action;
use domain::approval::ApprovalRule;
use domain::environment::EnvironmentState;
use domain::operation::Step;
use domain::view::{ProductAccessInput, RuleInput};
use sim::FaultKind;

const DEV: &str = "601000000002";

const NOTEBOOK: &str = r#"
AWSTemplateFormatVersion: '2010-09-09'
Description: A notebook instance with a password
Parameters:
  OwnerId: { Type: String }
  NotebookPassword: { Type: String, NoEcho: true, MinLength: 8 }
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
      Tags: [{ Key: password-length, Value: long }]
"#;

const MISSING_EXPORT: &str = r#"
AWSTemplateFormatVersion: '2010-09-09'
Description: Needs an export that nobody makes
Parameters:
  Size: { Type: String, Default: small }
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !ImportValue network-without-a-name
"#;

async fn offering(url: &str) -> TestState {
    TestState::start_with(url, |o| {
        o.products = vec![("Notebook".into(), NOTEBOOK.into()), ("Broken".into(), MISSING_EXPORT.into())];
    })
    .await
}

/// What AWS says when it will never do it.
fn refused() -> FaultKind {
    FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "no".into() }
}

async fn retry(state: &TestState, who: &str, id: &domain::id::EnvironmentId) -> Result<(), Error> {
    state.plane.retry_environment(&state.as_(who).await, id, "").await
}

on_both! {
    async fn a_failure_tells_awss_reason_and_can_be_retried_or_ended(url) {
        let state = offering(&url).await;
        let request = state.submit("fraud-scientist", "Broken", "broken").await;
        let id = state.approve("fraud-lead", &request).await;
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!(it.state, EnvironmentState::Error);
        let problem = it.problem.unwrap();
        assert!(problem.why.contains("network-without-a-name"), "{problem:?}");
        let page = state.plane.environment(&state.as_("fraud-scientist").await, &id, None).await.unwrap();
        assert!(page.allowed.has(Action::RetryEnvironment) && page.allowed.has(Action::TerminateEnvironment));
        let first = it.operation.unwrap();
        // A retry removes what is left and sends a new token.
        retry(&state, "fraud-scientist", &id).await.unwrap();
        // A second click of the same person is done already; somebody else is told that it is at work.
        let at_work = state.environment(&id).await.operation;
        retry(&state, "fraud-scientist", &id).await.unwrap();
        assert_eq!(state.environment(&id).await.operation, at_work);
        assert_eq!(retry(&state, "fraud-lead", &id).await.unwrap_err().status(), 409);
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!(it.state, EnvironmentState::Error);
        assert_ne!(it.operation.unwrap(), first);
        assert_eq!(state.ever_provisioned("broken"), 2);
        assert!(state.provisioned(DEV).len() <= 1);
        state.terminate("fraud-lead", &id).await;
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
        assert!(state.provisioned(DEV).is_empty());
        state.assert_sound().await;
    }

    async fn a_passing_failure_is_mended_by_a_retry(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("mended").await;
        let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "explicit deny in a service control policy".into() };
        state.running.aws.faults().next("servicecatalog:ProvisionProduct", denied, 1);
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!(it.state, EnvironmentState::Error);
        assert!(it.problem.unwrap().why.contains("service control policy"));
        retry(&state, "fraud-lead", &id).await.unwrap();
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Available);
        assert_eq!(state.ever_provisioned("mended"), 1);
        state.assert_sound().await;
    }

    async fn what_came_up_is_not_taken_down_by_a_retry(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("works").await;
        state.running.aws.faults().next("cloudformation:ListStackResources", refused(), 1);
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Error);
        assert_eq!(state.provisioned(DEV), ["works"]);
        retry(&state, "fraud-scientist", &id).await.unwrap();
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!(it.state, EnvironmentState::Available, "{:?}", it.problem);
        assert!(it.launch_target.is_some());
        assert_eq!(state.ever_provisioned("works"), 1);
        state.assert_sound().await;
    }

    async fn a_row_that_cannot_be_read_holds_nobody_up(url) {
        let state = TestState::start(&url).await;
        let broken = state.approved("unreadable").await;
        let operation = state.environment(&broken).await.operation.unwrap();
        state.sql(&format!("UPDATE operation SET step_data = '{{}}' WHERE id = '{operation}'")).await;
        let request = state.submit("fraud-scientist", "Governed S3 workspace", "behind-it").await;
        let id = state.approve("fraud-lead", &request).await;
        for _ in 0..2_000 {
            state.plane.tick().await.unwrap();
            state.pass(TimeDelta::seconds(1));
            if state.environment(&id).await.state == EnvironmentState::Available {
                return;
            }
        }
        panic!("it was held up: {:?}", state.environment(&id).await.problem);
    }

    async fn a_product_that_cannot_be_read_holds_up_no_other(url) {
        let state = TestState::start(&url).await;
        let before = state.store.products().await.unwrap();
        let seen = state.store.mirror_states().await.unwrap().remove(0).refreshed_at;
        state.pass(TimeDelta::minutes(1));
        state.running.aws.faults().next("servicecatalog:DescribeProductAsAdmin", refused(), 1);
        assert!(!state.plane.mirror_now().await.unwrap());
        assert_eq!(state.store.products().await.unwrap(), before);
        let mirror = state.store.mirror_states().await.unwrap().remove(0);
        assert!(mirror.problem.unwrap().what.starts_with("Some products"));
        assert!(mirror.refreshed_at > seen, "the others were read");
    }

    async fn a_name_that_somebody_else_has_is_not_adopted(url) {
        let state = TestState::start(&url).await;
        // Twice the same name in one account is only possible past the portal.
        let first = state.approved("theirs").await;
        state.settle().await;
        let mut tx = state.store.begin().await.unwrap();
        let mut gone = tx.environment(&first).await.unwrap().unwrap();
        gone.state = EnvironmentState::Terminated;
        gone.version += 1;
        tx.update_environment(&gone).await.unwrap();
        tx.commit().await.unwrap();
        let second = state.approved("theirs").await;
        state.settle().await;
        let it = state.environment(&second).await;
        assert_eq!(it.state, EnvironmentState::Error);
        assert_eq!(it.problem.unwrap().what, "The name is taken.");
        // Ending it touches nothing of theirs.
        state.terminate("fraud-scientist", &second).await;
        state.settle().await;
        assert_eq!(state.environment(&second).await.state, EnvironmentState::Terminated);
        assert_eq!(state.provisioned(DEV), ["theirs"]);
    }

    async fn nobody_is_acted_for_by_old_groups(url) {
        let state = TestState::start(&url).await;
        let request = state.submit("fraud-scientist", PRODUCT, "later").await;
        state.pass(TimeDelta::hours(20));
        state.sign_in("fraud-lead", &["fraud-detection-leads"]).await;
        let id = state.approve("fraud-lead", &request).await;
        assert!(!state.run(50).await, "it waits for the sign-in");
        let page = state.plane.progress(&state.as_("fraud-lead").await, &id).await.unwrap();
        assert!(page.operation.unwrap().trouble.unwrap().what.contains("to sign in"));
        assert_eq!(state.ever_provisioned("later"), 0);
        state.sign_in("fraud-scientist", &["fraud-detection-members"]).await;
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!(it.state, EnvironmentState::Available);
        // The wait counts against no later step.
        let operation = state.store.operation(&it.operation.unwrap()).await.unwrap().unwrap();
        assert_eq!(Some(operation.step_entered_at), operation.finished_at);
        assert!(operation.step_entered_at > operation.created_at);
    }

    async fn who_left_the_project_gets_no_environment(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("left").await;
        state.sign_in("fraud-scientist", &[]).await;
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!(it.state, EnvironmentState::Error);
        assert!(it.problem.unwrap().why.contains("members-request-for-their-projects"));
        assert_eq!(state.ever_provisioned("left"), 0);
        // Somebody else's retry does not help either.
        retry(&state, "fraud-lead", &id).await.unwrap();
        state.settle().await;
        assert_eq!(state.ever_provisioned("left"), 0);
        state.assert_sound().await;
    }

    async fn what_no_longer_holds_is_not_provisioned(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("ended").await;
        let access = state.store.all_product_access().await.unwrap();
        let product = state.product(PRODUCT).await;
        let admin = state.as_("admin").await;
        for rule in access.iter().filter(|a| a.product == product && a.project.as_str() == "fraud-detection") {
            state.plane.remove_product_access(&admin, &rule.id).await.unwrap();
        }
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Error);
        let input = ProductAccessInput {
            product: product.to_string(),
            project: "fraud-detection".into(),
            stage: "dev".into(),
            rule: RuleInput::of(&ApprovalRule::one_lead()),
            max_lease_days: "90".into(),
            instances: String::new(),
            version: String::new(),
        };
        state.plane.save_product_access(&admin, input).await.unwrap();
        retry(&state, "fraud-scientist", &id).await.unwrap();
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Available);
    }

    async fn v14_2_4_secrets_are_sealed_until_they_are_used_and_then_erased(url) {
        let state = offering(&url).await;
        let caller = state.as_("fraud-scientist").await;
        let secret = "correct horse battery";
        let with = |state: &TestState, name: &str| {
            let caller = caller.clone();
            let mut input = futures_now(state.filled_form("fraud-scientist", "Notebook", name));
            input.parameters.insert("NotebookPassword".into(), secret.into());
            let plane = state.plane.clone();
            async move { plane.submit_request(&caller, input).await }
        };
        let denied = with(&state, "denied").await.unwrap();
        let request = state.store.request(&denied).await.unwrap().unwrap();
        assert!(request.sealed.is_some() && !format!("{:?}", request.asked).contains(secret));
        let input = domain::view::DecisionInput { decision: "deny".into(), comment: "No".into(), version: "1".into() };
        state.plane.decide_request(&state.as_("fraud-lead").await, &denied, input).await.unwrap();
        assert!(state.store.request(&denied).await.unwrap().unwrap().sealed.is_none());

        let used = with(&state, "used").await.unwrap();
        let id = state.approve("fraud-lead", &used).await;
        let clock = state.clock.clone();
        // The plan that is kept with the operation has no secret in it.
        for _ in 0..40 {
            state.plane.tick().await.unwrap();
            let operation = state.store.operations_of(&id, 1).await.unwrap().remove(0);
            assert!(!format!("{operation:?}").contains(secret));
            if operation.step == Step::Succeeded {
                break;
            }
            clock.advance(TimeDelta::seconds(5));
        }
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Available, "{:?}", state.environment(&id).await.problem);
        assert!(state.store.request(&used).await.unwrap().unwrap().sealed.is_none());
        // The notebook instance opens too, and is called what it is where it does not.
        state.running.aws.faults().next("sagemaker:CreatePresignedNotebookInstanceUrl", FaultKind::Throttle, 5);
        let busy = state.plane.launch_environment(&caller, &id).await.unwrap_err();
        assert_eq!(busy.problem().what, "The notebook instance could not be opened.");
        state.running.aws.faults().clear();
        let url = state.plane.launch_environment(&caller, &id).await.unwrap().into_location();
        assert!(url.starts_with(&state.running.studio_url), "{url}");
        state.terminate("fraud-scientist", &id).await;
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
        state.assert_sound().await;
    }

    async fn a_launch_that_fails_says_why_and_what_to_do(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("open").await;
        let caller = state.as_("fraud-scientist").await;
        let early = state.plane.launch_environment(&caller, &id).await.unwrap_err();
        assert_eq!(early.status(), 409);
        state.settle().await;
        let faults = state.running.aws.faults();
        let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "not you".into() };
        for (operation, kind) in [
            ("sagemaker:CreatePresignedDomainUrl", FaultKind::Throttle),
            ("sagemaker:CreatePresignedDomainUrl", FaultKind::ResponseLost),
            ("sagemaker:CreatePresignedDomainUrl", denied.clone()),
            ("sts:AssumeRole", FaultKind::Throttle),
            ("sts:AssumeRole", FaultKind::ResponseLost),
            ("sts:AssumeRole", denied),
        ] {
            faults.next(operation, kind.clone(), 5);
            let error = state.plane.launch_environment(&caller, &id).await.unwrap_err();
            faults.clear();
            assert_eq!(error.status(), 502, "{operation} {kind:?}");
            let problem = error.problem();
            assert_eq!(problem.what, "Studio could not be opened.");
            assert!(!problem.why.is_empty() && !problem.next.is_empty());
        }
        faults.next("sagemaker:CreatePresignedDomainUrl", FaultKind::Timeout, 50);
        let late = state.plane.launch_environment(&caller, &id).await.unwrap_err();
        faults.clear();
        assert!([502, 503].contains(&late.status()), "{late:?}");
        state.plane.launch_environment(&caller, &id).await.unwrap();
        // Each try has its intent and its outcome.
        let filter = store::AuditFilter { action: Some("launch_environment".into()), ..Default::default() };
        let events = state.store.audit_events(&store::Scope::All, &filter, &store::PageRequest::newest(100)).await.unwrap();
        assert_eq!(events.items.len(), 16);
        state.assert_sound().await;
    }

    async fn v16_5_2_a_catalog_that_cannot_be_read_stays_with_its_reason(url) {
        let state = TestState::start(&url).await;
        let before = state.store.products().await.unwrap().len();
        let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "no more".into() };
        state.running.aws.faults().next("servicecatalog:ListPortfolios", denied, 5);
        assert!(!state.plane.mirror_now().await.unwrap());
        let mirror = state.store.mirror_states().await.unwrap().remove(0);
        assert!(mirror.problem.unwrap().why.contains("no more"));
        assert!(mirror.refreshed_at.is_some());
        assert_eq!(state.store.products().await.unwrap().len(), before);
        state.running.aws.faults().clear();
        assert!(state.plane.mirror_now().await.unwrap());
        assert!(state.store.mirror_states().await.unwrap().remove(0).problem.is_none());
    }
}

/// Runs a future to its end where a closure cannot wait.
fn futures_now<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}
