//! Organizations: creating, changing, attaching and deleting service control policies, and AWS's refusals of each.

use crate::common::{DEV, Harness, Keys};
use serde_json::{Value, json};

const MANAGEMENT: &str = "111111111111";
const FULL: &str = "p-FullAWSAccess";
const DENY_APPS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sagemaker:ListApps","Resource":"*"}]}"#;

async fn organizer(h: &Harness) -> Keys {
    h.as_role(MANAGEMENT, "StudiogateOrganizer").await
}

async fn call(h: &Harness, keys: &Keys, operation: &str, body: Value) -> Result<Value, (String, String)> {
    h.json(keys, &format!("AWSOrganizationsV20161128.{operation}"), body).await
}

async fn create(h: &Harness, keys: &Keys, name: &str, content: &str) -> Result<String, (String, String)> {
    let body = json!({ "Name": name, "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": content });
    Ok(call(h, keys, "CreatePolicy", body).await?["Policy"]["PolicySummary"]["Id"].as_str().unwrap().to_owned())
}

fn pair(policy: &str, target: &str) -> Value {
    json!({ "PolicyId": policy, "TargetId": target })
}

#[tokio::test]
async fn the_organizer_makes_attaches_changes_and_removes_a_policy_that_then_holds_and_no_longer_holds() {
    let h = Harness::new();
    let keys = organizer(&h).await;
    let id = create(&h, &keys, "no-apps", DENY_APPS).await.unwrap();
    let dev = Keys::administrator(DEV);
    let list = || h.json(&dev, "SageMaker.ListApps", json!({}));
    list().await.unwrap();
    call(&h, &keys, "AttachPolicy", pair(&id, DEV)).await.unwrap();
    let (code, message) = list().await.unwrap_err();
    assert_eq!(code, "AccessDeniedException");
    assert!(message.ends_with("with an explicit deny in a service control policy"), "{message}");
    let targets = call(&h, &keys, "ListTargetsForPolicy", json!({ "PolicyId": id })).await.unwrap();
    assert_eq!((&targets["Targets"][0]["TargetId"], &targets["Targets"][0]["Type"]), (&json!(DEV), &json!("ACCOUNT")));
    let spaces = DENY_APPS.replace("ListApps", "ListSpaces");
    call(&h, &keys, "UpdatePolicy", json!({ "PolicyId": id, "Content": spaces })).await.unwrap();
    list().await.unwrap();
    assert_eq!(call(&h, &keys, "DeletePolicy", json!({ "PolicyId": id })).await.unwrap_err().0, "PolicyInUseException");
    call(&h, &keys, "DetachPolicy", pair(&id, DEV)).await.unwrap();
    call(&h, &keys, "DeletePolicy", json!({ "PolicyId": id })).await.unwrap();
    let all = call(&h, &keys, "ListPolicies", json!({ "Filter": "SERVICE_CONTROL_POLICY" })).await.unwrap();
    assert!(all["Policies"].as_array().unwrap().iter().all(|policy| policy["Id"] != json!(id)));
}

#[tokio::test]
async fn every_refusal_has_the_code_of_aws() {
    let h = Harness::new();
    let keys = organizer(&h).await;
    let id = create(&h, &keys, "no-apps", DENY_APPS).await.unwrap();
    assert_eq!(create(&h, &keys, "no-apps", DENY_APPS).await.unwrap_err().0, "DuplicatePolicyException");
    let (code, message) = create(&h, &keys, "bad", "{\n\"Statement\": []}").await.unwrap_err();
    assert_eq!(code, "MalformedPolicyDocumentException");
    assert!(message.contains("line 2"), "{message}");
    let long = DENY_APPS.replace("\"Effect\"", &format!("\"Sid\":\"{}\",\"Effect\"", "a".repeat(10_240)));
    for (operation, body, code) in [
        ("AttachPolicy", pair("p-none0000", DEV), "PolicyNotFoundException"),
        ("AttachPolicy", pair(&id, "999999999999"), "TargetNotFoundException"),
        ("AttachPolicy", pair(FULL, DEV), "DuplicatePolicyAttachmentException"),
        ("DetachPolicy", pair(&id, DEV), "PolicyNotAttachedException"),
        ("DetachPolicy", pair(FULL, DEV), "ConstraintViolationException"),
        ("UpdatePolicy", json!({ "PolicyId": FULL, "Name": "x" }), "AccessDeniedException"),
        ("UpdatePolicy", json!({ "PolicyId": id, "Name": "deny-sagemaker-endpoints" }), "DuplicatePolicyException"),
        ("UpdatePolicy", json!({ "PolicyId": id, "Content": long }), "ConstraintViolationException"),
        ("UpdatePolicy", json!({ "PolicyId": id, "Name": "" }), "InvalidInputException"),
        (
            "CreatePolicy",
            json!({ "Name": "x", "Type": "SERVICE_CONTROL_POLICY", "Content": DENY_APPS }),
            "InvalidInputException",
        ),
        (
            "CreatePolicy",
            json!({ "Name": "x", "Description": "", "Type": "TAG_POLICY", "Content": DENY_APPS }),
            "AccessDeniedException",
        ),
    ] {
        assert_eq!(call(&h, &keys, operation, body.clone()).await.unwrap_err().0, code, "{operation} {body}");
    }
}

#[tokio::test]
async fn a_target_takes_ten_policies() {
    let h = Harness::new();
    let keys = organizer(&h).await;
    for number in 0..9 {
        let id = create(&h, &keys, &format!("more-{number}"), DENY_APPS).await.unwrap();
        call(&h, &keys, "AttachPolicy", pair(&id, DEV)).await.unwrap();
    }
    let id = create(&h, &keys, "one-too-many", DENY_APPS).await.unwrap();
    let (code, message) = call(&h, &keys, "AttachPolicy", pair(&id, DEV)).await.unwrap_err();
    assert_eq!(code, "ConstraintViolationException");
    assert!(message.contains("maximum number"), "{message}");
}

#[tokio::test]
async fn only_the_management_account_changes_policies() {
    let h = Harness::new();
    for account in ["222222222222", DEV] {
        let refused = create(&h, &Keys::administrator(account), "x", DENY_APPS).await.unwrap_err();
        assert_eq!(refused.0, "AccessDeniedException", "{account}");
    }
}
