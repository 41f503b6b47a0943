//! Putting off the end of an environment: an extension within the limit, and a hold.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::action::Action;
use domain::environment::{Environment, EnvironmentState};
use domain::id::EnvironmentId;
use domain::lease::{Extension, Hold, LeaseStanding};
use domain::view::{HoldInput, HoldView, LeaseView};
use store::Tx;

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// Characters of a reason.
const LONGEST_REASON: usize = 2_000;
/// Days that one hold may last; it can be made anew.
const LONGEST_HOLD: i64 = 365;

impl ControlPlane {
    /// Where an environment's lease stands now.
    pub(crate) fn lease_standing(&self, it: &Environment) -> LeaseStanding {
        LeaseStanding::of(it.lease_ends_at, it.hold.as_ref(), self.settings().lease_grace, self.now())
    }

    /// Gives the environment as many days from now as were asked for with its request, within the limit of the project's
    /// access. `ends`: the end that the caller saw; where it is another by now, the first click of two was quicker.
    pub async fn extend_lease(&self, caller: &Caller, id: &EnvironmentId, ends: &str) -> Result<()> {
        let seen: Environment = self.authorize(caller, Action::ExtendLease, id).await?.into_thing();
        if seen.lease_ends_at.timestamp_millis().to_string() != ends.trim() {
            return Ok(());
        }
        let extension = self.extension(&seen).await?;
        let Extension::To { end } = extension else {
            return Err(Error::conflict(
                "The lease cannot be extended now.",
                why_not(extension),
                "Ask for more time, or ask a lead to hold this one.",
            ));
        };
        let mut tx = self.store().begin().await?;
        let mut it = self.living(&mut tx, id).await?;
        if it.lease_ends_at != seen.lease_ends_at {
            return Ok(());
        }
        it.lease_ends_at = end;
        let (before, after) = (seen.lease_ends_at.to_rfc3339(), end.to_rfc3339());
        self.write_lease(tx, caller, it, Action::ExtendLease, &[("from", &before), ("to", &after)]).await
    }

    /// Keeps it from being terminated at the end of its lease, until a day.
    pub async fn hold_environment(&self, caller: &Caller, id: &EnvironmentId, input: HoldInput) -> Result<()> {
        self.authorize::<Environment>(caller, Action::HoldEnvironment, id).await?;
        let hold = Hold { by: caller.actor.person.clone(), reason: reason(&input)?, until: self.until(&input)? };
        let mut tx = self.store().begin().await?;
        let mut it = self.living(&mut tx, id).await?;
        if it.hold.as_ref().is_some_and(|held| held.reason == hold.reason && held.until == hold.until) {
            return Ok(());
        }
        let (why, until) = (hold.reason.clone(), hold.until.to_rfc3339());
        it.hold = Some(hold);
        self.write_lease(tx, caller, it, Action::HoldEnvironment, &[("reason", &why), ("until", &until)]).await
    }

    /// Lets it go: the end of its lease is the end again.
    pub async fn release_environment(&self, caller: &Caller, id: &EnvironmentId) -> Result<()> {
        self.authorize::<Environment>(caller, Action::HoldEnvironment, id).await?;
        let mut tx = self.store().begin().await?;
        let mut it = self.living(&mut tx, id).await?;
        if it.hold.take().is_none() {
            return Ok(());
        }
        self.write_lease(tx, caller, it, Action::HoldEnvironment, &[("released", "yes")]).await
    }

    /// What the page of the environment says of its lease.
    pub(crate) async fn lease_view(&self, it: &Environment) -> Result<LeaseView> {
        let hold = match &it.hold {
            Some(hold) => {
                let by = self.names([], [&hold.by]).await?.person(&hold.by);
                Some(HoldView { by, reason: hold.reason.clone(), until: hold.until })
            }
            None => None,
        };
        Ok(LeaseView {
            ends_at: it.lease_ends_at,
            standing: self.lease_standing(it),
            extension: self.extension(it).await?,
            beyond: self.beyond_in_words(it).await?,
            hold,
        })
    }

    /// What one more extension gives.
    pub(crate) async fn extension(&self, it: &Environment) -> Result<Extension> {
        let access = self.store().product_access(&it.product, &it.project, it.stage).await?;
        let request = self.store().request(&it.request).await?;
        let both = access.zip(request);
        Ok(both.map_or(Extension::NoAccess, |(access, request)| {
            Extension::of(it, request.lease_days, access.max_lease_days, self.now())
        }))
    }

    /// The environment, held until the end of the transaction; one that is coming down has no lease any more.
    pub(crate) async fn living(&self, tx: &mut Tx, id: &EnvironmentId) -> Result<Environment> {
        let it = tx.environment(id).await?.ok_or_else(|| Error::not_found("environment"))?;
        if matches!(it.state, EnvironmentState::Terminating | EnvironmentState::Terminated) {
            return Err(Error::conflict(
                "It is too late for this.",
                "The environment is being terminated, or is terminated.",
                "Request a new one.",
            ));
        }
        Ok(it)
    }

    async fn write_lease(
        &self,
        mut tx: Tx,
        caller: &Caller,
        mut it: Environment,
        action: Action,
        details: &[(&str, &str)],
    ) -> Result<()> {
        it.version += 1;
        it.updated_at = self.now();
        tx.update_environment(&it).await?;
        let event =
            Event::done(action.as_str(), "environment", it.id.as_str()).project(&it.project).version(it.version);
        let event = details.iter().fold(event.with("name", &it.name), |event, (name, value)| event.with(name, *value));
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.changed(&it.id);
        Ok(())
    }

    /// The day that was typed, whole.
    pub(crate) fn until(&self, input: &HoldInput) -> Result<DateTime<Utc>> {
        let now = self.now();
        let day: Option<NaiveDate> = input.hold_until.trim().parse().ok();
        let end = day.and_then(|day| day.succ_opt()).map(|next| next.and_time(NaiveTime::MIN).and_utc());
        let end = end.filter(|end| *end > now && *end <= now + TimeDelta::days(LONGEST_HOLD));
        end.ok_or_else(|| {
            let last = (now + TimeDelta::days(LONGEST_HOLD - 1)).date_naive();
            Error::field("hold_until", format!("A day from {} to {last}, written like these.", now.date_naive()))
        })
    }
}

/// Why an extension gives nothing.
pub(crate) fn why_not(extension: Extension) -> String {
    match extension {
        Extension::To { .. } => String::new(),
        Extension::NotBefore { at } => {
            format!(
                "It has as much time as one extension gives. It can be extended from {} on.",
                at.format("%-d %b %Y, %H:%M UTC")
            )
        }
        Extension::AtLimit => "It ends at the limit of what the project may use the product for.".to_owned(),
        Extension::NoAccess => "The project may no longer use the product in this stage.".to_owned(),
    }
}

fn reason(input: &HoldInput) -> Result<String> {
    let reason = input.hold_reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::field("hold_reason", "Say why it has to stay: whoever pays for it reads this."));
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(Error::field("hold_reason", format!("At most {LONGEST_REASON} characters.")));
    }
    Ok(reason)
}
