//! URLs that open Studio or a notebook instance for whoever holds them.

use chrono::TimeDelta;
use domain::guardrail::Context;
use serde_json::{Value, json};

use super::access::{domain_id, name, on_resource};
use super::notebook_instance::{notebook_arn, record_not_found};
use super::state::key;
use super::user_profile;
use crate::context::Ctx;
use crate::error::AwsError;
use crate::studio::{Presigned, Target};
use crate::value::{constraint, number, text};
use crate::world::World;

/// The life of a notebook instance's URL in seconds: five minutes, which nobody can set.
const NOTEBOOK_URL_TTL: i64 = 300;
const SESSION: (i64, i64, i64) = (43_200, 1_800, 43_200);

fn session_seconds(body: &Value) -> Result<i64, AwsError> {
    number(body, "SessionExpirationDurationInSeconds", SESSION.0, SESSION.1, SESSION.2)
}

/// `studio::path`, or `app:<type>:path` for the app types that can be landed on.
fn check_landing(uri: &str) -> Result<(), AwsError> {
    let apps = ["JupyterServer", "JupyterLab", "RStudioServerPro", "CodeEditor", "Canvas"];
    let valid = uri.len() <= 1023
        && (uri.starts_with("studio::")
            || uri
                .strip_prefix("app:")
                .and_then(|rest| rest.split_once(':'))
                .is_some_and(|(app, _)| apps.contains(&app)));
    if valid { Ok(()) } else { Err(constraint(uri, "LandingUri", "Member is not a supported landing URI")) }
}

pub(super) fn domain_url(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let (domain, profile) = (domain_id(body)?, name(body, "UserProfileName")?);
    let ttl = number(body, "ExpiresInSeconds", 300, 5, 300)?;
    let session_seconds = session_seconds(body)?;
    if let Some(uri) = text(body, "LandingUri") {
        check_landing(uri)?;
    }
    let arn = user_profile::profile_arn(ctx, domain, profile);
    on_resource(world, ctx, "CreatePresignedDomainUrl", &arn, Context::new())?;
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let parent = state.domain(domain)?;
    if parent.text("AuthMode") != "IAM" {
        return Err(AwsError::validation(format!(
            "CreatePresignedDomainUrl is not supported for Domain [{domain}]: its AuthMode is SSO."
        )));
    }
    let found = state.user_profile(domain, profile)?;
    for (what, status) in [("Domain", &parent.status), ("UserProfile", &found.status)] {
        if !matches!(status.as_str(), "InService" | "Updating" | "Update_Failed") {
            return Err(AwsError::validation(format!("{what} is in state [{status}]; it has to be InService.")));
        }
    }
    let space = match text(body, "SpaceName") {
        None => None,
        Some(_) => Some(state.space(domain, name(body, "SpaceName")?)?.text("SpaceName").to_owned()),
    };
    let target = Target::Studio {
        domain: domain.to_owned(),
        profile: found.text("UserProfileName").to_owned(),
        profile_arn: arn,
        space,
    };
    Ok(json!({ "AuthorizedUrl": issue(world, ctx, target, ttl, session_seconds, text(body, "LandingUri")) }))
}

pub(super) fn notebook_url(world: &mut World, ctx: &Ctx, body: &Value) -> Result<Value, AwsError> {
    let given = name(body, "NotebookInstanceName")?;
    let session_seconds = session_seconds(body)?;
    let arn = notebook_arn(ctx, given);
    on_resource(world, ctx, "CreatePresignedNotebookInstanceUrl", &arn, Context::new())?;
    let state = world.sagemaker(ctx.account(), &ctx.region);
    let notebook = state.notebook_instances.get(&key(&[given])).ok_or_else(record_not_found)?;
    if notebook.status != "InService" {
        return Err(AwsError::validation(format!(
            "Status ({}) not in ([InService]). Unable to create a presigned URL for Notebook Instance ({arn}).",
            notebook.status
        )));
    }
    let target = Target::NotebookInstance { name: notebook.text("NotebookInstanceName").to_owned(), arn };
    Ok(json!({ "AuthorizedUrl": issue(world, ctx, target, NOTEBOOK_URL_TTL, session_seconds, None) }))
}

fn issue(
    world: &mut World,
    ctx: &Ctx,
    target: Target,
    ttl: i64,
    session_seconds: i64,
    landing: Option<&str>,
) -> String {
    let token = hex::encode(world.token_bytes("presigned url"));
    let url = format!("{}/auth?token={token}", world.settings.studio_origin);
    world.studio.issue(
        token,
        Presigned {
            caller: ctx.caller.clone(),
            region: ctx.region.clone(),
            target,
            landing: landing.map(str::to_owned),
            issued: ctx.now,
            expires: ctx.now + TimeDelta::seconds(ttl),
            session_seconds,
        },
    );
    url
}
