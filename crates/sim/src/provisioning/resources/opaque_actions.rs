//! Which calls a resource type stands for that is not known here. IAM's prefixes are not CloudFormation's names, and some
//! types are made by other verbs than `Create`; the rest follows the rule.

/// IAM's prefix for the service of a type.
fn prefix(service: &str) -> String {
    match service {
        "ACMPCA" => "acm-pca",
        "AmazonMQ" => "mq",
        "AmplifyUIBuilder" => "amplifyuibuilder",
        "ApiGatewayV2" => "apigateway",
        "ApplicationAutoScaling" => "application-autoscaling",
        "CertificateManager" => "acm",
        "Cognito" => "cognito-idp",
        "DAX" => "dax",
        "DLM" => "dlm",
        "DMS" => "dms",
        "DocDB" | "Neptune" => "rds",
        "EFS" => "elasticfilesystem",
        "EMR" => "elasticmapreduce",
        "ElasticLoadBalancing" | "ElasticLoadBalancingV2" => "elasticloadbalancing",
        "Elasticsearch" | "OpenSearchService" => "es",
        "KinesisAnalyticsV2" => "kinesisanalytics",
        "KinesisFirehose" => "firehose",
        "LakeFormation" => "lakeformation",
        "MSK" => "kafka",
        "ManagedBlockchain" => "managedblockchain",
        "OpenSearchServerless" => "aoss",
        "ResourceGroups" => "resource-groups",
        "ServiceCatalogAppRegistry" => "servicecatalog",
        "StepFunctions" => "states",
        "SSO" => "sso",
        "WAFv2" => "wafv2",
        other => return other.to_ascii_lowercase(),
    }
    .to_owned()
}

/// The calls that make and remove a type, where they are not `Create` and `Delete` with its name.
const VERBS: &[(&str, &str, &str)] = &[
    ("AWS::ApiGateway", "apigateway:POST", "apigateway:DELETE"),
    ("AWS::ApiGatewayV2", "apigateway:POST", "apigateway:DELETE"),
    ("AWS::ApplicationAutoScaling::ScalableTarget", "RegisterScalableTarget", "DeregisterScalableTarget"),
    ("AWS::ApplicationAutoScaling::ScalingPolicy", "PutScalingPolicy", "DeleteScalingPolicy"),
    ("AWS::AutoScaling::ScalingPolicy", "PutScalingPolicy", "DeletePolicy"),
    ("AWS::Budgets::Budget", "ModifyBudget", "ModifyBudget"),
    ("AWS::CertificateManager::Certificate", "RequestCertificate", "DeleteCertificate"),
    ("AWS::CloudTrail::Trail", "CreateTrail", "DeleteTrail"),
    ("AWS::CloudWatch::Alarm", "PutMetricAlarm", "DeleteAlarms"),
    ("AWS::CloudWatch::CompositeAlarm", "PutCompositeAlarm", "DeleteAlarms"),
    ("AWS::CloudWatch::Dashboard", "PutDashboard", "DeleteDashboards"),
    ("AWS::Config::ConfigRule", "PutConfigRule", "DeleteConfigRule"),
    ("AWS::Config::ConfigurationRecorder", "PutConfigurationRecorder", "DeleteConfigurationRecorder"),
    ("AWS::Config::DeliveryChannel", "PutDeliveryChannel", "DeleteDeliveryChannel"),
    ("AWS::EC2::EIP", "AllocateAddress", "ReleaseAddress"),
    ("AWS::EC2::EIPAssociation", "AssociateAddress", "DisassociateAddress"),
    ("AWS::EC2::FlowLog", "CreateFlowLogs", "DeleteFlowLogs"),
    ("AWS::EC2::Instance", "RunInstances", "TerminateInstances"),
    ("AWS::EC2::SubnetNetworkAclAssociation", "ReplaceNetworkAclAssociation", "ReplaceNetworkAclAssociation"),
    ("AWS::EC2::SubnetRouteTableAssociation", "AssociateRouteTable", "DisassociateRouteTable"),
    ("AWS::EC2::VPCCidrBlock", "AssociateVpcCidrBlock", "DisassociateVpcCidrBlock"),
    ("AWS::EC2::VPCDHCPOptionsAssociation", "AssociateDhcpOptions", "AssociateDhcpOptions"),
    ("AWS::EC2::VPCEndpoint", "CreateVpcEndpoint", "DeleteVpcEndpoints"),
    ("AWS::EC2::VPCGatewayAttachment", "AttachInternetGateway", "DetachInternetGateway"),
    ("AWS::EC2::VolumeAttachment", "AttachVolume", "DetachVolume"),
    ("AWS::Events::EventBusPolicy", "PutPermission", "RemovePermission"),
    ("AWS::Events::Rule", "PutRule", "DeleteRule"),
    ("AWS::IAM::OIDCProvider", "CreateOpenIDConnectProvider", "DeleteOpenIDConnectProvider"),
    ("AWS::IAM::RolePolicy", "PutRolePolicy", "DeleteRolePolicy"),
    ("AWS::IAM::UserPolicy", "PutUserPolicy", "DeleteUserPolicy"),
    ("AWS::IAM::UserToGroupAddition", "AddUserToGroup", "RemoveUserFromGroup"),
    ("AWS::KMS::ReplicaKey", "ReplicateKey", "ScheduleKeyDeletion"),
    ("AWS::Lambda::LayerVersion", "PublishLayerVersion", "DeleteLayerVersion"),
    ("AWS::Lambda::LayerVersionPermission", "AddLayerVersionPermission", "RemoveLayerVersionPermission"),
    ("AWS::Lambda::Permission", "AddPermission", "RemovePermission"),
    ("AWS::Lambda::Url", "CreateFunctionUrlConfig", "DeleteFunctionUrlConfig"),
    ("AWS::Lambda::Version", "PublishVersion", "DeleteFunction"),
    ("AWS::LakeFormation::Permissions", "GrantPermissions", "RevokePermissions"),
    ("AWS::LakeFormation::Resource", "RegisterResource", "DeregisterResource"),
    ("AWS::Logs::MetricFilter", "PutMetricFilter", "DeleteMetricFilter"),
    ("AWS::Logs::ResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy"),
    ("AWS::Logs::SubscriptionFilter", "PutSubscriptionFilter", "DeleteSubscriptionFilter"),
    ("AWS::Route53::RecordSet", "ChangeResourceRecordSets", "ChangeResourceRecordSets"),
    ("AWS::Route53::RecordSetGroup", "ChangeResourceRecordSets", "ChangeResourceRecordSets"),
    ("AWS::SNS::Subscription", "Subscribe", "Unsubscribe"),
    ("AWS::SNS::TopicPolicy", "SetTopicAttributes", "SetTopicAttributes"),
    ("AWS::SQS::QueuePolicy", "SetQueueAttributes", "SetQueueAttributes"),
    ("AWS::SSM::Parameter", "PutParameter", "DeleteParameter"),
    ("AWS::SageMaker::ModelPackageGroup", "CreateModelPackageGroup", "DeleteModelPackageGroup"),
    ("AWS::SecretsManager::ResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy"),
    ("AWS::SecretsManager::RotationSchedule", "RotateSecret", "CancelRotateSecret"),
    ("AWS::SecretsManager::SecretTargetAttachment", "UpdateSecret", "UpdateSecret"),
    ("AWS::ServiceCatalog::AcceptedPortfolioShare", "AcceptPortfolioShare", "RejectPortfolioShare"),
    ("AWS::ServiceCatalog::CloudFormationProduct", "CreateProduct", "DeleteProduct"),
    ("AWS::ServiceCatalog::CloudFormationProvisionedProduct", "ProvisionProduct", "TerminateProvisionedProduct"),
    ("AWS::ServiceCatalog::LaunchNotificationConstraint", "CreateConstraint", "DeleteConstraint"),
    ("AWS::ServiceCatalog::LaunchRoleConstraint", "CreateConstraint", "DeleteConstraint"),
    ("AWS::ServiceCatalog::LaunchTemplateConstraint", "CreateConstraint", "DeleteConstraint"),
    ("AWS::ServiceCatalog::ResourceUpdateConstraint", "CreateConstraint", "DeleteConstraint"),
    ("AWS::ServiceCatalog::StackSetConstraint", "CreateConstraint", "DeleteConstraint"),
    (
        "AWS::ServiceCatalog::PortfolioPrincipalAssociation",
        "AssociatePrincipalWithPortfolio",
        "DisassociatePrincipalFromPortfolio",
    ),
    (
        "AWS::ServiceCatalog::PortfolioProductAssociation",
        "AssociateProductWithPortfolio",
        "DisassociateProductFromPortfolio",
    ),
    (
        "AWS::ServiceCatalog::TagOptionAssociation",
        "AssociateTagOptionWithResource",
        "DisassociateTagOptionFromResource",
    ),
];

/// What becomes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Make,
    Change,
    Remove,
}

/// The action for a type of AWS. `None` for what CloudFormation does itself.
pub(super) fn action(kind: &str, act: Act) -> Option<String> {
    let mut parts = kind.split("::").skip(1);
    let (service, noun) = (parts.next()?, parts.next()?);
    if service == "CloudFormation" && noun != "Stack" {
        return None;
    }
    let prefix = prefix(service);
    let whole = |verb: &str| if verb.contains(':') { verb.to_owned() } else { format!("{prefix}:{verb}") };
    let other =
        VERBS.iter().find(|(name, _, _)| *name == kind || kind.strip_suffix(noun) == Some(&format!("{name}::")));
    Some(match (act, other) {
        (Act::Make, Some((_, make, _))) => whole(make),
        (Act::Remove, Some((_, _, remove))) => whole(remove),
        // What is put is put again.
        (Act::Change, Some((_, make, _))) if make.starts_with("Put") || make.starts_with("Set") => whole(make),
        (Act::Make, None) => format!("{prefix}:Create{noun}"),
        (Act::Remove, None) => format!("{prefix}:Delete{noun}"),
        (Act::Change, _) if kind == "AWS::Lambda::Function" => "lambda:UpdateFunctionConfiguration".into(),
        (Act::Change, Some((_, make, _))) if make.contains(':') => format!("{prefix}:PATCH"),
        (Act::Change, _) => format!("{prefix}:Update{noun}"),
    })
}

/// The property in which a type is given a role to act with, and the service that takes it.
pub(super) fn passed_role(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "AWS::Lambda::Function" => ("Role", "lambda.amazonaws.com"),
        "AWS::StepFunctions::StateMachine" => ("RoleArn", "states.amazonaws.com"),
        "AWS::CodeBuild::Project" => ("ServiceRole", "codebuild.amazonaws.com"),
        "AWS::CodePipeline::Pipeline" => ("RoleArn", "codepipeline.amazonaws.com"),
        "AWS::Glue::Job" | "AWS::Glue::Crawler" | "AWS::Glue::DevEndpoint" => ("Role", "glue.amazonaws.com"),
        "AWS::Events::Rule" => ("RoleArn", "events.amazonaws.com"),
        "AWS::CloudFormation::Stack" => ("RoleARN", "cloudformation.amazonaws.com"),
        "AWS::ECS::TaskDefinition" => ("TaskRoleArn", "ecs-tasks.amazonaws.com"),
        "AWS::SageMaker::Model" => ("ExecutionRoleArn", "sagemaker.amazonaws.com"),
        kind if kind.starts_with("AWS::SageMaker::") => ("RoleArn", "sagemaker.amazonaws.com"),
        _ => return None,
    })
}
