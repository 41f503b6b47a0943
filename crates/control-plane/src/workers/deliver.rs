//! Sends what is to be sent: each delivery under a lease, tried until it is taken or given up. One whose worker died after it
//! was taken is sent again with the same id.

use std::panic::AssertUnwindSafe;

use chrono::TimeDelta;
use deliver::Message;
use domain::id::WebhookId;
use domain::notification::{Channel, Delivery, DeliveryState, PACE, Tried, after};
use domain::person::PersonKey;
use domain::problem::Problem;
use futures::{FutureExt, StreamExt, stream};

use crate::deps::CrashPoint;
use crate::notify::may_be_told;
use crate::{ControlPlane, Error, Result, sealing};

/// Deliveries that one process sends at once.
const AT_ONCE: usize = 8;
/// Far longer than a try can take.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// The step that tests let a worker die in.
const STEP: &str = "deliver";

impl ControlPlane {
    /// Answers how many deliveries were tried.
    pub(super) async fn deliver(&self) -> Result<usize> {
        let now = self.now();
        // A look first: most rounds find nothing, and a claim would hold up the writers.
        if self.store().next_delivery_due().await?.is_none_or(|due| due > now) {
            return Ok(0);
        }
        let limit = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
        let claimed = self.store().claim_deliveries(now, self.worker(), now + LEASE, limit).await?;
        let count = claimed.len();
        let tried = stream::iter(claimed).map(|it| self.try_delivery(it)).buffer_unordered(AT_ONCE);
        tried.collect::<Vec<_>>().await.into_iter().collect::<Result<Vec<()>>>()?;
        Ok(count)
    }

    async fn try_delivery(&self, it: Delivery) -> Result<()> {
        let crashes = |point| self.deps().crash.as_ref().is_some_and(|hook| hook(point, STEP));
        let act = async {
            if crashes(CrashPoint::BeforeAct) {
                return Ok(None);
            }
            self.send(&it).await.map(Some)
        };
        // What one message breaks, it breaks for itself.
        let tried = if let Ok(tried) = AssertUnwindSafe(act).catch_unwind().await {
            let Some(tried) = tried? else { return Ok(()) };
            tried
        } else {
            tracing::error!(delivery = %it.id, "a message's worker panicked");
            let next = "Tell the platform team: the log says where the portal failed.";
            let problem = Problem::new("The message was not sent.", "The portal failed over it.", next);
            Tried::NotTaken { problem, not_before: None }
        };
        if crashes(CrashPoint::AfterAct) {
            return Ok(());
        }
        let sent = after(it, tried, self.now(), self.deps().random.fraction());
        let (channel, state) = (sent.channel.as_str(), sent.state.as_str());
        metrics::counter!("studiogate_deliveries_total", "channel" => channel, "state" => state).increment(1);
        if sent.state == DeliveryState::Dead {
            tracing::warn!(delivery = %sent.id, channel, why = sent.problem.as_ref().map(|it| &it.why), "a delivery was given up");
        }
        match self.store().save_delivery(&sent, self.worker()).await {
            // Its lease ran out, or its webhook was removed.
            Err(store::Error::Conflict { .. }) => Ok(()),
            saved => Ok(saved?),
        }
    }

    async fn send(&self, it: &Delivery) -> Result<Tried> {
        let portal = self.settings().public_url.trim_end_matches('/');
        let message = Message::of(it, portal);
        match &it.channel {
            Channel::Email { person } => self.send_mail(person, &message).await,
            Channel::Webhook { webhook } => self.send_webhook(webhook, &message).await,
        }
    }

    async fn send_mail(&self, to: &PersonKey, message: &Message<'_>) -> Result<Tried> {
        let Some(mailer) = &self.settings().mailer else {
            let next = "Set mail.server and mail.from, or leave it: the inbox in the portal has it.";
            let problem =
                Problem::new("The mail was not sent.", "The portal has no mail server set up any more.", next);
            return Ok(Tried::NotTaken { problem, not_before: None });
        };
        let record = self.store().person(to).await?;
        if record.as_ref().is_some_and(|it| !may_be_told(it, message.notice.topic)) {
            let next = "Nothing: it is not for them any more.";
            let problem = Problem::new("The mail was not sent.", "The person's access is revoked.", next);
            return Ok(Tried::Refused { problem });
        }
        let Some((name, address)) = record.and_then(|it| Some((it.display_name, it.email?))) else {
            let next = "The identity provider tells the address with the next sign-in.";
            let problem = Problem::new("The mail was not sent.", "The person has no e-mail address any more.", next);
            return Ok(Tried::Refused { problem });
        };
        Ok(mailer.send(&name, &address, message).await)
    }

    async fn send_webhook(&self, id: &WebhookId, message: &Message<'_>) -> Result<Tried> {
        let cannot = |why: String| {
            let next = "Enter the webhook's address and secret anew, and try this delivery again.";
            Tried::Refused { problem: Problem::new("The webhook cannot be used.", why, next) }
        };
        let Some((webhook, sealed)) = self.store().webhook_to_send(id).await? else {
            return Ok(cannot("It was removed.".to_owned()));
        };
        let Some(sender) = &self.settings().webhooks else {
            return Ok(cannot("No host is allowed: whoever runs the portal names them in webhooks.hosts.".to_owned()));
        };
        if !webhook.active {
            let next = "Switch the webhook on again; what waited is sent then.";
            let problem = Problem::new("The webhook was not sent.", "The webhook is switched off.", next);
            return Ok(Tried::NotTaken { problem, not_before: Some(self.now() + PACE.backoff_cap) });
        }
        let target = match sealing::open_target(&self.settings().sealing_key, id, &sealed) {
            Ok(target) => target,
            Err(Error::Unavailable(problem)) => return Ok(cannot(problem.why)),
            Err(error) => return Err(error),
        };
        Ok(sender.send(webhook.kind, &target, message, self.now()).await)
    }
}
