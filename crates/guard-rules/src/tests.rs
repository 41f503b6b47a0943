#![allow(clippy::unwrap_used, clippy::expect_used, clippy::pedantic)]

use template::check::{Finding, check};

use super::*;

fn found(text: &str) -> Vec<Finding> {
    let mut checked = check(text).unwrap();
    super::check(&built_in().unwrap(), &mut checked);
    checked.findings
}

/// Properties of one resource, in flow style.
fn one(kind: &str, properties: &str) -> String {
    format!(
        "Conditions:\n  Here: !Equals [!Ref AWS::Region, eu-west-1]\nResources:\n  It:\n    Type: {kind}\n    Properties: {properties}\n"
    )
}

const TAGS: &str = "Tags: [{Key: project, Value: p}, {Key: cost-center, Value: c}, {Key: data-class, Value: d}, {Key: studiouserid, Value: s}]";

#[test]
fn each_rule_fails_what_it_is_for_and_passes_what_is_right() {
    let domain = "AWS::SageMaker::Domain";
    let notebook = "AWS::SageMaker::NotebookInstance";
    let bucket = "AWS::S3::Bucket";
    let good_notebook = "DirectInternetAccess: Disabled, SubnetId: s, RootAccess: Disabled, KmsKeyId: k";
    let private = "PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: 'true', RestrictPublicBuckets: true}";
    let encrypted = "BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: 'aws:kms', KMSMasterKeyID: k}}]}";
    let versioned = "VersioningConfiguration: {Status: Enabled}";
    let good_bucket = format!("{private}, {encrypted}, {versioned}");
    let role = |document: &str| {
        format!(
            "{{PermissionsBoundary: b, AssumeRolePolicyDocument: {{}}, Policies: [{{PolicyName: p, PolicyDocument: {document}}}]}}"
        )
    };
    let cases: Vec<(&str, String, &[&str])> = vec![
        (domain, format!("{{AppNetworkAccessType: VpcOnly, KmsKeyId: !Ref AWS::Region, {TAGS}}}"), &[]),
        (domain, format!("{{AppNetworkAccessType: PublicInternetOnly, KmsKeyId: k, {TAGS}}}"), &["domain_vpc_only"]),
        (domain, format!("{{KmsKeyId: k, {TAGS}}}"), &["domain_vpc_only"]),
        (domain, format!("{{AppNetworkAccessType: VpcOnly, KmsKeyId: !Ref AWS::NoValue, {TAGS}}}"), &["domain_customer_managed_key"]),
        (domain, format!("{{AppNetworkAccessType: VpcOnly, KmsKeyId: !If [Here, k, !Ref AWS::NoValue], {TAGS}}}"), &["domain_customer_managed_key"]),
        (domain, format!("{{AppNetworkAccessType: !If [Here, VpcOnly, VpcOnly], KmsKeyId: k, {TAGS}}}"), &[]),
        (domain, "{AppNetworkAccessType: VpcOnly, KmsKeyId: k}".into(), &["cost_tags", "cost_tags", "cost_tags"]),
        (notebook, format!("{{{good_notebook}, {TAGS}}}"), &[]),
        (notebook, format!("{{{good_notebook}}}"), &["owner_tag"]),
        (notebook, format!("{{DirectInternetAccess: Enabled, SubnetId: s, RootAccess: Enabled, KmsKeyId: k, {TAGS}}}"), &["notebook_no_direct_internet_access", "notebook_no_root_access"]),
        (notebook, format!("{{{TAGS}}}"), &["notebook_no_direct_internet_access", "notebook_no_direct_internet_access", "notebook_no_root_access", "notebook_volume_encrypted"]),
        ("AWS::SageMaker::EndpointConfig", "{ProductionVariants: []}".into(), &["endpoint_volume_encrypted"]),
        ("AWS::EC2::Volume", "{Encrypted: true}".into(), &[]),
        ("AWS::EFS::FileSystem", "{Encrypted: false}".into(), &["volume_encrypted"]),
        (bucket, format!("{{{good_bucket}, {TAGS}}}"), &[]),
        (bucket, format!("{{{encrypted}, {versioned}, {TAGS}}}"), &["bucket_private"]),
        (bucket, format!("{{PublicAccessBlockConfiguration: {{BlockPublicAcls: true, BlockPublicPolicy: false, IgnorePublicAcls: true}}, {encrypted}, {versioned}, {TAGS}}}"), &["bucket_private", "bucket_private"]),
        (bucket, format!("{{{private}, {versioned}, {TAGS}}}"), &["bucket_encrypted"]),
        (bucket, format!("{{{private}, BucketEncryption: {{ServerSideEncryptionConfiguration: [{{ServerSideEncryptionByDefault: {{SSEAlgorithm: AES256}}}}]}}, {versioned}, {TAGS}}}"), &["bucket_encrypted", "bucket_encrypted"]),
        (bucket, format!("{{{private}, {encrypted}, VersioningConfiguration: {{Status: Suspended}}, {TAGS}}}"), &["bucket_versioned"]),
        ("AWS::S3::BucketPolicy", "{Bucket: b, PolicyDocument: {Statement: {Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: '*'}}}".into(), &["bucket_policy_names_principals"]),
        ("AWS::S3::BucketPolicy", "{Bucket: b, PolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: '*'}, Action: 's3:GetObject', Resource: '*'}]}}".into(), &["bucket_policy_names_principals"]),
        ("AWS::S3::BucketPolicy", "{Bucket: b, PolicyDocument: {Statement: [{Effect: Deny, Principal: '*', Action: 's3:*', Resource: '*'}, {Effect: Allow, Principal: {AWS: ['arn:aws:iam::111111111111:root']}, Action: 's3:GetObject', Resource: '*'}]}}".into(), &[]),
        ("AWS::S3::BucketPolicy", "{Bucket: b, PolicyDocument: {Statement: [{Effect: Deny, Principal: '*', Action: 's3:*', Resource: '*'}]}}".into(), &[]),
        ("AWS::IAM::Role", role("{Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}"), &[]),
        ("AWS::IAM::Role", role("{Statement: {Effect: Allow, Action: '*', Resource: '*'}}"), &["no_administrator_permissions"]),
        ("AWS::IAM::Role", role("{Statement: [{Effect: Allow, Action: ['s3:GetObject', 'iam:*'], Resource: '*'}]}"), &["no_administrator_permissions"]),
        ("AWS::IAM::Role", role("{Statement: [{Effect: Allow, Action: ['s3:*', 'IAM:List*', 'iam:GetRole'], Resource: '*'}]}"), &[]),
        ("AWS::IAM::Role", role("{Statement: [{Effect: Deny, Action: 'iam:*', Resource: '*'}]}"), &[]),
        ("AWS::IAM::Role", role("'{\"Statement\": []}'"), &["no_administrator_permissions"]),
        ("AWS::IAM::Role", role("{Statement: [{Effect: Allow, NotAction: 's3:*', Resource: '*'}]}"), &["no_administrator_permissions", "no_administrator_permissions"]),
        ("AWS::IAM::Role", "{PermissionsBoundary: b, ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess']}".into(), &["no_administrator_permissions"]),
        ("AWS::IAM::Role", "{PermissionsBoundary: b, ManagedPolicyArns: [!Join ['', ['arn:', !Ref AWS::Partition, ':iam::aws:policy/PowerUserAccess']]]}".into(), &["no_administrator_permissions"]),
        ("AWS::IAM::Role", "{PermissionsBoundary: b, ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSageMakerReadOnly']}".into(), &[]),
        ("AWS::IAM::Role", "{PermissionsBoundary: b, ManagedPolicyArns: [!ImportValue x]}".into(), &["no_administrator_permissions"]),
        ("AWS::IAM::ManagedPolicy", "{PolicyDocument: {Statement: [{Effect: Allow, Action: ['*'], Resource: '*'}]}}".into(), &["no_administrator_permissions"]),
        ("AWS::IAM::Role", "{AssumeRolePolicyDocument: {}}".into(), &["role_has_boundary"]),
        ("AWS::IAM::User", "{UserName: u}".into(), &["no_users"]),
        ("AWS::RDS::DBInstance", "{PubliclyAccessible: false}".into(), &[]),
        ("AWS::RDS::DBInstance", "{Engine: e}".into(), &["no_public_endpoint"]),
        ("AWS::Lambda::Url", "{AuthType: NONE}".into(), &["no_public_endpoint"]),
        ("AWS::ApiGateway::RestApi", "{EndpointConfiguration: {Types: [REGIONAL]}}".into(), &["no_public_endpoint"]),
        ("AWS::EC2::Subnet", "{VpcId: v}".into(), &[]),
        ("AWS::EC2::Subnet", "{VpcId: v, MapPublicIpOnLaunch: true}".into(), &["no_public_endpoint"]),
        ("AWS::EC2::EIP", "{Domain: vpc}".into(), &["no_public_endpoint"]),
        ("AWS::EC2::SecurityGroup", "{GroupDescription: d}".into(), &[]),
        ("AWS::EC2::SecurityGroup", "{GroupDescription: d, SecurityGroupIngress: [{IpProtocol: tcp, CidrIp: 10.0.0.0/8}]}".into(), &[]),
        ("AWS::EC2::SecurityGroup", "{GroupDescription: d, SecurityGroupIngress: [{IpProtocol: tcp, SourceSecurityGroupId: s}, {IpProtocol: tcp, CidrIp: 0.0.0.0/0}]}".into(), &["no_open_ingress"]),
        ("AWS::EC2::SecurityGroupIngress", "{GroupId: g, IpProtocol: tcp, CidrIpv6: '::/0'}".into(), &["no_open_ingress"]),
        ("AWS::EC2::SecurityGroupIngress", "{GroupId: g, IpProtocol: tcp, SourceSecurityGroupId: s}".into(), &[]),
    ];
    let rules_accounts =
        ["IAM:*", "Sts:*", "iam:**", "iam:?*", "iam:Create*", "iam:*Policy", "**", "?*", "i*:*", "${AWS::StackName}:*"];
    let administer = rules_accounts.map(|action| {
        let document =
            format!("{{Statement: [{{Effect: Allow, Action: ['s3:Get*', !Sub '{action}'], Resource: '*'}}]}}");
        ("AWS::IAM::Role", role(&document), &["no_administrator_permissions"][..])
    });
    let mut wrong = Vec::new();
    for (kind, properties, expected) in cases.into_iter().chain(administer) {
        let found = found(&one(kind, &properties));
        let told: Vec<&str> = found.iter().map(|found| found.rule.as_str()).collect();
        if told != expected {
            wrong.push(format!("{kind} {properties}\n  expected {expected:?}\n  found {found:#?}"));
        }
        for finding in &found {
            let whole = !finding.message.is_empty() && !finding.fix.is_empty() && finding.line >= 4 && finding.waivable;
            if !whole
                || finding.message.contains("cannot be told. ")
                    && expected.len() == 1
                    && !finding.message.starts_with("Which")
            {
                wrong.push(format!("{finding:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
