//! Everything that a provider, or somebody who plays one, can get wrong: refused with a page that says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use chrono::TimeDelta;
use sim::oidc::Misbehaviour;
use studiogate::config::OidcClient;
use studiogate::oidc::{Oidc, Secrets};

use crate::browser::Browser;
use crate::state::State;

/// Nobody is signed in, the page says why, and the audit log has it.
async fn assert_refused(state: &State, browser: &mut Browser, callback: &str, says: &str) {
    let answer = browser.get(callback).await;
    assert!(matches!(answer.status, 400 | 403 | 502), "{}: {}", answer.status, answer.text());
    assert!(answer.has("You are not signed in.") && answer.has(says), "{says}: {}", answer.text());
    assert!(answer.has("Request id"));
    assert_eq!(browser.get("/profile").await.status, 303, "nobody is signed in");
    let audited = state.audited("sign_in").await;
    assert!(audited.first().is_some_and(|event| event.starts_with("denied")), "{audited:?}");
}

/// A sign-in in a new browser for each thing that the provider does wrong.
async fn assert_all_refused(wrong: &[(Misbehaviour, &str)]) {
    let state = State::start().await;
    for (misbehaviour, says) in wrong {
        let mut browser = state.browser();
        state.provider().misbehave(Some(*misbehaviour));
        let callback = browser.callback("fraud-scientist", "/").await;
        assert_refused(&state, &mut browser, &callback, says).await;
    }
}

#[tokio::test]
async fn v6_8_2_v9_1_1_v9_1_3_an_id_token_that_the_provider_did_not_sign_is_refused() {
    assert_all_refused(&[
        (Misbehaviour::WrongSignature, "its signature is wrong"),
        (Misbehaviour::WrongKey, "its signature is wrong"),
        (Misbehaviour::UnknownKeyId, "not the provider"),
    ])
    .await;
}

#[tokio::test]
async fn v6_8_2_v9_1_2_an_id_token_without_a_signature_that_only_the_provider_can_make_is_refused() {
    let says = "it is signed in a way that is not accepted";
    assert_all_refused(&[(Misbehaviour::AlgNone, says), (Misbehaviour::AlgHs256, says)]).await;
}

#[tokio::test]
async fn v9_2_1_an_id_token_out_of_its_time_is_refused() {
    assert_all_refused(&[
        (Misbehaviour::Expired, "it has expired"),
        (Misbehaviour::IssuedInFuture, "it was issued in the future"),
    ])
    .await;
}

#[tokio::test]
async fn v6_8_1_v9_2_2_v9_2_3_v10_5_4_an_id_token_for_something_else_is_refused() {
    assert_all_refused(&[
        (Misbehaviour::WrongIssuer, "it comes from another issuer"),
        (Misbehaviour::WrongAudience, "it was made for another client"),
        (Misbehaviour::WrongAuthorizedParty, "it was made for the client"),
        (Misbehaviour::WrongType, "a kind of token that is not accepted"),
    ])
    .await;
}

#[tokio::test]
async fn v10_1_2_v10_5_1_an_id_token_of_another_sign_in_is_refused() {
    let says = "it belongs to another sign-in";
    assert_all_refused(&[(Misbehaviour::WrongNonce, says), (Misbehaviour::MissingNonce, says)]).await;
}

#[tokio::test]
async fn v10_2_2_an_answer_of_another_issuer_is_refused() {
    assert_all_refused(&[
        (Misbehaviour::WrongResponseIssuer, "is not the provider that this portal trusts"),
        (Misbehaviour::MissingResponseIssuer, "does not say which provider it comes from"),
    ])
    .await;
}

#[tokio::test]
async fn v10_1_2_v10_2_1_a_wrong_missing_or_replayed_state_is_refused() {
    let state = State::start().await;
    let mut browser = state.browser();
    let callback = browser.callback("fraud-scientist", "/").await;
    let (code, rest) = callback.split_once("state=").unwrap();
    let wrong = format!("{code}state=x{rest}");
    assert_refused(&state, &mut browser, &wrong, "belongs to no sign-in that was begun here").await;
    assert_refused(&state, &mut browser, "/auth/callback?code=abc", "says nothing about which sign-in it is for").await;
    assert_refused(&state, &mut browser, "/auth/callback?code=abc&state=", "says nothing about which sign-in").await;
    // The right one still works, and once.
    assert_eq!(browser.get(&callback).await.status, 303);
    let replayed = browser.get(&callback).await;
    assert_eq!(replayed.status, 400);
    assert!(replayed.has("it was used already") && replayed.has("You are signed in all the same"));
    assert_eq!(browser.get("/profile").await.status, 200, "a replay signs nobody out");
}

#[tokio::test]
async fn v10_1_2_an_answer_in_another_browser_is_refused() {
    let state = State::start().await;
    let callback = state.browser().callback("fraud-scientist", "/").await;
    let mut other = state.browser();
    assert_refused(&state, &mut other, &callback, "another browser").await;
    // One that began a sign-in of its own is another browser too.
    let mut other = state.browser();
    other.get("/auth/login").await;
    assert_refused(&state, &mut other, &callback, "belongs to no sign-in").await;
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_refused() {
    let state = State::start().await;
    let mut browser = state.browser();
    let callback = browser.callback("fraud-scientist", "/environments?q=x").await;
    state.pass(TimeDelta::minutes(61));
    let answer = browser.get(&callback).await;
    assert_eq!(answer.status, 400);
    assert!(answer.has("More than an hour passed") && answer.has("Sign in again"), "{}", answer.text());
    // The page that was asked for is not lost.
    assert!(answer.has("/auth/login?return_to=/environments%3Fq%3Dx"), "{}", answer.text());
    assert_eq!(browser.get("/profile").await.status, 303, "nobody is signed in");
}

#[tokio::test]
async fn v1_2_1_a_refusal_of_the_provider_is_passed_on() {
    let state = State::start().await;
    for (error, status) in [("access_denied", 403), ("server_error", 502)] {
        let mut browser = state.browser();
        let callback = browser.callback("fraud-scientist", "/").await;
        let parameter = |name: &str| {
            let url = url::Url::parse(&format!("http://x{callback}")).unwrap();
            url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap()
        };
        let refusal = url::form_urlencoded::Serializer::new("/auth/callback?".to_owned())
            .extend_pairs([
                ("error", error),
                ("error_description", "<b>no</b>"),
                ("state", &parameter("state")),
                ("iss", &parameter("iss")),
            ])
            .finish();
        let answer = browser.get(&refusal.replacen("?&", "?", 1)).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.has(error) && !answer.has("<b>no</b>"), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_code_that_is_not_the_providers_is_refused() {
    let state = State::start().await;
    let mut browser = state.browser();
    let callback = browser.callback("fraud-scientist", "/").await;
    let start = callback.find("code=").unwrap();
    let end = callback[start..].find('&').map_or(callback.len(), |at| start + at);
    let forged = format!("{}code=forged{}", &callback[..start], &callback[end..]);
    assert_refused(&state, &mut browser, &forged, "did not take its own code back").await;
}

#[tokio::test]
async fn v10_5_2_userinfo_about_somebody_else_is_refused() {
    let state = State::start().await;
    // A claim that no ID token has makes the portal ask userinfo.
    let oidc = oidc(&state, OidcClient { groups_claim: "elsewhere".into(), ..state.client() });
    let secrets = || Secrets { state: "s".repeat(43), nonce: "n".repeat(43), pkce_verifier: "v".repeat(43) };
    let browser = state.browser();
    let answered = async |misbehaviour| {
        state.provider().misbehave(misbehaviour);
        let (url, login) = oidc.begin(secrets(), "/".into()).await.unwrap();
        let callback = browser.choose(url.as_str(), "fraud-scientist").await;
        let url = url::Url::parse(&format!("http://x{callback}")).unwrap();
        oidc.redeem(login, &url.query_pairs().into_owned().collect()).await
    };
    let identity = answered(None).await.unwrap();
    assert_eq!(identity.person.subject, "fraud-scientist");
    assert_eq!(identity.groups, None);
    let refused = answered(Some(Misbehaviour::WrongUserinfoSubject)).await.unwrap_err();
    assert!(refused.to_string().contains("userinfo"), "{refused}");
}

fn oidc(state: &State, client: OidcClient) -> Oidc {
    Oidc::new(client, &state.demo.public_url, Arc::new(state.clock.clone())).unwrap()
}

#[tokio::test]
async fn v10_5_3_metadata_of_another_issuer_is_not_taken() {
    let state = State::start().await;
    assert!(oidc(&state, state.client()).check().await.is_ok());
    // The same address, and not the same text.
    let issuer = format!("{}/", state.provider().issuer());
    let refused = oidc(&state, OidcClient { issuer, ..state.client() }).check().await.unwrap_err();
    assert!(refused.to_string().contains("issuer"), "{refused}");
}

#[tokio::test]
async fn v15_3_2_the_provider_cannot_send_the_portal_elsewhere() {
    let state = State::start().await;
    let reached = Arc::new(AtomicBool::new(false));
    let elsewhere = {
        let reached = Arc::clone(&reached);
        get(async move || reached.store(true, Ordering::SeqCst))
    };
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(async || Redirect::temporary("/elsewhere")))
        .route("/elsewhere", elsewhere);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    assert!(oidc(&state, OidcClient { issuer, ..state.client() }).check().await.is_err());
    assert!(!reached.load(Ordering::SeqCst), "the redirect was followed");
}
