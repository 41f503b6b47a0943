//! Provisioned products, as they are now.

use serde_json::{Value, json};

use super::access::{Level, allow_on};
use super::input::{NameOrId, answer};
use super::state::ProvisionedProduct;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::epoch;
use crate::world::World;

/// One of the caller's account and region.
pub(super) fn find<'a>(world: &'a World, ctx: &Ctx, wanted: &NameOrId<'_>) -> Result<&'a ProvisionedProduct, AwsError> {
    let mut own =
        world.service_catalog.provisioned.values().filter(|p| p.account == *ctx.account() && p.region == ctx.region);
    own.find(|p| wanted.matches(&p.id, &p.name) || wanted.as_str() == p.arn)
        .ok_or_else(|| AwsError::resource_not_found(format!("Provisioned product {} not found.", wanted.as_str())))
}

/// `ProvisionedProductDetail`.
pub(super) fn detail(provisioned: &ProvisionedProduct, status: &str) -> Value {
    let mut out = json!({
        "Name": provisioned.name,
        "Arn": provisioned.arn,
        "Type": "CFN_STACK",
        "Id": provisioned.id,
        "Status": status,
        "CreatedTime": epoch(provisioned.created),
        "IdempotencyToken": provisioned.token,
        "LastRecordId": provisioned.last_record,
        "LastProvisioningRecordId": provisioned.last_provisioning_record,
        "ProductId": provisioned.product,
        "ProvisioningArtifactId": provisioned.artifact,
    });
    for (key, value) in [
        ("StatusMessage", &provisioned.message),
        ("LastSuccessfulProvisioningRecordId", &provisioned.last_successful_record),
        ("LaunchRoleArn", &provisioned.launch_role),
    ] {
        if let Some(value) = value {
            out[key] = json!(value);
        }
    }
    out
}

/// The one that the request names, as far as the caller may see it.
pub(super) fn seen<'a>(
    world: &'a World,
    ctx: &Ctx,
    operation: &str,
    wanted: &NameOrId<'_>,
) -> Result<&'a ProvisionedProduct, AwsError> {
    let found = find(world, ctx, wanted);
    let owner = found.as_ref().map_or(("", ""), |p| (p.user_arn.as_str(), p.user_session.as_str()));
    allow_on(world, ctx, operation, owner)?;
    found
}

pub(super) fn describe(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let wanted = NameOrId::needed(body, "Id", "Name")?;
    let found = seen(world, ctx, "DescribeProvisionedProduct", &wanted)?;
    Ok(json!({ "ProvisionedProductDetail": detail(found, &found.status), "CloudWatchDashboards": [] }))
}

pub(super) fn scan(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let level = Level::allowed(world, ctx, "ScanProvisionedProducts", body)?;
    let mut found: Vec<&ProvisionedProduct> = world
        .service_catalog
        .provisioned
        .values()
        .filter(|p| p.account == *ctx.account() && p.region == ctx.region)
        .filter(|p| level.shows(ctx, &p.user_arn, &p.user_session))
        .collect();
    found.sort_by_key(|p| (p.created, p.id.clone()));
    let rows = found.into_iter().map(|p| detail(p, &p.status)).collect();
    answer("ProvisionedProducts", rows, body, 20, "NextPageToken")
}

pub(super) fn outputs(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let wanted = NameOrId::needed(body, "ProvisionedProductId", "ProvisionedProductName")?;
    let found = seen(world, ctx, "GetProvisionedProductOutputs", &wanted)?;
    let keys: Vec<&str> =
        body.get("OutputKeys").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let stored = found.last_successful_record.as_ref().and_then(|id| world.service_catalog.records.get(id));
    let outputs = stored.map(|record| record.outputs.as_slice()).unwrap_or_default();
    let unknown: Vec<&str> = keys.iter().filter(|k| !outputs.iter().any(|o| o.key == **k)).copied().collect();
    if !unknown.is_empty() {
        return Err(AwsError::invalid_parameters(format!("Invalid output keys: [{}]", unknown.join(", "))));
    }
    let rows = outputs
        .iter()
        .filter(|o| keys.is_empty() || keys.contains(&o.key.as_str()))
        .map(|o| json!({ "OutputKey": o.key, "OutputValue": o.value, "Description": o.description }))
        .collect();
    answer("Outputs", rows, body, 20, "NextPageToken")
}
