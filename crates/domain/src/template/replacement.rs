//! Properties whose change makes AWS put a new resource in the place of the old one, by type: `createOnlyProperties` of
//! CloudFormation's resource provider schemas ("Update requires: Replacement" in its documentation), as of November 2026. A
//! type that is not in here is not assessed.

/// One type of resource.
#[derive(Clone, Copy, Debug)]
pub struct Replacement {
    pub resource_type: &'static str,
    /// First members of the properties.
    pub properties: &'static [&'static str],
    /// What is in such a resource and is lost with it; empty where nothing is.
    pub holds: &'static str,
}

const fn of(resource_type: &'static str, properties: &'static [&'static str], holds: &'static str) -> Replacement {
    Replacement { resource_type, properties, holds }
}

/// See the module.
pub const REPLACEMENTS: &[Replacement] = &[
    of(
        "AWS::SageMaker::Domain",
        &["AuthMode", "DomainName", "KmsKeyId", "VpcId"],
        "the home directories of everybody in the domain",
    ),
    of(
        "AWS::SageMaker::UserProfile",
        &["DomainId", "SingleSignOnUserIdentifier", "SingleSignOnUserValue", "UserProfileName"],
        "the home directory of the user profile, and what runs in it",
    ),
    of(
        "AWS::SageMaker::Space",
        &["DomainId", "OwnershipSettings", "SpaceName", "SpaceSharingSettings"],
        "the volume of the space, and what runs in it",
    ),
    of(
        "AWS::SageMaker::App",
        &["AppName", "AppType", "DomainId", "ResourceSpec", "UserProfileName"],
        "what runs in the app",
    ),
    of(
        "AWS::SageMaker::NotebookInstance",
        &[
            "DirectInternetAccess",
            "KmsKeyId",
            "NotebookInstanceName",
            "PlatformIdentifier",
            "SecurityGroupIds",
            "SubnetId",
        ],
        "the volume of the notebook instance, and what runs on it",
    ),
    of("AWS::SageMaker::NotebookInstanceLifecycleConfig", &["NotebookInstanceLifecycleConfigName"], ""),
    of(
        "AWS::SageMaker::StudioLifecycleConfig",
        &["StudioLifecycleConfigAppType", "StudioLifecycleConfigContent", "StudioLifecycleConfigName", "Tags"],
        "",
    ),
    of(
        "AWS::SageMaker::Model",
        &[
            "Containers",
            "EnableNetworkIsolation",
            "ExecutionRoleArn",
            "InferenceExecutionConfig",
            "ModelName",
            "PrimaryContainer",
            "VpcConfig",
        ],
        "",
    ),
    of(
        "AWS::SageMaker::EndpointConfig",
        &[
            "AsyncInferenceConfig",
            "DataCaptureConfig",
            "EnableNetworkIsolation",
            "EndpointConfigName",
            "ExecutionRoleArn",
            "ExplainerConfig",
            "KmsKeyId",
            "ProductionVariants",
            "ShadowProductionVariants",
            "VpcConfig",
        ],
        "",
    ),
    of("AWS::SageMaker::Endpoint", &["EndpointName"], ""),
    of("AWS::S3::Bucket", &["BucketName"], "the objects in the bucket"),
    of("AWS::S3::BucketPolicy", &["Bucket"], ""),
    of("AWS::KMS::Key", &[], "everything that is encrypted with the key, which cannot be read without it"),
    of("AWS::KMS::Alias", &["AliasName"], ""),
    of("AWS::IAM::Role", &["Path", "RoleName"], ""),
    of("AWS::IAM::Policy", &[], ""),
    of("AWS::IAM::ManagedPolicy", &["Description", "ManagedPolicyName", "Path"], ""),
    of("AWS::EC2::SecurityGroup", &["GroupDescription", "GroupName", "VpcId"], ""),
    of(
        "AWS::EC2::SecurityGroupIngress",
        &[
            "CidrIp",
            "CidrIpv6",
            "FromPort",
            "GroupId",
            "GroupName",
            "IpProtocol",
            "SourcePrefixListId",
            "SourceSecurityGroupId",
            "SourceSecurityGroupName",
            "SourceSecurityGroupOwnerId",
            "ToPort",
        ],
        "",
    ),
    of(
        "AWS::EC2::SecurityGroupEgress",
        &[
            "CidrIp",
            "CidrIpv6",
            "DestinationPrefixListId",
            "DestinationSecurityGroupId",
            "FromPort",
            "GroupId",
            "IpProtocol",
            "ToPort",
        ],
        "",
    ),
    of(
        "AWS::EFS::FileSystem",
        &["AvailabilityZoneName", "Encrypted", "KmsKeyId", "PerformanceMode"],
        "the files of the file system",
    ),
];

/// What is known of a type.
pub fn replacement(resource_type: &str) -> Option<&'static Replacement> {
    REPLACEMENTS.iter().find(|known| known.resource_type == resource_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_the_blueprints_is_known_once() {
        for it in crate::resource_actions::all() {
            let count = REPLACEMENTS.iter().filter(|known| known.resource_type == it.resource_type).count();
            assert_eq!(count, 1, "{}", it.resource_type);
        }
    }
}
