//! The execution role: what runs inside Studio, or on a notebook instance, acts as it.

use chrono::TimeDelta;
use domain::guardrail::Context;
use serde_json::{Value, json};

use super::state::Target;
use crate::authorize::{not_denied, resource_tags};
use crate::context::{Caller, Ctx, RoleSession};
use crate::error::AwsError;
use crate::sagemaker;
use crate::sagemaker::access::is_trusting;
use crate::world::World;

/// The ARN of the role, from the user profile or its domain, or from the notebook instance.
pub(super) fn execution_role(world: &mut World, ctx: &Ctx, target: &Target) -> Option<String> {
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let of = |settings: Option<&Value>| settings?.get("ExecutionRole")?.as_str().map(str::to_owned);
    match target {
        Target::Studio { domain, profile, .. } => {
            let own = state.user_profile(domain, profile).ok().and_then(|p| of(p.attributes.get("UserSettings")));
            own.or_else(|| state.domain(domain).ok().and_then(|d| of(d.attributes.get("DefaultUserSettings"))))
        }
        Target::NotebookInstance { arn, .. } => {
            state.by_arn_mut(arn).map(|notebook| notebook.text("RoleArn").to_owned()).filter(|role| !role.is_empty())
        }
    }
}

/// The session of the execution role. In Studio it knows its domain and user profile, and the profile's name is its source
/// identity where the domain says so.
pub(super) fn session(world: &mut World, ctx: &Ctx, target: &Target) -> Result<RoleSession, AwsError> {
    let role_arn =
        execution_role(world, ctx, target).ok_or_else(|| AwsError::validation("There is no execution role."))?;
    let mut session = RoleSession::of_role(&role_arn, "SageMaker", ctx.now)
        .ok_or_else(|| AwsError::validation(format!("{role_arn} is no role ARN.")))?;
    let role_id = world.role(&role_arn).map(|role| role.id.clone());
    session.role_id =
        role_id.ok_or_else(|| AwsError::validation(format!("The execution role {role_arn} does not exist.")))?;
    session.expires = ctx.now + TimeDelta::hours(1);
    let mut needed = vec!["sts:AssumeRole"];
    if let Target::Studio { domain, profile, .. } = target {
        // As it stands in ARNs, which policies compare it with.
        session.studio = Some((domain.clone(), profile.to_ascii_lowercase()));
        let domain = world.sagemaker(ctx.account(), &ctx.region).domain(domain)?;
        let settings = domain.attributes.get("DomainSettings");
        if settings.is_some_and(|settings| settings["ExecutionRoleIdentityConfig"] == "USER_PROFILE_NAME") {
            session.source_identity = Some(profile.clone());
            needed.push("sts:SetSourceIdentity");
        }
    }
    for action in needed {
        if !is_trusting(world, ctx, &role_arn, action)? {
            return Err(AwsError::access_denied(format!(
                "SageMaker is not authorized to perform: {action} on resource: {role_arn} because the role trust policy does not allow it"
            )));
        }
    }
    Ok(session)
}

/// Studio shows what it shows as the execution role. One that merely lacks a permission shows less; one that is denied
/// shows nothing, which is how somebody who is inside is cut off.
pub(super) fn not_cut_off(world: &mut World, ctx: &Ctx, target: &Target) -> Result<(), AwsError> {
    let Ok(session) = session(world, ctx, target) else { return Ok(()) };
    let (action, arn) = match target {
        Target::Studio { profile_arn, .. } => ("sagemaker:DescribeUserProfile", profile_arn),
        Target::NotebookInstance { arn, .. } => ("sagemaker:DescribeNotebookInstance", arn),
    };
    let mut context = Context::new();
    if let Some(resource) = world.sagemaker(ctx.account(), &ctx.region).by_arn_mut(arn) {
        resource_tags(&mut context, Some("sagemaker"), &resource.tags);
    }
    not_denied(world, &inner(ctx, session), action, arn, context)
}

fn inner(ctx: &Ctx, session: RoleSession) -> Ctx {
    Ctx { caller: Caller::Role(Box::new(session)), ..ctx.clone() }
}

/// What a person does inside Studio, done by the execution role.
pub(super) fn run(world: &mut World, ctx: &Ctx, target: &Target, action: &str) -> Result<(), AwsError> {
    let missing = || AwsError::with_status(404, "NotFound", "Studio offers no such action.");
    let Target::Studio { domain, profile, .. } = target else { return Err(missing()) };
    let inner = inner(ctx, session(world, ctx, target)?);
    let app =
        json!({ "DomainId": domain, "UserProfileName": profile, "AppType": "JupyterServer", "AppName": "default" });
    let (operation, body) = match action {
        "start" => ("CreateApp", app),
        "stop" => ("DeleteApp", app),
        "space" => (
            "CreateSpace",
            json!({
                "DomainId": domain,
                "SpaceName": format!("{}-lab", profile.chars().take(59).collect::<String>()),
                "OwnershipSettings": { "OwnerUserProfileName": profile },
                "SpaceSharingSettings": { "SharingType": "Private" },
                "SpaceSettings": { "AppType": "JupyterLab" },
            }),
        ),
        _ => return Err(missing()),
    };
    sagemaker::handle(world, &inner, operation, &body).map(|_| ())
}
