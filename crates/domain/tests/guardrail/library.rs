//! The library in `blueprints/scps/`: for each file a call that passes and calls that do not, beside full access everywhere.

use std::collections::BTreeSet;
use std::path::Path;

use domain::guardrail::Decision::{self, Allow, ExplicitDeny};
use domain::guardrail::{Policy, PolicyKind};

use crate::by_scp;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../blueprints/scps")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap()
}

type Call<'a> = (&'a str, &'a [(&'a str, &'a str)], Decision);

const NETWORK: [(&str, &str); 2] = [("sagemaker:VpcSubnets", "subnet-1"), ("sagemaker:VpcSecurityGroupIds", "sg-1")];

const LIBRARY: &[(&str, &[Call<'_>])] = &[
    (
        "deny-sagemaker-endpoints",
        &[
            ("sagemaker:CreateTrainingJob", &[], Allow),
            ("sagemaker:CreateEndpoint", &[], ExplicitDeny),
            ("sagemaker:UpdateEndpoint", &[], ExplicitDeny),
            ("sagemaker:ListEndpoints", &[], ExplicitDeny),
            ("sagemaker:InvokeEndpoint", &[], ExplicitDeny),
        ],
    ),
    (
        "endpoint-calls-only-from-the-vpc",
        &[
            ("sagemaker:InvokeEndpoint", &[("aws:SourceVpc", "vpc-00000000000000000")], Allow),
            ("sagemaker:InvokeEndpoint", &[("aws:SourceVpc", "vpc-1")], ExplicitDeny),
            ("sagemaker:InvokeEndpoint", &[], ExplicitDeny),
            ("sagemaker:CreateEndpoint", &[], Allow),
        ],
    ),
    (
        "require-vpc",
        &[
            ("sagemaker:CreateTrainingJob", &NETWORK, Allow),
            ("sagemaker:CreateTrainingJob", &[NETWORK[0]], ExplicitDeny),
            ("sagemaker:CreateTrainingJob", &[NETWORK[1]], ExplicitDeny),
            ("sagemaker:CreateProcessingJob", &[], ExplicitDeny),
            ("sagemaker:CreateDomain", &NETWORK, Allow),
            ("sagemaker:CreateDomain", &[NETWORK[0]], ExplicitDeny),
            (
                "sagemaker:CreateDomain",
                &[NETWORK[0], NETWORK[1], ("sagemaker:AppNetworkAccessType", "PublicInternetOnly")],
                ExplicitDeny,
            ),
            (
                "sagemaker:CreateNotebookInstance",
                &[NETWORK[0], NETWORK[1], ("sagemaker:DirectInternetAccess", "Disabled")],
                Allow,
            ),
            ("sagemaker:CreateNotebookInstance", &NETWORK, ExplicitDeny),
        ],
    ),
    (
        "require-customer-managed-keys",
        &[
            (
                "sagemaker:CreateTrainingJob",
                &[("sagemaker:VolumeKmsKey", "arn:aws:kms:::key/1"), ("sagemaker:OutputKmsKey", "arn:aws:kms:::key/1")],
                Allow,
            ),
            ("sagemaker:CreateTrainingJob", &[("sagemaker:VolumeKmsKey", "arn:aws:kms:::key/1")], ExplicitDeny),
            ("sagemaker:CreateTrainingJob", &[("sagemaker:OutputKmsKey", "arn:aws:kms:::key/1")], ExplicitDeny),
            ("sagemaker:CreateDomain", &[], ExplicitDeny),
            ("sagemaker:CreateEndpointConfig", &[("sagemaker:VolumeKmsKey", "arn:aws:kms:::key/1")], Allow),
        ],
    ),
    (
        "require-encryption-between-nodes",
        &[
            ("sagemaker:CreateTrainingJob", &[("sagemaker:InterContainerTrafficEncryption", "true")], Allow),
            ("sagemaker:CreateTrainingJob", &[("sagemaker:InterContainerTrafficEncryption", "false")], ExplicitDeny),
            ("sagemaker:CreateTrainingJob", &[], ExplicitDeny),
        ],
    ),
    (
        "require-tags",
        &[
            ("sagemaker:CreateDomain", &[("aws:RequestTag/project", "fraud"), ("aws:RequestTag/stage", "dev")], Allow),
            ("sagemaker:CreateDomain", &[("aws:RequestTag/project", "fraud")], ExplicitDeny),
            ("sagemaker:CreateDomain", &[("aws:RequestTag/stage", "dev")], ExplicitDeny),
        ],
    ),
    (
        "named-instance-types",
        &[
            ("sagemaker:CreateApp", &[("sagemaker:InstanceTypes", "system")], Allow),
            ("sagemaker:CreateApp", &[("sagemaker:InstanceTypes", "ml.t3.medium")], Allow),
            ("sagemaker:CreateApp", &[("sagemaker:InstanceTypes", "ml.p5.48xlarge")], ExplicitDeny),
            (
                "sagemaker:CreateTrainingJob",
                &[("sagemaker:InstanceTypes", "ml.m5.large"), ("sagemaker:InstanceTypes", "ml.p5.48xlarge")],
                ExplicitDeny,
            ),
        ],
    ),
    (
        "sandbox-detached",
        &[
            ("ec2:CreateSubnet", &[], Allow),
            ("ec2:AcceptVpcPeeringConnection", &[], ExplicitDeny),
            ("ec2:CreateTransitGatewayVpcAttachment", &[], ExplicitDeny),
            ("ec2:CreateVpnConnection", &[], ExplicitDeny),
            ("ram:AcceptResourceShareInvitation", &[], ExplicitDeny),
        ],
    ),
    (
        "protect-governance",
        &[
            (
                "sagemaker:AddTags",
                &[
                    ("aws:TagKeys", "studiouserid"),
                    ("aws:PrincipalArn", "arn:aws:iam::601000000002:role/StudiogateExecution"),
                ],
                ExplicitDeny,
            ),
            // A tag is found by its key in any case.
            (
                "sagemaker:AddTags",
                &[
                    ("aws:TagKeys", "StudioUserId"),
                    ("aws:PrincipalArn", "arn:aws:iam::601000000002:role/StudiogateExecution"),
                ],
                ExplicitDeny,
            ),
            (
                "sagemaker:AddTags",
                &[("aws:TagKeys", "note"), ("aws:PrincipalArn", "arn:aws:iam::601000000002:role/StudiogateExecution")],
                Allow,
            ),
            (
                "sagemaker:AddTags",
                &[
                    ("aws:TagKeys", "studiouserid"),
                    ("aws:PrincipalArn", "arn:aws:iam::601000000002:role/StudiogateProvisioner"),
                ],
                Allow,
            ),
            (
                "sagemaker:AddTags",
                &[
                    ("aws:TagKeys", "studiouserid"),
                    ("sagemaker:TaggingAction", "CreateApp"),
                    ("aws:PrincipalArn", "arn:aws:iam::601000000002:role/StudiogateExecution"),
                ],
                Allow,
            ),
        ],
    ),
    (
        "no-leaving-the-organization",
        &[("organizations:DescribeOrganization", &[], Allow), ("organizations:LeaveOrganization", &[], ExplicitDeny)],
    ),
];

#[test]
fn each_file_denies_what_it_says_and_nothing_else() {
    for (name, calls) in LIBRARY {
        for (action, pairs, expected) in *calls {
            let resource = format!("arn:aws:{}:eu-west-1:601000000002:thing/x", action.split(':').next().unwrap());
            assert_eq!(by_scp(&text(name), action, &resource, pairs), *expected, "{name}: {action} with {pairs:?}");
        }
        assert!(calls.iter().any(|(.., expected)| *expected == Allow), "{name} is shown to let something pass");
    }
}

#[test]
fn governance_is_changed_by_the_stack_set_and_denied_by_the_revoker_alone() {
    let policy = text("protect-governance");
    let (role, other) = ("role/StudiogateLauncher", "role/Other");
    for (principal, action, on, expected) in [
        ("Admin", "iam:PutRolePolicy", role, ExplicitDeny),
        ("Admin", "iam:UpdateAssumeRolePolicy", role, ExplicitDeny),
        ("Admin", "iam:DeleteRolePermissionsBoundary", role, ExplicitDeny),
        ("Admin", "iam:CreatePolicyVersion", "policy/StudiogateExecutionBoundary", ExplicitDeny),
        ("Admin", "iam:PutRolePolicy", other, Allow),
        ("Admin", "iam:CreatePolicyVersion", "policy/Other", Allow),
        ("stacksets-exec-1", "iam:PutRolePolicy", role, Allow),
        ("stacksets-exec-1", "iam:UpdateAssumeRolePolicy", role, Allow),
        ("stacksets-exec-1", "iam:CreatePolicyVersion", "policy/StudiogateExecutionBoundary", Allow),
        ("StudiogateRevoker", "iam:PutRolePolicy", role, Allow),
        ("StudiogateRevoker", "iam:DeleteRolePolicy", role, Allow),
        ("StudiogateRevoker", "iam:AttachRolePolicy", role, ExplicitDeny),
        ("StudiogateRevoker", "iam:UpdateAssumeRolePolicy", role, ExplicitDeny),
        ("StudiogateRevoker", "iam:CreatePolicyVersion", "policy/StudiogateExecutionBoundary", ExplicitDeny),
    ] {
        let pairs = [("aws:PrincipalArn", format!("arn:aws:iam::601000000002:role/{principal}"))];
        let pairs = pairs.each_ref().map(|(key, value)| (*key, value.as_str()));
        let resource = format!("arn:aws:iam::601000000002:{on}");
        assert_eq!(by_scp(&policy, action, &resource, &pairs), expected, "{principal} {action} on {on}");
    }
}

#[test]
fn every_file_of_the_library_is_tried_listed_and_without_a_finding() {
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "json") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let policy = Policy::parse(PolicyKind::ServiceControl, &name, &text(&name)).unwrap();
            assert_eq!(policy.findings(), [], "{name}");
            assert!(readme.contains(&format!("| `{name}` |")), "{name} is not in the README");
            files.insert(name);
        }
    }
    assert_eq!(files, LIBRARY.iter().map(|(name, _)| (*name).to_owned()).collect());
}

/// The example of AWS's blog has both keys in one `Null` block, and so lets a call with one of them through; the library's two
/// statements do not.
#[test]
fn one_null_block_with_two_keys_is_not_enough() {
    let published = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "sagemaker:CreateTrainingJob",
        "Resource": "*", "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}]}"#;
    let half = [NETWORK[0]];
    let resource = "arn:aws:sagemaker:eu-west-1:601000000002:training-job/x";
    assert_eq!(by_scp(published, "sagemaker:CreateTrainingJob", resource, &half), Allow);
    assert_eq!(by_scp(&text("require-vpc"), "sagemaker:CreateTrainingJob", resource, &half), ExplicitDeny);
    let policy = Policy::parse(PolicyKind::ServiceControl, "published", published).unwrap();
    assert!(policy.findings()[0].message.contains("only where all of them are absent"));
}
