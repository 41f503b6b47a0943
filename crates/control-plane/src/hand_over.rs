//! Asking the platform team to go on with an environment, with all that its page has; and saying that this is done.

use domain::action::Action;
use domain::environment::{Environment, EnvironmentState, HandOver};
use domain::id::EnvironmentId;
use domain::view::{HandOverInput, HandOverView};

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// Characters of a note.
const LONGEST_NOTE: usize = 2_000;

impl ControlPlane {
    /// Puts the environment among those that wait for the platform team. A second click changes nothing.
    pub async fn hand_over_environment(&self, caller: &Caller, id: &EnvironmentId, input: HandOverInput) -> Result<()> {
        self.authorize::<Environment>(caller, Action::HandOverEnvironment, id).await?;
        let note = input.handover_note.trim().to_owned();
        if note.is_empty() {
            return Err(Error::field(
                "handover_note",
                "Say what you tried and what you need: the platform team reads this.",
            ));
        }
        if note.chars().count() > LONGEST_NOTE {
            return Err(Error::field("handover_note", format!("At most {LONGEST_NOTE} characters.")));
        }
        let by = caller.actor.person.clone();
        self.write_hand_over(caller, id, Some(HandOver { by, note, at: self.now() })).await
    }

    /// Takes it from those that wait.
    pub async fn hand_back_environment(&self, caller: &Caller, id: &EnvironmentId) -> Result<()> {
        self.authorize::<Environment>(caller, Action::HandOverEnvironment, id).await?;
        self.write_hand_over(caller, id, None).await
    }

    async fn write_hand_over(&self, caller: &Caller, id: &EnvironmentId, hand_over: Option<HandOver>) -> Result<()> {
        let mut tx = self.store().begin().await?;
        let mut it = tx.environment(id).await?.ok_or_else(|| Error::not_found("environment"))?;
        let said = |hand_over: &Option<HandOver>| hand_over.as_ref().map(|it| (it.by.clone(), it.note.clone()));
        if said(&it.handed_over) == said(&hand_over) {
            return Ok(());
        }
        if hand_over.is_some() && it.state == EnvironmentState::Terminated {
            return Err(Error::conflict(
                "There is nothing to hand over.",
                "The environment is terminated.",
                "Request a new one.",
            ));
        }
        let mut event = Event::done(Action::HandOverEnvironment.as_str(), "environment", it.id.as_str())
            .project(&it.project)
            .version(it.version + 1)
            .with("name", &it.name);
        event = match &hand_over {
            Some(hand_over) => event.with("note", &hand_over.note),
            None => event.with("handed_back", "yes"),
        };
        it.handed_over = hand_over;
        it.version += 1;
        it.updated_at = self.now();
        tx.update_environment(&it).await?;
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.changed(id);
        Ok(())
    }

    pub(crate) async fn hand_over_view(&self, it: &Environment) -> Result<Option<HandOverView>> {
        let Some(HandOver { by, note, at }) = it.handed_over.clone() else { return Ok(None) };
        let by = self.names([], [&by]).await?.person(&by);
        Ok(Some(HandOverView { by, note, at }))
    }
}
