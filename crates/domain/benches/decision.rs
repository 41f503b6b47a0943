//! One decision over as many policies as AWS lets apply to a call: five levels with ten service control policies of full
//! size each. The call is allowed, so each of them is looked through to its end.

use std::hint::black_box;

use criterion::Criterion;
use domain::guardrail::{Call, Context, Decision, Layers, Policy, PolicyError, PolicyKind, evaluate};

const LEVELS: usize = 5;
const POLICIES: usize = 10;
const ALLOW_ALL: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;

/// Statements as they stand in published guardrails; each kind but the last names the call's action, and none refuses it.
fn statement(number: usize) -> String {
    match number % 5 {
        0 => format!(
            r#"{{"Sid": "Regions{number}", "Effect": "Deny", "NotAction": ["iam:*", "organizations:*", "route53:*", "budgets:*", "support:*", "cloudfront:*", "health:*"], "Resource": "*", "Condition": {{"StringNotEquals": {{"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}, "ArnNotLike": {{"aws:PrincipalArn": ["arn:aws:iam::*:role/Landing{number}-*"]}}}}}}"#
        ),
        1 => format!(
            r#"{{"Sid": "Owner{number}", "Effect": "Deny", "Action": ["sagemaker:CreateApp", "sagemaker:CreateSpace", "sagemaker:DeleteApp", "sagemaker:UpdateSpace"], "Resource": ["arn:aws:sagemaker:*:*:app/*/team-{number}-*/*", "arn:aws:sagemaker:*:*:space/*/team-{number}-*"], "Condition": {{"StringNotEquals": {{"aws:ResourceTag/studiouserid": "${{aws:PrincipalTag/studiouserid}}"}}}}}}"#
        ),
        2 => format!(
            r#"{{"Sid": "Instances{number}", "Effect": "Deny", "Action": "sagemaker:Create*", "Resource": "*", "Condition": {{"ForAnyValue:StringNotLike": {{"sagemaker:InstanceTypes": ["ml.t3.*", "ml.m5.large", "ml.m5.xlarge", "ml.g4dn.xlarge", "system"]}}}}}}"#
        ),
        3 => format!(
            r#"{{"Sid": "Network{number}", "Effect": "Deny", "Action": ["sagemaker:*"], "Resource": "arn:aws:sagemaker:*:*:app/d-*/protected-{number}-*/*", "Condition": {{"Null": {{"sagemaker:VpcSubnets": "true"}}, "Bool": {{"aws:ViaAWSService": "false"}}}}}}"#
        ),
        _ => format!(
            r#"{{"Sid": "Trail{number}", "Effect": "Deny", "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "config:Delete*", "guardduty:Disassociate*", "s3:PutBucketPublicAccessBlock", "kms:ScheduleKeyDeletion"], "Resource": ["arn:aws:cloudtrail:*:*:trail/org-{number}", "arn:aws:s3:::audit-{number}-*", "arn:aws:kms:*:*:key/*"]}}"#
        ),
    }
}

/// A policy that is as long as AWS allows, but for part of a statement.
fn full_size(first: &str, from: usize) -> Result<Policy, PolicyError> {
    let limit = PolicyKind::ServiceControl.limit().characters;
    let document = |statements: &str| format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    let mut statements = first.to_owned();
    for number in from.. {
        let separator = if statements.is_empty() { "" } else { ", " };
        let longer = format!("{statements}{separator}{}", statement(number));
        if document(&longer).chars().count() > limit {
            break;
        }
        statements = longer;
    }
    Policy::parse(PolicyKind::ServiceControl, &format!("policy-{from}"), &document(&statements))
}

fn main() -> Result<(), PolicyError> {
    let mut scps = Vec::new();
    for level in 0..LEVELS {
        let mut policies = Vec::new();
        for number in 0..POLICIES {
            let first = if number == 0 { ALLOW_ALL } else { "" };
            policies.push(full_size(first, 1000 * (POLICIES * level + number))?);
        }
        scps.push(policies);
    }
    let allow_all = format!(r#"{{"Version": "2012-10-17", "Statement": [{ALLOW_ALL}]}}"#);
    let identity = [Policy::parse(PolicyKind::Identity, "identity", &allow_all)?];
    let session = [Policy::parse(PolicyKind::Session, "session", &allow_all)?];
    let mut context = Context::new();
    context
        .set_many("aws:RequestedRegion", ["eu-west-1"])
        .set_many("aws:PrincipalArn", ["arn:aws:sts::601000000002:assumed-role/StudiogateLauncher/ada"])
        .set_many("aws:PrincipalTag/studiouserid", ["ada-0123456789abcdef"])
        .set_many("aws:ResourceTag/studiouserid", ["ada-0123456789abcdef"])
        .set_many("aws:ViaAWSService", ["false"])
        .set_many("sagemaker:InstanceTypes", ["ml.t3.medium"])
        .set_many("sagemaker:VpcSubnets", ["subnet-0a1b2c3d"]);
    let call = Call {
        action: "sagemaker:CreateApp",
        resource: "arn:aws:sagemaker:eu-west-1:601000000002:app/d-shared/ada/JupyterLab/default",
        context: &context,
    };
    let layers = Layers { scps: &scps, boundary: None, session: Some(&session), identity: &identity };
    let verdict = evaluate(&layers, &call);
    assert_eq!(verdict.decision, Decision::Allow, "{}", verdict.explanation);

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("decision", |bencher| bencher.iter(|| evaluate(black_box(&layers), black_box(&call))));
    criterion.final_summary();
    Ok(())
}
