//! The provider's endpoints.

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::provider::{Misbehaviour, Provider};
use super::{authorize, sign_out, token};

/// Discovery, keys, authorization, token, userinfo and sign-out.
pub fn router(provider: Provider) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(keys))
        .route("/authorize", get(authorize::ask).post(authorize::decide))
        .route("/token", post(token::token))
        .route("/userinfo", get(userinfo).post(userinfo))
        .route("/logout", get(sign_out::get).post(sign_out::post))
        .layer(from_fn_with_state(provider.clone(), outage))
        .with_state(provider)
}

async fn outage(State(provider): State<Provider>, request: Request, next: Next) -> Response {
    if provider.misbehaves(Misbehaviour::Outage) {
        return (StatusCode::SERVICE_UNAVAILABLE, "The provider is down.").into_response();
    }
    next.run(request).await
}

async fn discovery(State(provider): State<Provider>) -> Json<Value> {
    let issuer = provider.issuer();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "end_session_endpoint": format!("{issuer}/logout"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile", "email", "groups"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "name", "preferred_username", "email", "email_verified", "groups"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(State(provider): State<Provider>) -> Response {
    // Making a key for the first time takes longer than a runtime's thread should be held.
    match tokio::task::spawn_blocking(move || provider.key()).await {
        Ok(Ok(key)) => Json(json!({ "keys": [key.jwk()] })).into_response(),
        Ok(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn userinfo(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.strip_prefix("Bearer "));
    let Some(persona) = token.and_then(|token| provider.bearer(token)) else {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
        return (StatusCode::UNAUTHORIZED, challenge).into_response();
    };
    let mut claims = token::person(&provider, persona);
    let sub = if provider.misbehaves(Misbehaviour::WrongUserinfoSubject) { "somebody-else" } else { persona.subject };
    claims.insert("sub".into(), json!(sub));
    Json(Value::Object(claims)).into_response()
}
