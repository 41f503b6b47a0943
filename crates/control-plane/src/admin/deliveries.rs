//! Deliveries that were given up: tried again, or let go.

use domain::action::Action;
use domain::id::DeliveryId;
use domain::notification::{Channel, Delivery};
use domain::view::{DeliveryRow, WebhookRow};

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Has a delivery that was given up tried again, from the first try.
    pub async fn retry_delivery(&self, caller: &Caller, id: &DeliveryId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageNotifications).await?;
        let mut tx = self.store().begin().await?;
        if !tx.revive_delivery(id, self.now()).await? {
            // Another admin, or a second click, was quicker.
            let there = tx.delivery(id).await?.is_some();
            tx.rollback().await?;
            return if there { Ok(()) } else { Err(Error::not_found("delivery with this id")) };
        }
        self.record(&mut tx, caller, event(id, "tried again")).await?;
        tx.commit().await?;
        self.signals().deliveries.notify_one();
        Ok(())
    }

    /// Lets go of a delivery that was given up. Whom it was for finds it in the inbox.
    pub async fn discard_delivery(&self, caller: &Caller, id: &DeliveryId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageNotifications).await?;
        let mut tx = self.store().begin().await?;
        if !tx.discard_delivery(id).await? {
            tx.rollback().await?;
            return self.removed_already(caller, "delivery", id.as_str(), "delivery that was given up").await;
        }
        self.record(&mut tx, caller, event(id, "discarded")).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn delivery_rows(
        &self,
        deliveries: Vec<Delivery>,
        webhooks: &[WebhookRow],
    ) -> Result<Vec<DeliveryRow>> {
        let people = deliveries.iter().filter_map(|it| match &it.channel {
            Channel::Email { person } => Some(person),
            Channel::Webhook { .. } => None,
        });
        let names = self.names([], people).await?;
        Ok(deliveries
            .into_iter()
            .map(|it| DeliveryRow {
                to: match &it.channel {
                    Channel::Email { person } => format!("E-mail to {}", names.person(person)),
                    Channel::Webhook { webhook } => {
                        let there = webhooks.iter().find(|row| &row.webhook.id == webhook);
                        format!("Webhook {}", there.map_or("that was removed", |row| row.webhook.name.as_str()))
                    }
                },
                id: it.id,
                title: it.notice.title,
                path: it.notice.path,
                problem: it.problem,
                attempts: it.attempt,
                happened_at: it.happened_at,
            })
            .collect())
    }
}

fn event<'a>(id: &'a DeliveryId, change: &str) -> Event<'a> {
    Event::done(Action::ManageNotifications.as_str(), "delivery", id.as_str()).with("change", change)
}
