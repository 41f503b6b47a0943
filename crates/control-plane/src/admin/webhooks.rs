//! Where the platform team has events sent.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::action::Action;
use domain::id::{ProjectId, WebhookId};
use domain::notification::{
    Channel, Delivery, DeliveryState, Notice, SECRET_BYTES, Topic, Webhook, WebhookKind, WebhookTarget, host_of,
    read_secret,
};
use domain::problem::{FieldError, Problem};
use domain::view::{Listing, NotificationsPage, WebhookInput, WebhookRow};
use store::{Order, Scope};

use crate::rows::page_after;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result, sealing};

impl ControlPlane {
    /// Webhooks, and the deliveries that were given up, newest first.
    pub async fn admin_notifications(
        &self,
        caller: &Caller,
        after: &str,
        draft: Option<&str>,
    ) -> Result<NotificationsPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let mut last = self.store().last_deliveries().await?;
        let webhooks: Vec<WebhookRow> = self
            .store()
            .webhooks()
            .await?
            .into_iter()
            .map(|webhook| WebhookRow { last: last.remove(&webhook.id).and_then(what_came_of), webhook })
            .collect();
        let dead = self.store().dead_deliveries(&page_after(after, Order::NewestFirst)?).await?;
        let next = dead.next.map(|cursor| cursor.to_string());
        let (waiting, _) = self.store().count_deliveries().await?;
        let projects = self.store().projects(&Scope::All).await?;
        Ok(NotificationsPage {
            dead: Listing { items: self.delivery_rows(dead.items, &webhooks).await?, next, filtered: false },
            webhooks,
            projects: projects.into_iter().map(|project| project.id).collect(),
            hosts: self.webhook_hosts().to_vec(),
            mail_is_set_up: self.settings().mailer.is_some(),
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, draft).await?,
        })
    }

    /// Makes or changes a webhook. Its address and secret are sealed, and shown to nobody again.
    pub async fn save_webhook(&self, caller: &Caller, input: WebhookInput) -> Result<WebhookId> {
        self.authorize_portal(caller, Action::ManageNotifications).await?;
        let id: Option<WebhookId> = match input.id.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| Error::not_found("webhook"))?),
        };
        let before = match &id {
            Some(id) => Some(self.store().webhook(id).await?.ok_or_else(|| Error::not_found("webhook"))?),
            None => None,
        };
        let (mut it, target) = self.read_webhook(&input, before.as_ref()).await?;
        let mut tx = self.store().begin().await?;
        if let Some(before) = before {
            let now = tx.webhook(&it.id).await?.ok_or_else(|| Error::not_found("webhook"))?;
            let seen: Option<i64> = input.version.trim().parse().ok();
            if seen == Some(now.version - 1) && self.webhook_is_so(caller, &now, &it, target.as_ref()).await? {
                return Ok(it.id);
            }
            if seen != Some(now.version) {
                return Err(Error::stale("webhook"));
            }
            it.version = now.version + 1;
            it.created_at = before.created_at;
            let sealed = match target {
                Some(target) => Some(self.seal_webhook(&it.id, &target)?),
                None => None,
            };
            tx.update_webhook(&it, sealed).await.map_err(name_taken)?;
            self.record(&mut tx, caller, event(&it, "changed")).await?;
        } else {
            let target = target.ok_or_else(|| Error::field("url", "The address that is posted to."))?;
            let sealed = self.seal_webhook(&it.id, &target)?;
            match tx.insert_webhook(&it, sealed).await {
                Err(store::Error::Duplicate { .. }) => {
                    tx.rollback().await?;
                    let all = self.store().webhooks().await?;
                    let there = all.into_iter().find(|there| there.name == it.name);
                    return match there {
                        Some(there) if self.webhook_is_so(caller, &there, &it, Some(&target)).await? => Ok(there.id),
                        _ => Err(name_is_taken()),
                    };
                }
                made => made?,
            }
            self.record(&mut tx, caller, event(&it, "made")).await?;
        }
        tx.commit().await?;
        Ok(it.id)
    }

    /// Removes a webhook, with what waits for it.
    pub async fn remove_webhook(&self, caller: &Caller, id: &WebhookId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageNotifications).await?;
        let mut tx = self.store().begin().await?;
        let Some(it) = tx.webhook(id).await? else {
            tx.rollback().await?;
            return self.removed_already(caller, "webhook", id.as_str(), "webhook").await;
        };
        tx.delete_webhook(id).await?;
        let it = Webhook { version: it.version + 1, ..it };
        self.record(&mut tx, caller, event(&it, "removed")).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sends a message that says that it is a test.
    pub async fn test_webhook(&self, caller: &Caller, id: &WebhookId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageNotifications).await?;
        let mut tx = self.store().begin().await?;
        let it = tx.webhook(id).await?.ok_or_else(|| Error::not_found("webhook"))?;
        if !it.active {
            return Err(Error::conflict("Nothing was sent.", "The webhook is switched off.", "Switch it on first."));
        }
        let text = format!("{} tries the webhook {}.", caller.actor.display_name, it.name);
        let notice = Notice::new(Topic::Test, "A test of Studiogate", &text, "/admin/notifications".to_owned());
        let channel = Channel::Webhook { webhook: it.id.clone() };
        let sample = Delivery::new(self.ids().next()?, self.ids().next()?, channel, notice, self.now());
        tx.insert_delivery(&Delivery { project: it.project.clone(), ..sample }).await?;
        let event =
            Event::done(Action::ManageNotifications.as_str(), "webhook", it.id.as_str()).with("change", "tried");
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.signals().deliveries.notify_one();
        Ok(())
    }

    /// What is posted, and the secrets where they are new.
    async fn read_webhook(
        &self,
        input: &WebhookInput,
        before: Option<&Webhook>,
    ) -> Result<(Webhook, Option<WebhookTarget>)> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        let name = input.name.trim();
        if name.is_empty() || name.chars().count() > 80 {
            wrong("name", "1 to 80 characters.");
        }
        let kind: Option<WebhookKind> = input.kind.parse().ok();
        if kind.is_none() {
            wrong("kind", "Choose how it is written.");
        }
        let topics: BTreeSet<Topic> = input.topic.keys().filter_map(|topic| topic.parse().ok()).collect();
        if topics.is_empty() {
            wrong("topic", "Choose at least one.");
        }
        let project: Option<ProjectId> = match input.project.trim() {
            "" => None,
            text => text.parse().ok(),
        };
        if !input.project.trim().is_empty() {
            let there = match &project {
                Some(id) => self.store().project(id).await?.is_some(),
                None => false,
            };
            if !there {
                wrong("project", "Choose a project, or all of them.");
            }
        }
        let (host, target) = match self.read_target(input, kind, before) {
            Ok(read) => read,
            Err(wrong) => {
                errors.extend(wrong);
                Default::default()
            }
        };
        let (Some(kind), true) = (kind, errors.is_empty()) else { return Err(Error::Invalid(errors)) };
        let id = before.map_or_else(|| self.ids().next(), |before| Ok(before.id.clone()))?;
        let (name, topics) = (name.to_owned(), topics.into_iter().collect());
        let active = input.state != "off";
        let created_at = before.map_or_else(|| self.now(), |before| before.created_at);
        Ok((Webhook { id, name, kind, host, topics, project, active, created_at, version: 1 }, target))
    }

    /// The host, and the secrets: new ones where any was typed. Which belongs to which is known only where both are new.
    fn read_target(
        &self,
        input: &WebhookInput,
        kind: Option<WebhookKind>,
        before: Option<&Webhook>,
    ) -> Result<(String, Option<WebhookTarget>), Vec<FieldError>> {
        let (url, secret) = (input.url.trim(), input.secret.trim());
        let signed = kind == Some(WebhookKind::Signed);
        let mut errors = Vec::new();
        if secret.is_empty() && url.is_empty() {
            match before {
                Some(before) if Some(before.kind) == kind => return Ok((before.host.clone(), None)),
                Some(_) => errors.push(FieldError::new("url", "Enter the address again: it is written otherwise now.")),
                None => errors.push(FieldError::new("url", "The address that is posted to.")),
            }
        } else if url.is_empty() {
            errors.push(FieldError::new("url", "Enter the address with the new secret."));
        } else if url.len() > 2_000 {
            errors.push(FieldError::new("url", "At most 2000 characters."));
        }
        let mut host = String::new();
        if errors.is_empty() {
            match host_of(url, self.webhook_hosts()) {
                Ok(found) => host = found,
                Err(why) => errors.push(FieldError::new("url", why)),
            }
        }
        if signed && read_secret(secret).is_none() {
            let (least, most) = (SECRET_BYTES.start(), SECRET_BYTES.end());
            let why = format!(
                "The secret that both sides know: {least} to {most} bytes as base64, as `openssl rand -base64 32` makes."
            );
            errors.push(FieldError::new("secret", why));
        } else if kind == Some(WebhookKind::Slack) && !secret.is_empty() {
            let why = "Slack's messages are not signed: leave this empty. What is secret of them is the address.";
            errors.push(FieldError::new("secret", why));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let secret = signed.then(|| secret.to_owned());
        Ok((host, Some(WebhookTarget { url: url.to_owned(), secret })))
    }

    fn webhook_hosts(&self) -> &[String] {
        self.settings().webhooks.as_ref().map_or(&[], |webhooks| webhooks.hosts())
    }

    fn seal_webhook(&self, id: &WebhookId, target: &WebhookTarget) -> Result<Vec<u8>> {
        sealing::seal_target(&self.settings().sealing_key, &self.deps().random, id, target)
    }

    /// Whether the caller made just this of it a moment ago: a second click. Secrets that were typed are compared too: a
    /// mistyped one that is sent again, corrected, is another form.
    async fn webhook_is_so(
        &self,
        caller: &Caller,
        there: &Webhook,
        it: &Webhook,
        target: Option<&WebhookTarget>,
    ) -> Result<bool> {
        let posted =
            Webhook { id: there.id.clone(), created_at: there.created_at, version: there.version, ..it.clone() };
        if there != &posted || !self.just_changed(caller, "webhook", there.id.as_str()).await? {
            return Ok(false);
        }
        let Some(target) = target else { return Ok(true) };
        let kept = self.store().webhook_to_send(&there.id).await?;
        let open = |sealed: &[u8]| sealing::open_target(&self.settings().sealing_key, &there.id, sealed);
        Ok(kept.is_some_and(|(_, sealed)| open(&sealed).is_ok_and(|kept| &kept == target)))
    }
}

/// What came of a delivery, once anything did.
fn what_came_of(it: Delivery) -> Option<Result<DateTime<Utc>, Problem>> {
    match (it.state, it.finished_at, it.problem) {
        (DeliveryState::Sent, Some(at), _) => Some(Ok(at)),
        (_, _, Some(problem)) => Some(Err(problem)),
        _ => None,
    }
}

fn name_is_taken() -> Error {
    Error::field("name", "Another webhook has this name.")
}

fn name_taken(error: store::Error) -> Error {
    match error {
        store::Error::Duplicate { .. } => name_is_taken(),
        error => error.into(),
    }
}

fn event<'a>(it: &'a Webhook, change: &str) -> Event<'a> {
    let topics: Vec<&str> = it.topics.iter().map(|topic| topic.as_str()).collect();
    let event = Event::done(Action::ManageNotifications.as_str(), "webhook", it.id.as_str())
        .version(it.version)
        .with("change", change)
        .with("name", &it.name)
        .with("kind", it.kind.as_str())
        .with("host", &it.host)
        .with("topics", topics.join(", "))
        .with("active", if it.active { "yes" } else { "no" });
    match &it.project {
        Some(project) => event.project(project),
        None => event,
    }
}
