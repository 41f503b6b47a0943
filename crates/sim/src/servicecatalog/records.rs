//! Records.

use serde_json::{Value, json};

use super::access::{Level, allow_on};
use super::input::answer;
use super::state::Record;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{epoch, required, tag_list, text};
use crate::world::World;

/// `IN_PROGRESS_IN_ERROR` while the stack rolls back.
fn status<'a>(world: &World, record: &'a Record) -> &'a str {
    let rolls_back = record
        .stack
        .as_ref()
        .and_then(|arn| world.cloudformation.stacks.get(arn))
        .is_some_and(|stack| stack.status.ends_with("ROLLBACK_IN_PROGRESS"));
    if record.status == "IN_PROGRESS" && rolls_back && record.kind != "TERMINATE_PROVISIONED_PRODUCT" {
        return "IN_PROGRESS_IN_ERROR";
    }
    &record.status
}

/// `RecordDetail`.
pub(super) fn detail(world: &World, record: &Record) -> Value {
    let errors: Vec<Value> =
        record.errors.iter().map(|e| json!({ "Code": e.code, "Description": e.description })).collect();
    let mut out = json!({
        "RecordId": record.id,
        "ProvisionedProductName": record.provisioned_name,
        "Status": status(world, record),
        "CreatedTime": epoch(record.created),
        "UpdatedTime": epoch(record.updated),
        "ProvisionedProductType": "CFN_STACK",
        "RecordType": record.kind,
        "ProvisionedProductId": record.provisioned,
        "ProductId": record.product,
        "ProvisioningArtifactId": record.artifact,
        "PathId": record.path,
        "RecordErrors": errors,
        "RecordTags": tag_list(&record.tags),
    });
    if let Some(role) = &record.launch_role {
        out["LaunchRoleArn"] = json!(role);
    }
    out
}

pub(super) fn describe(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let id = required(body, "Id")?;
    let found = world.service_catalog.records.get(id).filter(|r| r.account == *ctx.account() && r.region == ctx.region);
    let owner = found.map_or(("", ""), |r| (r.user_arn.as_str(), r.user_session.as_str()));
    allow_on(world, ctx, "DescribeRecord", owner)?;
    let record = found.ok_or_else(|| AwsError::resource_not_found(format!("Record {id} not found.")))?;
    let outputs = record
        .outputs
        .iter()
        .map(|o| json!({ "OutputKey": o.key, "OutputValue": o.value, "Description": o.description }))
        .collect();
    let mut out = answer("RecordOutputs", outputs, body, 20, "NextPageToken")?;
    out["RecordDetail"] = detail(world, record);
    Ok(out)
}

pub(super) fn history(world: &World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let level = Level::allowed(world, ctx, "ListRecordHistory", body)?;
    let filter = body.get("SearchFilter").unwrap_or(&Value::Null);
    let (key, wanted) = (text(filter, "Key"), text(filter, "Value").unwrap_or_default());
    let matches = |record: &Record| match key {
        None => true,
        Some("product") => record.product == wanted,
        Some("provisionedproduct") => record.provisioned == wanted,
        Some(_) => false,
    };
    let mut found: Vec<&Record> = world
        .service_catalog
        .records
        .values()
        .filter(|r| r.account == *ctx.account() && r.region == ctx.region)
        .filter(|r| level.shows(ctx, &r.user_arn, &r.user_session) && matches(r))
        .collect();
    found.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| b.id.cmp(&a.id)));
    let rows = found.into_iter().map(|r| detail(world, r)).collect();
    answer("RecordDetails", rows, body, 20, "NextPageToken")
}
