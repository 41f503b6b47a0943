use chrono::{DateTime, Utc};
use domain::person::PersonKey;
use serde::{Deserialize, Serialize};

/// Sign-ins that one browser can have under way, one per tab.
const LOGINS: usize = 8;

/// A sign-in that waits for the provider's answer (OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLogin {
    pub state: String,
    pub nonce: String,
    pub pkce_verifier: String,
    /// Path and query to come back to.
    pub return_to: String,
    pub began_at: DateTime<Utc>,
}

impl std::fmt::Debug for PendingLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingLogin").field("began_at", &self.began_at).finish_non_exhaustive()
    }
}

/// What the server keeps with a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionData {
    pub logins: Vec<PendingLogin>,
    /// Before the sign-in: whose session this browser had last.
    pub former_person: Option<PersonKey>,
    /// The ID token, sealed: the provider asks for it at the sign-out.
    pub id_token: Option<String>,
}

impl SessionData {
    pub(super) fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Adds a sign-in; the oldest give way.
    pub fn add_login(&mut self, login: PendingLogin) {
        self.logins.push(login);
        let surplus = self.logins.len().saturating_sub(LOGINS);
        self.logins.drain(..surplus);
    }

    /// Takes the sign-in that `state` belongs to: it can be answered once.
    pub fn take_login(&mut self, state: &str) -> Option<PendingLogin> {
        let at = self.logins.iter().position(|login| login.state == state)?;
        Some(self.logins.remove(at))
    }
}
