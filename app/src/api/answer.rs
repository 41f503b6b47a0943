//! What a post is answered with: a redirect to what it made, back to its form with a draft, or a page that says why not.

use std::future::Future;
use std::str::FromStr;

use axum::body::Body;
use control_plane::{Caller, ControlPlane, Error};
use domain::problem::{FieldError, Problem};
use domain::view::{Flash, FlashKind, Shell};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Response, StatusCode};
use leptos::prelude::*;
use leptos::server_fn::ContentType;
use leptos::server_fn::codec::{Encoding, FromRes, IntoRes};
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};

use super::form::Form;
use crate::document::{Document, Frame};
use crate::{load, pages};

/// What every server function answers.
pub type Posted = Result<Answer, ServerFnError>;

/// A whole HTTP answer.
#[derive(Debug)]
pub struct Answer(Response<Body>);

/// The encoding of an [`Answer`]: it is sent as it is.
#[derive(Clone, Copy, Debug)]
pub struct Html;

impl ContentType for Html {
    const CONTENT_TYPE: &'static str = "text/html; charset=utf-8";
}

impl Encoding for Html {
    const METHOD: http::Method = http::Method::POST;
}

impl<E: Send> IntoRes<Html, Response<Body>, E> for Answer {
    async fn into_res(self) -> Result<Response<Body>, E> {
        Ok(self.0)
    }
}

impl<R: Send, E: FromServerFnError> FromRes<Html, R, E> for Answer {
    /// Only browsers' forms post here; there is no client that would read the answer.
    async fn from_res(_: R) -> Result<Self, E> {
        Err(E::from_server_fn_error(ServerFnErrorErr::UnsupportedRequestMethod("only forms post here".to_owned())))
    }
}

/// Where to go after a post that did what was asked, and what to say there.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) to: String,
    pub(super) said: Option<String>,
}

/// Did it: on to `to`, where `said` is shown once.
pub(super) fn done(to: impl Into<String>, said: impl Into<String>) -> Done {
    Done { to: to.into(), said: Some(said.into()) }
}

impl Answer {
    /// 303 See Other (RFC 9110, section 15.4.4): the browser gets the address with GET.
    pub(super) fn redirect(to: &str) -> Self {
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(to) = HeaderValue::from_str(to) {
            headers.insert(LOCATION, to);
            *response.status_mut() = StatusCode::SEE_OTHER;
        } else {
            // An address that no header can hold; none is made of what people type without encoding it.
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
        Self(response)
    }

    pub(super) fn with_header(mut self, name: http::HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers_mut().append(name, value);
        }
        self
    }
}

/// An identifier out of a post.
pub(super) fn id<T: FromStr>(text: &str, what: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound { what: format!("{what} of this id") })
}

/// The version that a form was filled against; one that is no number fits no version.
pub(super) fn version(text: &str) -> i64 {
    text.trim().parse().unwrap_or(-1)
}

/// Runs the one call that a post is for, and answers.
pub(super) async fn act<Fut>(form: Form, call: impl FnOnce(ControlPlane, Caller) -> Fut + Send) -> Posted
where
    Fut: Future<Output = Result<Done, Error>> + Send,
{
    answer_with(form, |portal, caller| async move {
        let done = call(portal.clone(), caller.clone()).await?;
        if let Some(text) = done.said {
            // What was done stays done when its message is lost.
            let _ = portal.set_flash(&caller, Flash { kind: FlashKind::Success, text }).await;
        }
        Ok(Answer::redirect(&done.to))
    })
    .await
}

/// Like [`act`], for an answer that is not a page of the portal.
pub(super) async fn answer_with<Fut>(form: Form, call: impl FnOnce(ControlPlane, Caller) -> Fut + Send) -> Posted
where
    Fut: Future<Output = Result<Answer, Error>> + Send,
{
    let frame = load::frame();
    let Some((portal, caller)) = load::caller() else {
        return Ok(problem_page(frame, None, &Error::SignedOut, None, None));
    };
    match call(portal.clone(), caller.clone()).await {
        Ok(answer) => Ok(answer),
        Err(error) => Ok(refuse(frame, form, &portal, &caller, error).await),
    }
}

async fn refuse(frame: Frame, form: Form, portal: &ControlPlane, caller: &Caller, error: Error) -> Answer {
    let mistakes = match &error {
        Error::Invalid(mistakes) => Some(mistakes.clone()),
        // The form as it is now, with what was typed and with what changed.
        Error::Stale { .. } | Error::Conflict(_) => Some(vec![whole(&error.problem())]),
        _ => None,
    };
    let keep = mistakes.is_some() || !form.fields.is_empty();
    let may_see = !matches!(error, Error::Denied { .. } | Error::NotFound { .. } | Error::SignedOut);
    let mut back = None;
    // A form that is only a button has nothing to keep: its page says what was wrong.
    if form.fields.is_empty() && mistakes.is_some() && caller.session.is_some() {
        let problem = error.problem();
        let text = format!("{} {} {}", problem.what, problem.why, problem.next);
        if portal.set_flash(caller, Flash { kind: FlashKind::Failure, text }).await.is_ok() {
            return Answer::redirect(&form.address(None));
        }
    }
    if keep && may_see {
        let owner = &caller.actor.person;
        let kept =
            portal.save_draft(owner, &form.path, form.fields.clone(), mistakes.clone().unwrap_or_default()).await;
        match (kept, mistakes.is_some()) {
            (Ok(draft), true) => return Answer::redirect(&form.address(Some(draft.as_str()))),
            (Ok(draft), false) => back = Some(form.address(Some(draft.as_str()))),
            // What it says of the form is more use than that it could not be kept.
            (Err(_), _) => {}
        }
    }
    let back = back.or_else(|| may_see.then(|| form.address(None)));
    let shell = portal.shell(caller).await.ok();
    problem_page(frame, shell, &error, Some(caller.request_id.clone()), back)
}

/// A mistake of the form as a whole.
fn whole(problem: &Problem) -> FieldError {
    FieldError::new("", format!("{} {} {}", problem.what, problem.why, problem.next))
}

fn problem_page(
    frame: Frame,
    shell: Option<Shell>,
    error: &Error,
    request_id: Option<String>,
    back: Option<String>,
) -> Answer {
    html(frame, shell, error.status(), error.problem(), request_id, back)
}

/// For a body that is no form of ours.
pub(super) fn unreadable() -> Response<Body> {
    let request_id = load::caller().map(|(_, caller)| caller.request_id);
    let problem = Problem::new(
        "The form could not be read.",
        "What was sent is not a form of this portal, or it was cut off on the way.",
        "Go back, load the page again and send the form once more.",
    );
    html(load::frame(), None, 400, problem, request_id, None).0
}

fn html(
    frame: Frame,
    shell: Option<Shell>,
    status: u16,
    problem: Problem,
    request_id: Option<String>,
    back: Option<String>,
) -> Answer {
    let page = pages::problem::page(status, problem, request_id, back);
    let text = format!("<!DOCTYPE html>{}", view! { <Document frame shell page /> }.to_html());
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(Html::CONTENT_TYPE));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Answer(response)
}
