//! Administration: projects and their accounts, group mappings, product access and parameter bindings.

mod accounts;
mod bindings;
mod mappings;
mod product_access;
mod products;
mod projects;
mod proposals;

use chrono::TimeDelta;
use domain::action::Action;
use domain::view::Allowed;
use store::{AuditFilter, PageRequest, Scope};

use crate::authorize::Portal;
use crate::{Caller, ControlPlane, Result};

const ACTIONS: [Action; 5] = [
    Action::ViewAdministration,
    Action::ManageProjects,
    Action::ManageGroupMappings,
    Action::ManageProductAccess,
    Action::RefreshCatalog,
];

/// How soon after the first a second post of the same form is taken for a second click.
const SECOND_CLICK: TimeDelta = TimeDelta::minutes(1);

impl ControlPlane {
    async fn administration_allowed(&self, caller: &Caller) -> Result<Allowed> {
        self.allowed_actions(caller, &Portal, &ACTIONS).await
    }

    /// Whether the caller made or changed the thing a moment ago: a second click on the same button.
    async fn just_changed(&self, caller: &Caller, kind: &str, id: &str) -> Result<bool> {
        let filter = AuditFilter {
            person: Some(caller.actor.person.clone()),
            resource_kind: Some(kind.to_owned()),
            resource_id: Some(id.to_owned()),
            from: Some(self.now() - SECOND_CLICK),
            ..AuditFilter::default()
        };
        Ok(!self.store().audit_events(&Scope::All, &filter, &PageRequest::newest(1)).await?.items.is_empty())
    }
}
