//! Pages that the server draws by itself: what went wrong outside of any page, and the end of a session.

use app::document::{Document, DocumentProps, Frame, Page};
use app::pages::problem::Unkept;
use axum::response::{Html, IntoResponse, Response};
use domain::problem::Problem;
use http::StatusCode;
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

/// Says why nobody is signed in.
pub(super) fn not_signed_in(portal: &Portal, status: u16, problem: Problem, request_id: &str) -> Response {
    answer(portal, status, || {
        let mut page = app::pages::problem::page(status, problem, Some(request_id.to_owned()), None);
        "Not signed in".clone_into(&mut page.title);
        page
    })
}

/// A document around a page, for nobody in particular.
pub(super) fn answer(portal: &Portal, status: u16, page: impl FnOnce() -> Page) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let frame = Frame { assets: portal.assets().clone(), path: "/".to_owned(), ..Frame::default() };
    let html = Owner::new().with(|| {
        let document = Document(DocumentProps::builder().frame(frame).shell(None).page(page()).build());
        format!("<!DOCTYPE html>{}", document.to_html())
    });
    (status, Html(html)).into_response()
}
