//! Every known cause of a failure happens at AWS, is told in plain words with AWS's own, and is mended by what the page offers.

use std::collections::BTreeMap;

use crate::common::{PRODUCT, TestState};
use chrono::TimeDelta;
use domain::action::Action;
use domain::diagnosis::{Cause, While, diagnose};
use domain::environment::{Environment, EnvironmentState, LaunchTarget};
use domain::id::{AccountId, EnvironmentId};
use sim::{Fault, FaultKind, IamRole, World};

const DEV: &str = "601000000002";
const WHO: &str = "fraud-scientist";
const LEAD: &str = "fraud-lead";
const LAUNCH_ROLE: &str = "StudiogateLaunchRole";

/// Imports what the account does not export, and makes a bucket.
const BUCKET: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Description: A bucket that is named by another stack
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !ImportValue name-of-the-bucket
Outputs:
  Bucket: {Value: !Ref Bucket}
";

fn account() -> AccountId {
    DEV.parse().unwrap()
}

fn world<T>(state: &TestState, act: impl FnOnce(&mut World) -> T) -> T {
    state.running.aws.with_world(act).unwrap()
}

fn export_the_name(state: &TestState) {
    let name = BTreeMap::from([("name-of-the-bucket".to_owned(), "team-bucket-4711".to_owned())]);
    world(state, |world| sim::cloudformation::seed_exports(world, &[BUCKET], &name));
}

/// Goes wrong with what a stack asks for, until it is taken back.
fn fails(state: &TestState, operation: &str, code: &str, message: &str) {
    let kind = FaultKind::Error { code: code.into(), status: 400, message: message.into() };
    state.running.aws.faults().add(Fault { operation: operation.into(), kind, count: None, after: 0 });
}

async fn start(url: &str) -> TestState {
    TestState::start_with(url, |options| options.products = vec![("Team bucket".into(), BUCKET.into())]).await
}

async fn approved(state: &TestState, product: &str, name: &str) -> EnvironmentId {
    let request = state.submit(WHO, product, name).await;
    state.approve(LEAD, &request).await
}

/// Approved, and looked at beforehand: the call itself is still to be made, after AWS was too busy for it once.
async fn checked(state: &TestState, name: &str) -> EnvironmentId {
    let id = approved(state, PRODUCT, name).await;
    state.running.aws.faults().next("servicecatalog:ProvisionProduct", FaultKind::Throttle, 1);
    while state.running.aws.faults().calls("servicecatalog:ProvisionProduct") == 0 {
        state.plane.tick().await.unwrap();
    }
    id
}

/// What stopped it is `cause`, in the words of the table, with AWS's own.
fn assert_cause(it: &Environment, during: While, cause: Option<Cause>) {
    let problem = it.problem.as_ref().unwrap();
    let reason = match cause {
        Some(_) => problem.why.split_once(" AWS says: ").unwrap_or_else(|| panic!("AWS's own words: {problem:?}")).1,
        None => &problem.why,
    };
    assert_eq!(Cause::of(reason), cause, "{problem:?}");
    assert_eq!(problem, &diagnose(during, reason));
}

/// It failed so, and is Available after `mend` and a retry.
async fn mended(state: &TestState, id: &EnvironmentId, cause: Option<Cause>, mend: impl FnOnce(&TestState)) {
    state.settle().await;
    let it = state.environment(id).await;
    assert_eq!(it.state, EnvironmentState::Error, "{cause:?}");
    assert_cause(&it, While::BringingUp, cause);
    let page = state.plane.environment(&state.as_(WHO).await, id, None).await.unwrap();
    for offered in [Action::RetryEnvironment, Action::TerminateEnvironment, Action::HandOverEnvironment] {
        assert!(page.allowed.has(offered), "{cause:?}: {offered}");
    }
    mend(state);
    state.plane.retry_environment(&state.as_(WHO).await, id, "").await.unwrap();
    state.settle().await;
    let it = state.environment(id).await;
    assert_eq!((it.state, &it.problem), (EnvironmentState::Available, &None), "{cause:?}");
    state.assert_sound().await;
}

/// It could not be deleted so, and is gone after `mend` and another termination.
async fn deleted(state: &TestState, id: &EnvironmentId, cause: Option<Cause>, mend: impl FnOnce(&TestState)) {
    state.settle().await;
    let it = state.environment(id).await;
    assert!(matches!(it.state, EnvironmentState::Error | EnvironmentState::Tainted), "{cause:?}: {:?}", it.state);
    assert_cause(&it, While::TakingDown, cause);
    let page = state.plane.environment(&state.as_("admin").await, id, None).await.unwrap();
    for offered in [Action::TerminateEnvironment, Action::LeaveResources] {
        assert!(page.allowed.has(offered), "{cause:?}: {offered}");
    }
    mend(state);
    state.terminate(WHO, id).await;
    state.settle().await;
    assert_eq!(state.environment(id).await.state, EnvironmentState::Terminated, "{cause:?}");
    state.assert_sound().await;
}

fn launch_role<T>(state: &TestState, change: impl FnOnce(&mut BTreeMap<String, IamRole>) -> T) -> T {
    world(state, |world| change(&mut world.account_mut(&account()).unwrap().roles))
}

on_both! {
    async fn a_missing_export(url) {
        let state = start(&url).await;
        world(&state, |world| world.cloudformation.export_patterns.clear());
        let id = approved(&state, "Team bucket", "exported").await;
        mended(&state, &id, Some(Cause::MissingExport), export_the_name).await;
    }

    async fn a_name_that_is_taken(url) {
        let state = start(&url).await;
        let first = state.available("first").await;
        let second = approved(&state, PRODUCT, "second").await;
        state.settle().await;
        assert_cause(&state.environment(&second).await, While::BringingUp, Some(Cause::NameTaken));
        state.terminate(WHO, &first.id).await;
        state.settle().await;
        mended(&state, &second, Some(Cause::NameTaken), |_| ()).await;
    }

    async fn a_launch_role_that_is_not_there(url) {
        let state = start(&url).await;
        let id = checked(&state, "roleless").await;
        let role = launch_role(&state, |roles| roles.remove(LAUNCH_ROLE)).unwrap();
        mended(&state, &id, Some(Cause::LaunchRole), |state| {
            launch_role(state, |roles| roles.insert(LAUNCH_ROLE.into(), role));
        })
        .await;
    }

    async fn a_launch_path_that_is_not_there(url) {
        let state = start(&url).await;
        let id = checked(&state, "pathless").await;
        let principals = |world: &mut World| {
            let portfolios = world.service_catalog.portfolios.values_mut();
            portfolios.map(|it| it.principals.remove(&account())).collect::<Vec<_>>()
        };
        let before = world(&state, principals);
        mended(&state, &id, Some(Cause::LaunchPath), |state| {
            world(state, |world| {
                for (portfolio, principals) in world.service_catalog.portfolios.values_mut().zip(before) {
                    portfolio.principals.extend(principals.map(|principals| (account(), principals)));
                }
            });
        })
        .await;
    }

    async fn a_service_control_policy(url) {
        let state = start(&url).await;
        let id = approved(&state, PRODUCT, "governed").await;
        state.deny_at_aws(DEV, "sagemaker:CreateUserProfile");
        mended(&state, &id, Some(Cause::ServiceControlPolicy), |state| state.allow_at_aws(DEV)).await;
    }

    async fn a_launch_role_that_may_not(url) {
        let state = start(&url).await;
        let id = approved(&state, PRODUCT, "powerless").await;
        let change = |roles: &mut BTreeMap<String, IamRole>| {
            let role = roles.get_mut(LAUNCH_ROLE).unwrap();
            (std::mem::take(&mut role.policies), std::mem::take(&mut role.attached))
        };
        let (policies, attached) = launch_role(&state, change);
        mended(&state, &id, Some(Cause::Denied), |state| {
            launch_role(state, |roles| {
                let role = roles.get_mut(LAUNCH_ROLE).unwrap();
                (role.policies, role.attached) = (policies, attached);
            });
        })
        .await;
    }

    async fn what_a_stack_is_refused(url) {
        let state = start(&url).await;
        let create = "stack:create:AWS::SageMaker::UserProfile";
        for (name, code, message, cause) in [
            (
                "quota",
                "ResourceLimitExceeded",
                "The account-level service limit 'Maximum number of user profiles allowed per account' is 1 UserProfiles, with current utilization of 1 UserProfiles and a request delta of 1 UserProfiles.",
                Some(Cause::Quota),
            ),
            ("network", "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist", Some(Cause::Network)),
            ("expired", "ExpiredTokenException", "The security token included in the request is expired", Some(Cause::Expired)),
            ("busy", "ThrottlingException", "Rate exceeded", Some(Cause::Busy)),
            ("missing", "ResourceNotFound", "Domain [d-1] does not exist.", Some(Cause::Missing)),
            // Nobody knows it: AWS's words alone.
            ("unknown", "InternalFailure", "Something went amiss: 4711", None),
        ] {
            fails(&state, create, code, message);
            let id = approved(&state, PRODUCT, name).await;
            mended(&state, &id, cause, |state| state.running.aws.faults().clear()).await;
            state.terminate(WHO, &id).await;
            state.settle().await;
            state.everybody_signs_in().await;
        }
    }

    async fn apps_that_somebody_starts_meanwhile(url) {
        let state = start(&url).await;
        let it = state.available("busy").await;
        let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = it.launch_target.clone() else { panic!("{it:?}") };
        state.terminate(WHO, &it.id).await;
        // What runs was ended before this call; while AWS is at work on it somebody starts something.
        while state.running.aws.faults().calls("servicecatalog:TerminateProvisionedProduct") == 0 {
            state.plane.tick().await.unwrap();
            state.pass(TimeDelta::seconds(1));
        }
        state.start_app(DEV, &domain_id, &user_profile_name, "late");
        deleted(&state, &it.id, Some(Cause::RunningApps), |_| ()).await;
    }

    async fn what_keeps_a_stack_from_being_deleted(url) {
        let state = start(&url).await;
        export_the_name(&state);
        for (name, message, cause) in [
            ("bucket", "The bucket you tried to delete is not empty", Some(Cause::Bucket)),
            ("files", "The subnet 'subnet-1' has dependencies and cannot be deleted.", Some(Cause::FileSystem)),
            ("unknown", "Something went amiss: 4711", None),
        ] {
            let id = approved(&state, "Team bucket", name).await;
            state.settle().await;
            assert_eq!(state.environment(&id).await.state, EnvironmentState::Available, "{name}");
            fails(&state, "stack:delete:*", "Conflict", message);
            state.terminate(WHO, &id).await;
            deleted(&state, &id, cause, |state| state.running.aws.faults().clear()).await;
            state.everybody_signs_in().await;
        }
    }
}
