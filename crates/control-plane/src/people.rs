//! People: what a sign-in states, and the roles that follow from it at each request.

use domain::action::Action;
use domain::person::{Actor, Grant, GroupMapping, PersonKey, PlatformRole, ProjectRole};
use domain::revocation::CutOff;
use domain::view::{ProfilePage, SessionRow};
use store::PersonRecord;

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// What a verified ID token says, at a sign-in.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub person: PersonKey,
    pub display_name: String,
    pub email: Option<String>,
    /// `None`: the claim is missing from the token.
    pub groups: Option<Vec<String>>,
    pub request_id: String,
}

impl ControlPlane {
    /// Keeps what the provider states. The roles follow from it at each request.
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<()> {
        let now = self.now();
        let record = PersonRecord {
            person: sign_in.person,
            display_name: sign_in.display_name,
            email: sign_in.email,
            groups: sign_in.groups,
            groups_seen_at: now,
            first_seen_at: now,
            cut_off: CutOff::default(),
        };
        let id = record.person.studio_user_id();
        let groups = record.groups.as_ref().map_or_else(|| "no claim".to_owned(), |g| g.join(", "));
        let mappings = self.store().group_mappings().await?;
        let caller = Caller::new(self.actor_of(record.clone(), &mappings), sign_in.request_id);
        let mut tx = self.store().begin().await?;
        tx.save_person(&record).await?;
        let event = Event::done("sign_in", "person", id.as_str()).with("groups", groups);
        self.record(&mut tx, &caller, event).await?;
        tx.commit().await?;
        self.signals().sealer.notify_one();
        Ok(())
    }

    /// Writes down a sign-out.
    pub async fn sign_out(&self, caller: &Caller) -> Result<()> {
        let id = caller.actor.person.studio_user_id();
        self.record_alone(caller, Event::done("sign_out", "person", id.as_str())).await
    }

    /// The person with the roles that hold now; `None` when they never signed in.
    pub async fn actor(&self, person: &PersonKey) -> Result<Option<Actor>> {
        let Some(record) = self.store().person(person).await? else { return Ok(None) };
        let mappings = self.store().group_mappings().await?;
        Ok(Some(self.actor_of(record, &mappings)))
    }

    /// Who acts from the command line: the person who signs in with this address, with the roles that hold now.
    ///
    /// # Errors
    /// [`Error::Conflict`] where nobody of the address ever signed in, or several people did.
    pub async fn caller_by_email(&self, email: &str) -> Result<Caller> {
        let mut found = self.store().people_by_email(email.trim()).await?;
        let record = found.pop().filter(|_| found.is_empty()).ok_or_else(|| {
            Error::conflict(
                "It is not known who that is.",
                "Exactly one person who signed in to the portal has to have this address.",
                "Sign in to the portal once, and give the address that its profile page shows.",
            )
        })?;
        let mappings = self.store().group_mappings().await?;
        Ok(Caller::new(self.actor_of(record, &mappings), format!("command-{}", self.ids().uuid())))
    }

    pub(crate) fn actor_of(&self, record: PersonRecord, mappings: &[GroupMapping]) -> Actor {
        let cut_off = record.cut_off;
        Actor::from_groups(
            record.person,
            record.display_name,
            record.email,
            record.groups.unwrap_or_default(),
            mappings,
            self.settings().bootstrap_admin_group.as_deref(),
        )
        .without(cut_off)
    }

    /// Who the portal thinks the caller is, and why.
    pub async fn profile(&self, caller: &Caller) -> Result<ProfilePage> {
        self.authorize_portal(caller, Action::ViewOwnProfile).await?;
        let person = &caller.actor.person;
        let record = self.store().person(person).await?.ok_or(Error::SignedOut)?;
        let sessions = self.store().sessions_of(person, self.now(), self.settings().session_idle).await?;
        let current = caller.session.as_ref().map(|s| s.0.as_str());
        let mut hints = if caller.actor.has_any_role() { Vec::new() } else { self.store().group_mappings().await? };
        hints.retain(|m| matches!(m.grant, Grant::Project { role: ProjectRole::Member, .. }));
        Ok(ProfilePage {
            person: person.clone(),
            display_name: caller.actor.display_name.clone(),
            email: caller.actor.email.clone(),
            studio_user_id: person.studio_user_id(),
            groups: caller.actor.groups.clone(),
            groups_claim_present: record.groups.is_some(),
            platform: caller.actor.platform.clone(),
            memberships: caller.actor.memberships.clone(),
            cut_off_from: caller.actor.cut_off.projects.clone(),
            mappings_hint: hints,
            sessions: sessions
                .into_iter()
                .map(|s| SessionRow {
                    current: current == Some(s.id.as_str()),
                    expires_at: s.expires_at.min(s.last_seen_at + self.settings().session_idle),
                    handle: s.id,
                    created_at: s.created_at,
                    last_seen_at: s.last_seen_at,
                    user_agent: s.user_agent,
                })
                .collect(),
        })
    }

    /// Ends one of the caller's own sessions.
    pub async fn end_session(&self, caller: &Caller, handle: &str) -> Result<()> {
        self.authorize_portal(caller, Action::EndOwnSession).await?;
        let mut tx = self.store().begin().await?;
        let short: String = handle.chars().take(12).collect();
        if !tx.end_session_of(&caller.actor.person, handle).await? {
            tx.rollback().await?;
            return self.removed_already(caller, "session", &short, "session").await;
        }
        self.record(&mut tx, caller, Event::done(Action::EndOwnSession.as_str(), "session", &short)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends all sessions of the caller but the one they call from; answers how many those were.
    pub async fn end_other_sessions(&self, caller: &Caller) -> Result<u64> {
        self.authorize_portal(caller, Action::EndOwnSession).await?;
        let mut tx = self.store().begin().await?;
        let kept = caller.session.as_ref().map(|session| session.0.as_str());
        let ended = tx.end_sessions_of(&caller.actor.person, kept).await?;
        let id = caller.actor.person.studio_user_id();
        let event = Event::done(Action::EndOwnSession.as_str(), "person", id.as_str()).with("ended", ended.to_string());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// The roles of an actor in words: "Team lead in fraud-detection".
    pub(crate) fn roles_in_words(actor: &Actor) -> Vec<String> {
        let mut roles: Vec<String> = Vec::new();
        for grant in &actor.platform {
            roles.push(match grant.role {
                PlatformRole::Admin => "Admin".to_owned(),
                PlatformRole::Auditor => "Auditor".to_owned(),
            });
        }
        for membership in &actor.memberships {
            let role = match membership.role {
                ProjectRole::Member => "Data scientist",
                ProjectRole::Lead => "Team lead",
            };
            roles.push(format!("{role} in {}", membership.project));
        }
        roles.dedup();
        roles
    }
}
