//! Training and processing jobs. None is ever run here: what policies compare is set as at AWS, the role is passed, and what
//! could begin after that is not offered.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{arn, list_allowed, name, on_creation, on_resource, pass_role, set_some};
use super::hosting::vpc_keys;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{required, tags};
use crate::world::World;

fn job_arn(ctx: &Ctx, kind: &str, name: &str) -> String {
    arn(ctx, &format!("{kind}/{}", name.to_ascii_lowercase()))
}

pub(super) fn list_training(world: &World, ctx: &Ctx) -> Result<Value, AwsError> {
    list_allowed(world, ctx, "ListTrainingJobs")?;
    Ok(json!({ "TrainingJobSummaries": [] }))
}

/// What SageMaker says of a job that does not exist.
pub(super) fn describe_training(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let given = name(body, "TrainingJobName")?;
    on_resource(world, ctx, "DescribeTrainingJob", &job_arn(ctx, "training-job", given), Context::new())?;
    Err(AwsError::validation("Requested resource not found."))
}

/// The instance types, volume key and output key of a job, from where its kind has them.
fn machine_keys(context: &mut Context, machines: &[&Value], output_key: &Value) {
    let of = |key: &str| -> Vec<String> {
        machines.iter().filter_map(|machine| machine[key].as_str()).map(str::to_owned).collect()
    };
    set_some(context, "sagemaker:InstanceTypes", of("InstanceType"));
    set_some(context, "sagemaker:VolumeKmsKey", of("VolumeKmsKeyId"));
    set_some(context, "sagemaker:OutputKmsKey", output_key.as_str().map(str::to_owned).into_iter().collect());
}

fn switches(context: &mut Context, settings: &Value) {
    for (member, key) in [
        ("EnableInterContainerTrafficEncryption", "sagemaker:InterContainerTrafficEncryption"),
        ("EnableNetworkIsolation", "sagemaker:NetworkIsolation"),
    ] {
        context.set(key, settings[member].as_bool().unwrap_or_default().to_string());
    }
}

pub(super) fn create_training(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let given = name(body, "TrainingJobName")?;
    let mut context = Context::new();
    let resources = &body["ResourceConfig"];
    let groups = resources["InstanceGroups"].as_array().map(Vec::as_slice).unwrap_or_default();
    let machines: Vec<&Value> = std::iter::once(resources).chain(groups).collect();
    machine_keys(&mut context, &machines, &body["OutputDataConfig"]["KmsKeyId"]);
    vpc_keys(&mut context, &body["VpcConfig"]);
    switches(&mut context, body);
    create(world, ctx, "CreateTrainingJob", &job_arn(ctx, "training-job", given), body, context)
}

pub(super) fn create_processing(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let given = name(body, "ProcessingJobName")?;
    let mut context = Context::new();
    let cluster = &body["ProcessingResources"]["ClusterConfig"];
    machine_keys(&mut context, &[cluster], &body["ProcessingOutputConfig"]["KmsKeyId"]);
    let network = &body["NetworkConfig"];
    vpc_keys(&mut context, &network["VpcConfig"]);
    switches(&mut context, network);
    create(world, ctx, "CreateProcessingJob", &job_arn(ctx, "processing-job", given), body, context)
}

fn create(
    world: &World,
    ctx: &Ctx,
    operation: &str,
    arn: &str,
    body: &Value,
    context: Context,
) -> Result<Value, AwsError> {
    let role = required(body, "RoleArn")?;
    on_creation(world, ctx, operation, arn, &tags(body, "Tags")?, context)?;
    pass_role(world, ctx, role)?;
    Err(AwsError::unknown_operation(operation))
}
