use super::{ConditionKey, KeySource, ResourceActions};

const SAGEMAKER: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html";
const S3: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html";
const KMS: &str =
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html";
const IAM: &str =
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html";
const EC2: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html";

const NOTHING: ResourceActions = ResourceActions {
    resource_type: "",
    source: "",
    creating: &[],
    opening: &[],
    only_with: &[],
    roles: &[],
    tagged: &[],
    keys: &[],
    arn: "*",
    name: None,
    plain: &[],
    on_everything: &[],
};

const fn key(actions: &'static [&'static str], key: &'static str, from: KeySource) -> ConditionKey {
    ConditionKey { actions, key, from }
}

use KeySource::{Always, Each, Inside, InsideAny, Later, Or, Property};

const PASSED: ConditionKey = key(&["iam:PassRole"], "iam:PassedToService", Always("sagemaker.amazonaws.com"));

const DOMAIN: &[&str] = &["sagemaker:CreateDomain"];
const PROFILE: &[&str] = &["sagemaker:CreateUserProfile"];
const SPACE: &[&str] = &["sagemaker:CreateSpace"];
const APP: &[&str] = &["sagemaker:CreateApp"];
const NOTEBOOK: &[&str] = &["sagemaker:CreateNotebookInstance"];
const MODEL: &[&str] = &["sagemaker:CreateModel"];
const ROLE: &[&str] = &["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"];
const TAGGING: &[&str] = &["sagemaker:AddTags"];

/// By type.
pub const MAP: &[ResourceActions] = &[
    ResourceActions {
        resource_type: "AWS::SageMaker::Domain",
        source: SAGEMAKER,
        creating: &["sagemaker:CreateDomain", "sagemaker:DescribeDomain", "sagemaker:AddTags", "iam:PassRole"],
        roles: &["DefaultUserSettings.ExecutionRole", "DefaultSpaceSettings.ExecutionRole"],
        tagged: &["sagemaker:CreateDomain", "sagemaker:AddTags"],
        keys: &[
            key(DOMAIN, "sagemaker:AppNetworkAccessType", Or("AppNetworkAccessType", "PublicInternetOnly")),
            key(DOMAIN, "sagemaker:VpcSubnets", Property("SubnetIds")),
            key(DOMAIN, "sagemaker:VpcSecurityGroupIds", Property("DefaultUserSettings.SecurityGroups")),
            key(DOMAIN, "sagemaker:VolumeKmsKey", Property("KmsKeyId")),
            key(
                DOMAIN,
                "sagemaker:InstanceTypes",
                InsideAny(&["DefaultUserSettings", "DefaultSpaceSettings"], "InstanceType"),
            ),
            key(
                DOMAIN,
                "sagemaker:ImageArns",
                InsideAny(&["DefaultUserSettings", "DefaultSpaceSettings"], "SageMakerImageArn"),
            ),
            key(DOMAIN, "sagemaker:DomainSharingOutputKmsKey", Inside("DefaultUserSettings", "S3KmsKeyId")),
            key(TAGGING, "sagemaker:TaggingAction", Always("CreateDomain")),
            PASSED,
        ],
        arn: "arn:{partition}:sagemaker:{region}:{account}:domain/d-{name}",
        plain: &["AppSecurityGroupManagement", "AuthMode", "DomainName", "DomainSettings", "TagPropagation", "VpcId"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::SageMaker::UserProfile",
        source: SAGEMAKER,
        creating: &[
            "sagemaker:CreateUserProfile",
            "sagemaker:DescribeUserProfile",
            "sagemaker:AddTags",
            "iam:PassRole",
        ],
        opening: &["sagemaker:CreatePresignedDomainUrl"],
        roles: &["UserSettings.ExecutionRole"],
        tagged: &["sagemaker:CreateUserProfile", "sagemaker:AddTags"],
        keys: &[
            key(PROFILE, "sagemaker:VpcSecurityGroupIds", Property("UserSettings.SecurityGroups")),
            key(PROFILE, "sagemaker:InstanceTypes", Inside("UserSettings", "InstanceType")),
            key(PROFILE, "sagemaker:ImageArns", Inside("UserSettings", "SageMakerImageArn")),
            key(PROFILE, "sagemaker:DomainSharingOutputKmsKey", Inside("UserSettings", "S3KmsKeyId")),
            key(TAGGING, "sagemaker:TaggingAction", Always("CreateUserProfile")),
            PASSED,
        ],
        arn: "arn:{partition}:sagemaker:{region}:{account}:user-profile/{DomainId}/{name}",
        name: Some("UserProfileName"),
        plain: &["DomainId", "SingleSignOnUserIdentifier", "SingleSignOnUserValue"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::SageMaker::Space",
        source: SAGEMAKER,
        creating: &["sagemaker:CreateSpace", "sagemaker:DescribeSpace", "sagemaker:AddTags"],
        tagged: &["sagemaker:CreateSpace", "sagemaker:AddTags"],
        keys: &[
            key(SPACE, "sagemaker:SpaceSharingType", Property("SpaceSharingSettings.SharingType")),
            key(SPACE, "sagemaker:OwnerUserProfileArn", Later),
            key(SPACE, "sagemaker:InstanceTypes", Inside("SpaceSettings", "InstanceType")),
            key(SPACE, "sagemaker:ImageArns", Inside("SpaceSettings", "SageMakerImageArn")),
            key(TAGGING, "sagemaker:TaggingAction", Always("CreateSpace")),
        ],
        arn: "arn:{partition}:sagemaker:{region}:{account}:space/{DomainId}/{name}",
        name: Some("SpaceName"),
        plain: &["DomainId", "OwnershipSettings", "SpaceDisplayName"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::SageMaker::App",
        source: SAGEMAKER,
        creating: &["sagemaker:CreateApp", "sagemaker:DescribeApp", "sagemaker:AddTags"],
        tagged: &["sagemaker:CreateApp", "sagemaker:AddTags"],
        keys: &[
            key(APP, "sagemaker:InstanceTypes", Property("ResourceSpec.InstanceType")),
            key(TAGGING, "sagemaker:TaggingAction", Always("CreateApp")),
        ],
        arn: "arn:{partition}:sagemaker:{region}:{account}:app/{DomainId}/{UserProfileName}/{AppType}/{name}",
        name: Some("AppName"),
        plain: &["AppType", "DomainId", "RecoveryMode", "UserProfileName"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::SageMaker::NotebookInstance",
        source: SAGEMAKER,
        creating: &[
            "sagemaker:CreateNotebookInstance",
            "sagemaker:DescribeNotebookInstance",
            "sagemaker:AddTags",
            "iam:PassRole",
        ],
        opening: &["sagemaker:CreatePresignedNotebookInstanceUrl"],
        roles: &["RoleArn"],
        tagged: &["sagemaker:CreateNotebookInstance", "sagemaker:AddTags"],
        keys: &[
            key(NOTEBOOK, "sagemaker:DirectInternetAccess", Or("DirectInternetAccess", "Enabled")),
            key(NOTEBOOK, "sagemaker:RootAccess", Or("RootAccess", "Enabled")),
            key(NOTEBOOK, "sagemaker:InstanceTypes", Property("InstanceType")),
            key(NOTEBOOK, "sagemaker:VpcSubnets", Property("SubnetId")),
            key(NOTEBOOK, "sagemaker:VpcSecurityGroupIds", Property("SecurityGroupIds")),
            key(NOTEBOOK, "sagemaker:VolumeKmsKey", Property("KmsKeyId")),
            key(NOTEBOOK, "sagemaker:AcceleratorTypes", Property("AcceleratorTypes")),
            key(
                NOTEBOOK,
                "sagemaker:MinimumInstanceMetadataServiceVersion",
                Property("InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion"),
            ),
            key(TAGGING, "sagemaker:TaggingAction", Always("CreateNotebookInstance")),
            PASSED,
        ],
        arn: "arn:{partition}:sagemaker:{region}:{account}:notebook-instance/{name}",
        name: Some("NotebookInstanceName"),
        plain: &[
            "AdditionalCodeRepositories",
            "DefaultCodeRepository",
            "LifecycleConfigName",
            "PlatformIdentifier",
            "VolumeSizeInGB",
        ],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::SageMaker::NotebookInstanceLifecycleConfig",
        source: SAGEMAKER,
        creating: &[
            "sagemaker:CreateNotebookInstanceLifecycleConfig",
            "sagemaker:DescribeNotebookInstanceLifecycleConfig",
        ],
        arn: "arn:{partition}:sagemaker:{region}:{account}:notebook-instance-lifecycle-config/{name}",
        name: Some("NotebookInstanceLifecycleConfigName"),
        plain: &["OnCreate", "OnStart"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::SageMaker::StudioLifecycleConfig",
        source: SAGEMAKER,
        creating: &[
            "sagemaker:CreateStudioLifecycleConfig",
            "sagemaker:DescribeStudioLifecycleConfig",
            "sagemaker:AddTags",
        ],
        tagged: &["sagemaker:CreateStudioLifecycleConfig", "sagemaker:AddTags"],
        keys: &[key(TAGGING, "sagemaker:TaggingAction", Always("CreateStudioLifecycleConfig"))],
        arn: "arn:{partition}:sagemaker:{region}:{account}:studio-lifecycle-config/{name}",
        name: Some("StudioLifecycleConfigName"),
        plain: &["StudioLifecycleConfigAppType", "StudioLifecycleConfigContent"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::SageMaker::Model",
        source: SAGEMAKER,
        creating: &["sagemaker:CreateModel", "sagemaker:DescribeModel", "sagemaker:AddTags", "iam:PassRole"],
        roles: &["ExecutionRoleArn"],
        tagged: &["sagemaker:CreateModel", "sagemaker:AddTags"],
        keys: &[
            key(MODEL, "sagemaker:VpcSubnets", Property("VpcConfig.Subnets")),
            key(MODEL, "sagemaker:VpcSecurityGroupIds", Property("VpcConfig.SecurityGroupIds")),
            key(TAGGING, "sagemaker:TaggingAction", Always("CreateModel")),
            PASSED,
        ],
        arn: "arn:{partition}:sagemaker:{region}:{account}:model/{name}",
        name: Some("ModelName"),
        plain: &["Containers", "EnableNetworkIsolation", "InferenceExecutionConfig", "PrimaryContainer"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::SageMaker::EndpointConfig",
        source: SAGEMAKER,
        creating: &["sagemaker:CreateEndpointConfig", "sagemaker:DescribeEndpointConfig", "sagemaker:AddTags"],
        tagged: &["sagemaker:CreateEndpointConfig", "sagemaker:AddTags"],
        keys: &[
            key(TAGGING, "sagemaker:TaggingAction", Always("CreateEndpointConfig")),
            key(&["sagemaker:CreateEndpointConfig"], "sagemaker:VolumeKmsKey", Property("KmsKeyId")),
            key(
                &["sagemaker:CreateEndpointConfig"],
                "sagemaker:InstanceTypes",
                Inside("ProductionVariants", "InstanceType"),
            ),
        ],
        arn: "arn:{partition}:sagemaker:{region}:{account}:endpoint-config/{name}",
        name: Some("EndpointConfigName"),
        plain: &["AsyncInferenceConfig", "DataCaptureConfig", "ExplainerConfig", "MetricsConfig"],
        ..NOTHING
    },
    ResourceActions {
        resource_type: "AWS::SageMaker::Endpoint",
        source: SAGEMAKER,
        creating: &["sagemaker:CreateEndpoint", "sagemaker:DescribeEndpoint", "sagemaker:AddTags"],
        tagged: &["sagemaker:CreateEndpoint", "sagemaker:AddTags"],
        keys: &[key(TAGGING, "sagemaker:TaggingAction", Always("CreateEndpoint"))],
        arn: "arn:{partition}:sagemaker:{region}:{account}:endpoint/{name}",
        name: Some("EndpointName"),
        plain: &[
            "DeploymentConfig",
            "EndpointConfigName",
            "ExcludeRetainedVariantProperties",
            "RetainAllVariantProperties",
            "RetainDeploymentConfig",
        ],
        ..NOTHING
    },
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
