//! Pages that the server draws by itself: what went wrong outside of any page, and the end of a session.

use app::document::{Document, DocumentProps, Frame, Page, Theme, ThemeCookie};
use app::pages::problem::Unkept;
use axum::response::{Html, IntoResponse, Response};
use domain::problem::Problem;
use http::{HeaderMap, StatusCode, header};
use leptos::prelude::*;

use super::portal::Portal;

/// Says what happened, why, and what to do next.
pub(super) fn problem(portal: &Portal, status: u16, problem: Problem, request_id: Option<&str>) -> Response {
    answer(portal, status, || app::pages::problem::page(status, problem, request_id.map(str::to_owned), None))
}

/// Says it too, and holds a form that could be kept nowhere else.
pub(super) fn unkept(portal: &Portal, status: u16, problem: Problem, request_id: &str, form: Unkept) -> Response {
    answer(portal, status, || app::pages::problem::unkept(status, problem, Some(request_id.to_owned()), form))
}

/// Says why nobody is signed in; `again` leads to the sign-in and from there to the page that was asked for.
pub(super) fn not_signed_in(
    portal: &Portal,
    status: u16,
    problem: Problem,
    request_id: &str,
    again: String,
) -> Response {
    answer(portal, status, || app::pages::problem::not_signed_in(problem, request_id.to_owned(), again))
}

tokio::task_local! {
    /// The colours that the browser's cookie asks for. Pages about failures are drawn in places that do not have the
    /// request any more.
    static THEME: Option<Theme>;
}

/// Answers a request; every page that is drawn meanwhile has the colours that it asks for.
pub(super) async fn in_colours_of<T>(cookie: ThemeCookie, headers: &HeaderMap, answer: impl Future<Output = T>) -> T {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let theme = cookies.into_iter().find_map(|line| cookie.read(line));
    THEME.scope(theme, answer).await
}

/// A document around a page, for nobody in particular.
pub(super) fn answer(portal: &Portal, status: u16, page: impl FnOnce() -> Page) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let theme = THEME.try_with(|theme| *theme).ok().flatten();
    let frame = Frame { assets: portal.assets().clone(), path: "/".to_owned(), theme, ..Frame::default() };
    let html = Owner::new().with(|| {
        let document = Document(DocumentProps::builder().frame(frame).shell(None).page(page()).build());
        format!("<!DOCTYPE html>{}", document.to_html())
    });
    (status, Html(html)).into_response()
}
