//! Webhooks, received over HTTP and verified by the library of those who wrote the standard.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use chrono::{DateTime, TimeDelta, Utc};
use deliver::{Message, Webhooks};
use domain::id::{AuditEventId, DeliveryId, ProjectId};
use domain::notification::{Notice, Topic, Tried, WebhookKind, WebhookTarget};
use serde_json::Value;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

type Received = Arc<Mutex<Vec<(String, HeaderMap, Bytes)>>>;

async fn take(State(received): State<Received>, uri: Uri, headers: HeaderMap, body: Bytes) -> axum::response::Response {
    let path = uri.path().to_owned();
    received.lock().unwrap().push((path.clone(), headers, body));
    match path.as_str() {
        "/ok" => StatusCode::NO_CONTENT.into_response(),
        "/busy" => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "90")], "slow\u{1b}[31m down").into_response(),
        "/broken" => (StatusCode::BAD_GATEWAY, "x".repeat(100_000)).into_response(),
        "/moved" => (StatusCode::FOUND, [("location", "/ok")]).into_response(),
        _ => (StatusCode::GONE, "gone").into_response(),
    }
}

/// Where it listens, and what it got.
async fn receiver() -> (String, Received) {
    let received = Received::default();
    let router = Router::new().fallback(take).with_state(Arc::clone(&received));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, received)
}

fn sender() -> Webhooks {
    Webhooks::new(vec!["127.0.0.1".into()], None).unwrap()
}

fn target(url: String) -> WebhookTarget {
    WebhookTarget { url, secret: Some(SECRET.into()) }
}

struct Sent(DeliveryId, AuditEventId, ProjectId, Notice);

impl Sent {
    fn new() -> Self {
        let notice =
            Notice::new(Topic::RequestWaiting, "Ada asks for *one* <!channel>", "Zoë & co", "/requests/r1".into());
        Self("d1".parse().unwrap(), "e1".parse().unwrap(), "fraud".parse().unwrap(), notice)
    }

    fn message(&self) -> Message<'_> {
        Message {
            id: &self.0,
            event: &self.1,
            project: Some(&self.2),
            notice: &self.3,
            happened_at: DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
            portal: "https://portal.example",
        }
    }
}

/// The library compares with its own clock.
#[expect(clippy::disallowed_methods, reason = "the library that verifies takes no other clock")]
fn now() -> DateTime<Utc> {
    DateTime::from(std::time::SystemTime::now())
}

#[tokio::test]
async fn a_receiver_that_keeps_to_the_standard_can_tell_that_it_is_ours_and_of_now() {
    let (address, received) = receiver().await;
    let (sent, now) = (Sent::new(), now());
    let to = target(format!("{address}/ok"));
    assert_eq!(sender().send(WebhookKind::Signed, &to, &sent.message(), now).await, Tried::Taken);
    let late = now - TimeDelta::minutes(6);
    assert_eq!(sender().send(WebhookKind::Signed, &to, &sent.message(), late).await, Tried::Taken);
    let received = received.lock().unwrap();
    let standard = standardwebhooks::Webhook::new(SECRET).unwrap();
    let (_, headers, body) = &received[0];
    standard.verify(body, headers).unwrap();
    assert_eq!(headers["webhook-id"], "d1");
    let mut changed = body.to_vec();
    changed[10] ^= 1;
    assert!(standard.verify(&changed, headers).is_err());
    let other = standardwebhooks::Webhook::new("whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    assert!(other.verify(body, headers).is_err());
    // Sent again later, it is no longer believed.
    let (_, headers, body) = &received[1];
    assert!(standard.verify(body, headers).is_err());
    let body: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(body["type"], "request.waiting");
    assert_eq!(body["data"]["url"], "https://portal.example/requests/r1");
    assert_eq!(body["data"]["project"], "fraud");
    assert_eq!(body["data"]["title"], "Ada asks for *one* <!channel>");
}

#[tokio::test]
async fn slack_is_sent_text_that_mentions_nobody() {
    let (address, received) = receiver().await;
    let sent = Sent::new();
    let to = WebhookTarget { url: format!("{address}/ok"), secret: None };
    assert_eq!(sender().send(WebhookKind::Slack, &to, &sent.message(), now()).await, Tried::Taken);
    let (_, headers, body) = received.lock().unwrap().remove(0);
    assert_eq!(headers["content-type"], "application/json");
    assert!(!headers.contains_key("webhook-signature"));
    let body: Value = serde_json::from_slice(&body).unwrap();
    let text = body["text"].as_str().unwrap();
    assert_eq!(
        text,
        "*Ada asks for ∗one∗ &lt;!channel&gt;*\nZoë &amp; co\n<https://portal.example/requests/r1|Open it in Studiogate>"
    );
}

#[tokio::test]
async fn what_the_other_side_answers_decides_whether_it_is_tried_again() {
    let (address, received) = receiver().await;
    let (sent, now) = (Sent::new(), now());
    let to = async |path: &str| {
        sender().send(WebhookKind::Signed, &target(format!("{address}{path}")), &sent.message(), now).await
    };
    match to("/busy").await {
        Tried::NotTaken { problem, not_before } => {
            assert_eq!(not_before, Some(now + TimeDelta::seconds(90)));
            assert_eq!(problem.why, "It answered 429 Too Many Requests: slow[31m down");
        }
        other => panic!("{other:?}"),
    }
    match to("/broken").await {
        Tried::NotTaken { problem, not_before: None } => assert!(problem.why.len() < 400, "{}", problem.why.len()),
        other => panic!("{other:?}"),
    }
    assert!(matches!(to("/gone").await, Tried::Refused { problem } if problem.why.contains("410")));
    // Not followed: nobody allowed where it leads to.
    assert!(matches!(to("/moved").await, Tried::Refused { .. }));
    assert!(received.lock().unwrap().iter().all(|(path, ..)| path != "/ok"));
}

#[tokio::test]
async fn v1_3_6_nothing_is_sent_where_it_is_not_allowed_or_not_signed() {
    let (address, received) = receiver().await;
    let sent = Sent::new();
    let nowhere = Webhooks::new(vec!["hooks.example.com".into()], None).unwrap();
    let to = target(format!("{address}/ok"));
    let refused = nowhere.send(WebhookKind::Signed, &to, &sent.message(), now()).await;
    assert!(matches!(refused, Tried::Refused { .. }), "{refused:?}");
    let unsigned = WebhookTarget { secret: None, ..to };
    let refused = sender().send(WebhookKind::Signed, &unsigned, &sent.message(), now()).await;
    assert!(matches!(refused, Tried::Refused { .. }), "{refused:?}");
    assert!(received.lock().unwrap().is_empty());
}

#[tokio::test]
async fn v16_2_5_an_address_that_is_a_secret_is_in_no_problem() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let to = target(format!("http://127.0.0.1:{port}/services/T0/B0/very-secret"));
    let sent = Sent::new();
    let tried = sender().send(WebhookKind::Slack, &to, &sent.message(), now()).await;
    assert!(matches!(tried, Tried::NotTaken { .. }), "{tried:?}");
    assert!(!format!("{tried:?} {to:?}").contains("secret\""), "{tried:?}");
    assert!(!format!("{tried:?}").contains("very-secret"), "{tried:?}");
}
