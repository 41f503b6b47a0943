//! `TerminateProvisionedProduct`.

use serde_json::{Value, json};

use super::input::{NameOrId, token};
use super::provision::{begin, launcher, new_record, without};
use super::provisioned::seen;
use super::records;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

pub(super) fn terminate(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let token = token(body, "TerminateToken")?.to_owned();
    let wanted = NameOrId::needed(body, "ProvisionedProductId", "ProvisionedProductName")?;
    // After it is gone even the same token is answered with this.
    let found = seen(world, ctx, "TerminateProvisionedProduct", &wanted)?.clone();
    let request = without(body, "TerminateToken");
    if found.status == "UNDER_CHANGE" {
        let running = world.service_catalog.records.get(&found.last_record);
        return match running.filter(|r| r.kind == "TERMINATE_PROVISIONED_PRODUCT" && r.token == token) {
            Some(record) => Ok(json!({ "RecordDetail": records::detail(world, record) })),
            None => Err(AwsError::invalid_parameters(format!(
                "Provisioned product {} is in status UNDER_CHANGE and cannot be terminated.",
                found.id
            ))),
        };
    }
    let flag = |key: &str| body.get(key).and_then(Value::as_bool).unwrap_or_default();
    let launch_role = found.launch_role.clone().filter(|arn| world.role(arn).is_some());
    if found.launch_role.is_some() && launch_role.is_none() && !flag("IgnoreErrors") {
        return Err(AwsError::invalid_parameters(format!(
            "Access denied while assuming the role {}",
            found.launch_role.as_deref().unwrap_or_default()
        )));
    }
    let caller = launcher(world, ctx, launch_role.as_deref());
    let record_id = world.fresh_id("rec");
    let mut record = new_record(ctx, &found, record_id.clone(), "TERMINATE_PROVISIONED_PRODUCT", &token, request);
    record.ignore_errors = flag("IgnoreErrors");
    if let Some(provisioned) = world.service_catalog.provisioned.get_mut(&found.id) {
        provisioned.last_record.clone_from(&record_id);
        provisioned.last_provisioning_record = record_id;
        provisioned.turn(ctx.now, "UNDER_CHANGE", None);
    }
    let answer = begin(world, ctx, record, caller);
    if flag("RetainPhysicalResources")
        && let Some(task) = world.service_catalog.tasks.last_mut()
    {
        task.retain = true;
    }
    Ok(answer)
}
