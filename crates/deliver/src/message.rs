//! What is said in every channel.

use chrono::{DateTime, Utc};
use domain::id::{AuditEventId, DeliveryId, ProjectId};
use domain::notification::{Delivery, Notice};

/// A notice on its way out, with the address of the portal.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub id: &'a DeliveryId,
    pub event: &'a AuditEventId,
    pub project: Option<&'a ProjectId>,
    pub notice: &'a Notice,
    pub happened_at: DateTime<Utc>,
    /// Where browsers reach the portal, without a slash at its end.
    pub portal: &'a str,
}

impl<'a> Message<'a> {
    pub fn of(delivery: &'a Delivery, portal: &'a str) -> Self {
        Self {
            id: &delivery.id,
            event: &delivery.event,
            project: delivery.project.as_ref(),
            notice: &delivery.notice,
            happened_at: delivery.happened_at,
            portal,
        }
    }

    /// The page that has the rest. Opening it changes nothing: the portal acts on posts alone.
    pub(crate) fn link(&self) -> String {
        format!("{}{}", self.portal, self.notice.path)
    }
}
