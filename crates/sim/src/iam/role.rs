//! A role, and its permissions boundary.

use chrono::SecondsFormat;
use domain::guardrail::Context;
use percent_encoding::utf8_percent_encode;

use super::{Fields, allowed_on, boundary_key, found, role_mut, role_name};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::signature::ENCODED;
use crate::value::xml;
use crate::world::World;

pub(super) fn get(world: &World, ctx: &Ctx, fields: &Fields) -> Result<String, AwsError> {
    let name = role_name(fields)?;
    allowed_on(world, ctx, "GetRole", name, Context::new())?;
    let role = found(world, ctx, name)?;
    let path = role.arn.split_once(":role").and_then(|(_, rest)| rest.strip_suffix(name)).unwrap_or("/");
    let boundary = role.boundary.as_ref().map_or_else(String::new, |arn| {
        let of = "<PermissionsBoundaryType>Policy</PermissionsBoundaryType>";
        format!(
            "<PermissionsBoundary>{of}<PermissionsBoundaryArn>{}</PermissionsBoundaryArn></PermissionsBoundary>",
            xml(arn)
        )
    });
    let tags = role.tags.iter();
    let tags = tags.map(|(k, v)| format!("<member><Key>{}</Key><Value>{}</Value></member>", xml(k), xml(v)));
    let tags = tags.collect::<Vec<_>>().concat();
    let tags = if tags.is_empty() { tags } else { format!("<Tags>{tags}</Tags>") };
    Ok(format!(
        "<Role><Path>{}</Path><RoleName>{}</RoleName><RoleId>{}</RoleId><Arn>{}</Arn><CreateDate>{}</CreateDate><AssumeRolePolicyDocument>{}</AssumeRolePolicyDocument><MaxSessionDuration>{}</MaxSessionDuration>{boundary}{tags}</Role>",
        xml(path),
        xml(&role.name),
        xml(&role.id),
        xml(&role.arn),
        role.created.to_rfc3339_opts(SecondsFormat::Secs, true),
        utf8_percent_encode(&role.trust, ENCODED),
        role.max_session,
    ))
}

pub(super) fn put_boundary(world: &mut World, ctx: &Ctx, fields: &Fields) -> Result<String, AwsError> {
    let name = role_name(fields)?;
    let arn = fields.get("PermissionsBoundary").cloned().unwrap_or_default();
    let mut context = Context::new();
    context.set("iam:PermissionsBoundary", arn.clone());
    allowed_on(world, ctx, "PutRolePermissionsBoundary", name, context)?;
    found(world, ctx, name)?;
    attachable(world, ctx, &arn)?;
    role_mut(world, ctx, name)?.boundary = Some(arn);
    Ok(String::new())
}

/// A boundary can be set if there is such a policy. AWS calls it the scope.
pub(crate) fn attachable(world: &World, ctx: &Ctx, arn: &str) -> Result<(), AwsError> {
    if world.account(ctx.account())?.managed_policy(arn).is_some() {
        return Ok(());
    }
    let message = format!("Scope ARN: {arn} does not exist or is not attachable.");
    Err(AwsError::with_status(404, "NoSuchEntity", message))
}

pub(super) fn delete_boundary(world: &mut World, ctx: &Ctx, fields: &Fields) -> Result<String, AwsError> {
    let name = role_name(fields)?;
    let context = boundary_key(world, ctx, name)?;
    allowed_on(world, ctx, "DeleteRolePermissionsBoundary", name, context)?;
    if role_mut(world, ctx, name)?.boundary.take().is_none() {
        let message = format!("Role {name} does not have a permission boundary");
        return Err(AwsError::with_status(404, "NoSuchEntity", message));
    }
    Ok(String::new())
}
