//! Webhooks: one POST each, signed as Standard Webhooks 1.0 says (<https://www.standardwebhooks.com>), or as Slack takes it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::notification::{Tried, WebhookKind, WebhookTarget, host_of, read_secret};
use domain::problem::{Problem, chain};
use hmac::{Hmac, Mac as _};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};
use serde_json::json;
use sha2::Sha256;

use crate::{Message, slack};

/// A receiver that takes longer should take it, answer, and work on it afterwards.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What a problem shows of what the other side said.
const SHOWN: usize = 300;

/// A client that cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("webhooks cannot be sent: {0}")]
pub struct WebhookError(#[from] reqwest::Error);

/// Sends webhooks. Cheap to clone; clones share the connections.
#[derive(Clone, Debug)]
pub struct Webhooks {
    client: Client,
    hosts: Vec<String>,
}

impl Webhooks {
    /// `hosts`: where may be sent to, `hooks.slack.com` or `*.example.com`. `authorities`: certificates, as PEM, that are
    /// trusted besides those of the public web.
    pub fn new(hosts: Vec<String>, authorities: Option<&[u8]>) -> Result<Self, WebhookError> {
        let mut client = Client::builder()
            .timeout(TIMEOUT)
            // Where a redirect leads to nobody has allowed.
            .redirect(redirect::Policy::none())
            .user_agent(concat!("studiogate/", env!("CARGO_PKG_VERSION")));
        for certificate in authorities.map(reqwest::Certificate::from_pem_bundle).transpose()?.into_iter().flatten() {
            client = client.add_root_certificate(certificate);
        }
        Ok(Self { client: client.build()?, hosts })
    }

    /// Where may be sent to.
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// Sends one message. `now` is the time that is signed: a receiver takes no message of another time.
    pub async fn send(
        &self,
        kind: WebhookKind,
        target: &WebhookTarget,
        message: &Message<'_>,
        now: DateTime<Utc>,
    ) -> Tried {
        let refused = |why: String| {
            let next = "Change the webhook, and try this delivery again.";
            Tried::Refused { problem: Problem::new("The webhook cannot be used.", why, next) }
        };
        // What is allowed may be less than when the address was entered.
        if let Err(why) = host_of(&target.url, &self.hosts) {
            return refused(why);
        }
        let body = match kind {
            WebhookKind::Slack => slack::of(message),
            WebhookKind::Signed => signed_body(message),
        }
        .to_string();
        let mut request = self.client.post(&target.url).header(CONTENT_TYPE, "application/json");
        if kind == WebhookKind::Signed {
            let Some(secret) = target.secret.as_deref().and_then(read_secret) else {
                return refused("It has no signing secret.".to_owned());
            };
            let timestamp = now.timestamp().to_string();
            request = request
                .header("webhook-id", message.id.as_str())
                .header("webhook-signature", signature(&secret, message.id.as_str(), &timestamp, &body))
                .header("webhook-timestamp", timestamp);
        }
        match request.body(body).send().await {
            Ok(answer) => judge(answer, now).await,
            // Without the address: it may be the secret.
            Err(error) => not_taken(chain(&error.without_url()), None),
        }
    }
}

/// `type`, `timestamp`, `data`: as Standard Webhooks recommends.
fn signed_body(message: &Message<'_>) -> serde_json::Value {
    json!({
        "type": message.notice.topic.as_str().replace('_', "."),
        "timestamp": message.happened_at.to_rfc3339(),
        "data": {
            "event": message.event.as_str(),
            "project": message.project.map(domain::id::ProjectId::as_str),
            "title": message.notice.title,
            "text": message.notice.text,
            "url": message.link(),
        },
    })
}

/// `v1,` and base64 of HMAC-SHA-256 over id, time and body, with dots between them.
fn signature(secret: &[u8], id: &str, timestamp: &str, body: &str) -> String {
    // A key of any length will do (RFC 2104).
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    for part in [id, ".", timestamp, ".", body] {
        mac.update(part.as_bytes());
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// 2xx took it. 410 asks for nothing more, and other 4xx will say the same again: but for those of a moment.
async fn judge(answer: Response, now: DateTime<Utc>) -> Tried {
    let status = answer.status();
    if status.is_success() {
        return Tried::Taken;
    }
    let seconds = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse::<u32>().ok());
    let not_before = seconds.map(|seconds| now + TimeDelta::seconds(i64::from(seconds)));
    let said = beginning(answer).await;
    let why = if said.is_empty() { format!("It answered {status}.") } else { format!("It answered {status}: {said}") };
    let of_a_moment = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
    if status.is_client_error() && !of_a_moment.contains(&status) {
        let next =
            "Check the address and the secret of the webhook with whoever receives it, and try this delivery again.";
        return Tried::Refused { problem: Problem::new("The webhook was refused.", why, next) };
    }
    if status.is_redirection() {
        let next = "Enter the address that it redirects to: redirects are not followed.";
        return Tried::Refused { problem: Problem::new("The webhook was refused.", why, next) };
    }
    not_taken(why, not_before)
}

/// The first words of an answer: it may be of any length, and is read no further.
async fn beginning(mut answer: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < SHOWN * 4 {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            _ => break,
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

fn not_taken(why: String, not_before: Option<DateTime<Utc>>) -> Tried {
    let next = "It is tried again by itself. Check whether the other side can be reached.";
    Tried::NotTaken { problem: Problem::new("The webhook was not taken.", why, next), not_before }
}
