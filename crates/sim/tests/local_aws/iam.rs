//! IAM over the wire: the calls that cut somebody off, their limits, and that they hold at the next call.

use crate::common::{DEV, Harness, Keys, tag};
use serde_json::json;

const DENY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}"#;
const LAUNCHER: (&str, &str) = ("RoleName", "StudiogateLauncher");
const EXECUTION: (&str, &str) = ("RoleName", "StudiogateExecution");
const POLICY: (&str, &str) = ("PolicyName", "studiogate-revoked");

type Answer = Result<String, (String, String)>;

async fn iam(h: &Harness, keys: &Keys, action: &str, fields: &[(&str, &str)]) -> Answer {
    h.query(keys, "iam", "2010-05-08", &[&[("Action", action)], fields].concat()).await
}

fn code(answer: Answer) -> String {
    answer.unwrap_err().0
}

#[tokio::test]
async fn a_deny_on_the_launcher_holds_at_the_next_call_and_can_be_taken_back() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    let ada = h.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    let revoker = h.as_role(DEV, "StudiogateRevoker").await;
    let open =
        || h.json(&ada, "SageMaker.CreatePresignedDomainUrl", json!({ "DomainId": domain, "UserProfileName": "ada" }));
    open().await.unwrap();
    let answer = iam(&h, &revoker, "PutRolePolicy", &[LAUNCHER, POLICY, ("PolicyDocument", DENY)]).await.unwrap();
    assert!(!answer.contains("Result"), "an action without an output answers none: {answer}");
    let (_, message) = open().await.unwrap_err();
    assert!(message.ends_with("with an explicit deny in an identity-based policy"), "{message}");
    let read = iam(&h, &revoker, "GetRolePolicy", &[LAUNCHER, POLICY]).await.unwrap();
    let document =
        percent_encoding::percent_decode_str(&tag(&read, "PolicyDocument")).decode_utf8().unwrap().into_owned();
    assert_eq!(document, DENY, "read as it was put");
    iam(&h, &revoker, "DeleteRolePolicy", &[LAUNCHER, POLICY]).await.unwrap();
    open().await.unwrap();
    for action in ["GetRolePolicy", "DeleteRolePolicy"] {
        let (code, message) = iam(&h, &revoker, action, &[LAUNCHER, POLICY]).await.unwrap_err();
        assert_eq!(code, "NoSuchEntity");
        assert_eq!(message, "The role policy with name studiogate-revoked cannot be found.");
    }
}

#[tokio::test]
async fn the_revoker_changes_what_can_be_revoked_and_nothing_else() {
    let h = Harness::new();
    let revoker = h.as_role(DEV, "StudiogateRevoker").await;
    let put = async |role: &str| {
        iam(&h, &revoker, "PutRolePolicy", &[("RoleName", role), POLICY, ("PolicyDocument", DENY)]).await
    };
    put("StudiogateExecution").await.unwrap();
    for role in ["StudiogateProvisioner", "StudiogateRevoker", "StudiogateLaunchRole", "StudiogateObserver"] {
        let (code, message) = put(role).await.unwrap_err();
        assert_eq!(code, "AccessDenied");
        assert!(message.contains(&format!("on resource: role {role} with an explicit deny")), "{message}");
    }
    // A role without the boundary is none that a product made.
    let (_, message) = put("Administrators").await.unwrap_err();
    assert!(message.ends_with("because no identity-based policy allows the iam:PutRolePolicy action"), "{message}");
    for action in ["ListRolePolicies", "DeleteRolePermissionsBoundary", "PutRolePermissionsBoundary"] {
        assert_eq!(code(iam(&h, &revoker, action, &[EXECUTION]).await), "AccessDenied", "{action}");
    }
    // What is put on a role widens nothing: it has a boundary.
    let domain = h.profile("ada").await;
    let everything = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
    iam(&h, &revoker, "PutRolePolicy", &[LAUNCHER, POLICY, ("PolicyDocument", everything)]).await.unwrap();
    let bob = h.as_person(DEV, "StudiogateLauncher", "bob", None).await;
    let body = json!({ "DomainId": domain, "UserProfileName": "ada" });
    let (_, message) = h.json(&bob, "SageMaker.CreatePresignedDomainUrl", body).await.unwrap_err();
    assert!(message.contains("because no permissions boundary allows"), "{message}");
}

#[tokio::test]
async fn inline_policies_have_their_limits() {
    let h = Harness::new();
    let admin = Keys::administrator(DEV);
    let put = async |name: &str, text: &str| {
        iam(&h, &admin, "PutRolePolicy", &[LAUNCHER, ("PolicyName", name), ("PolicyDocument", text)]).await
    };
    let long = |letters: usize| {
        let resource = format!("arn:aws:s3:::{}", "a".repeat(letters));
        json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": "s3:*", "Resource": resource }] })
            .to_string()
    };
    let empty = long(0).len();
    // White space does not count.
    put("first", &format!("{}{}", " ".repeat(20_000), long(5_000 - empty))).await.unwrap();
    put("second", &long(5_240 - empty)).await.unwrap();
    let (code, message) = put("third", DENY).await.unwrap_err();
    assert_eq!(code, "LimitExceeded");
    assert_eq!(message, "Maximum policy size of 10240 bytes exceeded for role StudiogateLauncher");
    // One that takes another's place counts alone.
    put("second", &long(5_240 - empty)).await.unwrap();
    put("second", DENY).await.unwrap();
    assert_eq!(put("third", "{").await.unwrap_err().0, "MalformedPolicyDocument");
    assert_eq!(put("a b", DENY).await.unwrap_err().0, "ValidationError");
    let nobody = iam(&h, &admin, "PutRolePolicy", &[("RoleName", "Nobody"), POLICY, ("PolicyDocument", DENY)]).await;
    assert_eq!(nobody.unwrap_err(), ("NoSuchEntity".into(), "The role with name Nobody cannot be found.".into()));
}

#[tokio::test]
async fn a_role_and_its_policies_are_read() {
    let h = Harness::new();
    let admin = Keys::administrator(DEV);
    let role = iam(&h, &admin, "GetRole", &[EXECUTION]).await.unwrap();
    assert_eq!(tag(&role, "Arn"), sim::seed::execution_role_arn(DEV));
    assert_eq!((tag(&role, "Path").as_str(), tag(&role, "MaxSessionDuration").as_str()), ("/", "3600"));
    let boundary = format!("arn:aws:iam::{DEV}:policy/StudiogateExecutionBoundary");
    assert_eq!(tag(&role, "PermissionsBoundaryArn"), boundary);
    for name in ["a", "b", "c"] {
        let fields = [EXECUTION, ("PolicyName", name), ("PolicyDocument", DENY)];
        iam(&h, &admin, "PutRolePolicy", &fields).await.unwrap();
    }
    let page = iam(&h, &admin, "ListRolePolicies", &[EXECUTION, ("MaxItems", "3")]).await.unwrap();
    assert!(page.contains("<member>a</member><member>b</member><member>c</member>"), "{page}");
    assert_eq!(tag(&page, "IsTruncated"), "true");
    let marker = tag(&page, "Marker");
    let rest = [EXECUTION, ("Marker", marker.as_str())];
    let page = iam(&h, &admin, "ListRolePolicies", &rest).await.unwrap();
    assert!(page.contains("<member>own-studio</member>") && tag(&page, "IsTruncated") == "false", "{page}");
    assert_eq!(code(iam(&h, &admin, "ListRolePolicies", &[EXECUTION, ("MaxItems", "0")]).await), "ValidationError");
    assert_eq!(code(iam(&h, &admin, "GetRole", &[("RoleName", "Nobody")]).await), "NoSuchEntity");
    assert_eq!(code(iam(&h, &admin, "CreateUser", &[]).await), "InvalidAction");
}

#[tokio::test]
async fn a_boundary_is_taken_away_and_set_again_by_an_administrator() {
    let h = Harness::new();
    let admin = Keys::administrator(DEV);
    iam(&h, &admin, "DeleteRolePermissionsBoundary", &[EXECUTION]).await.unwrap();
    assert_eq!(code(iam(&h, &admin, "DeleteRolePermissionsBoundary", &[EXECUTION]).await), "NoSuchEntity");
    let nothing = format!("arn:aws:iam::{DEV}:policy/Nothing");
    let (code, message) =
        iam(&h, &admin, "PutRolePermissionsBoundary", &[EXECUTION, ("PermissionsBoundary", &nothing)])
            .await
            .unwrap_err();
    assert_eq!(code, "NoSuchEntity");
    assert_eq!(message, format!("Scope ARN: {nothing} does not exist or is not attachable."));
    let boundary = format!("arn:aws:iam::{DEV}:policy/StudiogateExecutionBoundary");
    let fields = [EXECUTION, ("PermissionsBoundary", boundary.as_str())];
    iam(&h, &admin, "PutRolePermissionsBoundary", &fields).await.unwrap();
}
