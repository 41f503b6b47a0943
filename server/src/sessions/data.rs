use serde::{Deserialize, Serialize};

/// What the server keeps with a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionData {
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
}
