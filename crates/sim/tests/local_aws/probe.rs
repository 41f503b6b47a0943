//! The calls of a guardrail probe: refused by the organization where it denies them, and elsewhere answered as AWS answers
//! for what does not exist. Nothing comes of any of them.

use crate::common::{Harness, Keys};
use serde_json::{Value, json};

const DEV: &str = "601000000002";
const PROD: &str = "601000000004";
const BY_SCP: &str = "with an explicit deny in a service control policy";

async fn probe(h: &Harness, account: &str) -> Keys {
    h.as_role(account, "StudiogateProbe").await
}

/// Calls that make something of endpoints, and what AWS says where nothing denies them.
fn endpoint_calls(account: &str) -> Vec<(&'static str, Value, String)> {
    let arn = |rest: &str| format!("\"arn:aws:sagemaker:eu-west-1:{account}:{rest}\"");
    let variant = json!({ "VariantName": "a", "ModelName": "studiogate-probe", "InstanceType": "ml.m5.large" });
    let (endpoint, config) = (arn("endpoint/studiogate-probe"), arn("endpoint-config/studiogate-probe"));
    let both = json!({ "EndpointName": "studiogate-probe", "EndpointConfigName": "studiogate-probe" });
    vec![
        ("CreateEndpoint", both.clone(), format!("Could not find endpoint configuration {config}.")),
        (
            "CreateEndpointConfig",
            json!({ "EndpointConfigName": "studiogate-probe", "ProductionVariants": [variant] }),
            format!("Could not find model {}.", arn("model/studiogate-probe")),
        ),
        ("UpdateEndpoint", both.clone(), format!("Could not find endpoint {endpoint}.")),
        ("UpdateEndpointWeightsAndCapacities", both, format!("Could not find endpoint {endpoint}.")),
    ]
}

/// The body of a call that passes this role.
type Body<'a> = &'a dyn Fn(&str) -> Value;

#[tokio::test]
async fn endpoints_are_denied_where_models_are_explored_and_missing_elsewhere() {
    let h = Harness::new();
    let (dev, prod) = (probe(&h, DEV).await, probe(&h, PROD).await);
    for (operation, body, missing) in endpoint_calls(PROD) {
        let target = format!("SageMaker.{operation}");
        let (code, message) = h.json(&dev, &target, body.clone()).await.unwrap_err();
        assert_eq!(code, "AccessDeniedException", "{operation}");
        assert!(message.ends_with(BY_SCP), "{message}");
        let (code, message) = h.json(&prod, &target, body).await.unwrap_err();
        assert_eq!((code.as_str(), &message), ("ValidationException", &missing), "{operation}");
    }
    let (_, message) = h.json(&dev, "SageMaker.ListEndpoints", json!({})).await.unwrap_err();
    assert!(message.ends_with(BY_SCP), "{message}");
    assert_eq!(h.json(&prod, "SageMaker.ListEndpoints", json!({})).await.unwrap(), json!({ "Endpoints": [] }));
    let described = json!({ "EndpointName": "studiogate-probe" });
    let (code, _) = h.json(&dev, "SageMaker.DescribeEndpoint", described).await.unwrap_err();
    assert_eq!(code, "ValidationException", "describing is not what the organization denies");
}

/// The runtime speaks with paths: its errors have statuses and codes of their own.
#[tokio::test]
async fn an_endpoint_is_called_by_its_path() {
    let h = Harness::new();
    for (account, expected) in [(DEV, (403, "AccessDeniedException")), (PROD, (400, "ValidationError"))] {
        let keys = probe(&h, account).await;
        let (status, code, message) = h.rest(&keys, "/endpoints/studiogate-probe/invocations", "{}").await;
        assert_eq!((status, code.as_str()), expected, "{message}");
        let words =
            if account == DEV { BY_SCP } else { "Endpoint studiogate-probe of account 601000000004 not found." };
        assert!(message.ends_with(words), "{message}");
    }
}

#[tokio::test]
async fn what_needs_a_role_ends_at_the_one_that_does_not_exist() {
    let h = Harness::new();
    let keys = probe(&h, PROD).await;
    let arn = |role: &str| format!("arn:aws:iam::{PROD}:role/{role}");
    let training = |role: &str| {
        json!({
            "TrainingJobName": "studiogate-probe",
            "RoleArn": arn(role),
            "ResourceConfig": { "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1 },
        })
    };
    let processing = |role: &str| {
        json!({
            "ProcessingJobName": "studiogate-probe",
            "RoleArn": arn(role),
            "ProcessingResources": { "ClusterConfig": { "InstanceType": "ml.m5.large" } },
        })
    };
    let model = |role: &str| json!({ "ModelName": "studiogate-probe", "ExecutionRoleArn": arn(role) });
    let notebook = |role: &str| json!({ "NotebookInstanceName": "studiogate-probe", "InstanceType": "ml.t3.medium", "RoleArn": arn(role) });
    let domain = |role: &str| {
        json!({
            "DomainName": "studiogate-probe",
            "AuthMode": "IAM",
            "VpcId": "vpc-00000000000000000",
            "SubnetIds": ["subnet-00000000000000000"],
            "DefaultUserSettings": { "ExecutionRole": arn(role) },
        })
    };
    let calls: [(&str, Body<'_>); 5] = [
        ("CreateTrainingJob", &training),
        ("CreateProcessingJob", &processing),
        ("CreateModel", &model),
        ("CreateNotebookInstance", &notebook),
        ("CreateDomain", &domain),
    ];
    for (operation, body) in calls {
        let target = format!("SageMaker.{operation}");
        let (code, message) = h.json(&keys, &target, body("StudiogateNoSuchRole")).await.unwrap_err();
        assert_eq!(code, "ValidationException", "{operation}: {message}");
        assert!(message.contains("Please ensure that the role exists"), "{operation}: {message}");
        // No role that is there can be passed.
        let (_, message) = h.json(&keys, &target, body("StudiogateExecution")).await.unwrap_err();
        assert!(message.ends_with("because no identity-based policy allows the iam:PassRole action"), "{message}");
    }
    let listed = h.json(&keys, "SageMaker.ListNotebookInstances", json!({})).await.unwrap();
    assert_eq!(listed["NotebookInstances"], json!([]));
}

/// What runs somewhere is described by the keys that the organization's policies compare.
#[tokio::test]
async fn settings_of_jobs_are_what_policies_compare() {
    let h = Harness::new();
    let keys = probe(&h, PROD).await;
    for file in ["require-vpc", "require-customer-managed-keys", "require-encryption-between-nodes"] {
        attach(&h, file);
    }
    let mut body = json!({
        "TrainingJobName": "studiogate-probe",
        "RoleArn": format!("arn:aws:iam::{PROD}:role/StudiogateNoSuchRole"),
        "ResourceConfig": { "InstanceType": "ml.m5.large", "VolumeKmsKeyId": "arn:aws:kms:eu-west-1:1:key/a" },
        "OutputDataConfig": { "KmsKeyId": "arn:aws:kms:eu-west-1:1:key/a" },
        "VpcConfig": { "Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"] },
        "EnableInterContainerTrafficEncryption": true,
    });
    let ask = async |body: &Value| h.json(&keys, "SageMaker.CreateTrainingJob", body.clone()).await.unwrap_err();
    let (code, message) = ask(&body).await;
    assert_eq!(code, "ValidationException", "{message}");
    for missing in
        ["/VpcConfig/SecurityGroupIds", "/ResourceConfig/VolumeKmsKeyId", "/EnableInterContainerTrafficEncryption"]
    {
        let before = body.clone();
        let (parent, member) = missing.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(member).unwrap();
        let (_, message) = ask(&body).await;
        assert!(message.ends_with(BY_SCP), "without {missing}: {message}");
        body = before;
    }
}

/// Attaches a policy of the library to the unit of the account.
fn attach(h: &Harness, file: &str) {
    let path = format!("{}/../../blueprints/scps/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let policy = sim::organizations::ServiceControlPolicy {
        id: format!("p-{file}"),
        name: file.into(),
        description: String::new(),
        content: std::fs::read_to_string(path).unwrap(),
        aws_managed: false,
    };
    h.aws
        .with_world(|world| {
            let organization = &mut world.organization;
            let unit = organization.account_parents[&PROD.parse().unwrap()].clone();
            organization.attachments.get_mut(&unit).unwrap().push(policy.id.clone());
            organization.policies.insert(policy.id.clone(), policy);
        })
        .unwrap();
}

#[tokio::test]
async fn governance_and_networks_are_asked_about_without_being_touched() {
    let h = Harness::new();
    let keys = probe(&h, PROD).await;
    let delete = [("Action", "DeleteRolePolicy"), ("RoleName", "StudiogateNoSuchRole"), ("PolicyName", "none")];
    let ask = async || h.query(&keys, "iam", "2010-05-08", &delete).await.unwrap_err();
    assert_eq!(ask().await.0, "NoSuchEntity");
    let peer = [
        ("Action", "CreateVpcPeeringConnection"),
        ("VpcId", "vpc-00000000000000000"),
        ("PeerVpcId", "vpc-00000000000000001"),
    ];
    let dry = [&peer[..], &[("DryRun", "true")]].concat();
    let ec2 = async |fields: &[(&str, &str)]| h.query(&keys, "ec2", "2016-11-15", fields).await.unwrap_err();
    assert_eq!(ec2(&peer).await.0, "InvalidVpcID.NotFound");
    assert_eq!(ec2(&dry).await.0, "DryRunOperation");
    let accept = [("Action", "AcceptVpcPeeringConnection"), ("VpcPeeringConnectionId", "pcx-00000000000000000")];
    assert_eq!(ec2(&accept).await.0, "InvalidVpcPeeringConnectionID.NotFound");
    attach(&h, "protect-governance");
    attach(&h, "sandbox-detached");
    let (code, message) = ask().await;
    assert_eq!(code, "AccessDenied");
    assert!(message.ends_with(BY_SCP), "{message}");
    for fields in [&peer[..], &dry[..], &accept[..]] {
        let (code, message) = ec2(fields).await;
        assert_eq!(code, "UnauthorizedOperation");
        assert!(message.starts_with("You are not authorized") && message.ends_with(BY_SCP), "{message}");
    }
}

/// The revoker may put its deny policies where the organization protects what governs.
#[tokio::test]
async fn the_revoker_works_under_the_policy_that_protects_governance() {
    let h = Harness::new();
    attach(&h, "protect-governance");
    let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    let put = [
        ("Action", "PutRolePolicy"),
        ("RoleName", "StudiogateLauncher"),
        ("PolicyName", "off"),
        ("PolicyDocument", deny),
    ];
    let (code, message) = h.query(&Keys::administrator(PROD), "iam", "2010-05-08", &put).await.unwrap_err();
    assert!(code == "AccessDenied" && message.ends_with(BY_SCP), "{message}");
    let revoker = h.as_role(PROD, "StudiogateRevoker").await;
    h.query(&revoker, "iam", "2010-05-08", &put).await.unwrap();
}
