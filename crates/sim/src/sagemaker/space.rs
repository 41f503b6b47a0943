//! Spaces of Studio domains: private to one user profile, or shared.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{arn, domain_id, list_allowed, name, on_creation, on_resource, settings_keys};
use super::app::is_live;
use super::domain::answer;
use super::state::{Quotas, Resource, attributes, in_use, key, limit_exceeded};
use super::user_profile;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{tags, text};
use crate::world::World;

const COMES_UP_IN: u32 = 8;
const GOES_IN: u32 = 8;

const ATTRIBUTES: [&str; 6] =
    ["DomainId", "SpaceName", "SpaceSettings", "OwnershipSettings", "SpaceSharingSettings", "SpaceDisplayName"];

pub(super) fn space_arn(ctx: &Ctx, domain: &str, space: &str) -> String {
    arn(ctx, &format!("space/{domain}/{}", space.to_ascii_lowercase()))
}

/// The user profile that owns a space; empty for a shared one.
pub(super) fn owner(space: &Resource) -> &str {
    let settings = space.attributes.get("OwnershipSettings");
    settings.and_then(|settings| settings["OwnerUserProfileName"].as_str()).unwrap_or_default()
}

/// The keys that policies compare on spaces and on the apps in them.
pub(super) fn owner_keys(ctx: &Ctx, space: &Value, domain: &str, context: &mut Context) {
    if let Some(owner) = space.pointer("/OwnershipSettings/OwnerUserProfileName").and_then(Value::as_str) {
        context.set("sagemaker:OwnerUserProfileArn", user_profile::profile_arn(ctx, domain, owner));
    }
    if let Some(sharing) = space.pointer("/SpaceSharingSettings/SharingType").and_then(Value::as_str) {
        context.set("sagemaker:SpaceSharingType", sharing);
    }
}

/// The same keys, of a space that exists.
pub(super) fn stored_owner_keys(world: &mut World, ctx: &Ctx, domain: &str, space: &str, context: &mut Context) {
    let stored = world.sagemaker(ctx.account(), &ctx.region).space(domain, space).ok();
    if let Some(stored) = stored.map(|s| Value::Object(s.attributes.clone())) {
        owner_keys(ctx, &stored, domain, context);
    }
}

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (domain, space) = (domain_id(body)?, name(body, "SpaceName")?);
    let tags = tags(body, "Tags")?;
    let arn = space_arn(ctx, domain, space);
    let mut context = Context::new();
    owner_keys(ctx, body, domain, &mut context);
    settings_keys(&mut context, &body["SpaceSettings"]);
    on_creation(world, ctx, "CreateSpace", &arn, &tags, context)?;
    let owner = body.pointer("/OwnershipSettings/OwnerUserProfileName").and_then(Value::as_str);
    let sharing = body.pointer("/SpaceSharingSettings/SharingType").and_then(Value::as_str);
    if owner.is_some() != sharing.is_some() {
        return Err(AwsError::validation("OwnershipSettings and SpaceSharingSettings must be specified together."));
    }
    let ready = world.ready_at(ctx.now, COMES_UP_IN);
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let parent = state.domain(domain)?;
    if parent.status != "InService" {
        return Err(AwsError::validation(format!(
            "Unable to create Space [{space}] because Domain [{domain}] is in state [{}].",
            parent.status
        )));
    }
    if let Some(owner) = owner {
        state.user_profile(domain, owner)?;
    }
    let key = key(&[domain, space]);
    if state.spaces.contains_key(&key) {
        return Err(in_use(format!("Space [{domain}/{space}] already exists.")));
    }
    if state.spaces.len() >= state.quotas.spaces {
        return Err(limit_exceeded(Quotas::SPACES.name, state.quotas.spaces));
    }
    let mut made = attributes(body, &ATTRIBUTES);
    made.insert("SpaceArn".into(), json!(arn));
    made.insert("HomeEfsFileSystemUid".into(), json!("200500"));
    made.insert("Url".into(), json!(format!("https://{domain}.studio.{}.sagemaker.aws/spaces/{space}", ctx.region)));
    state.spaces.insert(key, Resource::pending(arn.clone(), made, ctx.now, ready).tagged(tags));
    Ok(json!({ "SpaceArn": arn }))
}

pub(super) fn describe(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (domain, space) = (domain_id(body)?, name(body, "SpaceName")?);
    let mut context = Context::new();
    stored_owner_keys(world, ctx, domain, space, &mut context);
    on_resource(world, ctx, "DescribeSpace", &space_arn(ctx, domain, space), context)?;
    Ok(world.sagemaker(ctx.account(), &ctx.region).space(domain, space)?.described("Status"))
}

pub(super) fn list(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let domain = text(body, "DomainIdEquals");
    list_allowed(world, ctx, "ListSpaces")?;
    let contains = text(body, "SpaceNameContains").map(str::to_ascii_lowercase);
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let mut found: Vec<&Resource> = state
        .spaces
        .values()
        .filter(|s| domain.is_none_or(|d| s.text("DomainId") == d))
        .filter(|s| contains.as_ref().is_none_or(|c| s.text("SpaceName").to_ascii_lowercase().contains(c)))
        .collect();
    user_profile::sort(&mut found, body);
    let rows = found
        .iter()
        .map(|space| {
            let mut row = space.row("Status", &["DomainId", "SpaceName", "SpaceDisplayName"]);
            let of = |pointer: &str| Value::Object(space.attributes.clone()).pointer(pointer).cloned();
            if let Some(owner) = of("/OwnershipSettings/OwnerUserProfileName") {
                row["OwnershipSettingsSummary"] = json!({ "OwnerUserProfileName": owner });
            }
            if let Some(sharing) = of("/SpaceSharingSettings/SharingType") {
                row["SpaceSharingSettingsSummary"] = json!({ "SharingType": sharing });
            }
            if let Some(kind) = of("/SpaceSettings/AppType") {
                row["SpaceSettingsSummary"] = json!({ "AppType": kind });
            }
            row
        })
        .collect();
    answer("Spaces", rows, body)
}

pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (domain, space) = (domain_id(body)?, name(body, "SpaceName")?);
    let mut context = Context::new();
    stored_owner_keys(world, ctx, domain, space, &mut context);
    on_resource(world, ctx, "DeleteSpace", &space_arn(ctx, domain, space), context)?;
    let gone = world.ready_at(ctx.now, GOES_IN);
    let state = world.sagemaker(ctx.account(), &ctx.region);
    state.space(domain, space)?;
    let running = |app: &Resource| {
        app.text("DomainId") == domain && app.text("SpaceName").eq_ignore_ascii_case(space) && is_live(app)
    };
    if state.apps.values().any(running) {
        return Err(in_use(format!(
            "Unable to delete Space [{space}] because App(s) are associated with it. Delete the App(s) and try again."
        )));
    }
    if let Some(found) = state.spaces.get_mut(&key(&[domain, space]))
        && found.status != "Deleting"
    {
        found.turn("Deleting", ctx.now, gone, None);
    }
    Ok(json!({}))
}
