//! What every answer says to the browser.

use axum::body::Body;
use control_plane::Unfinished;

use crate::state::State;

#[tokio::test]
async fn v1_3_2_v3_4_3_v3_7_2_v14_2_3_the_policy_lets_scripts_be_the_portals_own_and_forms_lead_where_they_have_to() {
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
async fn v3_4_3_the_nonce_is_new_on_every_page_and_marks_its_scripts() {
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
async fn v3_4_2_v3_4_3_v3_4_4_v3_4_5_v3_4_6_v4_1_1_no_answer_is_without_its_headers() {
    let state = State::start().await;
    let mut nobody = state.browser();
    let mut auditor = state.signed_in("auditor").await;
    let request = auditor.request("POST", "/auth/logout").header("sec-fetch-site", "cross-site").body(Body::empty());
    let image = nobody.request("GET", "/catalog").header("sec-fetch-dest", "image").body(Body::empty());
    for (answer, status) in [
        (nobody.get("/catalog").await, 303),
        (nobody.get("/healthz").await, 200),
        (nobody.get("/metrics").await, 200),
        (nobody.get("/auth/callback").await, 400),
        (nobody.get("/auth/signed-out").await, 200),
        (nobody.send(image.unwrap()).await, 401),
        (nobody.post("/api/submit_request", &[]).await, 401),
        (auditor.send(request.unwrap()).await, 403),
        (auditor.get("/catalog").await, 200),
        (auditor.get("/nothing-here").await, 404),
        (auditor.get("/api/submit_request").await, 405),
        (auditor.get("/audit/export.csv").await, 200),
        (auditor.get("/audit/export.jsonl").await, 200),
    ] {
        assert_eq!(answer.status, status, "{}", answer.text());
        let policy = answer.header("content-security-policy");
        for directive in ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "script-src 'self' 'nonce-"]
        {
            assert!(policy.contains(directive), "{directive}: {policy}");
        }
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("access-control-allow-origin"), "", "no other origin reads it");
        let content_type = answer.header("content-type");
        assert!(answer.text().is_empty() || content_type.contains("charset=utf-8"), "{content_type}");
    }
}

#[tokio::test]
async fn v14_2_2_v14_3_2_pages_are_not_kept_and_not_framed() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    for path in ["/", "/catalog", "/nothing-here"] {
        let page = browser.get(path).await;
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("x-request-id").len(), 36);
        // HSTS is for https, and the demo is not.
        assert_eq!(page.header("strict-transport-security"), "");
    }
}

#[tokio::test]
async fn v4_1_3_what_a_proxy_would_say_is_not_believed_of_anybody() {
    let state = State::start().await;
    let mut browser = state.browser();
    let request = browser
        .request("GET", "/auth/login")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-for", "192.0.2.1")
        .header("forwarded", "host=evil.example;proto=https")
        .header("x-request-id", "chosen");
    let answer = browser.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 303);
    assert!(!answer.location().contains("evil.example"), "{}", answer.location());
    assert!(answer.header("set-cookie").starts_with("studiogate-login-"), "the scheme is the setting's");
    assert_ne!(answer.header("x-request-id"), "chosen");
}

#[tokio::test]
async fn v5_3_2_v13_4_1_v13_4_3_v13_4_4_no_file_folder_or_request_is_shown() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    for path in ["/pkg/", "/.git/config", "/pkg/../../Cargo.toml", "/pkg/..%2f..%2fCargo.toml", "/%2e%2e/etc/passwd"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.has("What to do"), "{path}");
    }
    for path in ["/", "/healthz", "/nothing-here"] {
        let request = browser.request("TRACE", path).header("x-marker", "echoed").body(Body::empty()).unwrap();
        let answer = browser.send(request).await;
        assert!(matches!(answer.status, 404 | 405) && !answer.has("echoed"), "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn v3_5_1_a_post_from_another_site_is_refused() {
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
async fn v15_2_2_v16_5_1_what_is_too_large_or_no_address_gets_a_page() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let long = "x".repeat(300 * 1024);
    for (answer, status) in [
        (browser.post("/api/submit_request", &[("justification", &long)]).await, 413),
        (browser.get("/api/submit_request").await, 405),
        (browser.get("/nothing-here").await, 404),
        (browser.get("/environments/%FF/events").await, 400),
        (browser.get("/audit/export.csv?actor=a&actor=b").await, 400),
        (browser.post("/api/no_such_function", &[]).await, 404),
    ] {
        assert_eq!(answer.status, status);
        assert!(answer.has("What to do"), "{}", answer.text());
    }
}

#[tokio::test]
async fn v13_4_5_health_and_metrics_answer_anybody_and_name_nothing() {
    let state = State::start().await;
    let mut browser = state.browser();
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
    state.signed_in("fraud-scientist").await.get("/requests/a-request-of-hers").await;
    let metrics = browser.get("/metrics").await;
    assert!(metrics.has("studiogate_http_requests_total") && metrics.has("/requests/{id}"), "{}", metrics.text());
    assert!(!metrics.has("a-request-of-hers") && !metrics.has("fraud-scientist"), "{}", metrics.text());
    let of_kind =
        ["provision", "change_catalog"].map(|kind| format!("studiogate_operations_unfinished{{kind=\"{kind}\"}}"));
    for name in of_kind.iter().map(String::as_str).chain(["studiogate_requests_undecided"]) {
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
async fn colours_hold_on_every_page_and_are_chosen_where_nobody_types() {
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
    assert_eq!(posted.status, 403);
    // Choosing loads the page anew.
    assert!(!posted.has("/api/set_theme") && browser.get("/profile").await.has("/api/set_theme"));
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
