//! Amazon S3, AWS KMS, IAM and security groups.

use super::KeySource::{Each, Property};
use super::{NOTHING, ResourceActions, key};

const S3: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html";
const KMS: &str =
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html";
const IAM: &str =
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html";
const EC2: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html";

const ROLE: &[&str] = &["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"];

/// By type.
pub(super) const SURROUNDINGS: &[ResourceActions] = &[
    ResourceActions {
        resource_type: "AWS::S3::Bucket",
        source: S3,
        creating: &[
            "s3:CreateBucket",
            "s3:PutEncryptionConfiguration",
            "s3:PutBucketVersioning",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketTagging",
            "s3:PutLifecycleConfiguration",
            "s3:PutBucketOwnershipControls",
            "s3:PutBucketLogging",
            "s3:PutBucketNotification",
            "s3:PutBucketCORS",
            "s3:PutBucketWebsite",
            "s3:PutAccelerateConfiguration",
            "s3:PutAnalyticsConfiguration",
            "s3:PutIntelligentTieringConfiguration",
            "s3:PutInventoryConfiguration",
            "s3:PutMetricsConfiguration",
            "s3:PutBucketObjectLockConfiguration",
            "s3:PutBucketAcl",
        ],
        only_with: &[
            ("s3:PutEncryptionConfiguration", "BucketEncryption"),
            ("s3:PutBucketVersioning", "VersioningConfiguration"),
            ("s3:PutBucketPublicAccessBlock", "PublicAccessBlockConfiguration"),
            ("s3:PutLifecycleConfiguration", "LifecycleConfiguration"),
            ("s3:PutBucketOwnershipControls", "OwnershipControls"),
            ("s3:PutBucketLogging", "LoggingConfiguration"),
            ("s3:PutBucketNotification", "NotificationConfiguration"),
            ("s3:PutBucketCORS", "CorsConfiguration"),
            ("s3:PutBucketWebsite", "WebsiteConfiguration"),
            ("s3:PutAccelerateConfiguration", "AccelerateConfiguration"),
            ("s3:PutAnalyticsConfiguration", "AnalyticsConfigurations"),
            ("s3:PutIntelligentTieringConfiguration", "IntelligentTieringConfigurations"),
            ("s3:PutInventoryConfiguration", "InventoryConfigurations"),
            ("s3:PutMetricsConfiguration", "MetricsConfigurations"),
            ("s3:PutBucketObjectLockConfiguration", "ObjectLockEnabled"),
            ("s3:PutBucketAcl", "AccessControl"),
        ],
        arn: "arn:{partition}:s3:::{name}",
        name: Some("BucketName"),
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::S3::BucketPolicy",
        source: S3,
        creating: &["s3:PutBucketPolicy"],
        arn: "arn:{partition}:s3:::{name}",
        name: Some("Bucket"),
        plain: &["PolicyDocument"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::KMS::Key",
        source: KMS,
        creating: &["kms:CreateKey", "kms:EnableKeyRotation", "kms:TagResource"],
        only_with: &[("kms:EnableKeyRotation", "EnableKeyRotation")],
        tagged: &["kms:CreateKey", "kms:TagResource"],
        arn: "arn:{partition}:kms:{region}:{account}:key/{name}",
        on_everything: &["kms:CreateKey"],
        plain: &[
            "BypassPolicyLockoutSafetyCheck",
            "Description",
            "KeyPolicy",
            "KeySpec",
            "KeyUsage",
            "MultiRegion",
            "Origin",
            "PendingWindowInDays",
            "RotationPeriodInDays",
        ],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::KMS::Alias",
        source: KMS,
        creating: &["kms:CreateAlias"],
        arn: "arn:{partition}:kms:{region}:{account}:{name}",
        name: Some("AliasName"),
        plain: &["TargetKeyId"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::IAM::Role",
        source: IAM,
        creating: &["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:TagRole"],
        only_with: &[("iam:PutRolePolicy", "Policies"), ("iam:AttachRolePolicy", "ManagedPolicyArns")],
        tagged: &["iam:CreateRole", "iam:TagRole"],
        keys: &[
            key(ROLE, "iam:PermissionsBoundary", Property("PermissionsBoundary")),
            key(&["iam:AttachRolePolicy"], "iam:PolicyARN", Each("ManagedPolicyArns")),
        ],
        arn: "arn:{partition}:iam::{account}:role{path}{name}",
        name: Some("RoleName"),
        plain: &["AssumeRolePolicyDocument", "Description", "MaxSessionDuration", "Path"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::IAM::Policy",
        source: IAM,
        creating: &["iam:PutRolePolicy"],
        // The roles that it is put on, of which there can be several.
        arn: "arn:{partition}:iam::{account}:role/{name}",
        name: Some("Roles"),
        plain: &["PolicyDocument", "PolicyName"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::IAM::ManagedPolicy",
        source: IAM,
        creating: &["iam:CreatePolicy", "iam:AttachRolePolicy"],
        only_with: &[("iam:AttachRolePolicy", "Roles")],
        tagged: &["iam:CreatePolicy"],
        arn: "arn:{partition}:iam::{account}:policy{path}{name}",
        name: Some("ManagedPolicyName"),
        plain: &["Description", "Path", "PolicyDocument"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::EC2::SecurityGroup",
        source: EC2,
        creating: &[
            "ec2:CreateSecurityGroup",
            "ec2:CreateTags",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupEgress",
        ],
        only_with: &[
            ("ec2:AuthorizeSecurityGroupIngress", "SecurityGroupIngress"),
            ("ec2:AuthorizeSecurityGroupEgress", "SecurityGroupEgress"),
            // The rule that every new group has.
            ("ec2:RevokeSecurityGroupEgress", "SecurityGroupEgress"),
        ],
        tagged: &["ec2:CreateSecurityGroup", "ec2:CreateTags"],
        arn: "arn:{partition}:ec2:{region}:{account}:security-group/sg-{name}",
        plain: &["GroupDescription", "GroupName", "VpcId"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::EC2::SecurityGroupIngress",
        source: EC2,
        creating: &["ec2:AuthorizeSecurityGroupIngress"],
        arn: "arn:{partition}:ec2:{region}:{account}:security-group/{name}",
        name: Some("GroupId"),
        plain: &[
            "CidrIp",
            "CidrIpv6",
            "Description",
            "FromPort",
            "GroupName",
            "IpProtocol",
            "SourcePrefixListId",
            "SourceSecurityGroupId",
            "SourceSecurityGroupName",
            "SourceSecurityGroupOwnerId",
            "ToPort",
        ],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::EC2::SecurityGroupEgress",
        source: EC2,
        creating: &["ec2:AuthorizeSecurityGroupEgress"],
        arn: "arn:{partition}:ec2:{region}:{account}:security-group/{name}",
        name: Some("GroupId"),
        plain: &[
            "CidrIp",
            "CidrIpv6",
            "Description",
            "DestinationPrefixListId",
            "DestinationSecurityGroupId",
            "FromPort",
            "IpProtocol",
            "ToPort",
        ],
        ..NOTHING
    },
];
