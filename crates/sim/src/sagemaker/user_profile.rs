//! User profiles of Studio domains.

use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{
    arn, domain_id, list_allowed, name, on_creation, on_resource, pass_role, set_some, settings_keys, texts,
};
use super::app::is_live;
use super::domain::answer;
use super::state::{Quotas, Resource, attributes, in_use, key, limit_exceeded};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{tags, text};
use crate::world::World;

const COMES_UP_IN: u32 = 12;
const GOES_IN: u32 = 10;

const ATTRIBUTES: [&str; 5] =
    ["DomainId", "UserProfileName", "SingleSignOnUserIdentifier", "SingleSignOnUserValue", "UserSettings"];

/// The ARN is in lower case whatever the case of the name.
pub(super) fn profile_arn(ctx: &Ctx, domain: &str, profile: &str) -> String {
    arn(ctx, &format!("user-profile/{domain}/{}", profile.to_ascii_lowercase()))
}

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (domain, profile) = (domain_id(body)?, name(body, "UserProfileName")?);
    let tags = tags(body, "Tags")?;
    let arn = profile_arn(ctx, domain, profile);
    let mut context = Context::new();
    set_some(&mut context, "sagemaker:VpcSecurityGroupIds", texts(body, &["UserSettings", "SecurityGroups"]));
    settings_keys(&mut context, &body["UserSettings"]);
    on_creation(world, ctx, "CreateUserProfile", &arn, &tags, context)?;
    if let Some(role) = body.pointer("/UserSettings/ExecutionRole").and_then(Value::as_str) {
        pass_role(world, ctx, role)?;
    }
    let ready = world.ready_at(ctx.now, COMES_UP_IN);
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let parent = state.domain(domain)?;
    if parent.status != "InService" {
        return Err(AwsError::validation(format!(
            "Unable to create UserProfile [{profile}] because Domain [{domain}] is in state [{}].",
            parent.status
        )));
    }
    let asks_groups = parent.text("AppNetworkAccessType") == "VpcOnly";
    let of_domain = parent.attributes.get("DefaultUserSettings").map(|own| texts(own, &["SecurityGroups"]));
    let of_profile = texts(body, &["UserSettings", "SecurityGroups"]);
    if asks_groups && of_profile.is_empty() && of_domain.unwrap_or_default().is_empty() {
        return Err(AwsError::validation(
            "SecurityGroups must be specified in UserSettings, or in the DefaultUserSettings of the Domain, when AppNetworkAccessType is VpcOnly.",
        ));
    }
    let key = key(&[domain, profile]);
    if state.user_profiles.contains_key(&key) {
        return Err(in_use(format!("UserProfile [{domain}/{profile}] already exists.")));
    }
    let count = state.user_profiles.len();
    if count >= state.quotas.user_profiles {
        return Err(limit_exceeded(Quotas::USER_PROFILES.name, state.quotas.user_profiles));
    }
    let mut made = attributes(body, &ATTRIBUTES);
    made.insert("UserProfileArn".into(), json!(arn));
    made.insert("HomeEfsFileSystemUid".into(), json!((200_000 + count).to_string()));
    state.user_profiles.insert(key, Resource::pending(arn.clone(), made, ctx.now, ready).tagged(tags));
    Ok(json!({ "UserProfileArn": arn }))
}

pub(super) fn describe(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (domain, profile) = (domain_id(body)?, name(body, "UserProfileName")?);
    let arn = profile_arn(ctx, domain, profile);
    on_resource(world, ctx, "DescribeUserProfile", &arn, Context::new())?;
    Ok(world.sagemaker(ctx.account(), &ctx.region).user_profile(domain, profile)?.described("Status"))
}

pub(super) fn list(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let domain = text(body, "DomainIdEquals");
    list_allowed(world, ctx, "ListUserProfiles")?;
    let contains = text(body, "UserProfileNameContains").map(str::to_ascii_lowercase);
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let mut found: Vec<&Resource> = state
        .user_profiles
        .values()
        .filter(|p| domain.is_none_or(|d| p.text("DomainId") == d))
        .filter(|p| contains.as_ref().is_none_or(|c| p.text("UserProfileName").to_ascii_lowercase().contains(c)))
        .collect();
    sort(&mut found, body);
    answer("UserProfiles", found.iter().map(|p| p.row("Status", &["DomainId", "UserProfileName"])).collect(), body)
}

/// `SortBy` and `SortOrder` of the List operations.
pub(super) fn sort(found: &mut [&Resource], body: &Value) {
    if text(body, "SortBy") == Some("LastModifiedTime") {
        found.sort_by_key(|resource| resource.modified);
    } else {
        found.sort_by_key(|resource| resource.created);
    }
    if text(body, "SortOrder") == Some("Descending") {
        found.reverse();
    }
}

pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (domain, profile) = (domain_id(body)?, name(body, "UserProfileName")?);
    let arn = profile_arn(ctx, domain, profile);
    on_resource(world, ctx, "DeleteUserProfile", &arn, Context::new())?;
    let gone = world.ready_at(ctx.now, GOES_IN);
    let state = world.sagemaker(ctx.account(), &ctx.region);
    state.user_profile(domain, profile)?;
    let own_apps = key(&[domain, profile, ""]);
    if state
        .apps
        .iter()
        .any(|(k, app)| k.starts_with(&own_apps) && !app.text("UserProfileName").is_empty() && is_live(app))
    {
        return Err(in_use(format!(
            "Unable to delete UserProfile [{profile}] because App(s) are associated with it. Delete the App(s) and try again."
        )));
    }
    let inside = format!("{domain}/");
    let owns = |space: &Resource| {
        space
            .attributes
            .get("OwnershipSettings")
            .and_then(|o| o["OwnerUserProfileName"].as_str())
            .is_some_and(|owner| owner.eq_ignore_ascii_case(profile))
    };
    if state.spaces.iter().any(|(k, space)| k.starts_with(&inside) && owns(space)) {
        return Err(in_use(format!(
            "Unable to delete UserProfile [{profile}] because Space(s) are associated with it. Delete the Space(s) and try again."
        )));
    }
    if let Some(found) = state.user_profiles.get_mut(&key(&[domain, profile]))
        && found.status != "Deleting"
    {
        found.turn("Deleting", ctx.now, gone, None);
    }
    Ok(json!({}))
}
