//! What people, and other systems, are told of what happens.
//!
//! Notifications are made of the audit log, event by event: whatever committed is told of, and nothing is told that did not.
//! Each lies in the inbox of whom it concerns; by e-mail and to webhooks go [`Delivery`]s, at least once each.

mod delivery;
mod notice;
mod topic;
mod webhook;

pub use delivery::{Channel, Delivery, DeliveryState, PACE, Tried, after};
pub use notice::Notice;
pub use topic::Topic;
pub use webhook::{SECRET_BYTES, Webhook, WebhookKind, WebhookTarget, host_of, read_secret};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{AuditEventId, NotificationId};
use crate::person::PersonKey;

/// What one person is told of one event, in their inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub id: NotificationId,
    pub person: PersonKey,
    pub event: AuditEventId,
    pub notice: Notice,
    pub at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}
