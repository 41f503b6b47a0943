//! Who calls: the person of the session, with the roles that hold now. Nobody else gets past here.

use app::api::Form;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use control_plane::{Caller, Error};
use domain::person::PersonKey;
use domain::problem::{FieldError, Problem};
use domain::text;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};

use super::frame::RequestId;
use super::portal::Portal;
use super::{page, return_to};
use crate::sessions::{LiveSession, Presented};

/// Lets the people in who are signed in, and sends the others to the sign-in.
pub(super) async fn identify(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match caller(&portal, &parts).await {
        Ok(Ok(caller)) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Ok(Err(former)) => signed_out(&portal, &parts, body, former).await,
        Err(error) => away(&portal, &parts, body, &error).await,
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
    let Some(person) = &session.person else { return Ok(Err(session.data.former_person.clone())) };
    let Some(actor) = portal.control_plane().actor(person).await? else { return Ok(Err(None)) };
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
    let id = request_id(request);
    let asked = return_to::from_referer(&request.headers, portal.public_url());
    let form = match typed(request, body).await {
        Ok(Some(form)) => form,
        // A button, to be pressed again.
        Ok(None) if former.is_some() => {
            return Redirect::to(&return_to::sign_in(&asked.unwrap_or_else(|| "/".to_owned()))).into_response();
        }
        Ok(None) => return refused(portal, &id),
        Err(answer) => return answer,
    };
    let asked = asked.unwrap_or_else(|| form.address(None));
    let Some(former) = former else { return unkept(portal, request, form, &signed_out_problem(), 401, "") };
    let path = asked.split('?').next().unwrap_or("/");
    let note = FieldError::new("", "You were signed out before this was sent. Look it over and send it again.");
    let errors = form.errors(vec![note]);
    match portal.control_plane().save_draft(&former, path, form.fields.clone(), errors).await {
        Ok(draft) => Redirect::to(&return_to::sign_in(&return_to::with_draft(&asked, draft.as_str()))).into_response(),
        Err(error) => {
            let why = error.problem();
            unkept(portal, request, form, &signed_out_problem(), 401, &format!("{} {}", why.what, why.why))
        }
    }
}

/// What was typed, where the form is more than a button.
async fn typed(request: &Parts, body: Body) -> Result<Option<Form>, Response> {
    // The router's limit on bodies comes before this.
    let Ok(body) = to_bytes(body, usize::MAX).await else { return Err(StatusCode::PAYLOAD_TOO_LARGE.into_response()) };
    let plain = text::without_forbidden;
    let fields = url::form_urlencoded::parse(&body).map(|(name, value)| (plain(&name), plain(&value))).collect();
    Ok(Form::posted(request.uri.path(), fields))
}

/// Nobody can be asked who it is: what was typed comes back in the page.
async fn away(portal: &Portal, request: &Parts, body: Body, error: &Error) -> Response {
    match typed(request, body).await {
        Ok(Some(form)) => unkept(portal, request, form, &error.problem(), error.status(), ""),
        Ok(None) => failed(portal, request, error),
        Err(answer) => answer,
    }
}

fn unkept(portal: &Portal, request: &Parts, form: Form, problem: &Problem, status: u16, why: &str) -> Response {
    let form = form.unkept(request.uri.path(), Vec::new(), why);
    page::unkept(portal, status, problem.clone(), &request_id(request), form)
}

fn signed_out_problem() -> Problem {
    Problem::new(
        "You are signed out.",
        "Your session ended before the form was sent.",
        "Sign in in a new tab, come back to this one, and send the form again.",
    )
}

fn refused(portal: &Portal, request_id: &str) -> Response {
    let problem =
        Problem::new("You are signed out.", "Your session ended before this was sent.", "Sign in and do it again.");
    page::problem(portal, 401, problem, Some(request_id))
}

/// Whether a person waits for a page: event streams, images and scripts get a plain answer.
fn wants_page(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-dest") {
        Some(destination) => matches!(destination, "document" | "empty"),
        None => {
            text(header::ACCEPT.as_str()).is_none_or(|accept| accept.contains("text/html") || accept.contains("*/*"))
        }
    }
}
