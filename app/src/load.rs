//! From a request to a page: one call of the control plane, and the answer to each way it can end.

use std::future::Future;
use std::str::FromStr;

use control_plane::{Caller, ControlPlane, Error};
use domain::problem::{FieldError, Problem};
use domain::view::Shell;
use http::header::{COOKIE, REFERER};
use http::request::Parts;
use http::{Method, StatusCode, Uri};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::hooks::{use_params_map, use_query_map};
use serde::de::DeserializeOwned;

use crate::document::{Assets, Document, Frame, Page, ThemeCookie};
use crate::pages;

/// What the HTTP request tells the document.
pub(crate) fn frame() -> Frame {
    let parts = use_context::<Parts>();
    let cookies = parts.as_ref().map(|p| p.headers.get_all(COOKIE).iter().collect::<Vec<_>>()).unwrap_or_default();
    let theme = use_context::<ThemeCookie>().unwrap_or_default();
    Frame {
        assets: use_context::<Assets>().unwrap_or_default(),
        theme: cookies.iter().filter_map(|value| value.to_str().ok()).find_map(|line| theme.read(line)),
        nonce: use_nonce(),
        path: parts.as_ref().and_then(page_of).unwrap_or_else(|| "/".to_owned()),
    }
}

/// Path and query of the page that a person looks at: for the answer to a post, the page that it was sent from, because
/// the address of the post itself cannot be gone to.
fn page_of(request: &Parts) -> Option<String> {
    if request.method == Method::GET || request.method == Method::HEAD {
        return request.uri.path_and_query().map(ToString::to_string);
    }
    let referer: Uri = request.headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    referer.path_and_query().map(ToString::to_string)
}

/// Who calls what; missing where the server let nobody in.
pub(crate) fn caller() -> Option<(ControlPlane, Caller)> {
    Some((use_context::<ControlPlane>()?, use_context::<Caller>()?))
}

/// The query of the address; every field is text with a default, so there is nothing to refuse.
pub(crate) fn query<T: DeserializeOwned + Default>() -> T {
    let fields: serde_json::Map<String, serde_json::Value> = use_query_map()
        .get_untracked()
        .into_iter()
        .map(|(name, value)| (name.into_owned(), serde_json::Value::String(value)))
        .collect();
    serde_json::from_value(serde_json::Value::Object(fields)).unwrap_or_default()
}

/// One value of the query, empty when it is not there.
pub(crate) fn query_value(name: &str) -> String {
    use_query_map().get_untracked().get(name).unwrap_or_default()
}

/// All values of a query that says the same name more than once.
pub(crate) fn query_values(name: &str) -> Vec<String> {
    use_query_map().get_untracked().get_all(name).unwrap_or_default()
}

/// A part of the path as the identifier that it should be; `what` names the thing for people.
pub(crate) fn path_id<T: FromStr>(name: &str, what: &str) -> Result<T, Error> {
    let text = use_params_map().get_untracked().get(name).unwrap_or_default();
    text.parse().map_err(|_| Error::NotFound { what: what.to_owned() })
}

/// A part of the path that is an identifier of AWS's.
pub(crate) fn path_text(name: &str) -> String {
    use_params_map().get_untracked().get(name).unwrap_or_default()
}

/// Draws a page from what `fetch` brings, or says why not. A person without any role gets the page that says what to ask
/// for instead, on every address but their own profile.
pub(crate) fn draw<T, Fut>(
    fetch: impl FnOnce(ControlPlane, Caller) -> Fut + Send + 'static,
    page: impl FnOnce(T) -> Page + Send + 'static,
) -> AnyView
where
    T: Send + 'static,
    Fut: Future<Output = Result<T, Error>> + Send + 'static,
{
    draw_with_shell(fetch, |data, _| page(data))
}

/// The same, for a page that also says what the frame around it knows.
pub(crate) fn draw_with_shell<T, Fut>(
    fetch: impl FnOnce(ControlPlane, Caller) -> Fut + Send + 'static,
    page: impl FnOnce(T, &Shell) -> Page + Send + 'static,
) -> AnyView
where
    T: Send + 'static,
    Fut: Future<Output = Result<T, Error>> + Send + 'static,
{
    let frame = frame();
    let caller = caller();
    let response = use_context::<ResponseOptions>();
    let set_status = move |status: u16| {
        if let (Some(response), Ok(status)) = (&response, StatusCode::from_u16(status)) {
            response.set_status(status);
        }
    };
    Suspend::new(async move {
        let Some((control_plane, caller)) = caller else {
            set_status(Error::SignedOut.status());
            return document(frame, None, failed(&Error::SignedOut, None));
        };
        let request_id = caller.request_id.clone();
        let path = frame.path.split('?').next().unwrap_or_default().to_owned();
        let shown = !caller.actor.cut_off.everything && (caller.actor.has_any_role() || path == "/profile");
        // Frame and page need nothing of each other, and a database over a wire is asked for both at once.
        let fetched = async { if shown { Some(fetch(control_plane.clone(), caller.clone()).await) } else { None } };
        let (shell, fetched) = futures::join!(control_plane.shell(&caller), fetched);
        let shell = match shell {
            Ok(shell) => shell,
            Err(error) => {
                set_status(error.status());
                return document(frame, None, failed(&error, Some(request_id)));
            }
        };
        if shell.cut_off {
            set_status(403);
            return document(frame, Some(shell), failed(&control_plane.cut_off(), Some(request_id)));
        }
        let Some(fetched) = fetched else {
            if path != "/" {
                set_status(403);
            }
            let ask = control_plane.settings().platform_contact.clone();
            let drawn = match control_plane.profile(&caller).await {
                Ok(profile) => pages::newcomer::page(profile, ask),
                Err(error) => {
                    set_status(error.status());
                    failed(&error, Some(request_id))
                }
            };
            return document(frame, Some(shell), drawn);
        };
        let drawn = match fetched {
            Ok(data) => page(data, &shell),
            Err(Error::Invalid(mistakes)) => {
                set_status(422);
                unusable_address(&mistakes, request_id, path)
            }
            Err(error) => {
                set_status(error.status());
                failed(&error, Some(request_id))
            }
        };
        document(frame, Some(shell), drawn)
    })
    .into_any()
}

fn failed(error: &Error, request_id: Option<String>) -> Page {
    pages::problem::page(error.status(), error.problem(), request_id, None)
}

/// For a page that was asked for with a query it cannot be drawn from; the way on is the page without any.
fn unusable_address(mistakes: &[FieldError], request_id: String, path: String) -> Page {
    let why = mistakes.iter().map(|mistake| mistake.message.as_str()).collect::<Vec<_>>().join(" ");
    let problem =
        Problem::new("The address of the page cannot be used.", why, "Go back to the page as it is without it.");
    pages::problem::page(422, problem, Some(request_id), Some(path))
}

fn document(frame: Frame, shell: Option<Shell>, page: Page) -> AnyView {
    view! { <Document frame shell page /> }.into_any()
}
