//! Which actions creating a resource takes, and opening what was created: what a guardrail can stand in the way of.

/// The actions that CloudFormation calls to create one type of resource. Empty for a type that is not known here.
pub fn creating(resource_type: &str) -> &'static [&'static str] {
    match resource_type {
        "AWS::SageMaker::Domain" => {
            &["sagemaker:CreateDomain", "sagemaker:DescribeDomain", "sagemaker:AddTags", "iam:PassRole"]
        }
        "AWS::SageMaker::UserProfile" => {
            &["sagemaker:CreateUserProfile", "sagemaker:DescribeUserProfile", "sagemaker:AddTags", "iam:PassRole"]
        }
        "AWS::SageMaker::Space" => &["sagemaker:CreateSpace", "sagemaker:DescribeSpace", "sagemaker:AddTags"],
        "AWS::SageMaker::App" => &["sagemaker:CreateApp", "sagemaker:DescribeApp"],
        "AWS::SageMaker::NotebookInstance" => {
            &["sagemaker:CreateNotebookInstance", "sagemaker:DescribeNotebookInstance", "iam:PassRole"]
        }
        "AWS::SageMaker::NotebookInstanceLifecycleConfig" => &["sagemaker:CreateNotebookInstanceLifecycleConfig"],
        "AWS::SageMaker::StudioLifecycleConfig" => &["sagemaker:CreateStudioLifecycleConfig"],
        "AWS::SageMaker::Model" => &["sagemaker:CreateModel", "iam:PassRole"],
        "AWS::SageMaker::EndpointConfig" => &["sagemaker:CreateEndpointConfig"],
        "AWS::SageMaker::Endpoint" => &["sagemaker:CreateEndpoint"],
        "AWS::S3::Bucket" => &[
            "s3:CreateBucket",
            "s3:PutEncryptionConfiguration",
            "s3:PutBucketVersioning",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketTagging",
            "s3:PutLifecycleConfiguration",
        ],
        "AWS::S3::BucketPolicy" => &["s3:PutBucketPolicy"],
        "AWS::KMS::Key" => &["kms:CreateKey", "kms:EnableKeyRotation", "kms:TagResource"],
        "AWS::KMS::Alias" => &["kms:CreateAlias"],
        "AWS::IAM::Role" => &["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:TagRole"],
        "AWS::IAM::Policy" => &["iam:PutRolePolicy"],
        "AWS::IAM::ManagedPolicy" => &["iam:CreatePolicy", "iam:AttachRolePolicy"],
        "AWS::EC2::SecurityGroup" => {
            &["ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress"]
        }
        _ => &[],
    }
}

/// The actions that the portal calls to bring up any product.
pub const PROVISIONING: &[&str] = &[
    "servicecatalog:ListLaunchPaths",
    "servicecatalog:ProvisionProduct",
    "servicecatalog:DescribeRecord",
    "servicecatalog:DescribeProvisionedProduct",
];

/// The actions that the portal calls to take down any environment.
pub const TERMINATING: &[&str] = &["servicecatalog:TerminateProvisionedProduct", "servicecatalog:DescribeRecord"];

/// The actions that the portal calls to open one type of resource.
pub fn opening(resource_type: &str) -> &'static [&'static str] {
    match resource_type {
        "AWS::SageMaker::UserProfile" => &["sagemaker:CreatePresignedDomainUrl"],
        "AWS::SageMaker::NotebookInstance" => &["sagemaker:CreatePresignedNotebookInstanceUrl"],
        _ => &[],
    }
}
