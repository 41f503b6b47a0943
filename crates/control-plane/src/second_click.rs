//! Second clicks: a browser that sends the same form twice asks for one thing, and is told that it is done.

use chrono::TimeDelta;
use store::{AuditFilter, PageRequest, Scope};

use crate::{Caller, ControlPlane, Error, Result};

/// How soon after the first a second post of the same form is taken for a second click.
const SECOND_CLICK: TimeDelta = TimeDelta::minutes(1);

impl ControlPlane {
    /// Whether the caller made, changed or removed the thing a moment ago.
    pub(crate) async fn just_changed(&self, caller: &Caller, kind: &str, id: &str) -> Result<bool> {
        let filter = AuditFilter {
            people: Some(vec![caller.actor.person.clone()]),
            resource_kind: Some(kind.to_owned()),
            resource_id: Some(id.to_owned()),
            from: Some(self.now() - SECOND_CLICK),
            ..AuditFilter::default()
        };
        Ok(!self.store().audit_events(&Scope::All, &filter, &PageRequest::newest(1)).await?.items.is_empty())
    }

    /// The answer to the removal of something that is not there; `what` names it for people.
    pub(crate) async fn removed_already(&self, caller: &Caller, kind: &str, id: &str, what: &str) -> Result<()> {
        if self.just_changed(caller, kind, id).await? { Ok(()) } else { Err(Error::not_found(what)) }
    }
}
