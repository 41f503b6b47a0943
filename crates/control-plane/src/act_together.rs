//! Several environments acted on at once, each by an operation or change of its own, as if it were alone: one that cannot be
//! acted on holds up none of the others. What became of each is kept in the audit log.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::environment::{Environment, EnvironmentState};
use domain::home::Files;
use domain::id::EnvironmentId;
use domain::problem::FieldError;
use domain::view::{HoldInput, TerminateInput, Together, TogetherDonePage, TogetherInput};
use store::{AuditFilter, FormToken, PageRequest, Scope};

use crate::rollout;
use crate::together::MOST_TOGETHER;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// Characters of a reason.
const LONGEST_REASON: usize = 2_000;
/// What an event of several environments is about.
const KIND: &str = "environments";
/// What stands in the event of one that was acted on.
const DONE: &str = "done";

/// One that was chosen, as it stood on the page.
pub(crate) struct Chosen {
    pub(crate) id: EnvironmentId,
    pub(crate) version: String,
    /// The end of its lease, in milliseconds.
    ends: String,
}

impl ControlPlane {
    /// Does it to each that was chosen, and answers where what became of them is shown. A second click finds that.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the form is not filled, and [`Error::Denied`] where the caller may do it to none of them.
    pub async fn act_on_environments(&self, caller: &Caller, input: &TogetherInput) -> Result<String> {
        let act: Together = input.act.parse().map_err(|_| Error::field("act", "Choose what is to be done."))?;
        let chosen = chosen(&input.chosen)?;
        let reason = self.check_together(caller, act, &chosen, input).await?;
        let token = input.form_token.trim();
        if let Some(done) = self.acted_already(caller, token).await? {
            return Ok(done);
        }
        if act == Together::Update {
            let id = Box::pin(self.begin_rollout(caller, &chosen, &reason, token)).await?;
            return Ok(rollout::address(&id));
        }
        let (mut became, mut denials) = (Vec::new(), Vec::new());
        for one in &chosen {
            let said = match self.act_on_one(caller, act, one, &reason, input).await {
                Ok(()) => DONE.to_owned(),
                Err(Error::Denied { says, what, rule, ask }) => {
                    denials.push(Error::Denied { what, rule, says: says.clone(), ask });
                    says
                }
                Err(error) => refusal_in_words(error)?,
            };
            became.push((&one.id, said));
        }
        // Whoever may do it to none of them is refused as with one.
        if denials.len() == chosen.len()
            && let Some(denied) = denials.pop()
        {
            return Err(denied);
        }
        let id = self.ids().uuid().to_string();
        let event = Event::done("act_on_environments", KIND, &id).with("act", act.as_str()).with("reason", &reason);
        let event = became.into_iter().fold(event, |event, (of, said)| event.with(&format!("environment {of}"), said));
        let mut tx = self.store().begin().await?;
        self.record(&mut tx, caller, event).await?;
        let address = format!("/environments/together/{id}");
        tx.finish_form(token, &caller.actor.person, &address).await?;
        tx.commit().await?;
        Ok(address)
    }

    /// Where the first of two clicks led to, once that is done.
    async fn acted_already(&self, caller: &Caller, token: &str) -> Result<Option<String>> {
        if token.is_empty() {
            return Ok(None);
        }
        let mut tx = self.store().begin().await?;
        let used = tx.use_form_token(token, &caller.actor.person, self.now()).await?;
        tx.commit().await?;
        Ok(match used {
            FormToken::Fresh => None,
            FormToken::Used { path } => Some(path),
        })
    }

    async fn act_on_one(
        &self,
        caller: &Caller,
        act: Together,
        one: &Chosen,
        reason: &str,
        input: &TogetherInput,
    ) -> Result<()> {
        let (id, files) = (&one.id, input.files.clone());
        match act {
            Together::Stop => self.stop_running(caller, id, "all").await,
            Together::Extend => {
                let seen: Environment = self.authorize(caller, Action::ExtendLease, id).await?.into_thing();
                // Alone, that is a second click.
                if seen.lease_ends_at.timestamp_millis().to_string() != one.ends {
                    return Err(Error::stale("environment"));
                }
                self.extend_lease(caller, id, &one.ends).await
            }
            Together::Hold => {
                let hold = HoldInput { hold_reason: reason.to_owned(), hold_until: input.hold_until.clone() };
                self.hold_environment(caller, id, hold).await
            }
            Together::Tag => self.push_tags(caller, id, &one.version, &BTreeMap::new()).await,
            // Those are one operation.
            Together::Update => Err(Error::internal("An update was to be made alone", &id.as_str())),
            Together::Terminate => {
                let seen: Environment = self.authorize(caller, Action::TerminateEnvironment, id).await?.into_thing();
                if matches!(seen.state, EnvironmentState::Terminating | EnvironmentState::Terminated) {
                    return Err(Error::conflict(
                        "It is being terminated already, or is terminated.",
                        "Somebody else asked for that meanwhile.",
                        "Look at its page.",
                    ));
                }
                let (version, leaves) = (one.version.clone(), String::new());
                let wanted = TerminateInput { confirm: seen.name.clone(), version, leaves, files };
                Box::pin(self.terminate_confirmed(caller, seen, wanted)).await
            }
        }
    }

    /// What the form needs before anything is done; answers the reason.
    async fn check_together(
        &self,
        caller: &Caller,
        act: Together,
        chosen: &[Chosen],
        input: &TogetherInput,
    ) -> Result<String> {
        let mut mistakes = Vec::new();
        let reason = input.together_reason.trim();
        if reason.is_empty() {
            mistakes
                .push(FieldError::new("together_reason", "Say why: whoever owns them reads this in the audit log."));
        } else if reason.chars().count() > LONGEST_REASON {
            mistakes.push(FieldError::new("together_reason", format!("At most {LONGEST_REASON} characters.")));
        }
        if act == Together::Hold {
            let hold = HoldInput { hold_reason: String::new(), hold_until: input.hold_until.clone() };
            if let Err(Error::Invalid(errors)) = self.until(&hold) {
                mistakes.extend(errors);
            }
        }
        if act == Together::Terminate {
            if input.together_count.trim() != chosen.len().to_string() {
                let message = format!("Type {} to confirm.", chosen.len());
                mistakes.push(FieldError::new("together_count", message));
            }
            if input.files.trim().parse::<Files>().is_err() && self.any_has_home(caller, chosen).await? {
                let message = "Choose whether the home directories are kept or deleted.";
                mistakes.push(FieldError::new("files", message));
            }
        }
        if mistakes.is_empty() { Ok(reason.to_owned()) } else { Err(Error::Invalid(mistakes)) }
    }

    async fn any_has_home(&self, caller: &Caller, chosen: &[Chosen]) -> Result<bool> {
        let ids: Vec<EnvironmentId> = chosen.iter().map(|one| one.id.clone()).collect();
        for it in self.chosen_environments(caller, &ids).await? {
            if self.terminate_outlook(&it).await?.has_home {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What became of environments that the caller acted on together.
    pub async fn acted_on_environments(&self, caller: &Caller, id: &str) -> Result<TogetherDonePage> {
        let filter = AuditFilter {
            people: Some(vec![caller.actor.person.clone()]),
            resource_kind: Some(KIND.to_owned()),
            resource_id: Some(id.to_owned()),
            ..AuditFilter::default()
        };
        // Their own alone: everybody else reads it in the audit log.
        let found = self.store().audit_events(&Scope::All, &filter, &PageRequest::newest(1)).await?.items.pop();
        let event = found.ok_or_else(|| Error::not_found("result with this id"))?.event;
        let detail = |name: &str| event.detail.get(name).cloned().unwrap_or_default();
        let act = detail("act").parse().map_err(|_| Error::not_found("result with this id"))?;
        let said: Vec<(EnvironmentId, &String)> = event
            .detail
            .iter()
            .filter_map(|(name, said)| Some((name.strip_prefix("environment ")?.parse().ok()?, said)))
            .collect();
        let ids: Vec<EnvironmentId> = said.iter().map(|(id, _)| id.clone()).collect();
        let environments = self.chosen_environments(caller, &ids).await?;
        let (mut done, mut refused) = (Vec::new(), Vec::new());
        for row in self.environment_rows(caller, &environments).await? {
            match said.iter().find(|(id, _)| *id == row.id) {
                Some((_, said)) if said.as_str() == DONE => done.push(row),
                Some((_, said)) => refused.push((row, (*said).clone())),
                None => {}
            }
        }
        let hidden = said.len() - environments.len();
        Ok(TogetherDonePage { act, reason: detail("reason"), at: event.at, done, refused, hidden })
    }
}

/// Why one of several is left as it is. What is no refusal stays an error.
pub(crate) fn refusal_in_words(error: Error) -> Result<String> {
    Ok(match error {
        Error::Invalid(errors) => errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join(" "),
        Error::Conflict(problem) => format!("{} {}", problem.what, problem.why),
        Error::Stale { .. } => "It changed since the page was loaded: look at it again.".to_owned(),
        Error::NotFound { .. } => "It is not there.".to_owned(),
        Error::Denied { says, .. } => says,
        error => return Err(error),
    })
}

fn chosen(text: &str) -> Result<Vec<Chosen>> {
    let mut chosen: Vec<Chosen> = Vec::new();
    for one in text.split(',').filter(|one| !one.is_empty()) {
        let mut parts = one.split(':');
        let id = parts.next().unwrap_or_default();
        let id: EnvironmentId = id.parse().map_err(|_| Error::not_found("environment with this id"))?;
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let (version, ends) = (part(), part());
        if chosen.iter().all(|there| there.id != id) {
            chosen.push(Chosen { id, version, ends });
        }
    }
    match chosen.len() {
        0 => Err(Error::field("together_reason", "Choose environments first, from their list.")),
        n if n > MOST_TOGETHER => {
            Err(Error::field("together_reason", format!("Choose {MOST_TOGETHER} environments at most.")))
        }
        _ => Ok(chosen),
    }
}
