//! AWS's own managed policies that can be attached here: of each, the part that reaches an operation offered here or a
//! resource type of CloudFormation.

/// The document of one of AWS's policies, by what its ARN has after `policy/`.
pub(crate) fn aws_policy(name: &str) -> Option<&'static str> {
    POLICIES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Allows some actions on everything.
macro_rules! allow {
    ($first:literal $(, $action:literal)*) => {
        concat!(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[""#,
            $first,
            $("\",\"", $action,)*
            r#""],"Resource":"*"}]}"#
        )
    };
}

pub(crate) const ADMINISTRATOR: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const DENY_ALL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
const POWER_USER: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}]}"#;
const READ_ONLY: &str = allow!(
    "sagemaker:Describe*",
    "sagemaker:List*",
    "servicecatalog:Describe*",
    "servicecatalog:List*",
    "servicecatalog:Scan*",
    "servicecatalog:Search*",
    "cloudformation:Describe*",
    "cloudformation:Get*",
    "cloudformation:List*",
    "organizations:Describe*",
    "organizations:List*"
);
/// Roles may be passed to SageMaker alone, as in AWS's policy.
const SAGEMAKER: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sagemaker:*","Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/*AmazonSageMaker*","Condition":{"StringEquals":{"iam:PassedToService":"sagemaker.amazonaws.com"}}}]}"#;
const LAMBDA: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:*","Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}]}"#;
const CATALOG_USER: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["servicecatalog:DescribeProduct","servicecatalog:DescribeProvisioningParameters","servicecatalog:ListLaunchPaths","servicecatalog:ProvisionProduct","servicecatalog:SearchProducts","cloudformation:CreateStack","cloudformation:UpdateStack","cloudformation:DeleteStack","cloudformation:DescribeStack*"],"Resource":"*"},{"Effect":"Allow","Action":["servicecatalog:DescribeProvisionedProduct","servicecatalog:DescribeRecord","servicecatalog:ListRecordHistory","servicecatalog:ScanProvisionedProducts","servicecatalog:SearchProvisionedProducts","servicecatalog:TerminateProvisionedProduct","servicecatalog:UpdateProvisionedProduct"],"Resource":"*","Condition":{"StringEquals":{"servicecatalog:userLevel":"self"}}}]}"#;

const POLICIES: &[(&str, &str)] = &[
    ("AdministratorAccess", ADMINISTRATOR),
    ("AWSDenyAll", DENY_ALL),
    ("PowerUserAccess", POWER_USER),
    ("ReadOnlyAccess", READ_ONLY),
    ("SecurityAudit", READ_ONLY),
    ("job-function/ViewOnlyAccess", READ_ONLY),
    ("AmazonSageMakerFullAccess", SAGEMAKER),
    ("AmazonSageMakerReadOnly", allow!("sagemaker:Describe*", "sagemaker:List*")),
    ("AmazonSageMakerCanvasFullAccess", allow!("sagemaker:Describe*", "sagemaker:List*")),
    ("AmazonSageMakerFeatureStoreAccess", allow!("s3:PutObject")),
    ("AmazonSageMakerPipelinesIntegrations", allow!("lambda:InvokeFunction")),
    ("AmazonS3FullAccess", allow!("s3:*")),
    ("AmazonS3ReadOnlyAccess", allow!("s3:Get*", "s3:List*")),
    ("AWSServiceCatalogAdminFullAccess", allow!("servicecatalog:*", "cloudformation:*Stack*")),
    ("AWSServiceCatalogEndUserFullAccess", CATALOG_USER),
    ("IAMFullAccess", allow!("iam:*")),
    ("IAMReadOnlyAccess", allow!("iam:Get*", "iam:List*")),
    ("AWSCloudFormationFullAccess", allow!("cloudformation:*")),
    (
        "AWSCloudFormationReadOnlyAccess",
        allow!("cloudformation:Describe*", "cloudformation:Get*", "cloudformation:List*"),
    ),
    ("AWSLambda_FullAccess", LAMBDA),
    ("AWSLambda_ReadOnlyAccess", allow!("lambda:Get*", "lambda:List*")),
    ("AWSLambdaExecute", allow!("logs:*", "s3:GetObject", "s3:PutObject")),
    ("service-role/AWSLambdaRole", allow!("lambda:InvokeFunction")),
    ("service-role/AWSLambdaBasicExecutionRole", allow!("logs:CreateLogGroup", "logs:PutLogEvents")),
    ("service-role/AWSLambdaVPCAccessExecutionRole", allow!("logs:CreateLogGroup", "ec2:CreateNetworkInterface")),
    ("CloudWatchFullAccess", allow!("cloudwatch:*", "logs:*")),
    ("CloudWatchLogsFullAccess", allow!("logs:*")),
    ("CloudWatchAgentServerPolicy", allow!("cloudwatch:PutMetricData", "logs:*")),
    ("AmazonEC2FullAccess", allow!("ec2:*")),
    ("AmazonEC2ReadOnlyAccess", allow!("ec2:Describe*")),
    ("AmazonVPCFullAccess", allow!("ec2:*Vpc*", "ec2:*SecurityGroup*", "ec2:*Subnet*", "ec2:*Route*")),
    ("AmazonEC2ContainerRegistryFullAccess", allow!("ecr:*")),
    ("AmazonEC2ContainerRegistryPowerUser", allow!("ecr:*")),
    ("AmazonEC2ContainerRegistryReadOnly", allow!("ecr:Get*", "ecr:List*")),
    ("AmazonECS_FullAccess", allow!("ecs:*")),
    ("service-role/AmazonECSTaskExecutionRolePolicy", allow!("ecr:Get*", "logs:PutLogEvents")),
    ("AmazonElasticFileSystemFullAccess", allow!("elasticfilesystem:*")),
    ("AmazonFSxFullAccess", allow!("fsx:*")),
    ("AmazonDynamoDBFullAccess", allow!("dynamodb:*")),
    ("AmazonAthenaFullAccess", allow!("athena:*", "glue:Get*")),
    ("AWSGlueConsoleFullAccess", allow!("glue:*")),
    ("service-role/AWSGlueServiceRole", allow!("glue:*")),
    ("AmazonRedshiftFullAccess", allow!("redshift:*")),
    ("AmazonRDSFullAccess", allow!("rds:*")),
    ("AmazonKinesisFullAccess", allow!("kinesis:*")),
    ("AmazonSNSFullAccess", allow!("sns:*")),
    ("AmazonSQSFullAccess", allow!("sqs:*")),
    ("AmazonEventBridgeFullAccess", allow!("events:*")),
    ("AWSStepFunctionsFullAccess", allow!("states:*")),
    ("AmazonSSMFullAccess", allow!("ssm:*")),
    ("AmazonSSMReadOnlyAccess", allow!("ssm:Get*", "ssm:List*")),
    ("AmazonSSMManagedInstanceCore", allow!("ssm:Get*")),
    ("SecretsManagerReadWrite", allow!("secretsmanager:*")),
    (
        "AWSKeyManagementServicePowerUser",
        allow!("kms:CreateKey", "kms:CreateAlias", "kms:DeleteAlias", "kms:Describe*"),
    ),
    ("AWSCodeCommitFullAccess", allow!("codecommit:*")),
    ("AWSCodeCommitPowerUser", allow!("codecommit:Git*", "codecommit:CreateRepository")),
    ("AWSCodeCommitReadOnly", allow!("codecommit:Get*", "codecommit:List*", "codecommit:GitPull")),
    ("AWSCodeBuildAdminAccess", allow!("codebuild:*")),
    ("AWSCodePipeline_FullAccess", allow!("codepipeline:*")),
    ("AmazonBedrockFullAccess", allow!("bedrock:*")),
    ("AmazonElasticMapReduceFullAccess", allow!("elasticmapreduce:*")),
    ("ComprehendFullAccess", allow!("comprehend:*")),
    ("AmazonRekognitionFullAccess", allow!("rekognition:*")),
    ("AmazonTextractFullAccess", allow!("textract:*")),
    ("TranslateFullAccess", allow!("translate:*")),
];

#[cfg(test)]
mod tests {
    use domain::guardrail::{Policy, PolicyKind};

    #[test]
    fn all_of_them_are_understood() {
        for (name, text) in super::POLICIES {
            Policy::parse(PolicyKind::Identity, name, text).unwrap();
        }
    }
}
