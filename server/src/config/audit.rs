use std::path::PathBuf;

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{ConfigError, secret};

/// How the audit log is sealed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// The Ed25519 key that signs: 32 bytes as base64 or hexadecimal, or PKCS#8 as PEM.
    key: Option<SecretString>,
    key_file: Option<PathBuf>,
    /// Where the sealed head is written too; kept elsewhere, it proves that nothing was cut off.
    pub head_file: Option<PathBuf>,
}

impl Audit {
    /// The key; without one, a key that is kept in the working folder.
    pub fn key(&self) -> Result<SigningKey, ConfigError> {
        let Some(text) = secret::read("audit.key", self.key.as_ref(), self.key_file.as_ref())? else {
            return Ok(SigningKey::from_bytes(&*secret::kept_key("audit.key", "studiogate-audit.key")?));
        };
        if text.expose_secret().trim_start().starts_with("-----BEGIN") {
            return SigningKey::from_pkcs8_pem(text.expose_secret())
                .map_err(|e| ConfigError(format!("audit.key is no Ed25519 key in PKCS#8: {e}")));
        }
        Ok(SigningKey::from_bytes(&*secret::key("audit.key", &text)?))
    }
}
