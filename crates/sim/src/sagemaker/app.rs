//! Apps: what runs in Studio, for a user profile or in a space.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{arn, domain_id, list_allowed, name, on_creation, on_resource, settings_keys};
use super::domain::answer;
use super::state::{Resource, State, attributes, in_use, key, limit_exceeded, not_found};
use super::{space, user_profile};
use crate::context::Ctx;
use crate::error::AwsError;
use crate::value::{epoch, one_of, required, tags, text};
use crate::world::World;

const COMES_UP_IN: u32 = 60;
const GOES_IN: u32 = 45;

const TYPES: [&str; 9] = [
    "JupyterServer",
    "KernelGateway",
    "DetailedProfiler",
    "TensorBoard",
    "CodeEditor",
    "JupyterLab",
    "RStudioServerPro",
    "RSessionGateway",
    "Canvas",
];

const ATTRIBUTES: [&str; 6] = ["DomainId", "UserProfileName", "SpaceName", "AppType", "AppName", "ResourceSpec"];

/// Starting an app is a use of it, and so is opening Studio.
const LAST_USED: &str = "LastUserActivityTimestamp";

/// Somebody comes to what runs for a user profile, in the profile's own apps and in those of its spaces.
pub fn used(state: &mut State, domain: &str, profile: &str, now: DateTime<Utc>) {
    let spaces: Vec<String> = state
        .spaces
        .values()
        .filter(|space| space.text("DomainId") == domain && space::owner(space).eq_ignore_ascii_case(profile))
        .map(|space| space.text("SpaceName").to_owned())
        .collect();
    for app in state.apps.values_mut() {
        let own = app.text("UserProfileName").eq_ignore_ascii_case(profile)
            || spaces.iter().any(|space| space.eq_ignore_ascii_case(app.text("SpaceName")));
        if own && app.text("DomainId") == domain && app.status == "InService" {
            app.attributes.insert(LAST_USED.into(), epoch(now));
        }
    }
}

/// Whether an app blocks the deletion of what it runs in.
pub(super) fn is_live(app: &Resource) -> bool {
    !matches!(app.status.as_str(), "Deleted" | "Failed")
}

/// Where an app runs, from the members that name it.
struct Place<'a> {
    domain: &'a str,
    owner: &'a str,
    in_space: bool,
    kind: &'a str,
    app: &'a str,
}

impl<'a> Place<'a> {
    fn of(body: &'a Value) -> Result<Self, AwsError> {
        let domain = domain_id(body)?;
        let (owner, in_space) = match (text(body, "UserProfileName"), text(body, "SpaceName")) {
            (Some(_), None) => (name(body, "UserProfileName")?, false),
            (None, Some(_)) => (name(body, "SpaceName")?, true),
            _ => return Err(AwsError::validation("Either UserProfileName or SpaceName must be specified, not both.")),
        };
        required(body, "AppType")?;
        let kind = one_of(body, "AppType", &TYPES)?.unwrap_or_default();
        Ok(Self { domain, owner, in_space, kind, app: name(body, "AppName")? })
    }

    fn arn(&self, ctx: &Ctx) -> String {
        let path = format!("app/{}/{}/{}/{}", self.domain, self.owner, self.kind, self.app);
        arn(ctx, &path.to_ascii_lowercase())
    }

    /// A space and a user profile may have the same name.
    fn key(&self) -> String {
        let owner = if self.in_space { format!("space:{}", self.owner) } else { self.owner.to_owned() };
        key(&[self.domain, &owner, self.kind, self.app])
    }

    fn context(&self, world: &mut World, ctx: &Ctx) -> Context {
        let mut context = Context::new();
        if self.in_space {
            space::stored_owner_keys(world, ctx, self.domain, self.owner, &mut context);
        } else {
            let owner = user_profile::profile_arn(ctx, self.domain, self.owner);
            context.set("sagemaker:OwnerUserProfileArn", owner);
        }
        context
    }

    fn missing(&self) -> AwsError {
        not_found(format!("App [{}/{}/{}/{}] does not exist.", self.domain, self.owner, self.kind, self.app))
    }
}

pub(super) fn create(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let place = Place::of(body)?;
    let given = tags(body, "Tags")?;
    let mut context = place.context(world, ctx);
    settings_keys(&mut context, &body["ResourceSpec"]);
    on_creation(world, ctx, "CreateApp", &place.arn(ctx), &given, context)?;
    let ready = world.ready_at(ctx.now, COMES_UP_IN);
    let arn = place.arn(ctx);
    let state = world.sagemaker(ctx.account(), &ctx.region);
    // The tags of domain and user profile go on to their apps.
    let mut all: BTreeMap<String, String> = state.domain(place.domain)?.tags.clone();
    let owner = if place.in_space {
        state.space(place.domain, place.owner)?
    } else {
        state.user_profile(place.domain, place.owner)?
    };
    if owner.status != "InService" {
        return Err(AwsError::validation(format!(
            "Unable to create App [{}] because [{}] is in state [{}].",
            place.app, place.owner, owner.status
        )));
    }
    all.extend(owner.tags.clone());
    all.extend(given);
    if state.apps.get(&place.key()).is_some_and(is_live) {
        return Err(in_use(format!("App [{}/{}] already exists.", place.kind, place.app)));
    }
    if state.apps.values().filter(|app| is_live(app)).count() >= state.quotas.running_apps {
        return Err(limit_exceeded(
            "Maximum number of running Studio apps allowed per account",
            state.quotas.running_apps,
        ));
    }
    let mut made = attributes(body, &ATTRIBUTES);
    made.insert("AppArn".into(), json!(arn));
    made.insert(LAST_USED.into(), epoch(ctx.now));
    state.apps.insert(place.key(), Resource::pending(arn.clone(), made, ctx.now, ready).tagged(all));
    Ok(json!({ "AppArn": arn }))
}

pub(super) fn describe(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let place = Place::of(body)?;
    let context = place.context(world, ctx);
    on_resource(world, ctx, "DescribeApp", &place.arn(ctx), context)?;
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let app = state.apps.get(&place.key()).ok_or_else(|| place.missing())?;
    let mut out = app.described("Status");
    if let Some(fields) = out.as_object_mut() {
        fields.remove("LastModifiedTime");
    }
    if app.status == "InService" {
        out["LastHealthCheckTimestamp"] = epoch(ctx.now);
        if state.health_checks_count_as_use {
            out[LAST_USED] = epoch(ctx.now);
        }
    }
    Ok(out)
}

pub(super) fn list(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let domain = text(body, "DomainIdEquals");
    let (profile, space) = (text(body, "UserProfileNameEquals"), text(body, "SpaceNameEquals"));
    if profile.is_some() && space.is_some() {
        return Err(AwsError::validation("UserProfileNameEquals and SpaceNameEquals cannot be used together."));
    }
    list_allowed(world, ctx, "ListApps")?;
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let mut found: Vec<&Resource> = state
        .apps
        .values()
        .filter(|app| domain.is_none_or(|d| app.text("DomainId") == d))
        .filter(|app| profile.is_none_or(|p| app.text("UserProfileName").eq_ignore_ascii_case(p)))
        .filter(|app| space.is_none_or(|s| app.text("SpaceName").eq_ignore_ascii_case(s)))
        .collect();
    user_profile::sort(&mut found, body);
    let keys = ["DomainId", "UserProfileName", "SpaceName", "AppType", "AppName", "ResourceSpec"];
    let rows = found
        .iter()
        .map(|app| {
            let mut row = app.row("Status", &keys);
            if let Some(fields) = row.as_object_mut() {
                fields.remove("LastModifiedTime");
            }
            row
        })
        .collect();
    answer("Apps", rows, body)
}

pub(super) fn delete(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let place = Place::of(body)?;
    let context = place.context(world, ctx);
    on_resource(world, ctx, "DeleteApp", &place.arn(ctx), context)?;
    let gone = world.ready_at(ctx.now, GOES_IN);
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let app = state.apps.get_mut(&place.key()).ok_or_else(|| place.missing())?;
    match app.status.as_str() {
        "Deleted" => return Err(place.missing()),
        "Deleting" => {}
        _ => app.turn("Deleting", ctx.now, gone, Some("Deleted")),
    }
    Ok(json!({}))
}
