//! People and where they are signed in.

use domain::action::Action;
use domain::revocation::CutOff;
use domain::view::{AdminPeoplePage, PeopleQuery, PersonRow};

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// People on one page; whoever is not among them is found by name.
const SHOWN: u32 = 100;

impl ControlPlane {
    /// Everybody who ever signed in, with the roles that hold now and their living sessions.
    pub async fn admin_people(&self, caller: &Caller, query: PeopleQuery) -> Result<AdminPeoplePage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let found = self.store().search_people(&query.q, SHOWN + 1).await?;
        let more = found.len() > SHOWN as usize;
        let mappings = self.store().group_mappings().await?;
        let living = self.store().living_sessions(self.now(), self.settings().session_idle).await?;
        let people = found
            .into_iter()
            .take(SHOWN as usize)
            .map(|record| {
                let sessions = living.get(&record.person);
                let actor = self.actor_of(record, &mappings);
                PersonRow {
                    id: actor.person.studio_user_id(),
                    you: actor.person == caller.actor.person,
                    roles: Self::roles_in_words(&actor),
                    display_name: actor.display_name,
                    email: actor.email,
                    subject: actor.person.subject,
                    cut_off: actor.cut_off != CutOff::default(),
                    sessions: sessions.map_or(0, |living| living.count),
                    last_seen_at: sessions.map(|living| living.last_seen_at),
                }
            })
            .collect();
        Ok(AdminPeoplePage { people, more, query, allowed: self.administration_allowed(caller).await? })
    }

    /// Ends all sessions of the person of this name in AWS, wherever they are signed in; answers their name and how many those were.
    pub async fn end_sessions_of(&self, caller: &Caller, id: &str) -> Result<(String, u64)> {
        self.authorize_portal(caller, Action::EndAnySession).await?;
        let found = self.store().person_by_studio_user_id(id).await?;
        let person = found.ok_or_else(|| Error::not_found("person of this id"))?;
        let mut tx = self.store().begin().await?;
        let ended = tx.end_sessions_of(&person.person, None).await?;
        let event = Event::done(Action::EndAnySession.as_str(), "person", id).with("ended", ended.to_string());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        Ok((person.display_name, ended))
    }
}
