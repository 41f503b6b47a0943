use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Allowed, FormState, Listing};
use crate::id::{DeliveryId, NotificationId, ProjectId};
use crate::notification::{Notice, Topic, Webhook};
use crate::problem::Problem;
use crate::request::RequestState;

/// What a person was told, and what of it comes by e-mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxPage {
    pub rows: Listing<InboxRow>,
    /// When the page was made: what comes later is not marked as read with it.
    pub until: DateTime<Utc>,
    pub unread: u32,
    /// Each topic, and whether it comes by e-mail.
    pub choices: Vec<(Topic, bool)>,
    pub mail: MailStanding,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxRow {
    pub id: NotificationId,
    pub notice: Notice,
    pub at: DateTime<Utc>,
    pub read: bool,
    /// What became of the request whose decision it says is waited for.
    pub over: Option<RequestState>,
}

/// Whether mail reaches a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MailStanding {
    /// The portal sends none.
    NotSetUp,
    /// The identity provider tells no address.
    NoAddress,
    To {
        address: String,
    },
}

/// Where events are sent, and what could not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationsPage {
    pub webhooks: Vec<WebhookRow>,
    pub projects: Vec<ProjectId>,
    /// The hosts that the configuration allows.
    pub hosts: Vec<String>,
    pub mail_is_set_up: bool,
    /// How many deliveries wait to be sent.
    pub waiting: u32,
    pub dead: Listing<DeliveryRow>,
    pub allowed: Allowed,
    pub form: FormState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookRow {
    pub webhook: Webhook,
    /// What came of the last delivery: nothing was sent yet, it was sent then, or it was not taken.
    pub last: Option<Result<DateTime<Utc>, Problem>>,
}

/// A delivery that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    pub id: DeliveryId,
    /// "E-mail to Ada", "Webhook ops".
    pub to: String,
    pub title: String,
    pub path: String,
    pub problem: Option<Problem>,
    pub attempts: u32,
    pub happened_at: DateTime<Utc>,
}

/// A webhook as posted.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookInput {
    /// Empty for a new one.
    pub id: String,
    pub name: String,
    pub kind: String,
    /// Empty keeps the address that it has.
    pub url: String,
    /// Empty keeps the secret that it has.
    pub secret: String,
    pub project: String,
    /// `topic[request_waiting]` and so on, as far as they are ticked.
    pub topic: BTreeMap<String, String>,
    /// `off` switches it off.
    pub state: String,
    pub version: String,
}

impl fmt::Debug for WebhookInput {
    /// Without the address and the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookInput").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}
