//! What differs where browsers reach the portal by https.

use std::sync::Arc;

use axum::Router;
use chrono::TimeDelta;
use domain::person::PersonKey;
use studiogate::http::{Portal, PortalOptions, install_metrics, router};
use studiogate::oidc::Oidc;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::browser::{Answer, Browser};
use crate::state::State;

const ORIGIN: &str = "https://portal.example";

/// The same data behind another address.
fn on_https(state: &State) -> (Portal, Router) {
    let public_url = Url::parse(ORIGIN).unwrap();
    let portal = Portal::new(PortalOptions {
        control_plane: state.plane().clone(),
        oidc: Oidc::new(state.client(), &public_url, Arc::new(state.clock.clone())).unwrap(),
        public_url,
        studio_origins: Vec::new(),
        session_absolute: TimeDelta::hours(12),
        metrics: install_metrics().unwrap(),
        shutdown: CancellationToken::new(),
    });
    (portal.clone(), router(portal))
}

#[tokio::test]
async fn v3_4_1_every_answer_keeps_the_browser_on_https() {
    let state = State::start().await;
    let mut browser = Browser::new(on_https(&state).1, ORIGIN);
    for path in ["/", "/catalog", "/nothing-here", "/healthz", "/auth/login", "/auth/callback", "/auth/signed-out"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000; includeSubDomains", "{path}");
    }
}

fn assert_bound_to_the_host(answer: &Answer, name: &str) {
    bound_to_the_host(answer.header("set-cookie"), name);
}

fn bound_to_the_host(cookie: &str, name: &str) {
    assert!(cookie.starts_with(&format!("__Host-{name}")), "{cookie}");
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.split("; ").any(|one| one == attribute), "{attribute}: {cookie}");
    }
    assert!(!cookie.to_ascii_lowercase().contains("domain="), "{cookie}");
}

#[tokio::test]
async fn v3_3_1_v3_3_2_v3_3_3_v3_3_4_every_cookie_is_bound_to_the_host() {
    let state = State::start().await;
    let (portal, router) = on_https(&state);
    let mut browser = Browser::new(router, ORIGIN);
    assert_bound_to_the_host(&browser.get("/auth/login").await, "studiogate-login-");

    state.signed_in("auditor").await;
    let person = PersonKey { issuer: state.provider().issuer(), subject: "auditor".to_owned() };
    let id = portal.sessions().open(person, "", "").await.unwrap();
    let (_, cookie) = portal.sessions().set_cookie(&id).unwrap();
    bound_to_the_host(cookie.to_str().unwrap(), "studiogate=");
    let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
    browser.cookies.insert(name.to_owned(), value.to_owned());
    assert_bound_to_the_host(&browser.post("/api/set_theme", &[("theme", "dark")]).await, "theme=");
    let page = browser.get("/profile").await;
    assert!(page.status == 200 && page.has("data-theme=\"dark\""), "{}", page.text());
}
