//! The frame around every page.

use domain::action::Action;
use domain::view::{Flash, Shell};

use store::Scope;

use crate::authorize::Portal;
use crate::{Caller, ControlPlane, Error, Result};

/// The actions that decide which parts of the navigation are shown.
const NAVIGATION: [Action; 9] = [
    Action::ViewAudit,
    Action::ViewTeam,
    Action::ViewAdministration,
    Action::ViewOrganization,
    Action::ManageProjects,
    Action::ManageGroupMappings,
    Action::ManageProductAccess,
    Action::ManageApprovals,
    Action::RefreshCatalog,
];

impl ControlPlane {
    /// Everyone has a frame; a flash in it is taken away by showing it.
    pub async fn shell(&self, caller: &Caller) -> Result<Shell> {
        let actor = &caller.actor;
        let waiting = async {
            let deciding = self.deciding_scope(actor).await?;
            let decides = deciding != Scope::Nothing;
            Ok::<_, Error>((decides, if decides { self.count_waiting_in(&deciding).await? } else { 0 }))
        };
        let flash = async {
            match &caller.session {
                Some(session) => Ok::<_, Error>(self.store().take_flash(&session.0).await?),
                None => Ok(None),
            }
        };
        let allowed = self.allowed_actions(caller, &Portal, &NAVIGATION);
        let (allowed, (decides, waiting_for_me), unread, flash) =
            futures::try_join!(allowed, waiting, self.unread(&actor.person), flash)?;
        Ok(Shell {
            display_name: actor.display_name.clone(),
            roles: Self::roles_in_words(actor),
            allowed,
            decides,
            sees_revocations: Self::scope(actor, Action::ViewRevocation) != Scope::Nothing,
            cut_off: actor.cut_off.everything,
            waiting_for_me,
            unread,
            flash,
            request_id: caller.request_id.clone(),
        })
    }

    /// What somebody is told whose access is revoked everywhere.
    pub fn cut_off(&self) -> Error {
        Error::Denied {
            what: "use the portal".to_owned(),
            rule: "who-is-cut-off-does-nothing".to_owned(),
            says: "Your access to the portal is revoked.".to_owned(),
            ask: format!("Ask {}.", self.settings().platform_contact),
        }
    }

    /// Leaves a message for the next page of the caller's own session.
    pub async fn set_flash(&self, caller: &Caller, flash: Flash) -> Result<()> {
        if let Some(session) = &caller.session {
            self.store().put_flash(&session.0, &flash, self.now()).await?;
        }
        Ok(())
    }
}
