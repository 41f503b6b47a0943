//! `UpdateProvisionedProduct`.

use serde_json::Value;

use super::access::product;
use super::input::{Given, NameOrId, parameters, token};
use super::provision::{begin, check_parameters, launch_role, launcher, new_record, repeated, without};
use super::provisioned::seen;
use super::{constraints, paths, products, tag_options};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::tags;
use crate::world::World;
use template::{Template, Values};

pub(super) fn update(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let token = token(body, "UpdateToken")?.to_owned();
    let wanted = NameOrId::needed(body, "ProvisionedProductId", "ProvisionedProductName")?;
    let given = parameters(body)?;
    let found = seen(world, ctx, "UpdateProvisionedProduct", &wanted)?.clone();
    let request = without(body, "UpdateToken");
    if let Some(answer) = repeated(world, ctx, "UPDATE_PROVISIONED_PRODUCT", &token, &request)? {
        return Ok(answer);
    }
    if matches!(found.status.as_str(), "UNDER_CHANGE" | "PLAN_IN_PROGRESS") {
        return Err(AwsError::invalid_parameters(format!(
            "Provisioned product {} is in status {} and cannot be updated.",
            found.id, found.status
        )));
    }
    let new = match NameOrId::read(body, "ProductId", "ProductName")? {
        Some(wanted) => products::find(world, ctx, &wanted)?,
        None => product(world, ctx, &found.product)?,
    };
    let path = paths::chosen(world, ctx, &new.id, body)?;
    let artifact = match NameOrId::read(body, "ProvisioningArtifactId", "ProvisioningArtifactName")? {
        Some(wanted) => products::artifact(new, &wanted)?,
        None => products::artifact(new, &NameOrId::Id(&found.artifact))?,
    };
    let mut values = Values::new();
    for (key, given) in given {
        let value = match given {
            Given::Value(value) => Some(value),
            Given::Previous => found.parameters.get(&key).cloned(),
        };
        values.extend(value.map(|value| (key, value)));
    }
    // Parameters that are not mentioned keep their values, as far as the new version has them.
    let template = Template::parse(&artifact.template).map_err(|e| AwsError::invalid_parameters(e.to_string()))?;
    for (key, value) in &found.parameters {
        if template.parameter(key).is_some() {
            values.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    check_parameters(world, &path.portfolio.id, &new.id, &artifact.template, &values)?;
    let asks_tags = body.get("Tags").and_then(Value::as_array).is_some_and(|tags| !tags.is_empty());
    let new_tags = if asks_tags {
        let mut given = tags(body, "Tags")?;
        let allowed = constraints::of(world, &path.portfolio.id, &new.id)
            .filter(|c| c.kind == "RESOURCE_UPDATE")
            .filter_map(|c| serde_json::from_str::<Value>(&c.parameters).ok())
            .any(|p| p["Properties"]["TagUpdateOnProvisionedProduct"] == "ALLOWED");
        if !allowed {
            return Err(AwsError::invalid_parameters(
                "Tags can only be updated where a RESOURCE_UPDATE constraint allows it.",
            ));
        }
        tag_options::apply(&tag_options::choices(world, path.portfolio, new), &mut given)?;
        tag_options::propagate(new, path.portfolio, &mut given);
        Some(given)
    } else {
        None
    };
    let launch_role = launch_role(world, ctx, path.portfolio, &new.id)?;
    let caller = launcher(world, ctx, launch_role.as_deref());
    let mut after = found;
    new.id.clone_into(&mut after.product);
    artifact.id.clone_into(&mut after.artifact);
    path.id.clone_into(&mut after.path);
    after.parameters = values;
    after.launch_role = launch_role;
    if let Some(tags) = new_tags {
        after.tags = tags;
    }
    let record_id = world.fresh_id("rec");
    after.last_record.clone_from(&record_id);
    after.last_provisioning_record.clone_from(&record_id);
    after.turn(ctx.now, "UNDER_CHANGE", None);
    let record = new_record(ctx, &after, record_id, "UPDATE_PROVISIONED_PRODUCT", &token, request);
    world.service_catalog.provisioned.insert(after.id.clone(), after);
    Ok(begin(world, ctx, record, caller))
}
