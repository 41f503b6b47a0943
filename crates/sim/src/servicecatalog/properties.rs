//! `UpdateProvisionedProductProperties`: who owns a provisioned product, and which role launches it.

use serde_json::{Map, Value, json};

use super::access::allow;
use super::input::{NameOrId, token};
use super::provision::{new_record, without};
use super::provisioned::find;
use super::state::ProvisionedProduct;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{constraint, required};
use crate::world::World;

/// AWS's documentation names no type for these records; it is told by `ListRecordHistory` alone.
const KIND: &str = "UPDATE_PROVISIONED_PRODUCT_PROPERTIES";

pub(super) fn update(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let token = token(body, "IdempotencyToken")?.to_owned();
    let id = required(body, "ProvisionedProductId")?;
    let properties = body
        .get("ProvisionedProductProperties")
        .and_then(Value::as_object)
        .filter(|given| !given.is_empty())
        .ok_or_else(|| AwsError::invalid_parameters("ProvisionedProductProperties must not be empty."))?;
    allow(world, ctx, "UpdateProvisionedProductProperties", "*")?;
    let found = find(world, ctx, &NameOrId::Id(id))?.clone();
    let request = without(body, "IdempotencyToken");
    let records = world.service_catalog.records.values();
    let before = records.filter(|r| r.account == *ctx.account() && r.region == ctx.region);
    if let Some(record) = before.into_iter().find(|r| r.kind == KIND && r.token == token) {
        if record.request != request {
            return Err(AwsError::invalid_parameters(format!(
                "The idempotency token {token} was already used with different parameters."
            )));
        }
        return Ok(answer(id, properties, &record.id));
    }
    if matches!(found.status.as_str(), "UNDER_CHANGE" | "PLAN_IN_PROGRESS") {
        return Err(AwsError::invalid_state(format!("Provisioned product {id} is in status {}.", found.status)));
    }
    let mut after = found;
    for (key, value) in properties {
        let value = value.as_str().unwrap_or_default();
        match key.as_str() {
            "OWNER" => own(world, ctx, &mut after, value)?,
            "LAUNCH_ROLE" if world.role(value).is_some_and(|role| role.arn == value) => {
                after.launch_role = Some(value.to_owned());
            }
            "LAUNCH_ROLE" => return Err(AwsError::invalid_parameters(format!("{value} is not a valid role ARN."))),
            other => {
                let what = "Member must satisfy enum value set: [OWNER, LAUNCH_ROLE]";
                return Err(constraint(other, "provisionedProductProperties", what));
            }
        }
    }
    let record_id = world.fresh_id("rec");
    after.last_record.clone_from(&record_id);
    let mut record = new_record(ctx, &after, record_id.clone(), KIND, &token, request);
    "SUCCEEDED".clone_into(&mut record.status);
    let out = answer(id, properties, &record_id);
    world.service_catalog.provisioned.insert(after.id.clone(), after);
    world.service_catalog.records.insert(record_id, record);
    Ok(out)
}

fn answer(id: &str, properties: &Map<String, Value>, record: &str) -> Value {
    json!({
        "ProvisionedProductId": id,
        "ProvisionedProductProperties": properties,
        "RecordId": record,
        "Status": "SUCCEEDED",
    })
}

/// A user, a role, or a session of a role, of the same account.
fn own(world: &World, ctx: &Ctx, it: &mut ProvisionedProduct, owner: &str) -> Result<(), AwsError> {
    let wrong = || AwsError::invalid_parameters(format!("{owner} is not a valid owner of a provisioned product."));
    let account = ctx.account();
    let iam = format!("arn:aws:iam::{account}:");
    let session = owner.strip_prefix(&format!("arn:aws:sts::{account}:assumed-role/"));
    let user_arn = if let Some((role, name)) = session.and_then(|rest| rest.split_once('/')) {
        let found = world.account(account)?.roles.get(role);
        found.filter(|_| !name.is_empty()).ok_or_else(wrong)?.arn.clone()
    } else if owner.starts_with(&format!("{iam}role/")) {
        world.role(owner).ok_or_else(wrong)?.arn.clone()
    } else if owner.starts_with(&format!("{iam}user/")) {
        owner.to_owned()
    } else {
        return Err(wrong());
    };
    it.user_arn = user_arn;
    owner.clone_into(&mut it.user_session);
    Ok(())
}
