use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::clock::ManualClock;
use serde_json::json;

use super::*;
use crate::context::{Origin, RoleSession};
use crate::{LocalAws, SimOptions};

const ACCOUNT: &str = "601000000002";
const ROLE: &str = "arn:aws:iam::601000000002:role/StudiogateObserver";

/// Whether a role whose only policy allows everything under one condition may act.
fn allowed(condition: &serde_json::Value, origin: Origin) -> bool {
    let now: DateTime<Utc> = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
    let aws = LocalAws::new(SimOptions::new(Arc::new(ManualClock::at(now)))).unwrap();
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition },
    ] });
    aws.with_world(|world| {
        let account = world.account_mut(&ACCOUNT.parse().unwrap()).unwrap();
        let role = account.roles.get_mut("StudiogateObserver").unwrap();
        role.policies = [("own".to_owned(), policy.to_string())].into();
        let caller = Caller::Role(Box::new(RoleSession::of_role(ROLE, "test", now).unwrap()));
        let ctx = Ctx { caller, region: "eu-west-1".into(), now, request_id: "test".into(), origin };
        let resource = "arn:aws:sagemaker:eu-west-1:601000000002:domain/d-1";
        authorize(world, &ctx, "sagemaker:DescribeDomain", resource, Context::new()).is_ok()
    })
    .unwrap()
}

#[test]
fn global_keys_have_their_values() {
    let direct = || Origin { user_agent: Some("aws-cli/2.15".into()), via: None };
    let via = || Origin::CLOUDFORMATION;
    for (condition, expected) in [
        (json!({ "DateLessThan": { "aws:TokenIssueTime": "2025-06-16T00:00:00Z" } }), [true, true]),
        (json!({ "DateLessThan": { "aws:TokenIssueTime": "2025-01-01T00:00:00Z" } }), [false, false]),
        (json!({ "Bool": { "aws:ViaAWSService": "true" } }), [false, true]),
        (json!({ "Bool": { "aws:ViaAWSService": "false" } }), [true, false]),
        (json!({ "ForAnyValue:StringEquals": { "aws:CalledVia": "cloudformation.amazonaws.com" } }), [false, true]),
        (json!({ "Bool": { "aws:PrincipalIsAWSService": "false" } }), [true, true]),
        (json!({ "IpAddress": { "aws:SourceIp": "127.0.0.0/8" } }), [true, false]),
        (json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } }), [false, false]),
        (json!({ "StringLike": { "aws:UserAgent": "aws-cli/*" } }), [true, false]),
        (json!({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-*/r-*/ou-*/" } }), [true, true]),
        (json!({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-*/r-*/ou-none/*" } }), [false, false]),
        (json!({ "ForAnyValue:StringLike": { "aws:ResourceOrgPaths": "o-*/r-*/*" } }), [true, true]),
    ] {
        assert_eq!([direct(), via()].map(|origin| allowed(&condition, origin)), expected, "{condition}");
    }
}
