//! What is known of a provider before anybody signs in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::ManualClock;
use http::StatusCode;
use serde_json::json;
use studiogate::config::OidcClient;
use studiogate::oidc::{Oidc, Secrets};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

struct Provider {
    issuer: String,
    asked: Arc<AtomicU32>,
}

/// One that signs people in and out at other origins than its issuer's, or answers nothing of use.
async fn provider(is_up: bool) -> Provider {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicU32::new(0));
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": "https://in.example/authorize",
        "token_endpoint": format!("{issuer}/token"),
        "end_session_endpoint": "https://out.example/end",
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    });
    let counted = Arc::clone(&asked);
    let discovery = get(move || async move {
        counted.fetch_add(1, Ordering::Relaxed);
        if is_up { Ok(Json(document)) } else { Err(StatusCode::BAD_GATEWAY) }
    });
    let router = Router::new()
        .route("/.well-known/openid-configuration", discovery)
        .route("/keys", get(|| async { Json(json!({ "keys": [] })) }));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Provider { issuer, asked }
}

fn portal(provider: &Provider, clock: &ManualClock) -> Oidc {
    let client = OidcClient {
        issuer: provider.issuer.clone(),
        client_id: "x".into(),
        client_secret: None,
        groups_claim: "groups".into(),
        scopes: vec!["openid".into()],
        redirect_origins: Vec::new(),
    };
    Oidc::new(client, &"https://portal.example".parse().unwrap(), Arc::new(clock.clone())).unwrap()
}

fn clock() -> ManualClock {
    ManualClock::at("2026-03-02T09:00:00Z".parse::<DateTime<Utc>>().unwrap())
}

#[tokio::test]
async fn the_first_page_lets_forms_lead_to_the_providers_own_origins() {
    let provider = provider(true).await;
    let oidc = portal(&provider, &clock());
    assert_eq!(oidc.form_origins(), [provider.issuer.as_str()]);
    oidc.get_to_know(CancellationToken::new()).await;
    assert_eq!(oidc.form_origins(), ["https://in.example", "https://out.example"]);
}

#[tokio::test]
async fn a_provider_that_is_away_is_not_asked_by_everybody_at_once() {
    let provider = provider(false).await;
    let clock = clock();
    let oidc = portal(&provider, &clock);
    let begin = async || {
        let secret = |letter: &str| letter.repeat(43);
        let secrets = Secrets { state: secret("s"), nonce: secret("n"), pkce_verifier: secret("v") };
        oidc.begin(secrets, "/".into()).await.unwrap_err().status()
    };
    for _ in 0..3 {
        assert_eq!(begin().await, 503);
    }
    assert_eq!(provider.asked.load(Ordering::Relaxed), 1);
    clock.advance(TimeDelta::seconds(5));
    assert_eq!(begin().await, 503);
    assert_eq!(provider.asked.load(Ordering::Relaxed), 2);
}
