//! `AWS::KMS::Key` and `AWS::KMS::Alias`.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::{Made, Removal, refused, required, tags};
use crate::authorize::{authorize, request_tags};
use crate::cloudformation::StackResource;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

fn allow(world: &mut World, ctx: &Ctx, action: &str, resource: &str, context: Context) -> Result<(), String> {
    authorize(world, ctx, action, resource, context).map_err(|e| refused(world, "Kms", &e))
}

fn key_arn(ctx: &Ctx, id: &str) -> String {
    format!("arn:aws:kms:{}:{}:key/{id}", ctx.region, ctx.account())
}

pub(super) fn make_key(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Made, String> {
    let tags = tags(&resource.properties);
    let mut context = Context::new();
    request_tags(&mut context, &tags);
    allow(world, ctx, "kms:CreateKey", "*", context.clone())?;
    if !tags.is_empty() {
        allow(world, ctx, "kms:TagResource", "*", context)?;
    }
    let id = world.fresh_uuid();
    let attributes = [("Arn", key_arn(ctx, &id)), ("KeyId", id.clone())];
    Ok(Made {
        physical_id: id,
        attributes: attributes.into_iter().map(|(k, v)| (k.to_owned(), json!(v))).collect(),
        seconds: Some(60),
        ..Made::default()
    })
}

pub(super) fn change_key(world: &mut World, ctx: &Ctx, resource: &StackResource, from: &Value) -> Result<u32, String> {
    let arn = key_arn(ctx, &resource.physical_id);
    for (property, action) in [
        ("KeyPolicy", "kms:PutKeyPolicy"),
        ("Description", "kms:UpdateKeyDescription"),
        ("EnableKeyRotation", "kms:EnableKeyRotation"),
        ("Enabled", "kms:EnableKey"),
    ] {
        if resource.properties.get(property) != from.get(property) {
            allow(world, ctx, action, &arn, Context::new())?;
        }
    }
    let wanted = tags(&resource.properties);
    if wanted != tags(from) {
        let mut context = Context::new();
        request_tags(&mut context, &wanted);
        allow(world, ctx, "kms:TagResource", &arn, context)?;
    }
    Ok(60)
}

pub(super) fn change_alias(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<u32, String> {
    let arn = format!("arn:aws:kms:{}:{}:{}", ctx.region, ctx.account(), resource.physical_id);
    allow(world, ctx, "kms:UpdateAlias", &arn, Context::new())?;
    Ok(5)
}

pub(super) fn remove_key(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Removal, String> {
    let arn = key_arn(ctx, &resource.physical_id);
    allow(world, ctx, "kms:ScheduleKeyDeletion", &arn, Context::new())?;
    Ok(Removal::After(10))
}

pub(super) fn make_alias(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Made, String> {
    let alias = required(&resource.properties, "AliasName")?.to_owned();
    let target = required(&resource.properties, "TargetKeyId")?;
    if !alias.starts_with("alias/") || alias.starts_with("alias/aws/") {
        let error = AwsError::validation(
            "Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        );
        return Err(refused(world, "Kms", &error));
    }
    let target = if target.starts_with("arn:") { target.to_owned() } else { key_arn(ctx, target) };
    let arn = format!("arn:aws:kms:{}:{}:{alias}", ctx.region, ctx.account());
    allow(world, ctx, "kms:CreateAlias", &arn, Context::new())?;
    allow(world, ctx, "kms:CreateAlias", &target, Context::new())?;
    let taken = world.cloudformation.stacks.values().any(|stack| {
        stack.account == *ctx.account()
            && stack.region == ctx.region
            && stack.resources.iter().any(|r| {
                r.kind == "AWS::KMS::Alias" && r.physical_id == alias && r.phase != crate::cloudformation::Phase::Gone
            })
    });
    if taken {
        let error = AwsError::new("AlreadyExistsException", format!("An alias with the name {arn} already exists"));
        return Err(refused(world, "Kms", &error));
    }
    Ok(Made { physical_id: alias, seconds: Some(5), ..Made::default() })
}

pub(super) fn remove_alias(world: &mut World, ctx: &Ctx, resource: &StackResource) -> Result<Removal, String> {
    let arn = format!("arn:aws:kms:{}:{}:{}", ctx.region, ctx.account(), resource.physical_id);
    allow(world, ctx, "kms:DeleteAlias", &arn, Context::new())?;
    Ok(Removal::After(2))
}
