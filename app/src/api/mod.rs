//! The server functions: each a plain form's target, with three lines: the form it came from, one call of the control
//! plane, and where to go next. They are compiled for the server alone: no island calls them.

mod administration;
mod answer;
mod approvals;
mod catalog;
mod environments;
mod form;
mod requests;
mod sessions;
mod studio;
mod theme;

use axum::body::Body;
use http::header::ACCEPT;
use http::{Request, Response, StatusCode};
use leptos::prelude::*;

pub use administration::*;
pub use answer::{Answer, Html, Posted};
pub use approvals::*;
pub use catalog::*;
pub use environments::*;
pub use form::without_secrets;
pub use requests::*;
pub use sessions::*;
pub use studio::*;
pub use theme::*;

/// Every server function, as it is registered and posted to.
pub const PATHS: &[&str] = &[
    "/api/accept_binding_proposals",
    "/api/add_group_mapping",
    "/api/decide_request",
    "/api/end_session",
    "/api/launch_environment",
    "/api/refresh_catalog",
    "/api/remove_group_mapping",
    "/api/remove_parameter_binding",
    "/api/remove_product_access",
    "/api/remove_project_account",
    "/api/retry_environment",
    "/api/save_parameter_binding",
    "/api/save_product_access",
    "/api/save_project",
    "/api/save_project_account",
    "/api/set_theme",
    "/api/submit_request",
    "/api/terminate_environment",
    "/api/withdraw_request",
];

/// Answers a post to one of [`PATHS`].
///
/// Leptos redirects a browser's post to where it came from, whatever the answer was, and puts errors into the address.
/// Here the answer says itself where to go and with which status, so the header that asks for that is taken away; and a
/// body that is no form at all gets a page that says so.
pub async fn handle(context: impl Fn() + Clone + Send + 'static, mut request: Request<Body>) -> Response<Body> {
    request.headers_mut().remove(ACCEPT);
    let again = context.clone();
    let response = leptos_axum::handle_server_fns_with_context(context, request).await;
    let response = axum::response::IntoResponse::into_response(response);
    if response.headers().contains_key("serverfnerror") || response.status() == StatusCode::BAD_REQUEST {
        return Owner::new().with(|| {
            again();
            answer::unreadable()
        });
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_what_is_registered() {
        let mut registered: Vec<_> = leptos::server_fn::axum::server_fn_paths()
            .map(|(path, method)| (path, method == http::Method::POST))
            .collect();
        registered.sort_unstable();
        assert_eq!(registered, PATHS.iter().map(|path| (*path, true)).collect::<Vec<_>>());
    }
}
