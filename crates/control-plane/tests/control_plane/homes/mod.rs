//! What a termination does about the home file systems of Studio domains: it deletes or keeps them as somebody chose, takes their
//! mount targets and security groups away, and gets there whatever goes wrong on the way.

mod crashes;
mod ways_out;

use crate::common::{PRODUCT, TestState};
use chrono::TimeDelta;
use control_plane::Error;
use domain::clock::Clock;
use domain::environment::{Environment, EnvironmentState};
use domain::home::{Files, HomeStanding};
use domain::id::{AccountId, EnvironmentId};
use domain::view::{EnvironmentPage, EnvironmentsQuery, StepStatus, TerminateInput};
use serde_json::json;
use sim::{Caller, Ctx, Origin, World};

const DEV: &str = "601000000002";
const WHO: &str = "fraud-scientist";
const OWN: &str = "Studio environment";

/// A domain in a network of its own: what SageMaker leaves keeps subnet and VPC from being deleted.
const OWN_NETWORK: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Description: A domain in a network of its own
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/24, AvailabilityZone: eu-west-1a}
  Domain:
    Type: AWS::SageMaker::Domain
    Properties:
      DomainName: own
      AuthMode: IAM
      VpcId: !Ref Vpc
      SubnetIds: [!Ref Subnet]
      DefaultUserSettings: {ExecutionRole: !Sub 'arn:aws:iam::${AWS::AccountId}:role/StudiogateExecution'}
Outputs:
  Domain: {Value: !Ref Domain}
";

/// Its domain comes up and goes again, for what comes after it fails.
const ROLLS_BACK: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Description: A domain, and a profile with a role that is not there
Resources:
  Domain:
    Type: AWS::SageMaker::Domain
    Properties:
      DomainName: short
      AuthMode: IAM
      VpcId: vpc-1
      SubnetIds: [subnet-1]
      DefaultUserSettings: {ExecutionRole: !Sub 'arn:aws:iam::${AWS::AccountId}:role/StudiogateExecution'}
  Profile:
    Type: AWS::SageMaker::UserProfile
    Properties:
      DomainId: !Ref Domain
      UserProfileName: ada
      UserSettings: {ExecutionRole: !Sub 'arn:aws:iam::${AWS::AccountId}:role/NoSuchRole'}
";

fn account() -> AccountId {
    DEV.parse().unwrap()
}

fn world<T>(state: &TestState, look: impl FnOnce(&mut World) -> T) -> T {
    state.running.aws.with_world(look).unwrap()
}

/// What is in the account beside the shared domain and what is its: file systems, mount targets, security groups, domains,
/// profiles, spaces, apps, provisioned products.
fn left(state: &TestState) -> [usize; 8] {
    let shared = format!("d-shared{DEV}");
    let products = state.provisioned(DEV).len();
    world(state, |world| {
        let region = sim::seed::REGION;
        let efs = world.efs(&account(), region).clone();
        let own: Vec<String> =
            efs.file_systems.iter().filter(|(_, it)| it.creation_token != shared).map(|(id, _)| id.clone()).collect();
        let targets = efs.mount_targets.values().filter(|it| own.contains(&it.file_system)).count();
        let groups = world.ec2(&account(), region).groups.values().filter(|it| !it.name.ends_with(&shared)).count();
        let studio = world.sagemaker(&account(), region);
        let inside = |key: &&String| !key.starts_with(&format!("{shared}/"));
        [
            own.len(),
            targets,
            groups,
            studio.domains.keys().filter(|id| **id != shared).count(),
            studio.user_profiles.keys().filter(inside).count(),
            studio.spaces.keys().filter(inside).count(),
            studio.apps.iter().filter(|(key, app)| inside(key) && app.status != "Deleted").count(),
            products,
        ]
    })
}

const NOTHING: [usize; 8] = [0; 8];
const FILES_ALONE: [usize; 8] = [1, 0, 0, 0, 0, 0, 0, 0];

/// The shared domain has its own, whatever happens.
fn shared_is_whole(state: &TestState) -> bool {
    world(state, |world| {
        let efs = world.efs(&account(), sim::seed::REGION).clone();
        let shared = format!("d-shared{DEV}");
        let (id, _) = efs.file_systems.iter().find(|(_, it)| it.creation_token == shared).unwrap();
        efs.targets_of(id).filter(|(_, target)| target.gone_at.is_none()).count() == 2
    })
}

fn call(state: &TestState, operation: &str, body: &serde_json::Value) -> serde_json::Value {
    let now = state.clock.now();
    let caller = Caller::Administrator(account());
    let region = sim::seed::REGION.to_owned();
    let ctx = Ctx { caller, region, now, request_id: "past".into(), origin: Origin::default() };
    world(state, |world| match operation.contains("FileSystem") || operation.contains("MountTarget") {
        true => sim::efs::handle(world, &ctx, operation, body),
        false => sim::sagemaker::handle(world, &ctx, operation, body),
    })
    .unwrap()
}

async fn available(state: &TestState, product: &str, name: &str) -> Environment {
    let request = state.submit(WHO, product, name).await;
    let id = state.approve("fraud-lead", &request).await;
    state.settle().await;
    let it = state.environment(&id).await;
    assert_eq!(it.state, EnvironmentState::Available, "{:?}", it.problem);
    it
}

async fn terminate(
    state: &TestState,
    who: &str,
    id: &EnvironmentId,
    files: &str,
    leaves: &str,
) -> control_plane::Result<()> {
    let it = state.environment(id).await;
    let (confirm, version) = (it.name, it.version.to_string());
    let input = TerminateInput { confirm, version, files: files.into(), leaves: leaves.into() };
    state.plane.terminate_environment(&state.as_(who).await, id, input).await
}

async fn terminated(state: &TestState, id: &EnvironmentId, files: &str) -> Environment {
    terminate(state, WHO, id, files, "").await.unwrap();
    state.settle().await;
    let it = state.environment(id).await;
    assert_eq!(it.state, EnvironmentState::Terminated, "{:?}", it.problem);
    it
}

async fn page(state: &TestState, id: &EnvironmentId) -> EnvironmentPage {
    state.plane.environment(&state.as_(WHO).await, id, None).await.unwrap()
}

on_both! {
    async fn nothing_is_left_where_the_home_is_deleted(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, OWN, "goes-whole").await;
        let home = it.homes.all[0].clone();
        assert_eq!(home.standing, HomeStanding::Attached);
        assert!(home.file_system.starts_with("fs-") && home.domain.starts_with("d-"), "{home:?}");
        // How much there is to lose is told before.
        state.plane.observe_environment(&state.as_(WHO).await, &it.id).await.unwrap();
        state.plane.tick().await.unwrap();
        let choice = page(&state, &it.id).await.home_choice.unwrap();
        assert_eq!((choice.bytes, choice.key_goes), (Some(6_144), true));
        for wrong in ["", "both"] {
            let refused = terminate(&state, WHO, &it.id, wrong, "").await.unwrap_err();
            assert!(matches!(&refused, Error::Invalid(mistakes) if mistakes[0].field == "files"), "{refused:?}");
        }
        assert_eq!(state.environment(&it.id).await, it, "nothing has begun");
        let over = terminated(&state, &it.id, "delete").await;
        assert_eq!(over.homes.files, Some(Files::Delete));
        assert_eq!(over.homes.all[0].standing, HomeStanding::Deleted);
        assert_eq!(left(&state), NOTHING);
        assert!(shared_is_whole(&state));
        assert_eq!(state.told(&it.id, "terminate_environment", "files").await, ["delete"]);
        assert_eq!(state.told(&it.id, "delete_homes", "file_systems_deleted").await, [home.file_system]);
        assert_eq!(state.told(&it.id, "detach_homes", "security_groups_deleted").await.len(), 1);
        let page = page(&state, &it.id).await;
        assert_eq!((page.kept_homes.len(), page.left_behind), (0, None));
        let steps = page.progress.operation.unwrap().steps;
        let labels: Vec<&str> = steps.iter().map(|step| step.label.as_str()).collect();
        assert_eq!(labels[3..], [
            "Delete the resources in AWS",
            "Delete mount targets and security groups",
            "Delete the home file system",
        ]);
        assert!(steps.iter().all(|step| step.status == StepStatus::Done && step.finished_at.is_some()), "{steps:?}");
        assert_eq!(steps[5].detail, [format!("{}, with everything in it", over.homes.all[0].file_system)]);
        state.assert_sound().await;
    }

    async fn what_is_kept_is_the_files_alone_and_is_found_again(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, OWN, "kept").await;
        let over = terminated(&state, &it.id, "keep").await;
        assert_eq!(over.homes.all[0].standing, HomeStanding::Detached);
        assert_eq!(left(&state), FILES_ALONE);
        assert!(shared_is_whole(&state));
        let seen = page(&state, &it.id).await;
        let steps = seen.progress.operation.unwrap().steps;
        assert_eq!((steps.len(), &steps[4].detail), (5, &vec![format!("The files in {} are kept", it.homes.all[0].file_system)]));
        let kept = &seen.kept_homes[0];
        assert_eq!((&kept.file_system, kept.attached), (&it.homes.all[0].file_system, false));
        assert!(kept.key_goes && kept.kms_key.is_some(), "{kept:?}");
        assert_eq!(state.told(&it.id, "detach_homes", "file_systems_kept").await, std::slice::from_ref(&kept.file_system));
        for (who, found) in [("admin", 1), ("fraud-lead", 1), ("churn-lead", 0)] {
            let query = EnvironmentsQuery { attention: "keeps_files".into(), ..EnvironmentsQuery::default() };
            let list = state.plane.environments(&state.as_(who).await, query).await.unwrap();
            assert_eq!(list.rows.items.len(), found, "{who}");
        }
        state.assert_sound().await;
    }

    async fn the_end_of_a_lease_deletes_no_files(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, OWN, "left-alone").await;
        state.pass(it.lease_ends_at - state.clock.now() + TimeDelta::days(30));
        state.everybody_signs_in().await;
        state.settle().await;
        state.plane.tick().await.unwrap();
        state.settle().await;
        let over = state.environment(&it.id).await;
        assert_eq!((over.state, over.homes.files), (EnvironmentState::Terminated, Some(Files::Keep)), "{:?}", over.problem);
        assert_eq!(left(&state), FILES_ALONE);
        assert_eq!(page(&state, &it.id).await.kept_homes.len(), 1);
    }

    async fn a_shared_domain_and_what_is_others_in_it_stay(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, PRODUCT, "a-profile").await;
        assert_eq!((it.homes.all.len(), page(&state, &it.id).await.home_choice), (0, None));
        let others = json!({ "DomainId": format!("d-shared{DEV}"), "UserProfileName": "eve" });
        call(&state, "CreateUserProfile", &others);
        // Whatever is posted, no choice about a home that is not its own is taken.
        let over = terminated(&state, &it.id, "delete").await;
        assert_eq!(over.homes, Default::default());
        assert!(shared_is_whole(&state));
        assert_eq!(call(&state, "DescribeUserProfile", &others)["Status"], "InService");
    }

    async fn what_somebody_made_in_the_domain_past_the_portal_goes_first(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, OWN, "crowded").await;
        let domain = it.homes.all[0].domain.as_str();
        call(&state, "CreateUserProfile", &json!({ "DomainId": domain, "UserProfileName": "eve" }));
        state.pass(TimeDelta::minutes(2));
        let space = json!({
            "DomainId": domain, "SpaceName": "hers", "OwnershipSettings": { "OwnerUserProfileName": "eve" },
            "SpaceSharingSettings": { "SharingType": "Private" },
        });
        call(&state, "CreateSpace", &space);
        state.pass(TimeDelta::minutes(2));
        call(&state, "CreateApp", &json!({ "DomainId": domain, "SpaceName": "hers", "AppType": "JupyterLab", "AppName": "hers" }));
        call(&state, "CreateApp", &json!({ "DomainId": domain, "UserProfileName": "eve", "AppType": "JupyterServer", "AppName": "default" }));
        assert_eq!(left(&state)[4..7], [2, 1, 2]);
        terminated(&state, &it.id, "delete").await;
        assert_eq!(left(&state), NOTHING);
        assert_eq!(state.told(&it.id, "delete_apps", "profiles_deleted").await, [format!("{domain}/eve")]);
        state.assert_sound().await;
    }

    async fn mount_targets_that_keep_the_stack_go_and_it_is_terminated_again(url) {
        let state = TestState::start_with(&url, |o| o.products = vec![("Own network".into(), OWN_NETWORK.into())]).await;
        for (name, files) in [("net-delete", "delete"), ("net-keep", "keep")] {
            let it = available(&state, "Own network", name).await;
            let over = terminated(&state, &it.id, files).await;
            let events = state.store.stack_events(&it.id, 500).await.unwrap();
            let failed = events.iter().find(|e| e.logical_id == "Subnet" && e.status == "DELETE_FAILED").unwrap();
            assert!(failed.reason.as_deref().unwrap().contains("has dependencies"), "{failed:?}");
            assert!(events.iter().any(|e| e.logical_id == "Vpc" && e.status == "DELETE_COMPLETE"), "{name}");
            assert_eq!(state.told(&it.id, "terminate", "record").await.len(), 2, "{name}");
            assert_eq!(over.homes.kept().count(), usize::from(files == "keep"));
            assert_eq!(left(&state), if files == "keep" { FILES_ALONE } else { NOTHING }, "{name}");
        }
        state.assert_sound().await;
    }

    async fn what_was_denied_is_gone_on_with_by_a_retry(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, OWN, "stuck").await;
        state.deny_at_aws(DEV, "ec2:DeleteSecurityGroup");
        terminate(&state, WHO, &it.id, "delete", "").await.unwrap();
        state.settle().await;
        let stuck = state.environment(&it.id).await;
        assert_eq!(stuck.state, EnvironmentState::Error);
        let problem = stuck.problem.clone().unwrap();
        assert!(problem.why.contains("service control policy"), "{problem:?}");
        assert_eq!(stuck.homes.files, Some(Files::Delete));
        state.allow_at_aws(DEV);
        state.plane.retry_environment(&state.as_(WHO).await, &it.id, "").await.unwrap();
        state.settle().await;
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Terminated);
        assert_eq!(left(&state), NOTHING);
        state.assert_sound().await;
    }

    async fn a_stack_that_fails_for_another_reason_is_not_terminated_for_ever(url) {
        let state = TestState::start_with(&url, |o| o.products = vec![("Own network".into(), OWN_NETWORK.into())]).await;
        let it = available(&state, "Own network", "net-stuck").await;
        state.deny_at_aws(DEV, "ec2:DeleteVpc");
        terminate(&state, WHO, &it.id, "delete", "").await.unwrap();
        state.settle().await;
        let stuck = state.environment(&it.id).await;
        assert_eq!(stuck.state, EnvironmentState::Error);
        assert!(stuck.problem.clone().unwrap().why.contains("DeleteVpc"), "{:?}", stuck.problem);
        assert_eq!(state.told(&it.id, "terminate", "record").await.len(), 2, "once more, and no more");
        assert_eq!((stuck.homes.all[0].standing, left(&state)[1..3].to_vec()), (HomeStanding::Detached, vec![0, 0]));
        assert_eq!(page(&state, &it.id).await.kept_homes.len(), 1, "what is there is told");
        state.allow_at_aws(DEV);
        state.plane.retry_environment(&state.as_(WHO).await, &it.id, "").await.unwrap();
        state.settle().await;
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Terminated);
        assert_eq!(left(&state), NOTHING);
        state.assert_sound().await;
    }

    async fn a_second_click_does_nothing_twice_whatever_it_chooses(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, OWN, "clicked-twice").await;
        terminate(&state, WHO, &it.id, "keep", "").await.unwrap();
        // The same page in another tab, with the other choice; and once more by somebody else.
        let input = |files: &str| TerminateInput {
            confirm: it.name.clone(),
            version: it.version.to_string(),
            files: files.into(),
            ..TerminateInput::default()
        };
        state.plane.terminate_environment(&state.as_(WHO).await, &it.id, input("delete")).await.unwrap();
        let lead = state.as_("fraud-lead").await;
        state.plane.terminate_environment(&lead, &it.id, input("delete")).await.unwrap_err();
        state.settle().await;
        let over = state.environment(&it.id).await;
        assert_eq!((over.state, over.homes.files), (EnvironmentState::Terminated, Some(Files::Keep)), "{:?}", over.problem);
        assert_eq!(left(&state), FILES_ALONE, "the first choice holds");
        assert_eq!(state.told(&it.id, "terminate", "record").await.len(), 1);
        state.assert_sound().await;
    }
}
