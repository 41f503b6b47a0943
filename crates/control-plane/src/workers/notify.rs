//! Makes notifications of the audit log: each sealed event becomes what is told of it, in the inboxes and among what is to be
//! sent, in the transaction that moves the cursor past it. So each is told once, whatever dies when.

use domain::audit::AuditEvent;
use domain::notification::{Channel, Delivery, Notice, Notification};
use domain::person::PersonKey;

use crate::notify::Told;
use crate::{ControlPlane, Error, Result};

/// Events that are read at once.
const AT_ONCE: u32 = 100;

/// What is to be written for one event.
struct Due {
    event: AuditEvent,
    told: Told,
    people: Vec<PersonKey>,
}

impl ControlPlane {
    /// Answers how many events were gone through.
    pub(super) async fn notify(&self) -> Result<usize> {
        let mut done = 0;
        loop {
            let from = self.store().notification_cursor().await?;
            let events = self.store().sealed_events(from + 1, i64::MAX, AT_ONCE).await?;
            let Some(to) = events.last().map(|(position, _)| *position) else { return Ok(done) };
            let count = events.len();
            let mut due = Vec::new();
            for (position, event) in events {
                match event {
                    Ok(event) => due.extend(self.due_of(event).await?),
                    // `audit verify` names it; it holds up no other.
                    Err(error) => {
                        tracing::error!(%error, position, "an event cannot be read, and nobody is told of it");
                    }
                }
            }
            if !self.tell(from, to, &due).await? {
                return Ok(done);
            }
            done += count;
            if !due.is_empty() {
                self.signals().deliveries.notify_one();
            }
        }
    }

    async fn due_of(&self, event: AuditEvent) -> Result<Option<Due>> {
        let looked = async {
            let Some(told) = self.told_of(&event).await? else { return Ok(None) };
            let people = self.recipients(&told).await?;
            Ok(Some((told, people)))
        };
        match looked.await {
            Ok(found) => Ok(found.map(|(told, people)| Due { event, told, people })),
            // The store is away: all of it is tried again. One thing that cannot be read holds up no other event.
            Err(error @ Error::Unavailable(_)) if self.store().ping().await.is_err() => Err(error),
            Err(error) => {
                tracing::error!(%error, event = %event.id, "nobody could be told of an event");
                Ok(None)
            }
        }
    }

    /// `false`: another replica told of them.
    async fn tell(&self, from: i64, to: i64, due: &[Due]) -> Result<bool> {
        let webhooks = if due.is_empty() { Vec::new() } else { self.store().webhooks().await? };
        let mut tx = self.store().begin().await?;
        match tx.move_notification_cursor(from, to).await {
            Err(store::Error::Conflict { .. }) => return Ok(false),
            moved => moved?,
        }
        for Due { event, told, people } in due {
            for person in people {
                let notification = Notification {
                    id: self.ids().next()?,
                    person: person.clone(),
                    event: event.id.clone(),
                    notice: told.notice.clone(),
                    at: event.at,
                    read_at: None,
                };
                tx.insert_notification(&notification).await?;
            }
            if self.settings().mailer.is_some() {
                for person in tx.mailed(people, told.notice.topic).await? {
                    let mail = self.delivery(event, told, Channel::Email { person }, &told.notice)?;
                    tx.insert_delivery(&mail).await?;
                }
            }
            for webhook in webhooks.iter().filter(|it| it.wants(told.notice.topic, told.project.as_ref())) {
                let channel = Channel::Webhook { webhook: webhook.id.clone() };
                let notice = told.elsewhere.as_ref().unwrap_or(&told.notice);
                tx.insert_delivery(&self.delivery(event, told, channel, notice)?).await?;
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    fn delivery(&self, event: &AuditEvent, told: &Told, channel: Channel, notice: &Notice) -> Result<Delivery> {
        let it = Delivery::new(self.ids().next()?, event.id.clone(), channel, notice.clone(), self.now());
        Ok(Delivery { project: told.project.clone(), happened_at: event.at, ..it })
    }
}
