use std::path::PathBuf;

use control_plane::SealingKey;
use secrecy::SecretString;
use serde::Deserialize;

use super::{ConfigError, secret};

/// The key that seals `NoEcho` values: 32 bytes as base64 or hexadecimal, kept apart from the database.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sealing {
    key: Option<SecretString>,
    key_file: Option<PathBuf>,
}

impl Sealing {
    pub fn key(&self) -> Result<SealingKey, ConfigError> {
        let text = secret::read("sealing.key", self.key.as_ref(), self.key_file.as_ref())?
            .ok_or_else(|| ConfigError("sealing.key is not set: `openssl rand -base64 32` makes one".to_owned()))?;
        Ok(SealingKey::new(*secret::key("sealing.key", &text)?))
    }
}
