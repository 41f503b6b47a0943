//! Every operator, key by key (IAM user guide, "IAM JSON policy elements: Condition operators" and "Conditions with multiple
//! context keys or values").

use domain::guardrail::Decision;

use crate::{by_identity, identity};

/// Whether an Allow under `condition` applies to a call with these keys.
fn met(condition: &str, pairs: &[(&str, &str)]) -> bool {
    let policy = identity(&format!(
        r#"{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {condition}}}"#
    ));
    by_identity(&policy, "s3:GetObject", "*", pairs).decision == Decision::Allow
}

type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);

fn check(table: &[Row<'_>]) {
    for (condition, pairs, expected) in table {
        assert_eq!(met(condition, pairs), *expected, "{condition} with {pairs:?}");
    }
}

#[test]
fn strings() {
    check(&[
        (
            r#"{"StringEquals": {"aws:PrincipalTag/job-category": "iamuser-admin"}}"#,
            &[("aws:PrincipalTag/job-category", "iamuser-admin")],
            true,
        ),
        (
            r#"{"StringEquals": {"aws:PrincipalTag/job-category": "iamuser-admin"}}"#,
            &[("AWS:principaltag/JOB-category", "iamuser-admin")],
            true,
        ),
        (r#"{"StringEquals": {"aws:username": "Ada"}}"#, &[("aws:username", "ada")], false),
        (r#"{"StringEquals": {"aws:username": "A*"}}"#, &[("aws:username", "Ada")], false),
        (r#"{"StringEquals": {"aws:username": ["Bob", "Ada"]}}"#, &[("aws:username", "Ada")], true),
        (r#"{"StringEquals": {"aws:username": []}}"#, &[("aws:username", "Ada")], false),
        (r#"{"StringEquals": {"aws:username": "Ada"}}"#, &[], false),
        (r#"{"StringNotEquals": {"aws:username": ["Bob", "Ada"]}}"#, &[("aws:username", "Ada")], false),
        (r#"{"StringNotEquals": {"aws:username": ["Bob", "Ada"]}}"#, &[("aws:username", "Eve")], true),
        (r#"{"StringNotEquals": {"aws:username": "Ada"}}"#, &[], true),
        (r#"{"StringEqualsIgnoreCase": {"aws:username": "ADA"}}"#, &[("aws:username", "ada")], true),
        (r#"{"StringNotEqualsIgnoreCase": {"aws:username": "ADA"}}"#, &[("aws:username", "ada")], false),
        (r#"{"StringLike": {"s3:prefix": ["", "home/", "home/Ada/*"]}}"#, &[("s3:prefix", "home/Ada/x/y")], true),
        (r#"{"StringLike": {"s3:prefix": ["", "home/", "home/Ada/*"]}}"#, &[("s3:prefix", "")], true),
        (r#"{"StringLike": {"s3:prefix": "h?me/"}}"#, &[("s3:prefix", "home/")], true),
        (r#"{"StringLike": {"s3:prefix": "h?me/"}}"#, &[("s3:prefix", "hme/")], false),
        (r#"{"StringNotLike": {"s3:prefix": "home/*"}}"#, &[("s3:prefix", "home/x")], false),
        (r#"{"StringNotLike": {"s3:prefix": "home/*"}}"#, &[], true),
        // Values that are not strings in the document.
        (r#"{"StringEquals": {"aws:MultiFactorAuthPresent": true}}"#, &[("aws:MultiFactorAuthPresent", "true")], true),
        (r#"{"StringEquals": {"s3:max-keys": 10}}"#, &[("s3:max-keys", "10")], true),
    ]);
}

#[test]
fn numbers_and_dates() {
    check(&[
        (r#"{"NumericLessThanEquals": {"s3:max-keys": "10"}}"#, &[("s3:max-keys", "10")], true),
        (r#"{"NumericLessThanEquals": {"s3:max-keys": 10}}"#, &[("s3:max-keys", "11")], false),
        (r#"{"NumericLessThan": {"s3:max-keys": "10.5"}}"#, &[("s3:max-keys", "10.4999")], true),
        (r#"{"NumericGreaterThan": {"s3:max-keys": "10"}}"#, &[("s3:max-keys", "9")], false),
        (r#"{"NumericGreaterThanEquals": {"s3:max-keys": "10"}}"#, &[("s3:max-keys", "1e1")], true),
        (r#"{"NumericEquals": {"s3:max-keys": "10"}}"#, &[("s3:max-keys", "10.0")], true),
        (r#"{"NumericNotEquals": {"s3:max-keys": "10"}}"#, &[("s3:max-keys", "10.0")], false),
        (r#"{"NumericEquals": {"s3:max-keys": "10"}}"#, &[("s3:max-keys", "ten")], false),
        (r#"{"NumericLessThan": {"s3:max-keys": "10"}}"#, &[], false),
        (
            r#"{"DateGreaterThan": {"aws:CurrentTime": "2020-04-01T00:00:00Z"}, "DateLessThan": {"aws:CurrentTime": "2020-06-30T23:59:59Z"}}"#,
            &[("aws:CurrentTime", "2020-05-05T12:00:00Z")],
            true,
        ),
        (
            r#"{"DateGreaterThan": {"aws:CurrentTime": "2020-04-01T00:00:00Z"}, "DateLessThan": {"aws:CurrentTime": "2020-06-30T23:59:59Z"}}"#,
            &[("aws:CurrentTime", "2020-07-01T00:00:00Z")],
            false,
        ),
        (r#"{"DateLessThan": {"aws:EpochTime": "1585699200"}}"#, &[("aws:EpochTime", "1585699199")], true),
        (
            r#"{"DateEquals": {"aws:TokenIssueTime": "2020-04-01T02:00:00+02:00"}}"#,
            &[("aws:TokenIssueTime", "1585699200")],
            true,
        ),
        (
            r#"{"DateNotEquals": {"aws:TokenIssueTime": "2020-04-01"}}"#,
            &[("aws:TokenIssueTime", "2020-04-01T00:00:00Z")],
            false,
        ),
        (r#"{"DateLessThanEquals": {"aws:TokenIssueTime": "2020"}}"#, &[("aws:TokenIssueTime", "never")], false),
        (r#"{"DateGreaterThanEquals": {"aws:TokenIssueTime": "2020"}}"#, &[("aws:TokenIssueTime", "2020-01-01")], true),
    ]);
}

#[test]
fn booleans_binaries_and_null() {
    check(&[
        (r#"{"Bool": {"aws:SecureTransport": "false"}}"#, &[("aws:SecureTransport", "False")], true),
        (r#"{"Bool": {"aws:SecureTransport": false}}"#, &[("aws:SecureTransport", "true")], false),
        (r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#, &[], false),
        (r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}"#, &[], true),
        (r#"{"Bool": {"aws:ViaAWSService": ["true", "false"]}}"#, &[("aws:ViaAWSService", "true")], true),
        (
            r#"{"BinaryEquals": {"key:x": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}"#,
            &[("key:x", "QmluYXJ5VmFsdWVJbkJhc2U2NA==")],
            true,
        ),
        (r#"{"BinaryEquals": {"key:x": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}"#, &[("key:x", "b3RoZXI=")], false),
        (r#"{"Null": {"aws:TokenIssueTime": "true"}}"#, &[], true),
        (r#"{"Null": {"aws:TokenIssueTime": "true"}}"#, &[("aws:TokenIssueTime", "x")], false),
        (r#"{"Null": {"aws:TokenIssueTime": "false"}}"#, &[("aws:TokenIssueTime", "x")], true),
        (r#"{"Null": {"aws:TokenIssueTime": false}}"#, &[], false),
    ]);
}

#[test]
fn addresses() {
    check(&[
        (r#"{"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}"#, &[("aws:SourceIp", "203.0.113.77")], true),
        (
            r#"{"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"]}}"#,
            &[("aws:SourceIp", "2001:db8:1234:5678::1")],
            true,
        ),
        (r#"{"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}"#, &[("aws:SourceIp", "2001:db8::1")], false),
        (
            r#"{"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]}}"#,
            &[("aws:SourceIp", "198.51.100.1")],
            true,
        ),
        (
            r#"{"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]}}"#,
            &[("aws:SourceIp", "203.0.113.1")],
            false,
        ),
        (r#"{"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#, &[], true),
        (r#"{"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#, &[("aws:SourceIp", "sagemaker.amazonaws.com")], false),
        (
            r#"{"NotIpAddressIfExists": {"aws:SourceIp": "<my-corporate-cidr>"}}"#,
            &[("aws:SourceIp", "192.0.2.1")],
            true,
        ),
    ]);
}

#[test]
fn arns() {
    check(&[
        (
            r#"{"ArnEquals": {"aws:SourceArn": "arn:aws:sns:REGION:123456789012:TOPIC-ID"}}"#,
            &[("aws:SourceArn", "arn:aws:sns:REGION:123456789012:TOPIC-ID")],
            true,
        ),
        (
            r#"{"ArnEquals": {"aws:SourceArn": "arn:aws:sns:*:123456789012:TOPIC-*"}}"#,
            &[("aws:SourceArn", "arn:aws:sns:eu-west-1:123456789012:TOPIC-ID")],
            true,
        ),
        // Each component separately: a wildcard does not reach into the next one.
        (
            r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::1*:user/x"}}"#,
            &[("aws:PrincipalArn", "arn:aws:iam::1:role/a:user/x")],
            false,
        ),
        (
            r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}"#,
            &[("aws:PrincipalArn", "arn:aws:iam::601000000002:role/path/Name")],
            true,
        ),
        (
            r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*"}}"#,
            &[("aws:PrincipalArn", "arn:aws:iam::601000000002:root")],
            false,
        ),
        (
            r#"{"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Admin"}}"#,
            &[("aws:PrincipalArn", "arn:aws:iam::601000000002:role/Admin")],
            false,
        ),
        (r#"{"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::*:role/Admin"}}"#, &[], true),
        (
            r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/${aws:PrincipalTag/team, 'none:at:all'}"}}"#,
            &[("aws:PrincipalArn", "arn:aws:iam::601000000002:role/none:at:all")],
            true,
        ),
        (r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}"#, &[("aws:PrincipalArn", "not an ARN")], false),
    ]);
}

#[test]
fn if_exists() {
    check(&[
        (r#"{"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "m3.*"]}}"#, &[], true),
        (
            r#"{"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "m3.*"]}}"#,
            &[("ec2:InstanceType", "m3.large")],
            true,
        ),
        (
            r#"{"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "m3.*"]}}"#,
            &[("ec2:InstanceType", "p4.large")],
            false,
        ),
        (r#"{"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}"#, &[], true),
        (r#"{"StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}"#, &[], true),
        (r#"{"StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}"#, &[("aws:SourceVpc", "vpc-1")], false),
        (r#"{"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "a"}}"#, &[], true),
    ]);
}

/// IAM user guide, "Set operators for multivalued context keys".
#[test]
fn sets() {
    let all = r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}"#;
    let any = r#"{"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}"#;
    let none_of_all = r#"{"ForAllValues:StringNotEquals": {"aws:TagKeys": ["environment", "webserver"]}}"#;
    let any_other = r#"{"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["environment", "webserver"]}}"#;
    let tag = |value: &'static str| ("aws:TagKeys", value);
    check(&[
        (all, &[tag("environment")], true),
        (all, &[tag("environment"), tag("webserver")], true),
        (all, &[tag("environment"), tag("owner")], false),
        (all, &[], true),
        (any, &[tag("environment"), tag("owner")], true),
        (any, &[tag("owner")], false),
        (any, &[], false),
        (none_of_all, &[tag("owner"), tag("team")], true),
        (none_of_all, &[tag("owner"), tag("environment")], false),
        (none_of_all, &[], true),
        (any_other, &[tag("owner"), tag("environment")], true),
        (any_other, &[tag("environment")], false),
        (any_other, &[], false),
        (
            r#"{"ForAllValues:StringLike": {"sagemaker:VpcSubnets": "subnet-*"}, "Null": {"sagemaker:VpcSubnets": "false"}}"#,
            &[],
            false,
        ),
        (
            r#"{"ForAllValues:StringLike": {"sagemaker:VpcSubnets": "subnet-*"}, "Null": {"sagemaker:VpcSubnets": "false"}}"#,
            &[("sagemaker:VpcSubnets", "subnet-1"), ("sagemaker:VpcSubnets", "subnet-2")],
            true,
        ),
    ]);
}

/// Operators and keys are joined by AND, values by OR.
#[test]
fn joined() {
    let both = r#"{"StringEquals": {"a:x": ["1", "2"], "a:y": "3"}, "Bool": {"a:z": "true"}}"#;
    check(&[
        (both, &[("a:x", "2"), ("a:y", "3"), ("a:z", "true")], true),
        (both, &[("a:x", "2"), ("a:y", "4"), ("a:z", "true")], false),
        (both, &[("a:x", "2"), ("a:y", "3"), ("a:z", "false")], false),
        ("{}", &[], true),
        // Several keys in one Null block: true only when all are absent (the trap in a published guardrail).
        (
            r#"{"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}"#,
            &[("sagemaker:VpcSubnets", "subnet-1")],
            false,
        ),
    ]);
}

/// IAM user guide, "IAM policy elements: Variables and tags".
#[test]
fn variables() {
    let home = identity(
        r#"[{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/${aws:username}/*"},
            {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::team/${aws:PrincipalTag/team, 'company-wide'}/*"},
            {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::literal-${*}-${?}-${$}/*"}]"#,
    );
    let allowed =
        |resource: &str, pairs: &[(&str, &str)]| by_identity(&home, "s3:GetObject", resource, pairs).is_allowed();
    assert!(allowed("arn:aws:s3:::bucket/ada/x", &[("aws:username", "ada")]));
    assert!(!allowed("arn:aws:s3:::bucket/bob/x", &[("aws:username", "ada")]));
    assert!(!allowed("arn:aws:s3:::bucket/bob/x", &[("aws:username", "*")]), "a value is no pattern");
    assert!(allowed("arn:aws:s3:::bucket/*/x", &[("aws:username", "*")]));
    assert!(!allowed("arn:aws:s3:::bucket//x", &[]), "a variable without a value matches nothing");
    assert!(!allowed("arn:aws:s3:::bucket/ada/x", &[("aws:username", "ada"), ("aws:username", "bob")]));
    assert!(allowed("arn:aws:s3:::team/yellow/x", &[("aws:PrincipalTag/team", "yellow")]));
    assert!(allowed("arn:aws:s3:::team/company-wide/x", &[]));
    assert!(!allowed("arn:aws:s3:::team/company-wide/x", &[("aws:PrincipalTag/team", "yellow")]));
    assert!(allowed("arn:aws:s3:::literal-*-?-$/x", &[]) && !allowed("arn:aws:s3:::literal-a-b-$/x", &[]));

    check(&[
        (
            r#"{"StringEquals": {"aws:ResourceTag/owner": "${aws:PrincipalTag/owner}"}}"#,
            &[("aws:ResourceTag/owner", "ada"), ("aws:PrincipalTag/owner", "ada")],
            true,
        ),
        (
            r#"{"StringEquals": {"aws:ResourceTag/owner": "${aws:PrincipalTag/owner}"}}"#,
            &[("aws:ResourceTag/owner", "${aws:PrincipalTag/owner}")],
            false,
        ),
        (r#"{"StringEquals": {"aws:ResourceTag/owner": "${aws:PrincipalTag/owner}"}}"#, &[], false),
        (
            r#"{"StringEqualsIgnoreCase": {"aws:ResourceTag/owner": "X-${aws:PrincipalTag/owner}"}}"#,
            &[("aws:ResourceTag/owner", "x-ADA"), ("aws:PrincipalTag/owner", "aDa")],
            true,
        ),
        (
            r#"{"StringLike": {"s3:prefix": "${aws:username}/*"}}"#,
            &[("s3:prefix", "ada/x"), ("aws:username", "ada")],
            true,
        ),
        (r#"{"StringLike": {"s3:prefix": "${*}"}}"#, &[("s3:prefix", "ada")], false),
        // Without a value, a negated condition is never met to the caller's advantage.
        (
            r#"{"StringNotEquals": {"aws:ResourceTag/owner": "${aws:PrincipalTag/owner}"}}"#,
            &[("aws:ResourceTag/owner", "bob")],
            false,
        ),
    ]);
    let deny = identity(
        r#"[{"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::bucket/${aws:username}/*"}]"#,
    );
    let denied =
        |pairs: &[(&str, &str)]| !by_identity(&deny, "s3:GetObject", "arn:aws:s3:::bucket/ada/x", pairs).is_allowed();
    assert!(denied(&[]) && denied(&[("aws:username", "bob")]) && !denied(&[("aws:username", "ada")]));

    // "Version 2012-10-17 ... policy variables such as ${aws:username} are treated as literal strings" before.
    let old = crate::policy(
        domain::guardrail::PolicyKind::Identity,
        r#"{"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}"}}"#,
    );
    assert!(by_identity(&old, "s3:GetObject", "arn:aws:s3:::b/${aws:username}", &[]).is_allowed());
    assert!(!by_identity(&old, "s3:GetObject", "arn:aws:s3:::b/ada", &[("aws:username", "ada")]).is_allowed());
}
