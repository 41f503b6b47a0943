//! What a post is answered with that did not do what was asked: its form again, or a page that says why not. What was typed
//! is in a draft, and where none can be kept, in the page itself.

use axum::body::Body;
use control_plane::{Caller, ControlPlane, Error};
use domain::problem::{FieldError, Problem};
use domain::view::{Flash, FlashKind, Shell};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};
use leptos::prelude::*;
use leptos::server_fn::ContentType;

use super::answer::{Answer, Html};
use super::form::Form;
use crate::document::{Document, Frame, Page};
use crate::{load, pages};

pub(super) async fn refuse(frame: Frame, form: Form, portal: &ControlPlane, caller: &Caller, error: Error) -> Answer {
    let mistakes = match &error {
        Error::Invalid(mistakes) => Some(mistakes.clone()),
        // The form as it is now, with what was typed and with what changed.
        Error::Stale { .. } | Error::Conflict(_) => Some(vec![whole(&error.problem())]),
        _ => None,
    };
    if form.fields.is_empty() {
        return refuse_button(frame, &form, portal, caller, &error, mistakes.is_some()).await;
    }
    let id = Some(caller.request_id.clone());
    let errors = form.errors(mistakes.clone().unwrap_or_default());
    let gone = matches!(error, Error::NotFound { .. });
    let kept = if gone || matches!(error, Error::Unavailable(_)) {
        // Whatever is away now keeps no draft either, and waiting for it once more helps nobody; and what is gone has no page any more
        // that a draft could open on.
        Err(error.problem())
    } else {
        let (owner, fields) = (&caller.actor.person, form.fields.clone());
        portal.save_draft(owner, &form.path, fields, errors).await.map_err(|error| error.problem())
    };
    match kept {
        Ok(draft) if mistakes.is_some() => Answer::redirect(&form.address_of_errors(draft.as_str())),
        Ok(draft) => {
            let shell = portal.shell(caller).await.ok();
            let mut problem = error.problem();
            problem.next.push_str(" What you typed is kept for a day: the form has it as soon as it opens again.");
            let back = Some(form.address(Some(draft.as_str())));
            html(frame, shell, error.status(), || pages::problem::page(error.status(), problem, id, back))
        }
        Err(why) => {
            let away = matches!(error, Error::Unavailable(_));
            let shell = if away { None } else { portal.shell(caller).await.ok() };
            let problem = error.problem();
            // One reason for both is said once.
            let why = if gone {
                "If it is gone for good, copy from here what is still of use.".to_owned()
            } else if away || why == problem {
                String::new()
            } else {
                format!("{} {} {}", why.what, why.why, why.next)
            };
            let endpoint = use_context::<Parts>().map(|parts| parts.uri.path().to_owned()).unwrap_or_default();
            let unkept = form.unkept(&endpoint, mistakes.unwrap_or_default(), why);
            html(frame, shell, error.status(), || pages::problem::unkept(error.status(), problem, id, unkept))
        }
    }
}

/// A form that is only a button has nothing to keep: its page says what was wrong.
async fn refuse_button(
    frame: Frame,
    form: &Form,
    portal: &ControlPlane,
    caller: &Caller,
    error: &Error,
    mistaken: bool,
) -> Answer {
    let problem = error.problem();
    if mistaken && caller.session.is_some() {
        let text = match error {
            // There is no field to look at.
            Error::Invalid(_) => format!("Nothing was changed. {}", problem.why),
            _ => format!("{} {} {}", problem.what, problem.why, problem.next),
        };
        if portal.set_flash(caller, Flash { kind: FlashKind::Failure, text }).await.is_ok() {
            return Answer::redirect(&form.address(None));
        }
    }
    let may_see = !matches!(error, Error::Denied { .. } | Error::NotFound { .. } | Error::SignedOut);
    let back = may_see.then(|| form.address(None));
    let shell = portal.shell(caller).await.ok();
    let id = Some(caller.request_id.clone());
    html(frame, shell, error.status(), || pages::problem::page(error.status(), problem, id, back))
}

/// A mistake of the form as a whole.
fn whole(problem: &Problem) -> FieldError {
    FieldError::new("", format!("{} {} {}", problem.what, problem.why, problem.next))
}

pub(super) fn signed_out(frame: Frame) -> Answer {
    let error = Error::SignedOut;
    html(frame, None, error.status(), || pages::problem::page(error.status(), error.problem(), None, None))
}

/// For a button whose values no page of ours has.
pub(super) fn not_text(frame: Frame, caller: &Caller, mistakes: &[FieldError]) -> Answer {
    let why = mistakes.iter().map(|m| format!("{}: {}", m.field, m.message)).collect::<Vec<_>>().join(" ");
    let problem = Problem::new("The form could not be read.", why, "Load the page again and use its buttons.");
    let id = Some(caller.request_id.clone());
    html(frame, None, 400, || pages::problem::page(400, problem, id, None))
}

/// For a body that is no form of ours.
pub(super) fn unreadable() -> Response<Body> {
    let request_id = load::caller().map(|(_, caller)| caller.request_id);
    let problem = Problem::new(
        "The form could not be read.",
        "What was sent is not a form of this portal, or it was cut off on the way.",
        "Go back, load the page again and send the form once more.",
    );
    html(load::frame(), None, 400, || pages::problem::page(400, problem, request_id, None)).0
}

fn html(frame: Frame, shell: Option<Shell>, status: u16, page: impl FnOnce() -> Page) -> Answer {
    let text = format!("<!DOCTYPE html>{}", view! { <Document frame shell page=page() /> }.to_html());
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(Html::CONTENT_TYPE));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Answer(response)
}
