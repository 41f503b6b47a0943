//! What every answer says to the browser.

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
    assert!(browser.get("/metrics").await.has("studiogate_http_requests_total"));
}
