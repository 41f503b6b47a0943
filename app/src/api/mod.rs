//! The server functions: each a plain form's target, with three lines: the form it came from, one call of the control
//! plane, and where to go next. They are compiled for the server alone: no island calls them.

mod administration;
mod answer;
mod approvals;
mod catalog;
mod curation;
mod environments;
mod form;
mod idle;
mod inbox;
mod notifications;
mod organization;
mod portfolio_access;
mod refuse;
mod requests;
mod revocations;
mod rollouts;
mod sessions;
mod studio;
mod tag_options;
mod tag_policy;
mod templates;
mod theme;
mod updates;

use std::collections::BTreeMap;

use axum::body::Body;
use domain::problem::FieldError;
use domain::text;
use http::header::ACCEPT;
use http::{Request, Response, StatusCode};
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;

pub use administration::*;
pub use answer::{Answer, Html, Posted};
pub use approvals::*;
pub use catalog::*;
pub use curation::*;
pub use environments::*;
pub use form::Form;
pub use idle::*;
pub use inbox::*;
pub use notifications::*;
pub use organization::*;
pub use portfolio_access::*;
pub use requests::*;
pub use revocations::*;
pub use rollouts::*;
pub use sessions::*;
pub use studio::*;
pub use tag_options::*;
pub use tag_policy::*;
pub use templates::*;
pub use theme::*;
pub use updates::*;

/// Every server function, as it is registered and posted to.
pub const PATHS: &[&str] = &[
    "/api/accept_binding_proposals",
    "/api/act_on_environments",
    "/api/add_approver",
    "/api/add_group_mapping",
    "/api/add_portfolio",
    "/api/add_product",
    "/api/add_share",
    "/api/add_tag_option",
    "/api/add_version",
    "/api/adopt_catalog_drift",
    "/api/adopt_product",
    "/api/adopt_version",
    "/api/answer_request",
    "/api/apply_blueprint",
    "/api/apply_policy_change",
    "/api/associate_principal",
    "/api/associate_product",
    "/api/associate_tag_option",
    "/api/check_template",
    "/api/continue_rollout",
    "/api/copy_product",
    "/api/decide_request",
    "/api/decide_requests",
    "/api/delegate_decisions",
    "/api/delete_constraint",
    "/api/delete_portfolio",
    "/api/delete_product",
    "/api/delete_share",
    "/api/delete_tag_option",
    "/api/delete_version",
    "/api/disassociate_principal",
    "/api/disassociate_product",
    "/api/disassociate_tag_option",
    "/api/discard_delivery",
    "/api/end_delegation",
    "/api/end_other_sessions",
    "/api/end_rollout",
    "/api/end_session",
    "/api/end_sessions_of",
    "/api/end_waiver",
    "/api/enter_blueprint",
    "/api/extend_lease",
    "/api/hand_back_environment",
    "/api/hand_over_environment",
    "/api/hold_environment",
    "/api/import_portfolio",
    "/api/launch_environment",
    "/api/mark_running_job",
    "/api/observe_environment",
    "/api/plan_catalog",
    "/api/preview_policy_change",
    "/api/probe_guardrails",
    "/api/push_tags",
    "/api/put_catalog_drift_back",
    "/api/question_request",
    "/api/read_notifications",
    "/api/refresh_catalog",
    "/api/release_environment",
    "/api/remove_approval_floor",
    "/api/remove_approver",
    "/api/remove_group_mapping",
    "/api/remove_idle_rule",
    "/api/remove_parameter_binding",
    "/api/remove_product_access",
    "/api/remove_project_account",
    "/api/remove_tag_rule",
    "/api/remove_webhook",
    "/api/repair_owner",
    "/api/request_again",
    "/api/request_extension",
    "/api/restore_access",
    "/api/retry_catalog_change",
    "/api/retry_delivery",
    "/api/retry_environment",
    "/api/retry_policy_change",
    "/api/retry_revocation",
    "/api/revoke_access",
    "/api/save_approval_floor",
    "/api/save_constraint",
    "/api/save_idle_rule",
    "/api/save_notification_choices",
    "/api/save_parameter_binding",
    "/api/save_product_access",
    "/api/save_product_settings",
    "/api/save_project",
    "/api/save_project_account",
    "/api/save_tag_rule",
    "/api/save_webhook",
    "/api/set_portfolio",
    "/api/set_product",
    "/api/set_share",
    "/api/set_tag_option",
    "/api/set_theme",
    "/api/set_version",
    "/api/show_request_form",
    "/api/show_update_form",
    "/api/start_notebook_instance",
    "/api/stop_running",
    "/api/submit_request",
    "/api/submit_update",
    "/api/terminate_environment",
    "/api/test_webhook",
    "/api/transfer_environment",
    "/api/try_constraint",
    "/api/undo_catalog_change",
    "/api/unmark_running_job",
    "/api/waive_finding",
    "/api/withdraw_request",
];

/// The largest form that is read; the server refuses larger ones before.
const LARGEST: usize = 4 * 1024 * 1024;

/// Answers a post to one of [`PATHS`].
///
/// Leptos redirects a browser's post to where it came from, whatever the answer was, and puts errors into the address.
/// Here the answer says itself where to go and with which status, so the header that asks for that is taken away; and a
/// body that is no form at all gets a page that says so.
///
/// This is where every form is read: one that holds a character that no text may hold comes back with that said at its
/// field.
pub async fn handle(context: impl Fn() + Clone + Send + 'static, request: Request<Body>) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    parts.headers.remove(ACCEPT);
    let unreadable = |context: &dyn Fn()| {
        Owner::new().with(|| {
            context();
            refuse::unreadable()
        })
    };
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else { return unreadable(&context) };
    let fields: BTreeMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let mistakes: Vec<FieldError> = fields.iter().filter_map(|(name, value)| not_text(name, value)).collect();
    if !mistakes.is_empty() {
        let answered = Owner::new().with(|| {
            context();
            provide_context(parts.clone());
            ScopedFuture::new(answer::refused(parts.uri.path().to_owned(), fields, mistakes))
        });
        return answered.await;
    }
    let again = context.clone();
    let request = Request::from_parts(parts, Body::from(body));
    let response = leptos_axum::handle_server_fns_with_context(context, request).await;
    let response = axum::response::IntoResponse::into_response(response);
    if response.headers().contains_key("serverfnerror") || response.status() == StatusCode::BAD_REQUEST {
        return unreadable(&again);
    }
    response
}

/// The mistake of a field that holds a control character.
fn not_text(name: &str, value: &str) -> Option<FieldError> {
    let found = text::forbidden(value).or_else(|| text::forbidden(name))?;
    let message =
        format!("A control character (U+{:04X}) was in it and was taken out: look it over.", u32::from(found));
    Some(FieldError::new(text::without_forbidden(name), message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v3_5_3_the_list_is_what_is_registered() {
        let mut registered: Vec<_> = leptos::server_fn::axum::server_fn_paths()
            .map(|(path, method)| (path, method == http::Method::POST))
            .collect();
        registered.sort_unstable();
        assert_eq!(registered, PATHS.iter().map(|path| (*path, true)).collect::<Vec<_>>());
    }

    async fn post(path: &str, body: &str) -> (StatusCode, String) {
        let request = Request::post(path)
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "text/html")
            .header(http::header::REFERER, "http://127.0.0.1/catalog")
            .body(Body::from(body.to_owned()))
            .unwrap();
        let response = handle(|| {}, request).await;
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Without anybody signed in every readable form is answered with 401: it was read, and nothing was called.
    #[tokio::test]
    async fn every_form_is_read_whatever_fields_it_leaves_out() {
        for path in PATHS {
            let (status, page) = post(path, "").await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
            assert!(page.contains("You are signed out."), "{path}");
        }
        let fields = "product=p&target=a%2Fb&param%5BSize%5D=2&param[Token]=x&tag[data-class]=internal&noecho=param%5BToken%5D&more=1";
        assert_eq!(post("/api/submit_request", fields).await.0, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn v1_5_2_v15_3_5_v15_3_7_what_is_no_form_gets_a_page_that_says_so() {
        for body in ["id[a][b]=1&id=2", "id[]=1", "id=1&id=2"] {
            let (status, page) = post("/api/end_session", &body.replace("id", "handle")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
            assert!(page.contains("The form could not be read."), "{body}");
        }
    }
}
