//! Letting somebody decide in one's own place while one is away.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::action::Action;
use domain::delegation::{Delegation, LONGEST_DELEGATION, makes_circle};
use domain::id::DelegationId;
use domain::person::PersonKey;
use domain::view::{DelegationInput, DelegationRow, DelegationsPage};
use store::Scope;

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// Characters of a reason.
const LONGEST_REASON: usize = 500;
/// People whom one person delegates to at the same time.
const MOST: usize = 5;

impl ControlPlane {
    /// The caller's delegations that are in force, in both directions.
    pub async fn delegations(&self, caller: &Caller, draft: &str) -> Result<DelegationsPage> {
        self.authorize_portal(caller, Action::ViewOwnProfile).await?;
        let me = &caller.actor.person;
        let all = self.store().delegations(self.now()).await?;
        let names = self.names([], all.iter().flat_map(|it| [&it.from, &it.to])).await?;
        let row = |it: &Delegation, other: &PersonKey| DelegationRow {
            id: it.id.clone(),
            who: names.person(other),
            reason: it.reason.clone(),
            until: it.until,
        };
        Ok(DelegationsPage {
            given: all.iter().filter(|it| &it.from == me).map(|it| row(it, &it.to)).collect(),
            received: all.iter().filter(|it| &it.to == me).map(|it| row(it, &it.from)).collect(),
            decides: self.decides_itself(caller).await?,
            last_day: self.now() + LONGEST_DELEGATION,
            form: self.form_state(caller, Some(draft)).await?,
        })
    }

    /// From now on the other person decides what the caller may decide, until the end of a day; the caller goes on deciding too.
    pub async fn delegate_decisions(&self, caller: &Caller, input: DelegationInput) -> Result<DelegationId> {
        self.authorize_portal(caller, Action::DelegateDecisions).await?;
        if !self.decides_itself(caller).await? {
            return Err(Error::conflict(
                "You have nothing to delegate.",
                "Only those who decide requests in their own right let somebody do it in their place.",
                &format!("Ask {} if you think that you should decide requests.", self.settings().platform_contact),
            ));
        }
        let from = &caller.actor.person;
        let mut errors = Vec::new();
        let mut wrong = |error: Error| {
            if let Error::Invalid(found) = error {
                errors.extend(found);
            }
        };
        let to = match self.delegate_named(from, &input.delegate).await {
            Ok(to) => Some(to),
            Err(error @ Error::Invalid(_)) => {
                wrong(error);
                None
            }
            Err(error) => return Err(error),
        };
        let until = self.end_of(&input.until).map_err(&mut wrong).ok();
        let reason = input.reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
            wrong(Error::field("reason", format!("Say why, in 1 to {LONGEST_REASON} characters: auditors read it.")));
        }
        let (Some(to), Some(until), true) = (to, until, errors.is_empty()) else { return Err(Error::Invalid(errors)) };
        let there = self.store().delegations(self.now()).await?;
        if let Some(same) = there.iter().find(|it| &it.from == from && it.to == to) {
            // A second click.
            if same.until == until && same.reason == reason {
                return Ok(same.id.clone());
            }
            return Err(Error::field("delegate", "They decide in your place already: end that first."));
        }
        if makes_circle(&there, from, &to) {
            return Err(Error::field(
                "delegate",
                "They delegated their decisions to you, or to somebody who did: it would go in a circle.",
            ));
        }
        if there.iter().filter(|it| &it.from == from).count() >= MOST {
            return Err(Error::field(
                "delegate",
                format!("You delegate to {MOST} people already: end one of those first."),
            ));
        }
        let now = self.now();
        let made = Delegation {
            id: self.ids().next()?,
            from: from.clone(),
            to,
            reason,
            created_at: now,
            until,
            ended_at: None,
        };
        let mut tx = self.store().begin().await?;
        match tx.insert_delegation(&made).await {
            Err(store::Error::Duplicate { .. }) => {
                return Err(Error::field("delegate", "They decide in your place already: end that first."));
            }
            added => added?,
        }
        let event = Event::done(Action::DelegateDecisions.as_str(), "delegation", made.id.as_str())
            .version(1)
            .with("to", made.to.studio_user_id().as_str())
            .with("until", made.until.to_rfc3339())
            .with("reason", &made.reason);
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.signals().sealer.notify_one();
        Ok(made.id)
    }

    /// Takes a delegation of the caller's own back, at once; what was decided in their place stays.
    pub async fn end_delegation(&self, caller: &Caller, id: &DelegationId) -> Result<()> {
        self.authorize_portal(caller, Action::DelegateDecisions).await?;
        let it = self.store().delegation(id).await?;
        let it =
            it.filter(|it| it.from == caller.actor.person).ok_or_else(|| Error::not_found("delegation of yours"))?;
        let mut tx = self.store().begin().await?;
        if !tx.end_delegation(id, self.now()).await? {
            return Ok(());
        }
        let event = Event::done(Action::DelegateDecisions.as_str(), "delegation", id.as_str())
            .version(2)
            .with("to", it.to.studio_user_id().as_str())
            .with("ended", "yes");
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.signals().sealer.notify_one();
        Ok(())
    }

    async fn decides_itself(&self, caller: &Caller) -> Result<bool> {
        Ok(self.own_deciding_scope(&caller.actor).await? != Scope::Nothing)
    }

    /// Whom an e-mail address names.
    async fn delegate_named(&self, from: &PersonKey, email: &str) -> Result<PersonKey> {
        let email = email.trim();
        if email.is_empty() {
            return Err(Error::field("delegate", "The e-mail address of who decides in your place."));
        }
        let found = self.store().people_by_email(email).await?;
        let [one] = found.as_slice() else {
            return Err(Error::field("delegate", "Nobody signed in here with this address, or more than one did."));
        };
        if &one.person == from {
            return Err(Error::field("delegate", "Nobody delegates to themselves."));
        }
        let actor = self.actor(&one.person).await?;
        if one.cut_off.everything || actor.is_none_or(|actor| actor.is_auditor()) {
            return Err(Error::field("delegate", "They may decide nothing: choose somebody else."));
        }
        Ok(one.person.clone())
    }

    /// The end of a day that a delegation can reach.
    fn end_of(&self, day: &str) -> Result<DateTime<Utc>> {
        let day: Option<NaiveDate> = day.trim().parse().ok();
        let end = day.and_then(|day| day.succ_opt()).map(|next| next.and_time(NaiveTime::MIN).and_utc());
        let latest = self.now() + LONGEST_DELEGATION + TimeDelta::days(1);
        end.filter(|end| *end > self.now() && *end <= latest).ok_or_else(|| {
            let (today, last) = (self.now().date_naive(), (self.now() + LONGEST_DELEGATION).date_naive());
            Error::field("until", format!("A day from {today} to {last}, written like these."))
        })
    }
}
