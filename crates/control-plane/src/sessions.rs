//! The session layer of the server: thin over the store, and without authorization, because it is what tells who calls.

use domain::audit::Outcome;
use domain::person::PersonKey;
pub use store::{PendingLoginRecord, SessionRecord};

use crate::authorize::Admitted;
use crate::trail::{By, Event};
use crate::{ControlPlane, Result};

impl ControlPlane {
    /// Adds a session.
    pub async fn session_create(&self, session: &SessionRecord) -> Result<()> {
        Ok(self.store().create_session(session).await?)
    }

    /// The session, if it still lives.
    pub async fn session_load(&self, id: &str) -> Result<Option<SessionRecord>> {
        Ok(self.store().session(id, self.now(), self.settings().session_idle).await?)
    }

    /// Notes that the session is used. A write: not for every request.
    pub async fn session_touch(&self, id: &str) -> Result<bool> {
        Ok(self.store().touch_session(id, self.now()).await?)
    }

    /// Ends a session.
    pub async fn session_delete(&self, id: &str) -> Result<bool> {
        Ok(self.store().delete_session(id).await?)
    }

    /// Whose session it is or was, for a day after its end.
    pub async fn session_person(&self, id: &str) -> Result<Option<PersonKey>> {
        Ok(self.store().person_of_session(id).await?)
    }

    /// Keeps a sign-in that was begun.
    pub async fn login_begin(&self, login: &PendingLoginRecord) -> Result<()> {
        Ok(self.store().add_pending_login(login).await?)
    }

    /// What was sealed with the sign-in of this state, once, and for the browser that began it.
    pub async fn login_take(&self, state: &str, browser: &str) -> Result<Option<String>> {
        Ok(self.store().take_pending_login(state, browser).await?)
    }

    /// Writes down a sign-in that was refused: nobody is known yet, so it is the portal's own event. `why` is for people
    /// and holds no secret. Within bounds, since anybody can cause it.
    pub async fn sign_in_refused(&self, why: &str, request_id: &str) -> Result<()> {
        if self.refusals().admit(&nobody(), false, self.now()) == Admitted::No {
            return Ok(());
        }
        let event = Event::done("sign_in", "person", "unknown").outcome(Outcome::Denied).with("why", why);
        self.record_alone(By::System { correlation: request_id }, event).await
    }
}

/// Whom refused sign-ins are counted under.
fn nobody() -> PersonKey {
    PersonKey { issuer: String::new(), subject: String::new() }
}
