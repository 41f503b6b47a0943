//! The layers together (IAM user guide, "Policy evaluation logic"; Organizations user guide, "SCP evaluation").

use domain::guardrail::{
    Call, Context, Decision, Layer, Layers, Policy, PolicyKind, PrincipalArn, StatementName, evaluate,
};

use crate::full_access;

fn named(kind: PolicyKind, name: &str, statements: &str) -> Policy {
    Policy::parse(kind, name, &format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#)).unwrap()
}

fn scp(name: &str, statements: &str) -> Policy {
    named(PolicyKind::ServiceControl, name, statements)
}

fn full(name: &str) -> Policy {
    scp(name, r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#)
}

fn allow(action: &str) -> Policy {
    scp(action, &format!(r#"{{"Sid": "A", "Effect": "Allow", "Action": "{action}", "Resource": "*"}}"#))
}

fn deny(action: &str) -> Policy {
    scp(action, &format!(r#"{{"Sid": "D", "Effect": "Deny", "Action": "{action}", "Resource": "*"}}"#))
}

fn decide(scps: &[Vec<Policy>], action: &str) -> (Decision, Option<Layer>, Option<usize>) {
    let layers = Layers { scps, boundary: None, session: None, identity: &[full_access()] };
    let verdict = evaluate(&layers, &Call { action, resource: "*", context: &Context::new() });
    let by = verdict.decided_by.unwrap();
    (verdict.decision, Some(by.layer), by.level)
}

/// "For a permission to be allowed for a specific account, there must be an explicit Allow statement at every level from
/// the root through each OU in the direct path to the account (including the target account itself)."
#[test]
fn an_allow_is_needed_at_every_level() {
    let chain = |sandbox: Vec<Policy>| [vec![full("root")], sandbox, vec![full("account")]];
    assert_eq!(decide(&chain(vec![full("ou")]), "s3:GetObject"), (Decision::Allow, Some(Layer::Identity), None));
    assert_eq!(decide(&chain(vec![]), "s3:GetObject"), (Decision::ImplicitDeny, Some(Layer::Scp), Some(1)));
    assert_eq!(
        decide(&chain(vec![allow("ec2:*")]), "s3:GetObject"),
        (Decision::ImplicitDeny, Some(Layer::Scp), Some(1))
    );
    // "Policies of one level are united."
    assert_eq!(decide(&chain(vec![allow("ec2:*"), allow("s3:*")]), "s3:GetObject").0, Decision::Allow);
}

/// "Any deny statement at any level wins."
#[test]
fn a_deny_anywhere_wins() {
    for level in 0..3 {
        let mut chain = [vec![full("root")], vec![full("ou")], vec![full("account")]];
        chain[level].push(deny("sagemaker:CreateEndpoint"));
        assert_eq!(decide(&chain, "sagemaker:CreateEndpoint"), (Decision::ExplicitDeny, Some(Layer::Scp), Some(level)));
        assert_eq!(decide(&chain, "sagemaker:CreateModel").0, Decision::Allow);
    }
    // A deny below a level without an Allow is still the answer: it is explicit.
    let chain = [vec![], vec![deny("s3:*")]];
    assert_eq!(decide(&chain, "s3:GetObject"), (Decision::ExplicitDeny, Some(Layer::Scp), Some(1)));
}

#[test]
fn without_levels_service_control_policies_do_not_apply() {
    assert_eq!(decide(&[], "s3:GetObject"), (Decision::Allow, Some(Layer::Identity), None));
}

#[test]
fn each_other_layer_must_allow_as_well() {
    let identity = [named(
        PolicyKind::Identity,
        "id",
        r#"{"Sid": "S3", "Effect": "Allow", "Action": ["s3:*", "ec2:*"], "Resource": "*"}"#,
    )];
    let boundary = named(PolicyKind::Boundary, "boundary", r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#);
    let session = [named(
        PolicyKind::Session,
        "session",
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}"#,
    )];
    let decide = |boundary: Option<&Policy>, session: Option<&[Policy]>, action: &str| {
        let layers = Layers { scps: &[], boundary, session, identity: &identity };
        let context = Context::new();
        let verdict = evaluate(&layers, &Call { action, resource: "arn:aws:s3:::b/k", context: &context });
        (verdict.decision, verdict.decided_by.unwrap().layer)
    };
    let (allow, implicit) = (Decision::Allow, Decision::ImplicitDeny);
    assert_eq!(decide(None, None, "ec2:RunInstances"), (allow, Layer::Identity));
    assert_eq!(decide(Some(&boundary), None, "ec2:RunInstances"), (implicit, Layer::Boundary));
    assert_eq!(decide(Some(&boundary), None, "s3:PutObject"), (allow, Layer::Identity));
    assert_eq!(decide(Some(&boundary), Some(&session), "s3:PutObject"), (implicit, Layer::Session));
    assert_eq!(decide(Some(&boundary), Some(&session), "s3:GetObject"), (allow, Layer::Identity));
    assert_eq!(decide(None, Some(&[]), "s3:GetObject"), (implicit, Layer::Session), "an empty list allows nothing");
    assert_eq!(decide(None, None, "iam:PassRole"), (implicit, Layer::Identity));
}

#[test]
fn the_verdict_names_the_statement() {
    let chain = [vec![full("FullAWSAccess")], vec![full("FullAWSAccess"), deny("sagemaker:*")]];
    let layers = Layers { scps: &chain, boundary: None, session: None, identity: &[full_access()] };
    let by =
        |action: &str| evaluate(&layers, &Call { action, resource: "*", context: &Context::new() }).decided_by.unwrap();
    let denied = by("SageMaker:createapp");
    assert_eq!((denied.policy.as_str(), denied.statement), ("sagemaker:*", Some(StatementName::Sid("D".into()))));
    assert_eq!(by("s3:GetObject").statement, Some(StatementName::Index(0)));
    let json = serde_json::to_value(by("sagemaker:CreateApp")).unwrap();
    assert_eq!(json, serde_json::json!({"layer": "scp", "level": 1, "policy": "sagemaker:*", "statement": "D"}));
}

/// Organizations user guide, "Tasks and entities not restricted by SCPs": the management account and service-linked roles are
/// not; "SCPs ... affect all member accounts, including the root user".
#[test]
fn who_is_subject_to_service_control_policies() {
    let subject = |arn: &str| PrincipalArn::parse(arn).unwrap().is_subject_to_scps("111111111111");
    assert!(subject("arn:aws:iam::601000000002:role/Dev"));
    assert!(subject("arn:aws:iam::601000000002:root"));
    assert!(subject("arn:aws:sts::601000000002:assumed-role/Dev/session"));
    assert!(!subject("arn:aws:iam::111111111111:role/Admin"));
    assert!(!subject(
        "arn:aws:iam::601000000002:role/aws-service-role/sagemaker.amazonaws.com/AWSServiceRoleForAmazonSageMakerNotebooks"
    ));
    assert!(!subject("arn:aws:sts::601000000002:assumed-role/AWSServiceRoleForConfig/session"));
}
