//! Endpoints, their configurations and models. None ever exists here: every call is authorized as at AWS, and then answered
//! as AWS answers for what does not exist. Enough to tell whether an organization denies them, which is all that a portal
//! for development asks.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{arn, list_allowed, name, on_creation, on_resource, pass_role, set_some, texts};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{required, tags, text};
use crate::world::World;

const ENDPOINT: (&str, &str) = ("endpoint", "endpoint");
const CONFIG: (&str, &str) = ("endpoint-config", "endpoint configuration");
const MODEL: (&str, &str) = ("model", "model");

fn arn_of(ctx: &Ctx, (kind, _): (&str, &str), name: &str) -> String {
    arn(ctx, &format!("{kind}/{}", name.to_ascii_lowercase()))
}

fn missing(ctx: &Ctx, kind: (&str, &str), name: &str) -> AwsError {
    AwsError::validation(format!("Could not find {} \"{}\".", kind.1, arn_of(ctx, kind, name)))
}

pub(super) fn list(world: &World, ctx: &Ctx, operation: &str) -> Result<Value, AwsError> {
    list_allowed(world, ctx, operation)?;
    Ok(json!({ operation.trim_start_matches("List"): [] }))
}

/// A call on one endpoint, configuration or model.
fn on(
    world: &mut World,
    ctx: &Ctx,
    operation: &str,
    (kind, member): ((&str, &str), &str),
    body: &Value,
) -> Result<Value, AwsError> {
    let given = name(body, member)?;
    on_resource(world, ctx, operation, &arn_of(ctx, kind, given), Context::new())?;
    Err(missing(ctx, kind, given))
}

pub(super) fn on_endpoint(world: &mut World, ctx: &Ctx, operation: &str, body: &Value) -> Result<Value, AwsError> {
    on(world, ctx, operation, (ENDPOINT, "EndpointName"), body)
}

pub(super) fn on_config(world: &mut World, ctx: &Ctx, operation: &str, body: &Value) -> Result<Value, AwsError> {
    on(world, ctx, operation, (CONFIG, "EndpointConfigName"), body)
}

pub(super) fn on_model(world: &mut World, ctx: &Ctx, operation: &str, body: &Value) -> Result<Value, AwsError> {
    on(world, ctx, operation, (MODEL, "ModelName"), body)
}

/// The call is authorized on the endpoint and on the configuration that it takes.
pub(super) fn create_endpoint(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (endpoint, config) = (name(body, "EndpointName")?, name(body, "EndpointConfigName")?);
    let given = tags(body, "Tags")?;
    for resource in [arn_of(ctx, ENDPOINT, endpoint), arn_of(ctx, CONFIG, config)] {
        on_creation(world, ctx, "CreateEndpoint", &resource, &given, Context::new())?;
    }
    Err(missing(ctx, CONFIG, config))
}

pub(super) fn create_config(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let config = name(body, "EndpointConfigName")?;
    let given = tags(body, "Tags")?;
    let variants = body.get("ProductionVariants").and_then(Value::as_array).cloned().unwrap_or_default();
    let of_variants = |key: &str| -> Vec<String> {
        variants.iter().filter_map(|variant| variant[key].as_str()).map(str::to_owned).collect()
    };
    let mut context = Context::new();
    set_some(&mut context, "sagemaker:InstanceTypes", of_variants("InstanceType"));
    set_some(&mut context, "sagemaker:AcceleratorTypes", of_variants("AcceleratorType"));
    let models = of_variants("ModelName");
    set_some(&mut context, "sagemaker:ModelArn", models.iter().map(|name| arn_of(ctx, MODEL, name)).collect());
    if let Some(key) = text(body, "KmsKeyId") {
        context.set("sagemaker:VolumeKmsKey", key);
    }
    on_creation(world, ctx, "CreateEndpointConfig", &arn_of(ctx, CONFIG, config), &given, context)?;
    match models.first() {
        Some(model) => Err(missing(ctx, MODEL, model)),
        None => Err(AwsError::validation("ProductionVariants must name at least one model.")),
    }
}

pub(super) fn create_model(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let model = name(body, "ModelName")?;
    let given = tags(body, "Tags")?;
    let mut context = Context::new();
    vpc_keys(&mut context, &body["VpcConfig"]);
    let isolated = body["EnableNetworkIsolation"].as_bool().unwrap_or_default();
    context.set("sagemaker:NetworkIsolation", isolated.to_string());
    on_creation(world, ctx, "CreateModel", &arn_of(ctx, MODEL, model), &given, context)?;
    pass_role(world, ctx, required(body, "ExecutionRoleArn")?)?;
    Err(AwsError::unknown_operation("CreateModel"))
}

/// The keys of subnets and security groups, of whatever runs in a VPC.
pub(super) fn vpc_keys(context: &mut Context, config: &Value) {
    set_some(context, "sagemaker:VpcSubnets", texts(config, &["Subnets"]));
    set_some(context, "sagemaker:VpcSecurityGroupIds", texts(config, &["SecurityGroupIds"]));
}

/// `InvokeEndpoint` of the runtime, whose error has a code of its own.
pub(crate) fn invoke(world: &mut World, ctx: &Ctx, operation: &str, endpoint: &str) -> Result<Value, AwsError> {
    on_resource(world, ctx, operation, &arn_of(ctx, ENDPOINT, endpoint), Context::new())?;
    let message = format!("Endpoint {endpoint} of account {} not found.", ctx.account());
    Err(AwsError::new("ValidationError", message))
}
