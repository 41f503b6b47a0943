//! What every answer says to the browser.

use control_plane::Unfinished;

use crate::state::State;

#[tokio::test]
async fn the_policy_lets_scripts_be_the_portals_own_and_forms_lead_where_they_have_to() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let page = browser.get("/catalog").await;
    let policy = page.header("content-security-policy");
    for directive in
        ["default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "'wasm-unsafe-eval'"]
    {
        assert!(policy.contains(directive), "{directive}: {policy}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    let forms = policy.split("form-action ").nth(1).unwrap();
    assert!(forms.starts_with("'self'"));
    assert!(forms.contains(&state.provider().issuer()) && forms.contains(&state.demo.local.studio_url), "{forms}");
    // Nothing on the page that the policy would stop.
    assert!(!page.has("style=\"") && !page.has("onclick"), "{}", page.text());
}

#[tokio::test]
async fn the_nonce_is_new_on_every_page_and_marks_its_scripts() {
    let state = State::start().await;
    let name = "nonce-page";
    let mut browser = state.signed_in("fraud-scientist").await;
    let environment = state.environment(name).await;
    let path = format!("/environments/{environment}");
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let page = browser.get(&path).await;
        let policy = page.header("content-security-policy").to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        for script in page.text().split("<script").skip(1) {
            assert!(script.split('>').next().unwrap().contains(&format!("nonce=\"{nonce}\"")), "{script}");
        }
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn pages_are_not_kept_and_not_framed() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    for path in ["/", "/catalog", "/nothing-here"] {
        let page = browser.get(path).await;
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(page.header("x-request-id").len(), 36);
        // HSTS is for https, and the demo is not.
        assert_eq!(page.header("strict-transport-security"), "");
    }
}

#[tokio::test]
async fn a_post_from_another_site_is_refused() {
    use axum::body::Body;
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "http://evil.example")]
    {
        let request = browser.request("POST", "/auth/logout").header(name, value).body(Body::empty()).unwrap();
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 403, "{name}: {value}");
        assert!(answer.has("another site"));
    }
    assert_eq!(browser.get("/profile").await.status, 200);
}

#[tokio::test]
async fn what_is_too_large_or_no_address_gets_a_page() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let long = "x".repeat(300 * 1024);
    for (answer, status) in [
        (browser.post("/api/submit_request", &[("justification", &long)]).await, 413),
        (browser.get("/api/submit_request").await, 405),
        (browser.get("/nothing-here").await, 404),
        (browser.post("/api/no_such_function", &[]).await, 404),
    ] {
        assert_eq!(answer.status, status);
        assert!(answer.has("What to do"), "{}", answer.text());
    }
}

#[tokio::test]
async fn health_and_metrics_answer_anybody() {
    let state = State::start().await;
    let mut browser = state.browser();
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
    let metrics = browser.get("/metrics").await;
    assert!(metrics.has("studiogate_http_requests_total"));
    for name in ["studiogate_operations_unfinished{kind=\"provision\"}", "studiogate_requests_undecided"] {
        assert!(metrics.has(name), "{name}: {}", metrics.text());
    }
    // The recorder is the process's: what one portal counts is asked of itself.
    state.sign_in_the_team().await;
    state.approved("counted").await;
    state.waiting_request("waits").await;
    state.pass(chrono::TimeDelta::seconds(5));
    let backlog = state.plane().backlog().await.unwrap();
    let expected = Unfinished { kind: "provision".into(), all: 1, held: 0 };
    assert_eq!((backlog.operations, backlog.undecided_requests), (vec![expected], 1));
    assert_eq!(backlog.overdue, chrono::TimeDelta::seconds(5));
    assert!(backlog.unsealed_events > 0 && backlog.unsealed_for >= backlog.overdue);
}

#[tokio::test]
async fn methods_that_somebody_makes_up_are_counted_as_one() {
    use axum::body::Body;
    let state = State::start().await;
    let mut browser = state.browser();
    for method in ["BREW", "PROPFIND"] {
        let request = browser.request(method, "/healthz").body(Body::empty()).unwrap();
        assert_eq!(browser.send(request).await.status, 405);
    }
    let metrics = browser.get("/metrics").await.text();
    assert!(metrics.contains("method=\"other\"") && !metrics.contains("BREW"), "{metrics}");
}

#[tokio::test]
async fn colours_hold_on_every_page_and_can_be_changed_on_every_page() {
    let state = State::start().await;
    let mut browser = state.signed_in("newcomer").await;
    browser.cookies.insert("theme".into(), "dark".into());
    let mut stranger = state.browser();
    stranger.cookies.insert("theme".into(), "dark".into());
    browser.page = "/catalog".into();
    let posted = browser.post("/api/refresh_catalog", &[]).await;
    for answer in [
        browser.get("/nothing-here").await,
        browser.get("/api/submit_request").await,
        stranger.get("/auth/callback?code=x").await,
        stranger.get("/auth/signed-out").await,
        posted.clone(),
    ] {
        assert!(answer.has("data-theme=\"dark\""), "{}", answer.text());
    }
    // The page that answers a post has no address of its own: one stays where the form was.
    assert_eq!(posted.status, 403);
    assert!(posted.has("name=\"return_to\" value=\"/catalog\""), "{}", posted.text());
    let changed = browser.post("/api/set_theme", &[("theme", "light"), ("return_to", "/api/refresh_catalog")]).await;
    assert_eq!((changed.status, changed.location()), (303, "/"));
}

#[tokio::test]
async fn a_date_at_the_end_of_time_is_a_mistake_at_its_field() {
    let state = State::start().await;
    let mut browser = state.signed_in("auditor").await;
    let answer = browser.get("/audit?to=%2B262142-12-31").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.has("A date as in 2026-01-31."));
}
