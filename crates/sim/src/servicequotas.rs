//! Service Quotas: the values that SageMaker's quotas have in an account and region.

use domain::guardrail::Context;
use serde_json::{Value, json};

use crate::authorize::authorize;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::sagemaker::Quotas;
use crate::value::required;
use crate::world::World;

const SERVICE: &str = "sagemaker";

/// One operation.
pub fn handle(world: &mut World, ctx: &Ctx, operation: &str, body: &Value) -> Result<Value, AwsError> {
    match operation {
        "GetServiceQuota" => {
            let own = world.sagemaker(ctx.account(), &ctx.region).quotas.clone();
            get(world, ctx, "servicequotas:GetServiceQuota", body, &own)
        }
        "GetAWSDefaultServiceQuota" => {
            get(world, ctx, "servicequotas:GetAWSDefaultServiceQuota", body, &Quotas::default())
        }
        _ => Err(AwsError::unknown_operation(operation)),
    }
}

fn get(world: &World, ctx: &Ctx, action: &str, body: &Value, values: &Quotas) -> Result<Value, AwsError> {
    let (service, code) = (required(body, "ServiceCode")?, required(body, "QuotaCode")?);
    let arn = format!("arn:aws:servicequotas:{}:{}:{service}/{code}", ctx.region, ctx.account());
    authorize(world, ctx, action, &arn, Context::new())?;
    let found = values.answered().into_iter().find(|(quota, _)| service == SERVICE && quota.code == code);
    let Some((quota, value)) = found else {
        let message = "The request failed because the specified service quota does not exist.";
        return Err(AwsError::new("NoSuchResourceException", message));
    };
    Ok(json!({ "Quota": {
        "ServiceCode": SERVICE,
        "ServiceName": "Amazon SageMaker",
        "QuotaArn": arn,
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": value,
        "Unit": "None",
        "Adjustable": true,
        "GlobalQuota": false,
    } }))
}
