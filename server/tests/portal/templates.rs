//! A template comes as a file or as text.

use axum::body::Body;
use http::header;

use crate::browser::{Answer, Browser};
use crate::state::State;

const BOUNDARY: &str = "----studiogate";

/// What a browser sends of a form with a file field and a text field.
async fn upload(browser: &mut Browser, file_name: &str, file: &[u8], text: &str) -> Answer {
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend(file);
    body.extend(
        format!(
            "\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"template\"\r\n\r\n{text}\r\n--{BOUNDARY}--\r\n"
        )
        .into_bytes(),
    );
    send(browser, body).await
}

async fn send(browser: &mut Browser, body: Vec<u8>) -> Answer {
    let request = browser
        .request("POST", "/api/check_template")
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .header(header::CONTENT_LENGTH, body.len())
        .header(header::ORIGIN, browser.origin())
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    browser.send(request).await
}

#[tokio::test]
async fn v5_2_1_v5_2_2_a_template_comes_as_a_file_or_as_text_and_what_is_neither_is_refused_at_its_field() {
    let state = State::start().await;
    let mut admin = state.signed_in("admin").await;
    let answer = upload(&mut admin, "topic.yaml", b"Resources: {A: {Type: AWS::SNS::Topic}}", "").await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = admin.get(answer.location()).await;
    assert!(page.has("topic.yaml") && page.has("What it makes (1)"), "{}", page.text());
    // Of a file and a text nobody can tell which is meant; without a file the text counts.
    let both = upload(&mut admin, "topic.yaml", b"Resources: {}", "Resources: {D: {Type: AWS::SNS::Topic}}").await;
    let page = admin.get(both.location().split('#').next().unwrap()).await;
    assert!(
        page.has("Leave one of them out") && page.has("Resources: {D: {Type: AWS::SNS::Topic}}"),
        "{}",
        page.text()
    );
    let typed =
        upload(&mut admin, "", b"", "Resources: {B: {Type: AWS::SNS::Topic}, C: {Type: AWS::SNS::Topic}}").await;
    assert!(admin.get(typed.location()).await.has("What it makes (2)"));
    // As large as CloudFormation takes, which is more than any other form may have.
    let large = format!("Resources: {{A: {{Type: AWS::SNS::Topic}}}}\n#{}", "x".repeat(1_000_000));
    let answer = upload(&mut admin, "large.yaml", large.as_bytes(), "").await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    for (file, said) in [
        (&b"\x1f\x8b\x08rest"[..], "gzip"),
        (&b"Resources:\xff"[..], "UTF-8"),
        (&b"a\0b"[..], "NUL"),
        (&b""[..], "empty"),
    ] {
        let answer = upload(&mut admin, "x.bin", file, "").await;
        assert!(answer.location().contains("draft="), "{said}: {} {}", answer.status, answer.location());
        let page = admin.get(answer.location().split('#').next().unwrap()).await;
        assert!(page.has(said), "{said}: {}", page.text());
    }
    let cut = send(&mut admin, format!("--{BOUNDARY}\r\nContent-Dispo").into_bytes()).await;
    assert!(admin.get(cut.location().split('#').next().unwrap()).await.has("did not come whole"));
    let none = upload(&mut admin, "", b"", "").await;
    assert!(admin.get(none.location().split('#').next().unwrap()).await.has("Choose a file, or paste the template."));
    let mut lead = state.signed_in("fraud-lead").await;
    assert_eq!(upload(&mut lead, "topic.yaml", b"Resources: {}", "").await.status, 403);
}

#[tokio::test]
async fn v5_2_1_what_is_larger_than_a_template_can_be_is_not_read() {
    let state = State::start().await;
    let mut admin = state.signed_in("admin").await;
    let answer = upload(&mut admin, "huge.yaml", &vec![b'x'; 2 * 1024 * 1024], "").await;
    assert_eq!(answer.status, 413, "{}", answer.text());
}
