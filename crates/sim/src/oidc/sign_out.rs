//! RP-initiated sign-out (OpenID Connect RP-Initiated Logout 1.0). There is no session here to end: the persona page asks
//! every time.

use std::collections::BTreeMap;

use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use url::Url;

use super::provider::{CLIENT_ID, Provider};
use crate::studio::html;

type Fields = BTreeMap<String, String>;

pub(super) async fn get(State(provider): State<Provider>, Query(fields): Query<Fields>) -> Response {
    signed_out(&provider, &fields)
}

pub(super) async fn post(State(provider): State<Provider>, Form(fields): Form<Fields>) -> Response {
    signed_out(&provider, &fields)
}

fn signed_out(provider: &Provider, fields: &Fields) -> Response {
    let known = fields.contains_key("id_token_hint") || fields.get("client_id").is_some_and(|id| id == CLIENT_ID);
    let back = fields.get("post_logout_redirect_uri").and_then(|uri| Url::parse(uri).ok());
    if let Some(mut back) = back.filter(|uri| known && uri.origin().ascii_serialization() == provider.portal_origin()) {
        if let Some(state) = fields.get("state") {
            back.query_pairs_mut().append_pair("state", state);
        }
        return Redirect::to(back.as_str()).into_response();
    }
    let body = "<header><h1>You are signed out</h1><p>Demo identity provider</p></header><main><section><h2>Signed out</h2><p>You can close this page.</p></section></main>";
    html(StatusCode::OK, "Signed out", body, "")
}
