//! Writing the audit trail: every mutation appends its event in the transaction that makes it.

use std::collections::BTreeMap;

use domain::audit::{AuditActor, AuditEvent, Outcome};
use domain::id::ProjectId;
use domain::operation::Operation;
use domain::person::PersonKey;
use store::Tx;

use crate::{Caller, ControlPlane, Result};

/// What happened, without who and when.
#[derive(Clone, Debug)]
pub(crate) struct Event<'a> {
    pub(crate) action: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) id: &'a str,
    pub(crate) project: Option<&'a ProjectId>,
    pub(crate) outcome: Outcome,
    /// The version of the entity that this makes.
    pub(crate) version: Option<i64>,
    pub(crate) detail: BTreeMap<String, String>,
}

impl<'a> Event<'a> {
    /// Something that succeeded.
    pub(crate) fn done(action: &'a str, kind: &'a str, id: &'a str) -> Self {
        Self { action, kind, id, project: None, outcome: Outcome::Succeeded, version: None, detail: BTreeMap::new() }
    }

    pub(crate) fn project(mut self, project: &'a ProjectId) -> Self {
        self.project = Some(project);
        self
    }

    pub(crate) fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    pub(crate) fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

/// Who does it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By<'a> {
    Caller(&'a Caller),
    /// A worker, for a person; `correlation` is the operation.
    For {
        person: &'a PersonKey,
        correlation: &'a str,
    },
    System {
        correlation: &'a str,
    },
}

impl<'a> By<'a> {
    /// Whoever an operation is done for: a person, or the portal itself.
    pub(crate) fn operation(it: &'a Operation) -> Self {
        let (person, correlation) = (&it.on_behalf_of, it.id.as_str());
        if person.is_portal() { Self::System { correlation } } else { Self::For { person, correlation } }
    }
}

impl<'a> From<&'a Caller> for By<'a> {
    fn from(caller: &'a Caller) -> Self {
        Self::Caller(caller)
    }
}

impl ControlPlane {
    /// Appends an event to the transaction of the change that it tells of.
    pub(crate) async fn record<'a>(&self, tx: &mut Tx, by: impl Into<By<'a>>, event: Event<'_>) -> Result<()> {
        let (actor, correlation) = match by.into() {
            By::Caller(caller) => (
                AuditActor::Person {
                    person: caller.actor.person.clone(),
                    display_name: caller.actor.display_name.clone(),
                },
                caller.request_id.clone(),
            ),
            By::For { person, correlation } => {
                (AuditActor::SystemFor { person: person.clone() }, correlation.to_owned())
            }
            By::System { correlation } => (AuditActor::System, correlation.to_owned()),
        };
        let event = AuditEvent {
            id: self.ids().next()?,
            at: self.now(),
            actor,
            action: event.action.to_owned(),
            resource_kind: event.kind.to_owned(),
            resource_id: event.id.to_owned(),
            project: event.project.cloned(),
            outcome: event.outcome,
            correlation,
            entity_version: event.version,
            detail: event.detail,
        };
        tx.append_audit(&event).await?;
        Ok(())
    }

    /// Writes an event that no change goes with: a refusal, an intent, an outcome.
    pub(crate) async fn record_alone<'a>(&self, by: impl Into<By<'a>>, event: Event<'_>) -> Result<()> {
        let mut tx = self.store().begin().await?;
        self.record(&mut tx, by, event).await?;
        tx.commit().await?;
        Ok(())
    }
}
