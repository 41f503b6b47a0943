//! Signing in and out.

use chrono::TimeDelta;
use sim::oidc::Misbehaviour;
use url::Url;

use crate::state::State;

#[tokio::test]
async fn one_comes_back_to_the_page_that_was_asked_for_with_what_was_in_its_address() {
    let state = State::start().await;
    let mut browser = state.browser();
    let asked = browser.get("/environments?q=a%2Fb&state=available").await;
    assert_eq!(asked.status, 303);
    assert!(asked.location().starts_with("/auth/login?return_to=/environments"), "{}", asked.location());
    let login = browser.get(asked.location()).await;
    let callback = browser.choose(login.location(), "fraud-scientist").await;
    let back = browser.get(&callback).await;
    assert_eq!((back.status, back.location()), (303, "/environments?q=a%2Fb&state=available"));
    let page = browser.get(back.location()).await;
    assert_eq!(page.status, 200);
    assert!(page.has("Ada Ferrer"));
    assert!(state.audited("sign_in").await.iter().any(|event| event.starts_with("succeeded")));
}

#[tokio::test]
async fn v1_1_1_v3_7_2_nobody_is_sent_to_another_site_after_the_sign_in() {
    let state = State::start().await;
    for evil in [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "/.//evil.example",
        "/x/..//evil.example",
        "/auth/logout",
        // Encoded twice: it is decoded once, and no path then.
        "%2F%2Fevil.example",
    ] {
        let back = state.browser().sign_in("auditor", evil).await;
        assert_eq!((back.status, back.location()), (303, "/"), "{evil}");
    }
}

#[tokio::test]
async fn v7_2_4_each_sign_in_gives_a_new_session_id_and_the_old_one_is_worth_nothing() {
    let state = State::start().await;
    let mut browser = state.browser();
    let callback = browser.callback("fraud-scientist", "/").await;
    assert!(!browser.cookies.contains_key("studiogate"), "nobody is signed in yet");
    let second = browser.callback("fraud-scientist", "/catalog").await;
    assert_eq!(browser.get(&callback).await.status, 303);
    let before = browser.cookies.clone();
    assert_eq!(browser.get(&second).await.status, 303);
    assert_ne!(browser.cookies["studiogate"], before["studiogate"]);
    let mut thief = state.browser();
    thief.cookies = before;
    assert_eq!(thief.get("/profile").await.status, 303);
    assert_eq!(browser.get("/profile").await.status, 200);
}

#[tokio::test]
async fn every_tab_can_sign_in_at_once_and_comes_back_to_its_own_page() {
    let state = State::start().await;
    let mut browser = state.browser();
    // All begin before any cookie of the portal is there, as tabs do that a browser opens again.
    let mut waiting = Vec::new();
    for page in ["/catalog", "/requests", "/environments"] {
        let mut tab = state.browser();
        waiting.push((tab.callback("fraud-scientist", page).await, page));
        browser.cookies.extend(tab.cookies);
    }
    for (callback, page) in waiting.into_iter().rev() {
        let back = browser.get(&callback).await;
        assert_eq!((back.status, back.location()), (303, page), "{}", back.text());
        assert_eq!(browser.get("/profile").await.status, 200);
    }
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["studiogate"], "nothing is left of the sign-ins");
}

#[tokio::test]
async fn sign_ins_that_are_never_finished_do_not_pile_up_in_the_browser() {
    let state = State::start().await;
    let mut browser = state.browser();
    for _ in 0..20 {
        assert_eq!(browser.get("/auth/login").await.status, 303);
    }
    assert_eq!(browser.cookies.len(), 8, "{:?}", browser.cookies.keys());
    assert_eq!(browser.sign_in("auditor", "/audit").await.location(), "/audit");
}

#[tokio::test]
async fn v10_1_2_v10_2_1_the_provider_is_asked_with_pkce_state_and_nonce() {
    let state = State::start().await;
    let mut browser = state.browser();
    let login = browser.get("/auth/login").await;
    let url = Url::parse(login.location()).unwrap();
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert_eq!(value("response_type").as_deref(), Some("code"));
    assert_eq!(value("code_challenge_method").as_deref(), Some("S256"));
    assert!(value("code_challenge").unwrap().len() == 43);
    assert!(value("state").unwrap().len() >= 43 && value("nonce").unwrap().len() >= 43);
    assert_eq!(value("redirect_uri").unwrap(), format!("{}auth/callback", state.demo.public_url));
    let again = state.browser().get("/auth/login").await;
    assert_ne!(again.location(), login.location());
}

#[tokio::test]
async fn a_key_that_the_provider_changed_is_fetched_at_once() {
    let state = State::start().await;
    state.signed_in("fraud-scientist").await;
    state.provider().rotate_key();
    state.signed_in("fraud-lead").await;
}

#[tokio::test]
async fn v16_5_2_an_outage_of_the_provider_is_said_and_hurts_nobody_who_is_signed_in() {
    let state = State::start().await;
    state.provider().misbehave(Some(Misbehaviour::Outage));
    let refused = state.browser().get("/auth/login?return_to=/catalog").await;
    assert_eq!(refused.status, 503);
    assert!(refused.has("cannot be reached"), "{}", refused.text());
    assert!(refused.has("/auth/login?return_to=/catalog"), "the next try leads there too: {}", refused.text());
    state.provider().misbehave(None);
    // Nobody waits for it again at once.
    assert_eq!(state.browser().get("/auth/login").await.status, 503);
    state.pass(TimeDelta::seconds(5));
    let mut signed_in = state.signed_in("fraud-scientist").await;
    // What it said before is known, so that only its token endpoint is missed.
    let mut late = state.browser();
    let callback = late.callback("fraud-lead", "/").await;
    state.provider().misbehave(Some(Misbehaviour::Outage));
    let refused = late.get(&callback).await;
    assert!(matches!(refused.status, 502 | 503), "{}", refused.status);
    assert_eq!(signed_in.get("/catalog").await.status, 200);
    state.pass(TimeDelta::minutes(59));
    assert_eq!(signed_in.get("/catalog").await.status, 200);
}

#[tokio::test]
async fn v7_4_1_v7_6_1_v14_3_1_signing_out_ends_the_session_here_and_at_the_provider() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let answer = browser.post("/auth/logout", &[]).await;
    assert_eq!(answer.status, 303);
    let url = Url::parse(answer.location()).unwrap();
    assert!(answer.location().starts_with(&state.provider().issuer()), "{url}");
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    // The page that was left is not shown again by the back button.
    assert_eq!(answer.header("clear-site-data"), "\"cache\"");
    assert_eq!(value("id_token_hint").unwrap().split('.').count(), 3);
    assert_eq!(value("post_logout_redirect_uri").unwrap(), format!("{}auth/signed-out", state.demo.public_url));
    assert_eq!(browser.get("/profile").await.status, 303);
    let page = browser.get("/auth/signed-out").await;
    assert_eq!(page.status, 200);
    assert!(page.has("You are signed out."));
    assert_eq!(state.audited("sign_out").await.len(), 1);
    // A second time there is nothing to end.
    assert_eq!(browser.post("/auth/logout", &[]).await.status, 303);
}

#[tokio::test]
async fn v8_2_1_somebody_in_no_group_is_told_what_to_ask_for() {
    let state = State::start().await;
    let mut browser = state.signed_in("newcomer").await;
    let page = browser.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.has("fraud-detection-members") && page.has("platform@example.com"), "{}", page.text());
    assert_eq!(browser.get("/catalog").await.status, 403);
}

#[tokio::test]
async fn v10_1_1_no_token_of_the_provider_reaches_the_browser() {
    let state = State::start().await;
    let mut browser = state.browser();
    let answer = browser.sign_in("fraud-scientist", "/profile").await;
    assert_eq!(answer.status, 303);
    let page = browser.get("/profile").await;
    assert_eq!(page.status, 200);
    for answer in [answer, page] {
        // How each JSON web token begins: `{"`.
        let headers = answer.headers.iter().any(|(_, value)| value.to_str().unwrap().contains("eyJ"));
        assert!(!headers && !answer.has("eyJ"), "{:?} {}", answer.headers, answer.text());
    }
}

#[tokio::test]
async fn v1_3_3_what_a_provider_writes_is_rid_of_control_characters() {
    let state = State::start().await;
    state.provider().misbehave(Some(Misbehaviour::ControlCharacters));
    let mut browser = state.signed_in("fraud-scientist").await;
    let page = browser.get("/profile").await;
    assert_eq!(page.status, 200);
    assert!(page.has("fraud-detection-members") && !page.has("\0"), "{}", page.text());
    assert!(!page.has("platform-admins"), "a group is another one without its control character");
    assert_eq!(browser.get("/admin/projects").await.status, 403);
}

#[tokio::test]
async fn v16_5_3_a_missing_groups_claim_is_told_apart_from_no_groups() {
    let state = State::start().await;
    state.provider().misbehave(Some(Misbehaviour::MissingGroups));
    let mut browser = state.signed_in("fraud-scientist").await;
    let missing = browser.get("/").await;
    assert_eq!(missing.status, 200);
    state.provider().misbehave(None);
    let empty = state.signed_in("newcomer").await.get("/").await;
    let says = "left the groups claim out";
    assert!(missing.has(says), "{}", missing.text());
    assert!(!empty.has(says), "{}", empty.text());
}
