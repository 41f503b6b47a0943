//! Who calls: the person of the session, with the roles that hold now. Nobody else gets past here.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use control_plane::{Caller, Error};
use domain::person::PersonKey;
use domain::problem::{FieldError, Problem};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};

use super::frame::RequestId;
use super::portal::Portal;
use super::{page, return_to};
use crate::sessions::{LiveSession, Presented};

/// Forms that are more than a button: what was typed into them is kept when the session has ended.
const TYPED_INTO: &[&str] = &[
    "/api/add_group_mapping",
    "/api/decide_request",
    "/api/save_parameter_binding",
    "/api/save_product_access",
    "/api/save_project",
    "/api/save_project_account",
    "/api/submit_request",
    "/api/terminate_environment",
];

/// Lets the people in who are signed in, and sends the others to the sign-in.
pub(super) async fn identify(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match caller(&portal, &parts).await {
        Ok(Ok(caller)) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Ok(Err(former)) => signed_out(&portal, &parts, body, former).await,
        Err(error) => failed(&portal, &parts, &error),
    }
}

/// The caller, or whose session it was.
async fn caller(portal: &Portal, request: &Parts) -> Result<Result<Caller, Option<PersonKey>>, Error> {
    match portal.sessions().presented(&request.headers).await? {
        Presented::Nothing => Ok(Err(None)),
        Presented::Ended(person) => Ok(Err(Some(person))),
        Presented::Live(session) => of_session(portal, &session, &request_id(request)).await,
    }
}

/// The caller that a living session stands for.
pub(super) async fn of_session(
    portal: &Portal,
    session: &LiveSession,
    request_id: &str,
) -> Result<Result<Caller, Option<PersonKey>>, Error> {
    let Some(actor) = portal.control_plane().actor(&session.person).await? else { return Ok(Err(None)) };
    let mut caller = Caller::new(actor, request_id);
    caller.session = Some(session.handle());
    Ok(Ok(caller))
}

pub(super) fn request_id(request: &Parts) -> String {
    request.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

pub(super) fn failed(portal: &Portal, request: &Parts, error: &Error) -> Response {
    page::problem(portal, error.status(), error.problem(), Some(&request_id(request)))
}

async fn signed_out(portal: &Portal, request: &Parts, body: Body, former: Option<PersonKey>) -> Response {
    if request.method == Method::GET || request.method == Method::HEAD {
        if !wants_page(&request.headers) {
            return (StatusCode::UNAUTHORIZED, "Sign in first.\n").into_response();
        }
        let asked = request.uri.path_and_query().map_or("/", |path| path.as_str());
        return Redirect::to(&return_to::sign_in(&return_to::local(asked, portal.public_url()))).into_response();
    }
    let Some(former) = former else { return refused(portal, &request_id(request), KEPT_NOTHING) };
    let form = return_to::from_referer(&request.headers, portal.public_url()).unwrap_or_else(|| "/".to_owned());
    if !TYPED_INTO.contains(&request.uri.path()) {
        return Redirect::to(&return_to::sign_in(&form)).into_response();
    }
    let id = request_id(request);
    match keep(portal, &former, &form, body).await {
        Ok(draft) => Redirect::to(&return_to::sign_in(&return_to::with_draft(&form, &draft))).into_response(),
        Err(Some(error)) => page::problem(portal, error.status(), error.problem(), Some(&id)),
        Err(None) => refused(portal, &id, KEPT_NOTHING),
    }
}

const KEPT_NOTHING: &str =
    "Go back in the browser, copy what you typed, sign in, and send the form again: it was not kept.";

fn refused(portal: &Portal, request_id: &str, next: &str) -> Response {
    let problem = Problem::new("You are signed out.", "Your session ended before the form was sent.", next);
    page::problem(portal, 401, problem, Some(request_id))
}

/// Keeps what was typed for the person whose session it was; answers the draft's id.
async fn keep(portal: &Portal, owner: &PersonKey, form: &str, body: Body) -> Result<String, Option<Error>> {
    let body = to_bytes(body, domain::draft::MAX_BYTES).await.map_err(|_| None)?;
    let fields: BTreeMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let path = form.split('?').next().unwrap_or("/");
    let note = FieldError::new("", "You were signed out before this was sent. Look it over and send it again.");
    let fields = app::api::without_secrets(fields);
    let draft = portal.control_plane().save_draft(owner, path, fields, vec![note]).await.map_err(Some)?;
    Ok(draft.to_string())
}

/// Whether a person waits for a page: event streams, images and scripts get a plain answer.
fn wants_page(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-dest") {
        Some(destination) => destination == "document",
        None => {
            text(header::ACCEPT.as_str()).is_none_or(|accept| accept.contains("text/html") || accept.contains("*/*"))
        }
    }
}
