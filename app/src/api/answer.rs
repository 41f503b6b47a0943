//! What a post is answered with: a redirect to what it made, back to its form with a draft, or a page that says why not.

use std::collections::BTreeMap;
use std::future::Future;
use std::str::FromStr;

use axum::body::Body;
use control_plane::{Caller, ControlPlane, Error};
use domain::problem::FieldError;
use domain::view::{Flash, FlashKind};
use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderValue, Response, StatusCode};
use leptos::prelude::*;
use leptos::server_fn::ContentType;
use leptos::server_fn::codec::{Encoding, FromRes, IntoRes};
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};

use super::form::Form;
use super::refuse;
use crate::load;

/// What every server function answers.
pub type Posted = Result<Answer, ServerFnError>;

/// A whole HTTP answer.
#[derive(Debug)]
pub struct Answer(pub(super) Response<Body>);

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
    text.parse().map_err(|_| Error::NotFound { what: format!("{what} with this id") })
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
    let Some((portal, caller)) = load::caller() else { return Ok(refuse::signed_out(frame)) };
    match call(portal.clone(), caller.clone()).await {
        Ok(answer) => Ok(answer),
        Err(error) => Ok(refuse::refuse(frame, form, &portal, &caller, error).await),
    }
}

/// Answers a form that was not read any further for its mistakes, so that no call was made.
pub(super) async fn refused(
    endpoint: String,
    fields: BTreeMap<String, String>,
    mistakes: Vec<FieldError>,
) -> Response<Body> {
    let plain = |text: &String| domain::text::without_forbidden(text);
    let fields = fields.iter().map(|(name, value)| (plain(name), plain(value))).collect();
    let frame = load::frame();
    let Some((portal, caller)) = load::caller() else { return refuse::signed_out(frame).0 };
    match Form::posted(&endpoint, fields) {
        Some(form) => refuse::refuse(frame, form, &portal, &caller, Error::Invalid(mistakes)).await.0,
        None => refuse::not_text(frame, &caller, &mistakes).0,
    }
}
