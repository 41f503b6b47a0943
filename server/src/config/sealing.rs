use std::path::PathBuf;

use control_plane::SealingKey;
use secrecy::SecretString;
use serde::Deserialize;

use super::{ConfigError, KeptKeys, secret};

/// The key that seals `NoEcho` values: 32 bytes as base64 or hexadecimal, kept apart from the database.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sealing {
    key: Option<SecretString>,
    key_file: Option<PathBuf>,
}

impl Sealing {
    pub(super) fn is_set(&self) -> bool {
        self.key.is_some() || self.key_file.is_some()
    }

    /// The key; without one, a key that is kept in the working folder.
    pub fn key(&self, kept: KeptKeys) -> Result<SealingKey, ConfigError> {
        let key = match secret::read("sealing.key", self.key.as_ref(), self.key_file.as_ref())? {
            Some(text) => secret::key("sealing.key", &text)?,
            None => secret::kept_key("sealing.key", "studiogate-sealing.key", kept)?,
        };
        Ok(SealingKey::new(*key))
    }
}
