//! Addresses that events are sent to.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::Topic;
use crate::id::{ProjectId, WebhookId};
use crate::project::UnknownName;

/// The size of a signing secret, in bytes (Standard Webhooks 1.0, "Signature scheme").
pub const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// How a message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookKind {
    /// JSON, signed as Standard Webhooks 1.0 (<https://www.standardwebhooks.com>) says.
    Signed,
    /// What Slack's incoming webhooks take, and Mattermost's, and others'. The address is the secret.
    Slack,
}

impl WebhookKind {
    pub const ALL: [Self; 2] = [Self::Signed, Self::Slack];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Slack => "slack",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Signed => "Signed JSON (Standard Webhooks)",
            Self::Slack => "Slack-compatible",
        }
    }
}

impl FromStr for WebhookKind {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// Where the platform team has events sent, without the secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    pub id: WebhookId,
    /// 1 to 80 characters, unique.
    pub name: String,
    pub kind: WebhookKind,
    /// The host of its address, with the port where that is not the usual one.
    pub host: String,
    pub topics: Vec<Topic>,
    /// The project whose events are sent; `None`: of all, and of the platform.
    pub project: Option<ProjectId>,
    /// Nothing is sent while it is not.
    pub active: bool,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

impl Webhook {
    /// Whether an event of this topic and project is sent there.
    pub fn wants(&self, topic: Topic, project: Option<&ProjectId>) -> bool {
        self.active
            && self.topics.contains(&topic)
            && self.project.as_ref().is_none_or(|wanted| project == Some(wanted))
    }
}

/// The secrets of a webhook: sealed in the store, never shown, and not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookTarget {
    pub url: String,
    /// `whsec_` and base64; of [`WebhookKind::Signed`] alone.
    pub secret: Option<String>,
}

impl fmt::Debug for WebhookTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookTarget(redacted)")
    }
}

/// Host and port of an address that may be sent to: `https`, or `http` on loopback; no user, no password; on a host that is
/// allowed by name or, as `*.example.com`, by its domain. What is wrong, in words, otherwise.
pub fn host_of(address: &str, allowed: &[String]) -> Result<String, String> {
    let wanted = || "An address that begins with https://".to_owned();
    let url = Url::parse(address.trim()).map_err(|_| wanted())?;
    let host = url.host_str().ok_or_else(wanted)?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if !(url.scheme() == "https" || url.scheme() == "http" && loopback) {
        return Err(wanted());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("An address without a user and a password in it.".to_owned());
    }
    let is_allowed = allowed.iter().any(|pattern| match pattern.strip_prefix("*.") {
        Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1),
        None => host == pattern,
    });
    if !is_allowed {
        return Err(if allowed.is_empty() {
            "No host is allowed yet: whoever runs the portal names them in webhooks.hosts.".to_owned()
        } else {
            format!("{host} is not among the hosts that webhooks.hosts allows: {}.", allowed.join(", "))
        });
    }
    Ok(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// The bytes of a signing secret: base64, with or without `whsec_` before it. `None` where it is none, too short or too long.
pub fn read_secret(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let text = text.strip_prefix("whsec_").unwrap_or(text);
    let bytes = STANDARD.decode(text).ok()?;
    SECRET_BYTES.contains(&bytes.len()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> Vec<String> {
        vec!["hooks.slack.com".into(), "*.example.com".into(), "127.0.0.1".into()]
    }

    #[test]
    fn v1_3_6_only_named_hosts_are_sent_to() {
        let of = |address: &str| host_of(address, &allowed());
        assert_eq!(of("https://hooks.slack.com/services/T/B/x").unwrap(), "hooks.slack.com");
        assert_eq!(of("https://A.b.Example.com:8443/x?y").unwrap(), "a.b.example.com:8443");
        assert_eq!(of("http://127.0.0.1:9/x").unwrap(), "127.0.0.1:9");
        for refused in [
            "hooks.slack.com",
            "http://hooks.slack.com/x",
            "file:///etc/passwd",
            "gopher://hooks.slack.com",
            "https://hooks.slack.com.evil.test/x",
            "https://evil.test/hooks.slack.com",
            "https://example.com/x",
            "https://evilexample.com/x",
            "https://.example.com/x",
            "https://hooks.slack.com@evil.test/x",
            "https://evil.test\\@hooks.slack.com/",
            "https://evil.test#hooks.slack.com",
            "https://hooks.slack.com:evil/x",
            "https://169.254.169.254/latest/meta-data",
            "https:///x",
            "http://[::1]/x",
        ] {
            assert!(of(refused).is_err(), "{refused}");
        }
        assert!(host_of("https://hooks.slack.com/x", &[]).unwrap_err().contains("webhooks.hosts"));
    }

    #[test]
    fn a_secret_is_base64_of_24_to_64_bytes() {
        assert_eq!(read_secret(" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw ").unwrap().len(), 24);
        assert!(read_secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_some());
        for refused in ["", "whsec_", "whsec_MfKQ", "not base64 at all, is it", &"A".repeat(400)] {
            assert!(read_secret(refused).is_none(), "{refused}");
        }
    }

    #[test]
    fn a_webhook_gets_what_it_is_for() {
        let project: ProjectId = "fraud".parse().unwrap();
        let mut it = Webhook {
            id: "w1".parse().unwrap(),
            name: "ops".into(),
            kind: WebhookKind::Slack,
            host: "hooks.slack.com".into(),
            topics: vec![Topic::HandedOver],
            project: Some(project.clone()),
            active: true,
            created_at: DateTime::from_timestamp(0, 0).unwrap(),
            version: 1,
        };
        assert!(it.wants(Topic::HandedOver, Some(&project)));
        assert!(!it.wants(Topic::HandedOver, None) && !it.wants(Topic::LeaseEnding, Some(&project)));
        it.project = None;
        assert!(it.wants(Topic::HandedOver, None));
        it.active = false;
        assert!(!it.wants(Topic::HandedOver, None));
    }
}
