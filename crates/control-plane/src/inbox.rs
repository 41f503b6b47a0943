//! What a person was told, what of it they have read, and what of it comes by e-mail.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use domain::action::Action;
use domain::id::RequestId;
use domain::notification::{Notice, Topic};
use domain::person::PersonKey;
use domain::view::{InboxPage, InboxRow, Listing, MailStanding};
use store::Order;

use crate::rows::page_after;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// More unread ones are not counted.
const COUNTED: u32 = 100;

impl ControlPlane {
    /// The caller's own inbox, newest first.
    pub async fn inbox(&self, caller: &Caller, after: &str) -> Result<InboxPage> {
        self.authorize_portal(caller, Action::ManageOwnNotifications).await?;
        let person = &caller.actor.person;
        let page = self.store().notifications(person, &page_after(after, Order::NewestFirst)?).await?;
        let chosen = self.store().notification_choices(person).await?;
        let by_email = |topic: Topic| chosen.get(&topic).copied().unwrap_or_else(|| topic.by_email_unless_chosen());
        let next = page.next.map(|cursor| cursor.to_string());
        let waited: Vec<_> = page.items.iter().filter_map(|it| waits_for(&it.notice)).collect();
        let states = self.store().request_states(&waited).await?;
        let rows = page.items.into_iter().map(|it| InboxRow {
            id: it.id,
            over: waits_for(&it.notice).and_then(|id| states.get(&id).copied()).filter(|state| state.is_final()),
            notice: it.notice,
            at: it.at,
            read: it.read_at.is_some(),
        });
        Ok(InboxPage {
            rows: Listing { items: rows.collect(), next, filtered: false },
            until: self.now(),
            unread: self.unread(person).await?,
            choices: Topic::ALL.into_iter().map(|topic| (topic, by_email(topic))).collect(),
            mail: match (&self.settings().mailer, &caller.actor.email) {
                (None, _) => MailStanding::NotSetUp,
                (Some(_), None) => MailStanding::NoAddress,
                (Some(_), Some(address)) => MailStanding::To { address: address.clone() },
            },
        })
    }

    pub(crate) async fn unread(&self, person: &PersonKey) -> Result<u32> {
        Ok(u32::try_from(self.store().count_unread(person, COUNTED).await?).unwrap_or(COUNTED))
    }

    /// Marks one of the caller's notifications as read, or, without an `id`, all that were there at `until` (milliseconds
    /// since the epoch). Nobody else's are touched, whatever is asked for.
    pub async fn read_notifications(&self, caller: &Caller, id: &str, until: &str) -> Result<u64> {
        self.authorize_portal(caller, Action::ManageOwnNotifications).await?;
        let now = self.now();
        let person = &caller.actor.person;
        if id.is_empty() {
            let until = until.trim().parse().ok().and_then(DateTime::from_timestamp_millis).unwrap_or(now);
            return Ok(self.store().read_notifications(person, None, until.min(now), now).await?);
        }
        let id = id.parse().map_err(|_| Error::not_found("notification with this id"))?;
        Ok(self.store().read_notifications(person, Some(&id), now, now).await?)
    }

    /// Says which topics come by e-mail.
    pub async fn save_notification_choices(&self, caller: &Caller, chosen: &BTreeSet<String>) -> Result<()> {
        self.authorize_portal(caller, Action::ManageOwnNotifications).await?;
        let person = &caller.actor.person;
        let choices: BTreeMap<Topic, bool> =
            Topic::ALL.into_iter().map(|topic| (topic, chosen.contains(topic.as_str()))).collect();
        let mut tx = self.store().begin().await?;
        tx.save_notification_choices(person, &choices).await?;
        let by_email: Vec<&str> =
            choices.iter().filter(|(_, email)| **email).map(|(topic, _)| topic.as_str()).collect();
        let id = person.studio_user_id();
        let event = Event::done(Action::ManageOwnNotifications.as_str(), "person", id.as_str())
            .with("by_email", by_email.join(", "));
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The request whose decision a notice says is waited for.
fn waits_for(notice: &Notice) -> Option<RequestId> {
    let path = notice.path.strip_prefix("/requests/").filter(|_| notice.topic == Topic::RequestWaiting);
    path?.parse().ok()
}
