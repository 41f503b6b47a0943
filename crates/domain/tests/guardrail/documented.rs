//! AWS's documented examples. Each names its page: `iam:` is docs.aws.amazon.com/IAM/latest/UserGuide/, `org:` is
//! docs.aws.amazon.com/organizations/latest/userguide/, `sm:` is docs.aws.amazon.com/sagemaker/latest/dg/.

use domain::guardrail::Decision::{self, Allow, ExplicitDeny, ImplicitDeny};

use crate::{by_identity, by_scp, identity};

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn check_identity(statements: &str, calls: &[(&str, &str, Pairs<'_>, Decision)]) {
    let policy = identity(statements);
    for (action, resource, pairs, expected) in calls {
        let verdict = by_identity(&policy, action, resource, pairs);
        assert_eq!(verdict.decision, *expected, "{action} on {resource} with {pairs:?}: {}", verdict.explanation);
    }
}

fn check_scp(statements: &str, calls: &[(&str, &str, Pairs<'_>, Decision)]) {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#);
    for (action, resource, pairs, expected) in calls {
        assert_eq!(by_scp(&text, action, resource, pairs), *expected, "{action} on {resource} with {pairs:?}");
    }
}

// iam:reference_policies_examples_aws-dates.html
#[test]
fn access_in_a_range_of_dates() {
    let policy = r#"{"Effect": "Allow", "Action": "service-prefix:action-name", "Resource": "*",
        "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2020-04-01T00:00:00Z"},
                      "DateLessThan": {"aws:CurrentTime": "2020-06-30T23:59:59Z"}}}"#;
    check_identity(
        policy,
        &[
            ("service-prefix:action-name", "*", &[("aws:CurrentTime", "2020-04-01T00:00:01Z")], Allow),
            ("service-prefix:action-name", "*", &[("aws:CurrentTime", "2020-04-01T00:00:00Z")], ImplicitDeny),
            ("service-prefix:action-name", "*", &[("aws:CurrentTime", "2020-07-01T00:00:00Z")], ImplicitDeny),
        ],
    );
}

// iam:reference_policies_examples_aws_deny-ip.html
#[test]
fn denied_by_source_address() {
    let policy = r#"[{"Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]},
                      "Bool": {"aws:ViaAWSService": "false"}}},
        {"Effect": "Allow", "Action": "*", "Resource": "*"}]"#;
    check_identity(
        policy,
        &[
            ("ec2:RunInstances", "*", &[("aws:SourceIp", "192.0.2.9"), ("aws:ViaAWSService", "false")], Allow),
            (
                "ec2:RunInstances",
                "*",
                &[("aws:SourceIp", "198.51.100.9"), ("aws:ViaAWSService", "false")],
                ExplicitDeny,
            ),
            ("ec2:RunInstances", "*", &[("aws:SourceIp", "198.51.100.9"), ("aws:ViaAWSService", "true")], Allow),
        ],
    );
}

// iam:reference_policies_examples_aws_deny-requested-region.html
#[test]
fn denied_by_requested_region() {
    let policy = r#"[{"Sid": "DenyAllOutsideRequestedRegions", "Effect": "Deny",
        "NotAction": ["cloudfront:*", "iam:*", "organizations:*", "route53:*", "support:*"], "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"]}}},
        {"Effect": "Allow", "Action": "*", "Resource": "*"}]"#;
    check_identity(
        policy,
        &[
            ("sagemaker:CreateApp", "*", &[("aws:RequestedRegion", "eu-west-1")], Allow),
            ("sagemaker:CreateApp", "*", &[("aws:RequestedRegion", "us-east-1")], ExplicitDeny),
            ("iam:CreateRole", "*", &[("aws:RequestedRegion", "us-east-1")], Allow),
            ("sagemaker:CreateApp", "*", &[], ExplicitDeny),
        ],
    );
}

// iam:reference_policies_examples_ec2_tag-owner.html and iam:reference_policies_elements_condition.html
#[test]
fn start_and_stop_what_one_owns() {
    let policy = r#"{"Effect": "Allow", "Action": ["ec2:StartInstances", "ec2:StopInstances"],
        "Resource": "arn:aws:ec2:*:*:instance/*",
        "Condition": {"StringEquals": {"aws:ResourceTag/Owner": "${aws:username}"}}}"#;
    let instance = "arn:aws:ec2:eu-west-1:601000000002:instance/i-1";
    check_identity(
        policy,
        &[
            ("ec2:StartInstances", instance, &[("aws:ResourceTag/Owner", "ada"), ("aws:username", "ada")], Allow),
            (
                "ec2:StartInstances",
                instance,
                &[("aws:ResourceTag/Owner", "bob"), ("aws:username", "ada")],
                ImplicitDeny,
            ),
            ("ec2:StartInstances", instance, &[("aws:username", "ada")], ImplicitDeny),
            (
                "ec2:TerminateInstances",
                instance,
                &[("aws:ResourceTag/Owner", "ada"), ("aws:username", "ada")],
                ImplicitDeny,
            ),
        ],
    );
}

// iam:reference_policies_examples_s3_home-directory-console.html
#[test]
fn a_home_directory_in_a_bucket() {
    let policy = r#"[{"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", "s3:GetBucketLocation"], "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::bucket",
         "Condition": {"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}}},
        {"Effect": "Allow", "Action": "s3:*",
         "Resource": ["arn:aws:s3:::bucket/home/${aws:username}", "arn:aws:s3:::bucket/home/${aws:username}/*"]}]"#;
    let ada = ("aws:username", "ada");
    check_identity(
        policy,
        &[
            ("s3:ListBucket", "arn:aws:s3:::bucket", &[ada, ("s3:prefix", "home/ada/notes")], Allow),
            ("s3:ListBucket", "arn:aws:s3:::bucket", &[ada, ("s3:prefix", "home/bob/notes")], ImplicitDeny),
            ("s3:ListBucket", "arn:aws:s3:::bucket", &[ada, ("s3:prefix", "")], Allow),
            ("s3:PutObject", "arn:aws:s3:::bucket/home/ada/x", &[ada], Allow),
            ("s3:PutObject", "arn:aws:s3:::bucket/home/adam/x", &[ada], ImplicitDeny),
            ("s3:PutObject", "arn:aws:s3:::bucket/home/x", &[], ImplicitDeny),
        ],
    );
}

// iam:reference_policies_elements_notaction.html
#[test]
fn not_action_with_deny_and_with_allow() {
    let deny = r#"[{"Sid": "DenyAllUsersNotUsingMFA", "Effect": "Deny", "NotAction": "iam:*", "Resource": "*",
        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}},
        {"Effect": "Allow", "Action": "*", "Resource": "*"}]"#;
    check_identity(
        deny,
        &[
            ("s3:GetObject", "arn:aws:s3:::b/k", &[("aws:MultiFactorAuthPresent", "false")], ExplicitDeny),
            ("s3:GetObject", "arn:aws:s3:::b/k", &[], ExplicitDeny),
            ("s3:GetObject", "arn:aws:s3:::b/k", &[("aws:MultiFactorAuthPresent", "true")], Allow),
            ("iam:ChangePassword", "*", &[], Allow),
        ],
    );
    // "Allows users to perform all of the Amazon S3 actions except for deleting a bucket".
    let allow = r#"{"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"}"#;
    check_identity(
        allow,
        &[
            ("s3:GetObject", "arn:aws:s3:::b/k", &[], Allow),
            ("s3:DeleteBucket", "arn:aws:s3:::b", &[], ImplicitDeny),
            ("ec2:RunInstances", "arn:aws:ec2:eu-west-1:601000000002:instance/i-1", &[], ImplicitDeny),
        ],
    );
}

// iam:reference_policies_elements_notresource.html
#[test]
fn not_resource_with_deny() {
    let policy = r#"[{"Effect": "Deny", "Action": "s3:*",
        "NotResource": ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"]},
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]"#;
    check_identity(
        policy,
        &[
            ("s3:GetObject", "arn:aws:s3:::HRBucket/Payroll/2026", &[], Allow),
            ("s3:GetObject", "arn:aws:s3:::HRBucket/Reviews", &[], ExplicitDeny),
            ("s3:ListAllMyBuckets", "*", &[], ExplicitDeny),
        ],
    );
}

// iam:reference_policies_elements_action.html and iam:reference_policies_elements_resource.html
#[test]
fn wildcards_in_actions_and_resources() {
    check_identity(
        r#"{"Effect": "Allow", "Action": "iam:*AccessKey*", "Resource": "arn:aws:iam::*:user/accounting/*"}"#,
        &[
            ("iam:CreateAccessKey", "arn:aws:iam::601000000002:user/accounting/ada", &[], Allow),
            ("iam:listaccesskeys", "arn:aws:iam::601000000002:user/accounting/a/b", &[], Allow),
            ("iam:CreateUser", "arn:aws:iam::601000000002:user/accounting/ada", &[], ImplicitDeny),
            ("iam:CreateAccessKey", "arn:aws:iam::601000000002:user/sales/ada", &[], ImplicitDeny),
            ("iam:CreateAccessKey", "arn:aws:iam::601000000002:user/Accounting/ada", &[], ImplicitDeny),
        ],
    );
    check_identity(
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/*/test/*"}"#,
        &[
            ("s3:GetObject", "arn:aws:s3:::bucket/1/test/object.jpg", &[], Allow),
            ("s3:GetObject", "arn:aws:s3:::bucket/1/2/test/3/object.jpg", &[], Allow),
            ("s3:GetObject", "arn:aws:s3:::bucket/1///test///object.jpg", &[], Allow),
            ("s3:GetObject", "arn:aws:s3:::bucket/1/test/", &[], Allow),
            ("s3:GetObject", "arn:aws:s3:::bucket/1-test/object.jpg", &[], ImplicitDeny),
            ("s3:GetObject", "arn:aws:s3:::bucket/test/object.jpg", &[], ImplicitDeny),
        ],
    );
    // "If the * wildcard is the last character of a resource ARN segment, it can expand to match beyond the colon boundaries."
    check_identity(
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:*"}"#,
        &[
            ("s3:GetObject", "arn:aws:s3:::bucket/key", &[], Allow),
            ("s3:GetObject", "arn:aws:sns:::bucket/key", &[], ImplicitDeny),
        ],
    );
}

// iam:reference_policies_condition-single-vs-multi-valued-context-keys.html and iam:access_tags.html
#[test]
fn only_these_tag_keys() {
    let policy = r#"{"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*",
        "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "cost-center"]},
                      "Null": {"aws:TagKeys": "false"}}}"#;
    check_identity(
        policy,
        &[
            ("ec2:CreateTags", "*", &[("aws:TagKeys", "environment")], Allow),
            ("ec2:CreateTags", "*", &[("aws:TagKeys", "environment"), ("aws:TagKeys", "cost-center")], Allow),
            ("ec2:CreateTags", "*", &[("aws:TagKeys", "environment"), ("aws:TagKeys", "owner")], ImplicitDeny),
            ("ec2:CreateTags", "*", &[("aws:TagKeys", "Environment")], ImplicitDeny),
            ("ec2:CreateTags", "*", &[], ImplicitDeny),
        ],
    );
}

// iam:reference_policies_elements_condition_operators.html, "...IfExists": "a resource type without the key is not denied".
#[test]
fn an_instance_type_where_there_is_one() {
    let policy = r#"{"Sid": "THISPOLICYDOESWORK", "Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*",
        "Condition": {"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}}}"#;
    check_identity(
        policy,
        &[
            (
                "ec2:RunInstances",
                "arn:aws:ec2:eu-west-1:601000000002:instance/*",
                &[("ec2:InstanceType", "t2.micro")],
                Allow,
            ),
            (
                "ec2:RunInstances",
                "arn:aws:ec2:eu-west-1:601000000002:instance/*",
                &[("ec2:InstanceType", "p4d.24xlarge")],
                ImplicitDeny,
            ),
            ("ec2:RunInstances", "arn:aws:ec2:eu-west-1:601000000002:subnet/subnet-1", &[], Allow),
        ],
    );
}

// sm:studio-admin-guide-iam-abac and the Amazon SageMaker example "CreatePresignedDomainUrl by session tag"
// (sm:security_iam_id-based-policy-examples.html).
#[test]
fn a_presigned_url_for_one_s_own_profile() {
    let policy = r#"[{"Sid": "AmazonSageMakerPresignedUrlPolicy", "Effect": "Allow",
        "Action": "sagemaker:CreatePresignedDomainUrl", "Resource": "*",
        "Condition": {"StringEquals": {"sagemaker:ResourceTag/studiouserid": "${aws:PrincipalTag/studiouserid}"}}}]"#;
    let profile = "arn:aws:sagemaker:eu-west-1:601000000002:user-profile/d-1/ada";
    let call = "sagemaker:CreatePresignedDomainUrl";
    let (mine, theirs) = (("sagemaker:ResourceTag/studiouserid", "ada"), ("sagemaker:ResourceTag/studiouserid", "bob"));
    let tag = ("aws:PrincipalTag/studiouserid", "ada");
    check_identity(
        policy,
        &[
            (call, profile, &[mine, tag], Allow),
            (call, profile, &[theirs, tag], ImplicitDeny),
            (call, profile, &[mine], ImplicitDeny),
            (call, profile, &[], ImplicitDeny),
            (call, profile, &[tag], ImplicitDeny),
        ],
    );
}

// org:orgs_manage_policies_scps_examples_general.html
#[test]
fn general_service_control_policies() {
    let region = r#"{"Sid": "DenyAllOutsideEU", "Effect": "Deny", "NotAction": ["iam:*", "sts:*", "support:*"], "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]},
                      "ArnNotLike": {"aws:PrincipalARN": ["arn:aws:iam::*:role/Role1AllowedToBypassThisSCP"]}}}"#;
    let dev = ("aws:PrincipalArn", "arn:aws:iam::601000000002:role/Dev");
    let exempt = ("aws:PrincipalArn", "arn:aws:iam::601000000002:role/Role1AllowedToBypassThisSCP");
    check_scp(
        region,
        &[
            ("sagemaker:CreateApp", "*", &[("aws:RequestedRegion", "us-east-1"), dev], ExplicitDeny),
            ("sagemaker:CreateApp", "*", &[("aws:RequestedRegion", "us-east-1"), exempt], Allow),
            ("sagemaker:CreateApp", "*", &[("aws:RequestedRegion", "eu-west-1"), dev], Allow),
            ("sts:AssumeRole", "*", &[("aws:RequestedRegion", "us-east-1"), dev], Allow),
        ],
    );
    let role = r#"{"Sid": "DenyAccessToASpecificRole", "Effect": "Deny",
        "Action": ["iam:AttachRolePolicy", "iam:DeleteRole", "iam:PutRolePolicy", "iam:UpdateRole"],
        "Resource": ["arn:aws:iam::*:role/name-of-role-to-deny"]}"#;
    check_scp(
        role,
        &[
            ("iam:DeleteRole", "arn:aws:iam::601000000002:role/name-of-role-to-deny", &[], ExplicitDeny),
            ("iam:DeleteRole", "arn:aws:iam::601000000002:role/other", &[], Allow),
            ("iam:GetRole", "arn:aws:iam::601000000002:role/name-of-role-to-deny", &[], Allow),
        ],
    );
    let mfa = r#"{"Sid": "DenyStopAndTerminateWhenMFAIsNotPresent", "Effect": "Deny",
        "Action": ["ec2:StopInstances", "ec2:TerminateInstances"], "Resource": "*",
        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": false}}}"#;
    check_scp(
        mfa,
        &[
            ("ec2:StopInstances", "*", &[], ExplicitDeny),
            ("ec2:StopInstances", "*", &[("aws:MultiFactorAuthPresent", "true")], Allow),
            ("ec2:StartInstances", "*", &[], Allow),
        ],
    );
    let root = r#"{"Sid": "RestrictEC2ForRoot", "Effect": "Deny", "Action": ["ec2:*"], "Resource": ["*"],
        "Condition": {"StringLike": {"aws:PrincipalArn": ["arn:aws:iam::*:root"]}}}"#;
    check_scp(
        root,
        &[
            ("ec2:RunInstances", "*", &[("aws:PrincipalArn", "arn:aws:iam::601000000002:root")], ExplicitDeny),
            ("ec2:RunInstances", "*", &[dev], Allow),
        ],
    );
}

// org:orgs_manage_policies_scps_examples_ec2.html, orgs_manage_policies_scps_examples_tagging.html and
// orgs_manage_policies_scps_examples_leave.html
#[test]
fn service_control_policies_on_instances_tags_and_leaving() {
    let types = r#"{"Sid": "RequireMicroInstanceType", "Effect": "Deny", "Action": "ec2:RunInstances",
        "Resource": ["arn:aws:ec2:*:*:instance/*"], "Condition": {"StringNotEquals": {"ec2:InstanceType": "t2.micro"}}}"#;
    let instance = "arn:aws:ec2:eu-west-1:601000000002:instance/*";
    check_scp(
        types,
        &[
            ("ec2:RunInstances", instance, &[("ec2:InstanceType", "t2.micro")], Allow),
            ("ec2:RunInstances", instance, &[("ec2:InstanceType", "m5.large")], ExplicitDeny),
            ("ec2:RunInstances", instance, &[], ExplicitDeny),
            ("ec2:RunInstances", "arn:aws:ec2:eu-west-1:601000000002:volume/*", &[], Allow),
        ],
    );
    let tags = r#"[{"Sid": "DenyCreateSecretWithNoProjectTag", "Effect": "Deny", "Action": "secretsmanager:CreateSecret",
        "Resource": "*", "Condition": {"Null": {"aws:RequestTag/Project": "true"}}}]"#;
    check_scp(
        tags,
        &[
            ("secretsmanager:CreateSecret", "*", &[], ExplicitDeny),
            ("secretsmanager:CreateSecret", "*", &[("aws:RequestTag/Project", "x")], Allow),
            ("secretsmanager:CreateSecret", "*", &[("aws:RequestTag/project", "x")], Allow),
        ],
    );
    let leave = r#"[{"Effect": "Deny", "Action": ["organizations:LeaveOrganization"], "Resource": "*"}]"#;
    check_scp(
        leave,
        &[
            ("organizations:LeaveOrganization", "*", &[], ExplicitDeny),
            ("organizations:DescribeOrganization", "*", &[], Allow),
        ],
    );
}

// A published guardrail puts both keys into one `Null` block. Keys in a block are joined by AND ("Conditions with multiple
// context keys or values"), so it lets through a notebook with one of them: two statements are needed to require each.
#[test]
fn one_null_block_lets_one_missing_key_through() {
    let published = r#"{"Effect": "Deny", "Action": ["sagemaker:CreateTrainingJob", "sagemaker:CreateDomain"], "Resource": "*",
        "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}"#;
    let two = r#"[{"Sid": "Subnets", "Effect": "Deny", "Action": ["sagemaker:CreateTrainingJob", "sagemaker:CreateDomain"], "Resource": "*",
        "Condition": {"Null": {"sagemaker:VpcSubnets": "true"}}},
        {"Sid": "Groups", "Effect": "Deny", "Action": ["sagemaker:CreateTrainingJob", "sagemaker:CreateDomain"], "Resource": "*",
        "Condition": {"Null": {"sagemaker:VpcSecurityGroupIds": "true"}}}]"#;
    let (subnet, group) = (("sagemaker:VpcSubnets", "subnet-1"), ("sagemaker:VpcSecurityGroupIds", "sg-1"));
    let call = "sagemaker:CreateDomain";
    check_scp(
        published,
        &[
            (call, "*", &[], ExplicitDeny),
            (call, "*", &[subnet], Allow),
            (call, "*", &[group], Allow),
            (call, "*", &[subnet, group], Allow),
        ],
    );
    check_scp(
        two,
        &[
            (call, "*", &[], ExplicitDeny),
            (call, "*", &[subnet], ExplicitDeny),
            (call, "*", &[group], ExplicitDeny),
            (call, "*", &[subnet, group], Allow),
        ],
    );
}
