//! How long sessions live, and what is kept when they end.

use std::time::Duration;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use futures::StreamExt as _;

use crate::browser::Browser;
use crate::state::State;

#[tokio::test]
async fn v7_3_1_v7_3_2_a_session_ends_when_it_is_not_used_and_after_twelve_hours_however_it_is_used() {
    let state = State::start().await;
    let mut browser = state.signed_in("auditor").await;
    state.pass(TimeDelta::minutes(61));
    assert_eq!(browser.get("/profile").await.status, 303);

    let mut busy = state.signed_in("auditor").await;
    for _ in 0..23 {
        state.pass(TimeDelta::minutes(30));
        assert_eq!(busy.get("/profile").await.status, 200);
    }
    state.pass(TimeDelta::minutes(31));
    assert_eq!(busy.get("/profile").await.status, 303);
}

#[tokio::test]
async fn v7_5_2_people_see_and_end_their_own_sessions() {
    let state = State::start().await;
    let mut here = state.signed_in("fraud-scientist").await;
    let mut there = state.signed_in("fraud-scientist").await;
    let profile = here.get("/profile").await.text();
    let handles: Vec<_> = profile.split("name=\"handle\" value=\"").skip(1).map(|rest| &rest[..64]).collect();
    assert!(!handles.is_empty(), "{profile}");
    for handle in handles {
        here.post("/api/end_session", &[("handle", handle)]).await;
    }
    assert_eq!(there.get("/profile").await.status, 303, "the other session ended");
}

#[tokio::test]
async fn v7_4_1_a_session_that_ended_is_not_brought_back_by_a_request_in_flight() {
    let state = State::start().await;
    let browser = state.signed_in("fraud-scientist").await;
    let mut late = browser.clone();
    let mut ending = browser;
    ending.post("/auth/logout", &[]).await;
    // The cookie is the same; a sign-in that begins with it is a session of its own.
    let login = late.get("/auth/login").await;
    assert_eq!(login.status, 303);
    assert!(!login.header("set-cookie").is_empty());
    assert_eq!(late.get("/profile").await.status, 303);
}

#[tokio::test]
async fn v7_2_3_v11_5_1_a_session_id_is_256_random_bits() {
    let state = State::start().await;
    let (one, other) = (state.signed_in("auditor").await, state.signed_in("auditor").await);
    let bytes = |browser: &Browser| URL_SAFE_NO_PAD.decode(&browser.cookies["studiogate"]).unwrap();
    assert_eq!((bytes(&one).len(), bytes(&other).len()), (32, 32));
    assert_ne!(bytes(&one), bytes(&other));
}

#[tokio::test]
async fn v7_4_4_every_page_offers_the_sign_out() {
    let state = State::start().await;
    let paths =
        ["/", "/catalog", "/requests", "/approvals", "/environments", "/audit", "/profile", "/admin/projects", "/none"];
    for persona in ["admin", "newcomer"] {
        let mut browser = state.signed_in(persona).await;
        for path in paths {
            assert!(browser.get(path).await.has("action=\"/auth/logout\""), "{path} of {persona}");
        }
    }
}

#[tokio::test]
async fn v7_4_1_an_open_stream_ends_with_its_session() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let environment = state.approved("watched").await;
    let answer = browser.open(&format!("/environments/{environment}/events")).await;
    let mut events = answer.into_body().into_data_stream();
    let first = events.next().await.unwrap().unwrap();
    assert!(first.starts_with(b"data: {"), "{first:?}");
    browser.post("/auth/logout", &[]).await;
    // It looks once a second; the limit is for a stream that never ends.
    let end = tokio::time::timeout(Duration::from_mins(1), events.next()).await.unwrap();
    assert!(end.is_none(), "{end:?}");
}

#[tokio::test]
async fn v7_2_1_v7_2_2_a_cookie_that_names_nothing_signs_nobody_in() {
    let state = State::start().await;
    for value in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "../../etc/passwd", "é"] {
        let mut browser = state.browser();
        browser.cookies.insert("studiogate".into(), value.into());
        assert_eq!(browser.get("/profile").await.status, 303, "{value:?}");
    }
}

/// The form filled, the session ended by `end`, the form sent: everything is back after the sign-in of `then`.
async fn typed_and_signed_out(state: &State, end: impl AsyncFnOnce(&mut Browser), then: &str) -> String {
    let mut browser = state.signed_in("fraud-scientist").await;
    let product = state.product("Studio environment").await;
    browser.page = format!("/catalog/{product}/request?target=fraud-detection%2F601000000002%2Feu-west-1");
    end(&mut browser).await;
    let fields = [
        ("product", product.as_str()),
        ("name", "typed-name"),
        ("justification", "typed at length"),
        ("param[InstanceType]", "ml.m5.large"),
        ("param[Secret]", "hush"),
        ("noecho", "param[Secret]"),
    ];
    let sent = browser.post("/api/submit_request", &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert!(sent.location().starts_with("/auth/login?return_to=/catalog/"), "{}", sent.location());
    let login = browser.get(sent.location()).await;
    let callback = browser.choose(login.location(), then).await;
    let back = browser.get(&callback).await;
    assert!(back.location().contains("target=fraud-detection%2F601000000002"), "{}", back.location());
    let location = back.location().to_owned();
    browser.get(&location).await.text()
}

#[tokio::test]
async fn what_was_typed_before_a_sign_out_is_there_after_the_sign_in() {
    let state = State::start().await;
    // Not used for an hour, and long past its absolute end.
    for minutes in [61, 13 * 60] {
        let end = async |_: &mut Browser| state.pass(TimeDelta::minutes(minutes));
        let page = typed_and_signed_out(&state, end, "fraud-scientist").await;
        assert!(page.contains("typed-name") && page.contains("typed at length"), "{minutes}: {page}");
        assert!(page.contains("You were signed out before this was sent."), "{minutes}");
        assert!(!page.contains("hush"), "a secret is never kept");
    }
    let page = typed_and_signed_out(
        &state,
        async |browser| {
            browser.post("/auth/logout", &[]).await;
        },
        "fraud-scientist",
    )
    .await;
    assert!(page.contains("typed-name") && page.contains("typed at length"), "signed out in another tab");
    assert_eq!(state.requests_of("fraud-scientist").await, 0, "nothing was submitted");
}

#[tokio::test]
async fn v8_2_2_nobody_else_gets_what_was_typed() {
    let state = State::start().await;
    let end = async |browser: &mut Browser| {
        browser.post("/auth/logout", &[]).await;
    };
    let page = typed_and_signed_out(&state, end, "admin").await;
    assert!(!page.contains("typed-name") && !page.contains("typed at length"), "{page}");
}

#[tokio::test]
async fn v7_4_2_v7_4_5_an_admin_finds_a_person_and_ends_all_their_sessions() {
    let state = State::start().await;
    let mut admin = state.signed_in("admin").await;
    let mut laptop = state.signed_in("fraud-scientist").await;
    let mut phone = state.signed_in("fraud-scientist").await;
    let mut other = state.signed_in("fraud-lead").await;
    let page = admin.get("/admin/people?q=fraud-scientist").await;
    assert!(page.has("Ada Ferrer") && page.has("2 sessions"), "{}", page.text());
    assert!(!page.has("fraud-lead"), "only who was looked for: {}", page.text());
    let text = page.text();
    let id = text.split("name=\"person\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let ended = admin.post("/api/end_sessions_of", &[("person", id), ("q", "fraud-scientist")]).await;
    assert_eq!((ended.status, ended.location()), (303, "/admin/people?q=fraud-scientist"));
    let page = admin.get(ended.location()).await;
    assert!(page.has("2 sessions of Ada Ferrer ended.") && page.has("Not signed in"), "{}", page.text());
    for browser in [&mut laptop, &mut phone] {
        assert_eq!(browser.get("/profile").await.status, 303);
    }
    assert_eq!(other.get("/profile").await.status, 200);
    assert!(state.audited("end_any_session").await[0].contains("\"ended\": \"2\""));
    // An auditor looks, and is offered nothing.
    let page = state.signed_in("auditor").await.get("/admin/people").await;
    assert!(page.status == 200 && !page.has("/api/end_sessions_of"), "{}", page.text());
}

#[tokio::test]
async fn what_is_no_page_is_not_sent_to_the_sign_in() {
    let state = State::start().await;
    let mut browser = state.browser();
    for (destination, status) in [("document", 303), ("empty", 401), ("image", 401), ("iframe", 401)] {
        let request = browser.request("GET", "/catalog").header("sec-fetch-dest", destination);
        let answer = browser.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{destination}");
    }
}

#[tokio::test]
async fn a_form_from_nobody_comes_back_in_the_page_itself() {
    let state = State::start().await;
    let fields = [("name", "typed-name"), ("noecho", "param[Secret]"), ("param[Secret]", "hush")];
    let answer = state.browser().post("/api/submit_request", &fields).await;
    assert_eq!(answer.status, 401);
    assert!(answer.has("You are signed out.") && answer.has("Send again"), "{}", answer.text());
    assert!(answer.has(r#"action="/api/submit_request""#) && answer.has(r#"value="typed-name""#), "{}", answer.text());
    assert!(!answer.has("hush"), "a secret is never shown");
    // A button has nothing to send again.
    let answer = state.browser().post("/api/withdraw_request", &[("id", "x")]).await;
    assert!(answer.status == 401 && !answer.has("Send again"), "{}", answer.text());
}

#[tokio::test]
async fn what_was_typed_long_after_the_end_of_a_session_comes_back_too() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    // Nobody knows any more whose session it was.
    state.pass(TimeDelta::hours(80));
    state.work().await;
    let answer = browser.post("/api/submit_request", &[("product", "prod-1"), ("name", "typed-name")]).await;
    assert_eq!(answer.status, 401, "{}", answer.location());
    assert!(answer.has(r#"value="typed-name""#), "{}", answer.text());
}
