//! Administration: projects and their accounts, group mappings, people, product access and parameter bindings.

mod accounts;
mod bindings;
mod mappings;
mod people;
mod product_access;
mod products;
mod projects;
mod proposals;
mod removals;
mod settings;
mod version;

use domain::action::Action;
use domain::view::Allowed;

pub(crate) use self::products::accounts_of;
use crate::authorize::Portal;
use crate::{Caller, ControlPlane, Result};

const ACTIONS: [Action; 6] = [
    Action::ViewAdministration,
    Action::ManageProjects,
    Action::ManageGroupMappings,
    Action::ManageProductAccess,
    Action::RefreshCatalog,
    Action::EndAnySession,
];

impl ControlPlane {
    async fn administration_allowed(&self, caller: &Caller) -> Result<Allowed> {
        self.allowed_actions(caller, &Portal, &ACTIONS).await
    }
}
