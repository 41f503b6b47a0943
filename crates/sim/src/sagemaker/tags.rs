//! Tags of any of SageMaker's resources.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{on_resource, texts};
use super::state::Resource;
use crate::authorize::request_tags;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{number, page, required, tag_list, tags};
use crate::world::World;

/// The resource, which has to be of the caller's account and region.
fn find<'w>(world: &'w mut World, ctx: &Ctx, arn: &str) -> Result<&'w mut Resource, AwsError> {
    world
        .sagemaker(ctx.account(), &ctx.region)
        .by_arn_mut(arn)
        .ok_or_else(|| AwsError::validation(format!("Could not find the resource {arn}.")))
}

pub(super) fn list(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let arn = required(body, "ResourceArn")?;
    on_resource(world, ctx, "ListTags", arn, Context::new())?;
    let all = find(world, ctx, arn)?.tags.clone();
    let rows = tag_list(&all).as_array().cloned().unwrap_or_default();
    // The model has a least number here and no greatest.
    number(body, "MaxResults", 50, 50, i64::MAX)?;
    let (rows, next) = page(rows, body, ("MaxResults", "NextToken"), (50, i64::MAX))?;
    let mut out = json!({ "Tags": rows });
    if let Some(next) = next {
        out["NextToken"] = json!(next);
    }
    Ok(out)
}

pub(super) fn add(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let arn = required(body, "ResourceArn")?;
    let given = tags(body, "Tags")?;
    let mut context = Context::new();
    request_tags(&mut context, &given);
    on_resource(world, ctx, "AddTags", arn, context)?;
    let resource = find(world, ctx, arn)?;
    let mut all = resource.tags.clone();
    all.extend(given);
    if all.len() > 50 {
        return Err(AwsError::validation("A resource can have at most 50 tags."));
    }
    resource.tags = all;
    resource.modified = ctx.now;
    Ok(json!({ "Tags": tag_list(&resource.tags) }))
}

pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let arn = required(body, "ResourceArn")?;
    let keys = texts(body, &["TagKeys"]);
    let mut context = Context::new();
    if !keys.is_empty() {
        context.set_many("aws:TagKeys", keys.clone());
    }
    on_resource(world, ctx, "DeleteTags", arn, context)?;
    find(world, ctx, arn)?.tags.retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}
