//! SageMaker's states, names, limits, paging, and what blocks what.

use crate::common::{DEV, Harness, Keys};
use serde_json::{Value, json};

fn admin() -> Keys {
    Keys::administrator(DEV)
}

fn new_domain(name: &str) -> Value {
    json!({
        "DomainName": name,
        "AuthMode": "IAM",
        "DefaultUserSettings": { "ExecutionRole": sim::seed::execution_role_arn(DEV), "SecurityGroups": [format!("sg-{DEV}")] },
        "SubnetIds": [format!("subnet-{DEV}-a")],
        "VpcId": format!("vpc-{DEV}"),
        "AppNetworkAccessType": "VpcOnly",
        "Tags": [{ "Key": "project", "Value": "fraud-detection" }],
    })
}

async fn call(h: &Harness, operation: &str, body: Value) -> Result<Value, (String, String)> {
    h.json(&admin(), &format!("SageMaker.{operation}"), body).await
}

async fn domain(h: &Harness, body: Value) -> String {
    let made = call(h, "CreateDomain", body).await.unwrap();
    made["DomainArn"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_domain_takes_time_and_its_contents_block_its_deletion() {
    let h = Harness::new();
    let id = domain(&h, new_domain("team")).await;
    let profile = json!({ "DomainId": id, "UserProfileName": "Ada" });
    let (code, message) = call(&h, "CreateUserProfile", profile.clone()).await.unwrap_err();
    assert_eq!(code, "ValidationException");
    assert!(message.contains("[Pending]"), "{message}");
    h.pass(600);
    let described = call(&h, "DescribeDomain", json!({ "DomainId": id })).await.unwrap();
    assert_eq!((&described["Status"], &described["AppNetworkAccessType"]), (&json!("InService"), &json!("VpcOnly")));
    assert!(described["CreationTime"].is_f64());
    call(&h, "CreateUserProfile", profile).await.unwrap();
    let found = call(&h, "DescribeUserProfile", json!({ "DomainId": id, "UserProfileName": "aDA" })).await.unwrap();
    assert_eq!(found["UserProfileName"], "Ada");
    assert!(found["UserProfileArn"].as_str().unwrap().ends_with("/ada"), "ARNs are in lower case");
    let again = json!({ "DomainId": id, "UserProfileName": "ADA" });
    assert_eq!(call(&h, "CreateUserProfile", again).await.unwrap_err().0, "ResourceInUse");
    h.pass(60);
    let app = json!({ "DomainId": id, "UserProfileName": "ada", "AppType": "JupyterServer", "AppName": "default" });
    call(&h, "CreateApp", app.clone()).await.unwrap();
    h.pass(100);
    for (operation, body) in [
        ("DeleteDomain", json!({ "DomainId": id })),
        ("DeleteUserProfile", json!({ "DomainId": id, "UserProfileName": "ada" })),
    ] {
        assert_eq!(call(&h, operation, body).await.unwrap_err().0, "ResourceInUse", "{operation}");
    }
    call(&h, "DeleteApp", app.clone()).await.unwrap();
    h.pass(100);
    assert_eq!(call(&h, "DescribeApp", app).await.unwrap()["Status"], "Deleted");
    call(&h, "DeleteUserProfile", json!({ "DomainId": id, "UserProfileName": "ada" })).await.unwrap();
    h.pass(100);
    let gone = call(&h, "DescribeUserProfile", json!({ "DomainId": id, "UserProfileName": "ada" })).await.unwrap_err();
    assert_eq!(gone.0, "ResourceNotFound");
    call(&h, "DeleteDomain", json!({ "DomainId": id })).await.unwrap();
    assert_eq!(call(&h, "DescribeDomain", json!({ "DomainId": id })).await.unwrap()["Status"], "Deleting");
    h.pass(600);
    assert_eq!(call(&h, "DescribeDomain", json!({ "DomainId": id })).await.unwrap_err().0, "ResourceNotFound");
    let home = described["HomeEfsFileSystemId"].as_str().unwrap();
    let kept = h.aws.with_world(|w| w.efs(&DEV.parse().unwrap(), "eu-west-1").file_systems.contains_key(home)).unwrap();
    assert!(kept, "the file system outlives the domain");
}

#[tokio::test]
async fn spaces_block_the_profile_that_owns_them() {
    let h = Harness::new();
    let id = h.profile("ada").await;
    let space = json!({
        "DomainId": id,
        "SpaceName": "lab",
        "OwnershipSettings": { "OwnerUserProfileName": "ada" },
        "SpaceSharingSettings": { "SharingType": "Private" },
    });
    call(&h, "CreateSpace", space).await.unwrap();
    h.pass(60);
    let refused = call(&h, "DeleteUserProfile", json!({ "DomainId": id, "UserProfileName": "ada" })).await.unwrap_err();
    assert_eq!(refused.0, "ResourceInUse");
    let app = json!({ "DomainId": id, "SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default" });
    call(&h, "CreateApp", app.clone()).await.unwrap();
    let refused = call(&h, "DeleteSpace", json!({ "DomainId": id, "SpaceName": "lab" })).await.unwrap_err();
    assert_eq!(refused.0, "ResourceInUse");
    let listed = call(&h, "ListSpaces", json!({ "DomainIdEquals": id })).await.unwrap();
    assert_eq!(listed["Spaces"][0]["OwnershipSettingsSummary"]["OwnerUserProfileName"], "ada");
    call(&h, "DeleteApp", app).await.unwrap();
    h.pass(60);
    call(&h, "DeleteSpace", json!({ "DomainId": id, "SpaceName": "lab" })).await.unwrap();
    h.pass(60);
    call(&h, "DeleteUserProfile", json!({ "DomainId": id, "UserProfileName": "ada" })).await.unwrap();
}

#[tokio::test]
async fn apps_carry_the_tags_of_their_profile_and_domain() {
    let h = Harness::new();
    let id = h.profile("ada").await;
    let app = json!({ "DomainId": id, "UserProfileName": "ada", "AppType": "JupyterServer", "AppName": "default" });
    let arn = call(&h, "CreateApp", app).await.unwrap()["AppArn"].clone();
    let tags = call(&h, "ListTags", json!({ "ResourceArn": arn })).await.unwrap();
    assert_eq!(
        tags["Tags"],
        json!([{ "Key": "project", "Value": "fraud-detection" }, { "Key": "studiouserid", "Value": "ada" }])
    );
}

#[tokio::test]
async fn names_roles_and_numbers_are_checked() {
    let h = Harness::new();
    let id = h.profile("ada").await;
    for name in ["", "-a", "a_b", &"a".repeat(64)] {
        let body = json!({ "DomainId": id, "UserProfileName": name });
        assert_eq!(call(&h, "CreateUserProfile", body).await.unwrap_err().0, "ValidationException", "{name}");
    }
    for (ttl, session) in [(4, 1800), (301, 1800), (30, 1799), (30, 43_201)] {
        let body = json!({
            "DomainId": id,
            "UserProfileName": "ada",
            "ExpiresInSeconds": ttl,
            "SessionExpirationDurationInSeconds": session,
        });
        assert_eq!(call(&h, "CreatePresignedDomainUrl", body).await.unwrap_err().0, "ValidationException");
    }
    let mut nobody = new_domain("x");
    nobody["DefaultUserSettings"]["ExecutionRole"] = json!(format!("arn:aws:iam::{DEV}:role/Nobody"));
    let (_, message) = call(&h, "CreateDomain", nobody).await.unwrap_err();
    assert!(message.contains("is invalid. Please ensure that the role exists"), "{message}");
    let mut untrusting = new_domain("x");
    untrusting["DefaultUserSettings"]["ExecutionRole"] = json!(format!("arn:aws:iam::{DEV}:role/StudiogateObserver"));
    assert_eq!(call(&h, "CreateDomain", untrusting).await.unwrap_err().0, "ValidationException");
    let mut sso = new_domain("sso");
    sso["AuthMode"] = json!("SSO");
    let sso = domain(&h, sso).await;
    h.pass(600);
    call(&h, "CreateUserProfile", json!({ "DomainId": sso, "UserProfileName": "ada" })).await.unwrap();
    h.pass(60);
    let (_, message) =
        call(&h, "CreatePresignedDomainUrl", json!({ "DomainId": sso, "UserProfileName": "ada" })).await.unwrap_err();
    assert!(message.contains("SSO"), "{message}");
}

#[tokio::test]
async fn quotas_are_kept() {
    let h = Harness::new();
    h.aws.with_world(|w| w.sagemaker(&DEV.parse().unwrap(), "eu-west-1").quotas.domains = 2).unwrap();
    call(&h, "CreateDomain", new_domain("one")).await.unwrap();
    assert_eq!(call(&h, "CreateDomain", new_domain("two")).await.unwrap_err().0, "ResourceLimitExceeded");
    assert_eq!(call(&h, "CreateDomain", new_domain("ONE")).await.unwrap_err().0, "ResourceInUse");
}

#[tokio::test]
async fn lists_come_in_pages_of_ten() {
    let h = Harness::new();
    let id = format!("d-shared{DEV}");
    for n in 0..23 {
        call(&h, "CreateUserProfile", json!({ "DomainId": id, "UserProfileName": format!("p{n:02}") })).await.unwrap();
    }
    let (mut seen, mut sizes, mut token) = (Vec::new(), Vec::new(), Value::Null);
    loop {
        let page = call(&h, "ListUserProfiles", json!({ "DomainIdEquals": id, "NextToken": token })).await.unwrap();
        let rows = page["UserProfiles"].as_array().unwrap();
        sizes.push(rows.len());
        seen.extend(rows.iter().map(|r| r["UserProfileName"].as_str().unwrap().to_owned()));
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(sizes, [10, 10, 3]);
    assert_eq!(seen.len(), 23);
    let wrong = call(&h, "ListUserProfiles", json!({ "NextToken": "nonsense" })).await.unwrap_err();
    assert_eq!(wrong.0, "ValidationException");
    assert_eq!(call(&h, "ListDomains", json!({ "MaxResults": 101 })).await.unwrap_err().0, "ValidationException");
}

#[tokio::test]
async fn a_notebook_instance_starts_stops_opens_and_goes() {
    let h = Harness::new();
    call(
        &h,
        "CreateNotebookInstanceLifecycleConfig",
        json!({ "NotebookInstanceLifecycleConfigName": "setup", "OnStart": [{ "Content": "ZWNobyBoaQ==" }] }),
    )
    .await
    .unwrap();
    let body = json!({
        "NotebookInstanceName": "Lab",
        "InstanceType": "ml.t3.medium",
        "RoleArn": sim::seed::execution_role_arn(DEV),
        "SubnetId": format!("subnet-{DEV}-a"),
        "DirectInternetAccess": "Disabled",
        "LifecycleConfigName": "setup",
        "Tags": [{ "Key": "studiouserid", "Value": "ada" }],
    });
    call(&h, "CreateNotebookInstance", body.clone()).await.unwrap();
    assert!(call(&h, "CreateNotebookInstance", body).await.unwrap_err().1.contains("duplicate"));
    let named = json!({ "NotebookInstanceName": "Lab" });
    let early = call(&h, "CreatePresignedNotebookInstanceUrl", named.clone()).await.unwrap_err();
    assert!(early.1.starts_with("Status (Pending) not in"), "{}", early.1);
    h.pass(600);
    let config = json!({ "NotebookInstanceLifecycleConfigName": "setup" });
    assert!(call(&h, "DeleteNotebookInstanceLifecycleConfig", config.clone()).await.unwrap_err().1.contains("in use"));
    let ada = h.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    let bob = h.as_person(DEV, "StudiogateLauncher", "bob", None).await;
    let open = "SageMaker.CreatePresignedNotebookInstanceUrl";
    h.json(&ada, open, named.clone()).await.unwrap();
    assert_eq!(h.json(&bob, open, named.clone()).await.unwrap_err().0, "AccessDeniedException");
    assert!(call(&h, "DeleteNotebookInstance", named.clone()).await.unwrap_err().1.contains("Unable to transition"));
    call(&h, "StopNotebookInstance", named.clone()).await.unwrap();
    h.pass(60);
    assert_eq!(call(&h, "DescribeNotebookInstance", named.clone()).await.unwrap()["NotebookInstanceStatus"], "Stopped");
    call(&h, "StartNotebookInstance", named.clone()).await.unwrap();
    h.pass(600);
    call(&h, "StopNotebookInstance", named.clone()).await.unwrap();
    h.pass(60);
    call(&h, "DeleteNotebookInstance", named.clone()).await.unwrap();
    h.pass(100);
    assert_eq!(call(&h, "DescribeNotebookInstance", named).await.unwrap_err().1, "RecordNotFound");
    call(&h, "DeleteNotebookInstanceLifecycleConfig", config).await.unwrap();
}

#[tokio::test]
async fn speed_makes_things_come_up_faster_and_leaves_limits_alone() {
    let h = Harness::with(|o| o.speed = 100.0);
    let id = domain(&h, new_domain("quick")).await;
    h.pass(2);
    assert_eq!(call(&h, "DescribeDomain", json!({ "DomainId": id })).await.unwrap()["Status"], "InService");
    let hub = h.hub().await;
    h.pass(3599);
    h.sts(&hub, &[("Action", "GetCallerIdentity")]).await.unwrap();
}

#[tokio::test]
async fn in_a_domain_without_internet_somebody_names_security_groups() {
    let h = Harness::new();
    let mut body = new_domain("closed");
    body["AppNetworkAccessType"] = json!("VpcOnly");
    body["DefaultUserSettings"].as_object_mut().unwrap().remove("SecurityGroups");
    let id = domain(&h, body).await;
    h.pass(600);
    let mut profile = json!({ "DomainId": id, "UserProfileName": "ada" });
    let (code, message) = call(&h, "CreateUserProfile", profile.clone()).await.unwrap_err();
    assert!(code == "ValidationException" && message.contains("SecurityGroups"), "{message}");
    profile["UserSettings"] = json!({ "SecurityGroups": ["sg-1"] });
    call(&h, "CreateUserProfile", profile).await.unwrap();
}

#[tokio::test]
async fn tags_come_fifty_at_least_a_page() {
    let h = Harness::new();
    let arn = format!("arn:aws:sagemaker:eu-west-1:{DEV}:domain/d-shared{DEV}");
    let ask = async |size: i64| call(&h, "ListTags", json!({ "ResourceArn": arn, "MaxResults": size })).await;
    assert_eq!(ask(49).await.unwrap_err().0, "ValidationException");
    ask(50).await.unwrap();
    ask(1000).await.unwrap();
}

#[tokio::test]
async fn an_app_tells_when_somebody_used_it_last() {
    let h = Harness::new();
    let id = h.profile("ada").await;
    let app = json!({ "DomainId": id, "UserProfileName": "ada", "AppType": "JupyterServer", "AppName": "default" });
    call(&h, "CreateApp", app.clone()).await.unwrap();
    let seconds = |at: chrono::DateTime<chrono::Utc>| json!(at.timestamp_millis()).as_f64().unwrap() / 1_000.0;
    let started = seconds(h.aws.now());
    h.pass(7_200);
    let is = |found: &Value, name: &str, at: f64| (found[name].as_f64().unwrap() - at).abs() < 0.01;
    let found = call(&h, "DescribeApp", app.clone()).await.unwrap();
    assert!(is(&found, "LastUserActivityTimestamp", started), "its start is a use: {found}");
    assert!(is(&found, "LastHealthCheckTimestamp", seconds(h.aws.now())), "{found}");
    let listed = call(&h, "ListApps", json!({ "DomainIdEquals": id })).await.unwrap();
    assert_eq!(listed["Apps"][0].get("LastUserActivityTimestamp"), None, "a list does not tell");
    let now = h.aws.now();
    h.aws
        .with_world(|w| sim::sagemaker::used(w.sagemaker(&DEV.parse().unwrap(), "eu-west-1"), &id, "ADA", now))
        .unwrap();
    h.pass(60);
    let used = call(&h, "DescribeApp", app.clone()).await.unwrap();
    assert!(is(&used, "LastUserActivityTimestamp", seconds(now)), "{used}");
    // As the documentation has it, a health check may count as a use.
    h.aws.with_world(|w| w.sagemaker(&DEV.parse().unwrap(), "eu-west-1").health_checks_count_as_use = true).unwrap();
    let checked = call(&h, "DescribeApp", app).await.unwrap();
    assert_eq!(checked["LastUserActivityTimestamp"], checked["LastHealthCheckTimestamp"]);
}
