//! The routes of Studio: entering by a presigned URL, and the pages behind it.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::guardrail::Context;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::execution::{self, execution_role};
use super::page::{self, AppRow, View};
use super::state::{Closed, OpenSession, Target};
use crate::authorize::{authorize, resource_tags};
use crate::context::{Ctx, Origin};
use crate::error::AwsError;
use crate::local::LocalAws;
use crate::sagemaker;
use crate::sts;
use crate::world::World;

const COOKIE: &str = "studio_session";

/// All pages. The origin they are served on should hold nothing else.
pub fn router(aws: LocalAws) -> Router {
    Router::new()
        .route("/auth", get(enter))
        .route("/console/signin", get(sign_in))
        .route("/studio/{domain}/{profile}", get(studio))
        .route("/studio/{domain}/{profile}/credentials", get(studio_credentials))
        .route("/studio/{domain}/{profile}/{action}", post(act))
        .route("/notebook/{name}", get(notebook))
        .route("/notebook/{name}/credentials", get(notebook_credentials))
        .route("/notebook/{name}/sign-out", post(leave_notebook))
        .with_state(aws)
}

fn path_of(target: &Target) -> String {
    match target {
        Target::Studio { domain, profile, .. } => format!("/studio/{domain}/{profile}"),
        Target::NotebookInstance { name, .. } => format!("/notebook/{name}"),
    }
}

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
}

/// What a presigned URL leads to. It opens for as long as it lives, as at AWS.
async fn enter(State(aws): State<LocalAws>, Query(Token { token }): Query<Token>) -> Response {
    let opened = aws.change(true, |world, now| {
        let id = hex::encode(world.token_bytes("studio session"));
        let opened = world.studio.open(&token, id.clone(), now);
        if let Ok(OpenSession { by, .. }) = &opened
            && let Target::Studio { domain, profile, .. } = &by.target
        {
            let state = world.sagemaker(by.caller.account(), &by.region);
            sagemaker::used(state, domain, profile, now);
        }
        Ok(opened.map(|session| (id, session)))
    });
    match opened {
        Ok(Ok((id, session))) => {
            let path = path_of(&session.by.target);
            let cookie =
                format!("{COOKIE}={id}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={}", session.by.session_seconds);
            let mut response = Redirect::to(&path).into_response();
            put_cookie(&mut response, &cookie);
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            response
        }
        Ok(Err(Closed::Expired)) => Redirect::to("/console/signin?reason=expired").into_response(),
        Ok(Err(Closed::Unknown)) => Redirect::to("/console/signin?reason=unknown").into_response(),
        Err(error) => page::refused(StatusCode::INTERNAL_SERVER_ERROR, &error.message),
    }
}

fn put_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    reason: String,
}

async fn sign_in(Query(Reason { reason }): Query<Reason>) -> Response {
    page::sign_in(&reason)
}

fn session_id(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, id)| id)
}

/// A request that may go on: its session, and the identity it was opened with.
struct Inside {
    id: String,
    session: OpenSession,
    ctx: Ctx,
}

/// Why it may not.
enum Outside {
    SignIn(&'static str),
    Refused(AwsError),
}

impl IntoResponse for Outside {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(reason) => Redirect::to(&format!("/console/signin?reason={reason}")).into_response(),
            Self::Refused(error) => {
                let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
                page::refused(status, &error.message)
            }
        }
    }
}

/// The check of every request: the session lasts, is for this path, whoever opened it may still open it, and what runs
/// inside is not cut off.
fn inside(
    aws: &LocalAws,
    world: &mut World,
    now: DateTime<Utc>,
    headers: &HeaderMap,
    path: &str,
) -> Result<Inside, Outside> {
    let id = session_id(headers).ok_or(Outside::SignIn("unknown"))?;
    let session = match world.studio.session(id, now) {
        Ok(session) => session.clone(),
        Err(Closed::Expired) => return Err(Outside::SignIn("session")),
        Err(Closed::Unknown) => return Err(Outside::SignIn("unknown")),
    };
    if path_of(&session.by.target) != path {
        return Err(Outside::SignIn("unknown"));
    }
    let (action, arn) = match &session.by.target {
        Target::Studio { profile_arn, .. } => ("sagemaker:CreatePresignedDomainUrl", profile_arn),
        Target::NotebookInstance { arn, .. } => ("sagemaker:CreatePresignedNotebookInstanceUrl", arn),
    };
    let ctx = Ctx {
        caller: session.by.caller.clone(),
        region: session.by.region.clone(),
        now,
        request_id: aws.request_id(),
        origin: Origin::default(),
    };
    let account = ctx.account().clone();
    let Some(resource) = world.sagemaker(&account, &ctx.region).by_arn_mut(arn) else {
        return Err(Outside::Refused(AwsError::with_status(
            404,
            "ResourceNotFound",
            format!("{arn} does not exist any more."),
        )));
    };
    let mut context = Context::new();
    resource_tags(&mut context, Some("sagemaker"), &resource.tags.clone());
    authorize(world, &ctx, action, arn, context).map_err(Outside::Refused)?;
    execution::not_cut_off(world, &ctx, &session.by.target).map_err(Outside::Refused)?;
    Ok(Inside { id: id.to_owned(), session, ctx })
}

/// Runs `act` inside, or answers why not.
fn with_inside(
    aws: &LocalAws,
    headers: &HeaderMap,
    path: &str,
    reads_only: bool,
    act: impl FnOnce(&mut World, Inside) -> Response,
) -> Response {
    let result = aws.change(reads_only, |world, now| {
        Ok(match inside(aws, world, now, headers, path) {
            Ok(inside) => act(world, inside),
            Err(outside) => outside.into_response(),
        })
    });
    result.unwrap_or_else(|error| page::refused(StatusCode::INTERNAL_SERVER_ERROR, &error.message))
}

async fn studio(
    State(aws): State<LocalAws>,
    Path((domain, profile)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let path = format!("/studio/{domain}/{profile}");
    with_inside(&aws, &headers, &path, true, |world, inside| {
        let execution_role = execution_role(world, &inside.ctx, &inside.session.by.target);
        let state = world.sagemaker(inside.ctx.account(), &inside.ctx.region);
        let owned = |attributes: &serde_json::Map<String, Value>| {
            attributes
                .get("OwnershipSettings")
                .and_then(|o| o["OwnerUserProfileName"].as_str())
                .is_some_and(|owner| owner.eq_ignore_ascii_case(&profile))
        };
        let spaces: Vec<(String, String)> = state
            .spaces
            .values()
            .filter(|s| s.text("DomainId") == domain && owned(&s.attributes))
            .map(|s| (s.text("SpaceName").to_owned(), s.status.clone()))
            .collect();
        let apps = state
            .apps
            .values()
            .filter(|a| a.text("DomainId") == domain && a.status != "Deleted")
            .filter(|a| {
                a.text("UserProfileName").eq_ignore_ascii_case(&profile)
                    || spaces.iter().any(|(name, _)| name.eq_ignore_ascii_case(a.text("SpaceName")))
            })
            .map(|a| AppRow {
                kind: a.text("AppType").to_owned(),
                name: a.text("AppName").to_owned(),
                place: a.text("SpaceName").to_owned(),
                status: a.status.clone(),
            })
            .collect();
        let now = inside.ctx.now;
        page::opened(&View { session: &inside.session, path: &path, now, execution_role, apps, spaces })
    })
}

async fn notebook(State(aws): State<LocalAws>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let path = format!("/notebook/{name}");
    with_inside(&aws, &headers, &path, true, |world, inside| {
        let now = inside.ctx.now;
        let view = View {
            session: &inside.session,
            path: &path,
            now,
            execution_role: execution_role(world, &inside.ctx, &inside.session.by.target),
            apps: Vec::new(),
            spaces: Vec::new(),
        };
        page::opened(&view)
    })
}

/// Forms of other origins do not count, even those of the same site.
fn same_origin(aws: &LocalAws, headers: &HeaderMap) -> bool {
    let ours = aws.studio_origin();
    headers.get(header::ORIGIN).is_none_or(|origin| origin.as_bytes() == ours.as_bytes())
}

fn leave(world: &mut World, inside: &Inside, path: &str) -> Response {
    world.studio.close(&inside.id);
    let mut response = Redirect::to("/console/signin?reason=session").into_response();
    put_cookie(&mut response, &format!("{COOKIE}=; Path={path}; HttpOnly; SameSite=Lax; Max-Age=0"));
    response
}

async fn leave_notebook(State(aws): State<LocalAws>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    if !same_origin(&aws, &headers) {
        return page::refused(StatusCode::FORBIDDEN, "The form came from another site.");
    }
    let path = format!("/notebook/{name}");
    with_inside(&aws, &headers, &path, true, |world, inside| leave(world, &inside, &path))
}

async fn act(
    State(aws): State<LocalAws>,
    Path((domain, profile, action)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    if !same_origin(&aws, &headers) {
        return page::refused(StatusCode::FORBIDDEN, "The form came from another site.");
    }
    let path = format!("/studio/{domain}/{profile}");
    with_inside(&aws, &headers, &path, action == "sign-out", |world, inside| {
        if action == "sign-out" {
            return leave(world, &inside, &path);
        }
        match execution::run(world, &inside.ctx, &inside.session.by.target, &action) {
            Ok(()) => Redirect::to(&path).into_response(),
            Err(error) => Outside::Refused(error).into_response(),
        }
    })
}

async fn studio_credentials(
    State(aws): State<LocalAws>,
    Path((domain, profile)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    credentials(&aws, &headers, &format!("/studio/{domain}/{profile}"))
}

async fn notebook_credentials(State(aws): State<LocalAws>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    credentials(&aws, &headers, &format!("/notebook/{name}"))
}

/// Credentials of the execution role, shaped as the container credentials endpoint that AWS gives to what runs inside.
fn credentials(aws: &LocalAws, headers: &HeaderMap, path: &str) -> Response {
    with_inside(aws, headers, path, true, |world, inside| {
        let made = execution::session(world, &inside.ctx, &inside.session.by.target)
            .and_then(|session| Ok((sts::credentials(world, &session)?, session)));
        match made {
            Ok((made, session)) => axum::Json(json!({
                "RoleArn": session.role_arn,
                "AccessKeyId": made.access_key,
                "SecretAccessKey": made.secret_key,
                "Token": made.token,
                "Expiration": made.expires.to_rfc3339_opts(SecondsFormat::Secs, true),
            }))
            .into_response(),
            Err(error) => Outside::Refused(error).into_response(),
        }
    })
}
