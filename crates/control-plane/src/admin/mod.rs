//! Administration: projects and their accounts, group mappings, people, product access, parameter bindings, webhooks.

mod accounts;
mod approvals;
mod bindings;
mod deliveries;
mod idle_rules;
mod mappings;
mod people;
mod product_access;
mod products;
mod projects;
mod proposals;
mod removals;
mod settings;
mod tag_policy;
mod version;
mod visibility;
mod webhooks;

use domain::action::Action;
use domain::view::Allowed;

pub(crate) use self::products::accounts_of;
use crate::authorize::Portal;
use crate::{Caller, ControlPlane, Result};

const ACTIONS: [Action; 10] = [
    Action::ViewAdministration,
    Action::ManageProjects,
    Action::ManageGroupMappings,
    Action::ManageProductAccess,
    Action::ManageApprovals,
    Action::RefreshCatalog,
    Action::EndAnySession,
    Action::ManageNotifications,
    Action::ManageIdleRules,
    Action::ManageCatalog,
];

impl ControlPlane {
    pub(crate) async fn administration_allowed(&self, caller: &Caller) -> Result<Allowed> {
        self.allowed_actions(caller, &Portal, &ACTIONS).await
    }
}
