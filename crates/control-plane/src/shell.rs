//! The frame around every page.

use domain::action::Action;
use domain::person::ProjectRole;
use domain::view::{Flash, Shell};

use crate::authorize::Portal;
use crate::{Caller, ControlPlane, Result};

/// The actions that decide which parts of the navigation are shown.
const NAVIGATION: [Action; 7] = [
    Action::ViewAudit,
    Action::ViewAdministration,
    Action::ViewOrganization,
    Action::ManageProjects,
    Action::ManageGroupMappings,
    Action::ManageProductAccess,
    Action::RefreshCatalog,
];

impl ControlPlane {
    /// Everyone has a frame; a flash in it is taken away by showing it.
    pub async fn shell(&self, caller: &Caller) -> Result<Shell> {
        let allowed = self.allowed_actions(caller, &Portal, &NAVIGATION).await?;
        let actor = &caller.actor;
        let decides = !actor.is_auditor() && (actor.is_admin() || !actor.projects_as(ProjectRole::Lead).is_empty());
        let waiting_for_me = if decides { self.count_waiting_for(caller).await? } else { 0 };
        let flash = match &caller.session {
            Some(session) => self.store().take_flash(&session.0).await?,
            None => None,
        };
        Ok(Shell {
            display_name: actor.display_name.clone(),
            roles: Self::roles_in_words(actor),
            allowed,
            decides,
            waiting_for_me,
            flash,
            request_id: caller.request_id.clone(),
        })
    }

    /// Leaves a message for the next page of the caller's own session.
    pub async fn set_flash(&self, caller: &Caller, flash: Flash) -> Result<()> {
        if let Some(session) = &caller.session {
            self.store().put_flash(&session.0, &flash, self.now()).await?;
        }
        Ok(())
    }
}
