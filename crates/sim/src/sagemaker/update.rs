//! `UpdateUserProfile` and `UpdateSpace`: what is given takes the place of what is there, member by member.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{domain_id, name, on_change, on_resource, pass_role, settings_keys};
use super::space::{space_arn, stored_owner_keys};
use super::state::{Resource, not_found};
use super::user_profile::profile_arn;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::world::World;

const TAKES: u32 = 10;

pub(super) fn user_profile(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (domain, profile) = (domain_id(body)?, name(body, "UserProfileName")?);
    let arn = profile_arn(ctx, domain, profile);
    on_change(world, ctx, "UpdateUserProfile", &arn, body)?;
    if let Some(role) = body.pointer("/UserSettings/ExecutionRole").and_then(Value::as_str) {
        pass_role(world, ctx, role)?;
    }
    changed(world, ctx, &arn, body, &["UserSettings"])?;
    Ok(json!({ "UserProfileArn": arn }))
}

pub(super) fn space(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (domain, space) = (domain_id(body)?, name(body, "SpaceName")?);
    let arn = space_arn(ctx, domain, space);
    let mut context = Context::new();
    stored_owner_keys(world, ctx, domain, space, &mut context);
    settings_keys(&mut context, &body["SpaceSettings"]);
    on_resource(world, ctx, "UpdateSpace", &arn, context)?;
    changed(world, ctx, &arn, body, &["SpaceSettings", "SpaceDisplayName"])?;
    Ok(json!({ "SpaceArn": arn }))
}

fn changed(world: &mut World, ctx: &Ctx, arn: &str, body: &Value, members: &[&str]) -> Result<(), AwsError> {
    let ready = world.ready_at(ctx.now, TAKES);
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let found: &mut Resource = state.by_arn_mut(arn).ok_or_else(|| not_found(format!("{arn} does not exist.")))?;
    for member in members {
        let Some(given) = body.get(*member) else { continue };
        match (found.attributes.get_mut(*member), given) {
            (Some(Value::Object(before)), Value::Object(given)) => before.extend(given.clone()),
            _ => drop(found.attributes.insert((*member).to_owned(), given.clone())),
        }
    }
    found.turn("Updating", ctx.now, ready, Some("InService"));
    Ok(())
}
