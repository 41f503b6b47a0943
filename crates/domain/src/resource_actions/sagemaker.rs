//! Amazon SageMaker.

use super::KeySource::{Always, Inside, InsideAny, Later, Or, Property};
use super::{ConditionKey, NOTHING, ResourceActions, key};

const SOURCE: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html";

const PASSED: ConditionKey = key(&["iam:PassRole"], "iam:PassedToService", Always("sagemaker.amazonaws.com"));

const DOMAIN: &[&str] = &["sagemaker:CreateDomain"];
const PROFILE: &[&str] = &["sagemaker:CreateUserProfile"];
const SPACE: &[&str] = &["sagemaker:CreateSpace"];
const APP: &[&str] = &["sagemaker:CreateApp"];
const NOTEBOOK: &[&str] = &["sagemaker:CreateNotebookInstance"];
const MODEL: &[&str] = &["sagemaker:CreateModel"];
const TAGGING: &[&str] = &["sagemaker:AddTags"];

/// By type.
pub(super) const SAGEMAKER: &[ResourceActions] = &[
    ResourceActions {
        resource_type: "AWS::SageMaker::Domain",
        source: SOURCE,
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
        source: SOURCE,
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
        source: SOURCE,
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
        source: SOURCE,
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
        source: SOURCE,
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
        source: SOURCE,
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
        source: SOURCE,
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
        source: SOURCE,
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
        source: SOURCE,
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
        source: SOURCE,
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
];
