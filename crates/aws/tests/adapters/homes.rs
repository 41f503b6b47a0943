//! Home file systems: what is read of them, and who may take away whose.

use crate::local::{DEV, Local, role_in, tags};
use aws::{AssumeGrant, Error, Session};
use chrono::TimeDelta;
use domain::session::{RoleName, SessionPolicy, SessionTags};
use sim::sagemaker::handle;
use sim::{Caller, Ctx, FaultKind, Origin};

const ALL: &[&str] = &["elasticfilesystem:*", "ec2:*", "sagemaker:*"];

/// A domain of somebody's own: its id.
fn domain(local: &Local) -> String {
    let body = serde_json::json!({
        "DomainName": "own",
        "AuthMode": "IAM",
        "DefaultUserSettings": { "ExecutionRole": sim::seed::execution_role_arn(DEV), "SecurityGroups": [format!("sg-{DEV}")] },
        "SubnetIds": [format!("subnet-{DEV}-a"), format!("subnet-{DEV}-b")],
        "VpcId": format!("vpc-{DEV}"),
        "KmsKeyId": sim::seed::kms_key_arn(DEV),
    });
    let made = as_administrator(local, "CreateDomain", &body);
    local.clock.advance(TimeDelta::minutes(10));
    made["DomainArn"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

fn as_administrator(local: &Local, operation: &str, body: &serde_json::Value) -> serde_json::Value {
    let now = local.clock_now();
    let caller = Caller::Administrator(DEV.parse().unwrap());
    let ctx = Ctx { caller, region: "eu-west-1".into(), now, request_id: "test".into(), origin: Origin::default() };
    local.running.aws.with_world(|world| handle(world, &ctx, operation, body)).unwrap().unwrap()
}

/// The provisioner, as it is taken for a domain that goes.
async fn of_domain(local: &Local, domain: Option<&str>) -> Session {
    let policy = SessionPolicy::allow(ALL, &["*".to_owned()]).unwrap();
    let whose = SessionTags { studiodomain: domain.map(str::to_owned), ..tags("ada") };
    let grant = AssumeGrant::person(whose.studiouserid.clone().into(), whose, policy);
    local.aws.assume(&role_in(DEV, RoleName::StudiogateProvisioner), &grant).await.unwrap()
}

#[tokio::test]
async fn a_home_is_taken_away_in_order_and_no_session_reaches_anothers() {
    let local = Local::start().await;
    let (own, shared) = (domain(&local), format!("d-shared{DEV}"));
    let observer = local.observer().await;
    let found = observer.sagemaker().describe_domain(&own).await.unwrap();
    let home = found.home_file_system.unwrap();
    let seen = observer.efs().describe_file_system(&home).await.unwrap();
    assert_eq!(seen.tags[aws::ec2::OF_DOMAIN], found.arn);
    assert_eq!((seen.size, seen.is_deleting), (6_144, false));
    assert_eq!(seen.kms_key, Some(sim::seed::kms_key_arn(DEV)));

    let tagged = observer.efs().file_systems_tagged(aws::ec2::OF_DOMAIN, &found.arn).await.unwrap();
    assert_eq!(tagged, [seen]);

    let session = of_domain(&local, Some(&own)).await;
    let (efs, ec2) = (session.efs(), session.ec2("aws"));
    let targets = efs.mount_targets(&home).await.unwrap();
    assert_eq!(targets.iter().map(|t| t.is_deleting).collect::<Vec<_>>(), [false, false]);
    assert!(matches!(efs.delete_file_system(&home).await, Err(Error::Conflict(_))), "it has mount targets");
    let groups = ec2.groups_of_domain(&own, &found.arn).await.unwrap();
    assert_eq!(groups.len(), 2);

    // Neither a session for another domain nor one for none.
    for other in [Some(shared.as_str()), None] {
        let other = of_domain(&local, other).await;
        let refused = other.efs().delete_mount_target(&targets[0].id).await.unwrap_err();
        assert!(
            matches!(&refused, Error::Denied(failure) if failure.message.contains("DeleteMountTarget")),
            "{refused}"
        );
        assert!(matches!(other.ec2("aws").delete_group(&groups[0]).await, Err(Error::Denied(_))));
        assert!(matches!(other.ec2("aws").revoke_rules(&groups[0]).await, Err(Error::Denied(_))));
        let profile = other.sagemaker().delete_user_profile(&own, "nobody").await;
        assert!(matches!(profile, Err(Error::Denied(_))));
    }
    assert!(matches!(efs.delete_file_system("fs-00000000").await, Err(Error::Denied(_))), "what bears no tag");

    for target in &targets {
        efs.delete_mount_target(&target.id).await.unwrap();
    }
    assert!(efs.mount_targets(&home).await.unwrap().iter().all(|t| t.is_deleting), "a mount target goes slowly");
    assert!(matches!(ec2.delete_group(&groups[0]).await, Err(Error::Conflict(_))), "rules name it");
    local.clock.advance(TimeDelta::minutes(1));
    assert_eq!(efs.mount_targets(&home).await.unwrap(), []);
    assert!(matches!(efs.delete_mount_target(&targets[0].id).await, Err(Error::NotFound(_) | Error::Denied(_))));
    for group in &groups {
        ec2.revoke_rules(group).await.unwrap();
        ec2.revoke_rules(group).await.unwrap();
    }
    for group in &groups {
        ec2.delete_group(group).await.unwrap();
    }
    assert_eq!(ec2.groups_of_domain(&own, &found.arn).await.unwrap(), Vec::<String>::new());
    efs.delete_file_system(&home).await.unwrap();
    assert!(efs.describe_file_system(&home).await.unwrap().is_deleting);
    local.clock.advance(TimeDelta::minutes(1));
    assert!(matches!(efs.describe_file_system(&home).await, Err(Error::NotFound(_))));
    assert!(matches!(efs.mount_targets(&home).await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn profiles_of_a_domain_are_listed_and_deleted_whosever_they_are() {
    let local = Local::start().await;
    let own = domain(&local);
    for name in ["ada", "eve"] {
        as_administrator(&local, "CreateUserProfile", &serde_json::json!({ "DomainId": own, "UserProfileName": name }));
    }
    local.clock.advance(TimeDelta::minutes(1));
    let sagemaker = of_domain(&local, Some(&own)).await.sagemaker();
    let listed = sagemaker.list_user_profiles(&own).await.unwrap();
    assert_eq!(listed, [("ada".to_owned(), false), ("eve".to_owned(), false)]);
    sagemaker.delete_user_profile(&own, "eve").await.unwrap();
    assert_eq!(sagemaker.list_user_profiles(&own).await.unwrap()[1], ("eve".to_owned(), true));
}

#[tokio::test]
async fn failures_of_efs_and_ec2_are_told_apart() {
    let local = Local::start().await;
    let session = of_domain(&local, Some("d-none")).await;
    let faults = local.running.aws.faults();
    let error = |code: &str, status| FaultKind::Error { code: code.into(), status, message: "told".into() };
    faults.next("elasticfilesystem:DeleteMountTarget", error("DependencyTimeout", 504), 1);
    let failed = session.efs().delete_mount_target("fsmt-00000000").await.unwrap_err();
    assert!(failed.outcome_unknown(), "{failed}");
    faults.next("elasticfilesystem:DeleteFileSystem", FaultKind::Throttle, 1);
    assert!(matches!(session.efs().delete_file_system("fs-00000000").await, Err(Error::Throttled(_))));
    faults.next("ec2:DescribeSecurityGroups", error("RequestLimitExceeded", 503), 1);
    let throttled = session.ec2("aws").groups_of_domain("d-none", "arn").await;
    assert!(matches!(throttled, Err(Error::Throttled(_))), "{throttled:?}");
    let gone = session.efs().describe_file_system("fs-00000000").await.unwrap_err();
    assert!(matches!(&gone, Error::NotFound(failure) if failure.code == "FileSystemNotFound"), "{gone}");
}
